//! GROUP BY and HAVING see input columns alone: output names they might mean are hidden from them.
//!
//! DataFusion resolves output names there as well. An alias that GROUP BY or HAVING mentions gets
//! a name nobody can mean; inside a query the name it had is given back one level above:
//!
//! ```text
//!  SELECT lower(a) AS x ... GROUP BY x  ->  SELECT "x#2" AS "x" FROM (SELECT lower(a) AS "x#2" ... GROUP BY x)
//! ```

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, GroupByExpr, Ident, Query, Select, SelectItem, SetExpr, TableFactor, Visit, VisitMut, Visitor,
    VisitorMut,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Span;

use super::RewriteContext;
use super::projection::{is_wildcard, name_items, unique};

/// Hides output names in a query; the result of the outermost one is renamed at the end anyway.
pub(super) fn hide_output_names(
    query: &mut Query,
    is_outermost: bool,
    context: &RewriteContext,
    internal: &mut HashMap<String, String>,
) {
    if let SetExpr::Select(select) = query.body.as_mut() {
        let hidden = hide(select, is_outermost, context, internal);
        if hidden.is_empty() {
            return;
        }
        let items = outer_items(select, &hidden);
        let _: ControlFlow<()> =
            VisitMut::visit(&mut query.order_by, &mut Renaming { hidden: &hidden, fields: HashSet::new() });
        if !is_outermost {
            wrap(query, items);
        }
        return;
    }
    branches(query.body.as_mut(), context, internal);
}

/// The SELECTs of a set operation.
fn branches(body: &mut SetExpr, context: &RewriteContext, internal: &mut HashMap<String, String>) {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            branches(left, context, internal);
            branches(right, context, internal);
        }
        SetExpr::Select(select) => {
            let hidden = hide(select, false, context, internal);
            if hidden.is_empty() {
                return;
            }
            let items = outer_items(select, &hidden);
            if let Some(mut query) = skeleton() {
                std::mem::swap(query.body.as_mut(), body);
                wrap(&mut query, items);
                *body = SetExpr::Query(Box::new(query));
            }
        }
        _ => {}
    }
}

/// Lower-case aliases and the names they have now.
type Hidden = HashMap<String, String>;

fn hide(
    select: &mut Select,
    is_outermost: bool,
    context: &RewriteContext,
    internal: &mut HashMap<String, String>,
) -> Hidden {
    let mentioned = mentioned(select);
    let is_hidden = |item: &SelectItem| matches!(item, SelectItem::ExprWithAlias { alias, .. } if mentioned.contains(&alias.value.to_lowercase()));
    let knows_items = is_outermost || !select.projection.iter().any(is_wildcard);
    if !knows_items || !select.projection.iter().any(is_hidden) {
        return Hidden::new();
    }
    name_items(select, context, internal);
    let mut hidden = Hidden::new();
    for item in &mut select.projection {
        let SelectItem::ExprWithAlias { alias, .. } = item else { continue };
        let name = alias.value.to_lowercase();
        if mentioned.contains(&name) {
            *alias = unique(&name, &mut names_in_use(internal), internal);
            hidden.insert(name, alias.value.clone());
        }
    }
    hidden
}

fn names_in_use(internal: &HashMap<String, String>) -> HashSet<String> {
    internal.keys().cloned().collect()
}

/// Names that stand alone in GROUP BY or HAVING.
fn mentioned(select: &Select) -> HashSet<String> {
    let mut names = Names::default();
    if let GroupByExpr::Expressions(grouped, _) = &select.group_by {
        let _: ControlFlow<()> = grouped.visit(&mut names);
    }
    let _: ControlFlow<()> = select.having.visit(&mut names);
    names.0
}

#[derive(Default)]
struct Names(HashSet<String>);

impl Visitor for Names {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Identifier(name) = expr {
            self.0.insert(name.value.to_lowercase());
        }
        ControlFlow::Continue(())
    }
}

/// Gives ORDER BY the new names.
struct Renaming<'a> {
    hidden: &'a Hidden,
    fields: HashSet<Span>,
}

impl VisitorMut for Renaming<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::CompoundFieldAccess { access_chain, .. } => {
                let fields = access_chain.iter().filter_map(|access| match access {
                    AccessExpr::Dot(Expr::Identifier(name)) => Some(name.span),
                    _ => None,
                });
                self.fields.extend(fields);
            }
            Expr::Identifier(name) if !self.fields.contains(&name.span) => {
                if let Some(hidden) = self.hidden.get(&name.value.to_lowercase()) {
                    *name = Ident::with_quote('"', hidden);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The items of a query around the SELECT: its columns under the names they had.
fn outer_items(select: &Select, hidden: &Hidden) -> Vec<SelectItem> {
    let shown: HashMap<&str, &str> = hidden.iter().map(|(name, hidden)| (hidden.as_str(), name.as_str())).collect();
    let item = |item: &SelectItem| {
        let name = match item {
            SelectItem::ExprWithAlias { alias, .. } => alias.value.as_str(),
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => name.value.as_str(),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => parts.last()?.value.as_str(),
            _ => return None,
        };
        let column = Ident::with_quote('"', shown.get(name).map_or_else(|| name.to_lowercase(), |_| name.to_owned()));
        let alias = Ident::with_quote('"', shown.get(name).map_or_else(|| column.value.clone(), |&name| name.into()));
        Some(SelectItem::ExprWithAlias { expr: Expr::Identifier(column), alias })
    };
    select.projection.iter().filter_map(item).collect()
}

/// Makes the query a sub-select of one with these items.
fn wrap(query: &mut Query, items: Vec<SelectItem>) {
    let Some(mut outer) = skeleton() else { return };
    std::mem::swap(query, &mut outer);
    if let SetExpr::Select(select) = query.body.as_mut()
        && let Some(TableFactor::Derived { subquery, .. }) = select.from.first_mut().map(|from| &mut from.relation)
    {
        **subquery = outer;
        select.projection = items;
    }
}

/// `SELECT 1 FROM (SELECT 1)`.
pub(super) fn skeleton() -> Option<Query> {
    let parser = Parser::new(&GenericDialect {}).try_with_sql("SELECT 1 FROM (SELECT 1)");
    let mut query = *parser.ok()?.parse_query().ok()?;
    if let SetExpr::Select(select) = query.body.as_mut() {
        // It has no place in the text of the query.
        select.select_token = AttachedToken::empty();
    }
    Some(query)
}
