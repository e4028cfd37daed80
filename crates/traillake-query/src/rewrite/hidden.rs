//! `SELECT *` beside a hidden column: the wildcard is written out, so that it stays hidden.

use std::collections::HashMap;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, Select, SelectItem, SelectItemQualifiedWildcardKind, TableFactor, TableWithJoins,
    WildcardAdditionalOptions,
};

use crate::planners::common_columns;

/// Replaces wildcards over stores by the columns of their schema; does nothing when
/// `store_columns` is empty.
pub(super) fn expand_wildcards(select: &mut Select, store_columns: &HashMap<String, Vec<String>>) {
    if store_columns.is_empty() || !select.projection.iter().any(is_wildcard) {
        return;
    }
    let relations = relations(&select.from);
    let common = common_names(&select.from);
    let items = std::mem::take(&mut select.projection);
    let expanded = |item| expanded(item, &relations, &common, store_columns);
    select.projection = items.into_iter().flat_map(expanded).collect();
}

fn is_wildcard(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
}

/// A relation of a FROM: the name its columns go by, and the table behind it with its schema where that is given.
struct Relation {
    name: String,
    table: Option<String>,
}

fn relations(from: &[TableWithJoins]) -> Vec<Relation> {
    let factors = from
        .iter()
        .flat_map(|item| std::iter::once(&item.relation).chain(item.joins.iter().map(|join| &join.relation)));
    factors.filter_map(relation).collect()
}

fn relation(factor: &TableFactor) -> Option<Relation> {
    match factor {
        TableFactor::Table { name, alias, .. } => {
            let part = |part: &ObjectNamePart| part.as_ident().map(|part| part.value.to_lowercase());
            let mut parts = name.0.iter().rev().map_while(part);
            let table = parts.next()?;
            let name = alias.as_ref().map_or_else(|| table.clone(), |alias| alias.name.value.to_lowercase());
            Some(Relation {
                name,
                table: Some(parts.next().map_or(table.clone(), |schema| format!("{schema}.{table}"))),
            })
        }
        TableFactor::Derived { alias: Some(alias), .. } | TableFactor::UNNEST { alias: Some(alias), .. } => {
            Some(Relation { name: alias.name.value.to_lowercase(), table: None })
        }
        _ => None,
    }
}

/// The columns that USING gives once, in lower case.
fn common_names(from: &[TableWithJoins]) -> Vec<String> {
    let joins = from.iter().flat_map(|item| &item.joins).filter_map(common_columns);
    let names = joins.filter_map(|(_, names)| names).flatten();
    names.map(|name| name.value.to_lowercase()).collect()
}

fn expanded(
    item: SelectItem,
    relations: &[Relation],
    common: &[String],
    store_columns: &HashMap<String, Vec<String>>,
) -> Vec<SelectItem> {
    let of_relation = |relation: &Relation| match relation.table.as_ref().and_then(|table| store_columns.get(table)) {
        Some(columns) => {
            let columns = columns.iter().filter(|column| !common.contains(column));
            columns.map(|column| column_item(&relation.name, column)).collect()
        }
        None => vec![wildcard(&relation.name)],
    };
    match &item {
        SelectItem::Wildcard(_) if !relations.is_empty() => {
            let shared =
                common.iter().map(|name| SelectItem::UnnamedExpr(Expr::Identifier(Ident::with_quote('"', name))));
            shared.chain(relations.iter().flat_map(of_relation)).collect()
        }
        SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
            let name = name.to_string().to_lowercase().replace('"', "");
            relations.iter().find(|relation| relation.name == name).map_or_else(|| vec![item], of_relation)
        }
        _ => vec![item],
    }
}

fn column_item(relation: &str, column: &str) -> SelectItem {
    SelectItem::UnnamedExpr(Expr::CompoundIdentifier(vec![
        Ident::with_quote('"', relation),
        Ident::with_quote('"', column),
    ]))
}

fn wildcard(relation: &str) -> SelectItem {
    let name = vec![Ident::with_quote('"', relation)].into();
    SelectItem::QualifiedWildcard(
        SelectItemQualifiedWildcardKind::ObjectName(name),
        WildcardAdditionalOptions::default(),
    )
}
