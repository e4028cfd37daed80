//! `row.*` as the fields of the row: `SELECT userIdentity.*`, `SELECT element_at(resources, 1).*`.

use std::collections::HashMap;

use arrow::datatypes::{DataType, Fields};
use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName, Select, SelectItem,
    SelectItemQualifiedWildcardKind, Subscript,
};

use super::RewriteContext;
use super::call::column;
use super::projection::relation_names;

/// Replaces the wildcards of rows whose type the stores tell.
pub(super) fn expand(select: &mut Select, context: &RewriteContext) {
    let is_qualified = |item: &SelectItem| matches!(item, SelectItem::QualifiedWildcard(..));
    if !select.projection.iter().any(is_qualified) {
        return;
    }
    let relations = relation_names(&select.from);
    let items = std::mem::take(&mut select.projection);
    let expanded = |item: SelectItem| match fields_of(&item, &relations, &context.column_types) {
        Some((row, fields)) => fields.iter().map(|field| member(&row, field.name())).collect(),
        None => vec![item],
    };
    select.projection = items.into_iter().flat_map(expanded).collect();
}

/// The row before the wildcard and its fields, unless it is a relation.
fn fields_of(
    item: &SelectItem,
    relations: &std::collections::HashSet<String>,
    columns: &HashMap<String, DataType>,
) -> Option<(Expr, Fields)> {
    let SelectItem::QualifiedWildcard(kind, _) = item else { return None };
    let row = match kind {
        SelectItemQualifiedWildcardKind::Expr(expr) => expr.clone(),
        SelectItemQualifiedWildcardKind::ObjectName(name) => {
            let parts = names(name)?;
            if matches!(parts.as_slice(), [relation] if relations.contains(&relation.value.to_lowercase())) {
                return None;
            }
            column(parts)
        }
    };
    match type_of(&row, columns)? {
        DataType::Struct(fields) => Some((row, fields)),
        _ => None,
    }
}

fn names(name: &ObjectName) -> Option<Vec<Ident>> {
    name.0.iter().map(|part| part.as_ident().cloned()).collect()
}

fn member(row: &Expr, name: &str) -> SelectItem {
    let name = Ident::with_quote('"', name);
    let expr = match row {
        Expr::Identifier(column) => Expr::CompoundIdentifier(vec![column.clone(), name]),
        Expr::CompoundIdentifier(parts) => Expr::CompoundIdentifier(parts.iter().cloned().chain([name]).collect()),
        other => Expr::CompoundFieldAccess {
            root: Box::new(other.clone()),
            access_chain: vec![AccessExpr::Dot(Expr::Identifier(name))],
        },
    };
    SelectItem::UnnamedExpr(expr)
}

/// The type of a path into a column, as far as the stores tell.
fn type_of(expr: &Expr, columns: &HashMap<String, DataType>) -> Option<DataType> {
    match expr {
        Expr::Identifier(name) => columns.get(&name.value.to_lowercase()).cloned(),
        Expr::CompoundIdentifier(parts) => of_path(parts, columns).or_else(|| of_path(parts.get(1..)?, columns)),
        Expr::Nested(inner) => type_of(inner, columns),
        Expr::CompoundFieldAccess { root, access_chain } => {
            access_chain.iter().try_fold(type_of(root, columns)?, |data_type, access| match access {
                AccessExpr::Dot(Expr::Identifier(name)) => field(&data_type, name),
                AccessExpr::Subscript(Subscript::Index { .. }) => element(&data_type),
                _ => None,
            })
        }
        Expr::Function(function) if function.name.to_string().eq_ignore_ascii_case("element_at") => {
            let FunctionArguments::List(list) = &function.args else { return None };
            match list.args.first()? {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(array)) => element(&type_of(array, columns)?),
                _ => None,
            }
        }
        _ => None,
    }
}

fn of_path(parts: &[Ident], columns: &HashMap<String, DataType>) -> Option<DataType> {
    let (column, fields) = parts.split_first()?;
    let data_type = columns.get(&column.value.to_lowercase())?.clone();
    fields.iter().try_fold(data_type, |data_type, name| field(&data_type, name))
}

fn field(data_type: &DataType, name: &Ident) -> Option<DataType> {
    let DataType::Struct(fields) = data_type else { return None };
    fields.iter().find(|field| field.name().eq_ignore_ascii_case(&name.value)).map(|field| field.data_type().clone())
}

fn element(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) => Some(item.data_type().clone()),
        _ => None,
    }
}
