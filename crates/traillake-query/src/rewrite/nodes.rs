//! Queries and relations the rewrite makes.

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Ident, Query, SelectItem, SetExpr, TableAlias, TableFactor, Values,
    WildcardAdditionalOptions,
};

use super::scope::skeleton;

/// A query of this body alone.
pub(super) fn query_with(body: SetExpr) -> Query {
    Query {
        with: None,
        body: Box::new(body),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: vec![],
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: vec![],
    }
}

/// `SELECT * FROM relation`.
pub(super) fn all_of(relation: TableFactor) -> Option<Query> {
    let mut query = skeleton()?;
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
    select.from.first_mut()?.relation = relation;
    Some(query)
}

/// A call of one of our own relations.
pub(super) fn relation_of(name: &str, args: Vec<FunctionArg>) -> TableFactor {
    let name = Ident::with_quote('"', name).into();
    TableFactor::Function { lateral: false, name, args, with_ordinality: false, alias: None }
}

/// An argument without a name.
pub(super) fn argument(value: Expr) -> FunctionArg {
    FunctionArg::Unnamed(FunctionArgExpr::Expr(value))
}

/// A sub-select under a name.
pub(super) fn derived(query: Query, alias: TableAlias) -> TableFactor {
    TableFactor::Derived { lateral: false, subquery: Box::new(query), alias: Some(alias), sample: None }
}

/// VALUES before it has rows: what stands in a tree while a part of it is moved.
pub(super) fn no_rows() -> SetExpr {
    SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows: vec![] })
}
