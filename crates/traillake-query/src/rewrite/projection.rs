//! Output names: as the query spells them, `_colN` where it gives none, repeats allowed.
//!
//! DataFusion wants unique lower-case names inside a plan, so items get such aliases here and
//! the result is renamed at the end.

use std::collections::{HashMap, HashSet};

use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, Select, SelectItem, SetExpr, TableFactor, TableWithJoins, Value,
};

use super::RewriteContext;
use super::fields::as_written;
use crate::output::OutputItem;

/// Gives every item of a SELECT a unique name.
pub(super) fn name_items(select: &mut Select, context: &RewriteContext, internal: &mut HashMap<String, String>) {
    let relations = relation_names(&select.from);
    let has_wildcard = select.projection.iter().any(is_wildcard);
    let repeated = repeated_names(&select.projection, context);
    let mut used = repeated.clone();
    for item in &mut select.projection {
        if let SelectItem::ExprWithAlias { alias, .. } = item
            && !used.insert(alias.value.to_lowercase())
        {
            let written = as_written(alias, context);
            *alias = unique(&written, &mut used, internal);
        }
    }
    for (index, item) in select.projection.iter_mut().enumerate() {
        let SelectItem::UnnamedExpr(expr) = item else { continue };
        let name = implicit_name(expr, context);
        let lower = name.as_ref().map_or_else(|| format!("_col{index}"), |name| name.to_lowercase());
        let is_plain = !has_wildcard && is_column(expr, &relations);
        let is_new = !(has_wildcard && name.is_some()) && used.insert(lower.clone());
        if is_plain && is_new {
            continue;
        }
        let alias = if is_new {
            Ident::with_quote('"', &lower)
        } else {
            unique(name.as_deref().unwrap_or(&lower), &mut used, internal)
        };
        let expr = std::mem::replace(expr, Expr::value(Value::Null));
        *item = SelectItem::ExprWithAlias { expr, alias };
    }
}

/// Names that several items have: no column is called so, for nobody could say which one is meant.
fn repeated_names(items: &[SelectItem], context: &RewriteContext) -> HashSet<String> {
    let names = items.iter().filter_map(|item| match output_item(item, context) {
        OutputItem::Named(name) => Some(name.to_lowercase()),
        _ => None,
    });
    let mut seen = HashSet::new();
    names.filter(|name| !seen.insert(name.clone())).collect()
}

/// What each item of the first SELECT is called, before its items get other names; `None` for VALUES.
pub(super) fn items(body: &SetExpr, context: &RewriteContext) -> Option<Vec<OutputItem>> {
    let select = super::first_select(body)?;
    Some(select.projection.iter().map(|item| output_item(item, context)).collect())
}

fn output_item(item: &SelectItem, context: &RewriteContext) -> OutputItem {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => OutputItem::Named(as_written(alias, context)),
        SelectItem::UnnamedExpr(expr) => implicit_name(expr, context).map_or(OutputItem::Unnamed, OutputItem::Named),
        _ => OutputItem::Wildcard,
    }
}

pub(super) fn is_wildcard(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
}

/// A name nobody uses, remembered with what it stands for.
pub(super) fn unique(name: &str, used: &mut HashSet<String>, internal: &mut HashMap<String, String>) -> Ident {
    let lower = name.to_lowercase();
    let mut count = 2;
    while used.contains(&format!("{lower}#{count}")) {
        count += 1;
    }
    let invented = format!("{lower}#{count}");
    used.insert(invented.clone());
    internal.insert(invented.clone(), name.to_owned());
    Ident::with_quote('"', invented)
}

/// The last name of a reference to a column or field.
pub(super) fn implicit_name(expr: &Expr, context: &RewriteContext) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(as_written(name, context)),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| as_written(name, context)),
        Expr::Nested(inner) => implicit_name(inner, context),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last()? {
            AccessExpr::Dot(Expr::Identifier(name)) => Some(as_written(name, context)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a plan already names the expression by the column alone.
fn is_column(expr: &Expr, relations: &HashSet<String>) -> bool {
    match expr {
        Expr::Identifier(_) => true,
        Expr::CompoundIdentifier(parts) => {
            matches!(parts.as_slice(), [relation, _] if relations.contains(&relation.value.to_lowercase()))
        }
        _ => false,
    }
}

/// Names the relations of a FROM are known by.
pub(super) fn relation_names(from: &[TableWithJoins]) -> HashSet<String> {
    let factors = from
        .iter()
        .flat_map(|item| std::iter::once(&item.relation).chain(item.joins.iter().map(|join| &join.relation)));
    factors.filter_map(relation_name).collect()
}

fn relation_name(factor: &TableFactor) -> Option<String> {
    match factor {
        TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. }
        | TableFactor::UNNEST { alias: Some(alias), .. } => Some(alias.name.value.to_lowercase()),
        TableFactor::Table { name, .. } => name.0.last()?.as_ident().map(|name| name.value.to_lowercase()),
        _ => None,
    }
}
