//! Clauses in the spelling the planner knows: FETCH, TABLE, types of casts.

use datafusion::sql::sqlparser::ast::{
    Expr, Fetch, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, LimitClause, Offset, Query, SetExpr,
    Value,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

/// Functions whose second argument is the text of a type.
const CASTS: [&str; 2] = ["$cast", "$try_cast"];

/// `FETCH FIRST n ROWS ONLY` is `LIMIT n`.
pub(super) fn fetch_only_to_limit(query: &mut Query) {
    if query.fetch.as_ref().is_some_and(|fetch| !fetch.with_ties) {
        fetch_to_limit(query);
    }
}

/// The count of FETCH as that of LIMIT.
pub(super) fn fetch_to_limit(query: &mut Query) {
    let Some(Fetch { quantity, .. }) = query.fetch.take() else { return };
    let one = || Expr::Value(Value::Number("1".into(), false).into());
    let limit = Some(quantity.unwrap_or_else(one));
    let offset: Option<Offset> = match query.limit_clause.take() {
        Some(LimitClause::LimitOffset { offset, .. }) => offset,
        _ => None,
    };
    query.limit_clause = Some(LimitClause::LimitOffset { limit, offset, limit_by: vec![] });
}

/// `TABLE x` is `SELECT * FROM x`.
pub(super) fn table_to_select(body: &mut SetExpr) {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            table_to_select(left);
            table_to_select(right);
        }
        SetExpr::Table(table) => {
            let parts = [&table.schema_name, &table.table_name].into_iter().flatten();
            let name: Vec<_> = parts.map(|part| Ident::with_quote('"', part.to_lowercase()).to_string()).collect();
            let parser = Parser::new(&GenericDialect {}).try_with_sql(&format!("SELECT * FROM {}", name.join(".")));
            if let Some(query) = parser.ok().and_then(|mut parser| parser.parse_query().ok()) {
                *body = *query.body;
            }
        }
        _ => {}
    }
}

/// The text of a type in lower case, so that equal casts are equal expressions.
pub(super) fn lower_type(function: &mut Function) {
    let is_cast = function.name.0.first().and_then(|part| part.as_ident()).is_some_and(|name| {
        let name = name.value.as_str();
        CASTS.contains(&name)
    });
    let FunctionArguments::List(list) = &mut function.args else { return };
    let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value)))) = list.args.get_mut(1) else { return };
    if let (true, Value::SingleQuotedString(text)) = (is_cast, &mut value.value) {
        *text = text.to_lowercase();
    }
}
