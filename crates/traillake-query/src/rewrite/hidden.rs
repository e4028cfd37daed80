//! `SELECT *` beside a hidden column: the wildcard is written out, so that it stays hidden.

use std::collections::HashMap;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Select, SelectItem, SelectItemQualifiedWildcardKind, TableFactor, TableWithJoins,
    WildcardAdditionalOptions,
};

/// Replaces wildcards over stores by the columns of their schema; does nothing when
/// `store_columns` is empty.
pub(super) fn expand_wildcards(select: &mut Select, store_columns: &HashMap<String, Vec<String>>) {
    if store_columns.is_empty() || !select.projection.iter().any(is_wildcard) {
        return;
    }
    let relations = relations(&select.from);
    let items = std::mem::take(&mut select.projection);
    select.projection = items.into_iter().flat_map(|item| expanded(item, &relations, store_columns)).collect();
}

fn is_wildcard(item: &SelectItem) -> bool {
    matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..))
}

/// A relation of a FROM: the name its columns go by, and the table behind it.
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
            let table = name.0.last()?.as_ident()?.value.to_lowercase();
            let name = alias.as_ref().map_or_else(|| table.clone(), |alias| alias.name.value.to_lowercase());
            Some(Relation { name, table: Some(table) })
        }
        TableFactor::Derived { alias: Some(alias), .. } | TableFactor::UNNEST { alias: Some(alias), .. } => {
            Some(Relation { name: alias.name.value.to_lowercase(), table: None })
        }
        _ => None,
    }
}

fn expanded(item: SelectItem, relations: &[Relation], store_columns: &HashMap<String, Vec<String>>) -> Vec<SelectItem> {
    let of_relation = |relation: &Relation| match relation.table.as_ref().and_then(|table| store_columns.get(table)) {
        Some(columns) => columns.iter().map(|column| column_item(&relation.name, column)).collect(),
        None => vec![wildcard(&relation.name)],
    };
    match &item {
        SelectItem::Wildcard(_) if !relations.is_empty() => relations.iter().flat_map(of_relation).collect(),
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
