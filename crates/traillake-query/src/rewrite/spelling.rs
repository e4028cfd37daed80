//! How a query spells the columns that `SELECT *` takes from its sub-selects.

use std::collections::HashMap;

use datafusion::sql::sqlparser::ast::{Query, Select, SelectItem, SetExpr, TableAlias, TableFactor, With};

use super::RewriteContext;
use super::fields::as_written;
use super::projection::implicit_name;

/// Lower-case names and how the sub-selects in the outermost FROM write them.
pub(super) fn of_wildcards(query: &Query, context: &RewriteContext) -> HashMap<String, String> {
    let mut spelled = HashMap::new();
    if let Some(select) = super::first_select(&query.body) {
        for relation in relations(select) {
            of_relation(relation, query.with.as_ref(), context, &mut spelled);
        }
    }
    spelled
}

fn relations(select: &Select) -> impl Iterator<Item = &TableFactor> {
    select
        .from
        .iter()
        .flat_map(|from| std::iter::once(&from.relation).chain(from.joins.iter().map(|join| &join.relation)))
}

fn of_relation(
    relation: &TableFactor,
    with: Option<&With>,
    context: &RewriteContext,
    spelled: &mut HashMap<String, String>,
) {
    match relation {
        TableFactor::Derived { subquery, alias, .. } => of_query(subquery, alias.as_ref(), context, spelled),
        TableFactor::UNNEST { alias: Some(alias), .. } => of_alias(alias, context, spelled),
        TableFactor::Table { name, .. } => {
            let name = name.to_string().replace('"', "");
            let mut tables = with.into_iter().flat_map(|with| &with.cte_tables);
            if let Some(table) = tables.find(|table| table.alias.name.value.eq_ignore_ascii_case(&name)) {
                of_query(&table.query, Some(&table.alias), context, spelled);
            }
        }
        _ => {}
    }
}

fn of_alias(alias: &TableAlias, context: &RewriteContext, spelled: &mut HashMap<String, String>) {
    for column in &alias.columns {
        let name = as_written(&column.name, context);
        spelled.entry(name.to_lowercase()).or_insert(name);
    }
}

fn of_query(
    query: &Query,
    alias: Option<&TableAlias>,
    context: &RewriteContext,
    spelled: &mut HashMap<String, String>,
) {
    if let Some(alias) = alias.filter(|alias| !alias.columns.is_empty()) {
        return of_alias(alias, context, spelled);
    }
    let SetExpr::Select(select) = query.body.as_ref() else { return };
    let mut has_wildcard = false;
    for item in &select.projection {
        let name = match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(as_written(alias, context)),
            SelectItem::UnnamedExpr(expr) => implicit_name(expr, context),
            _ if has_wildcard => None,
            _ => {
                has_wildcard = true;
                spelled.extend(of_wildcards(query, context));
                None
            }
        };
        if let Some(name) = name {
            spelled.entry(name.to_lowercase()).or_insert(name);
        }
    }
}
