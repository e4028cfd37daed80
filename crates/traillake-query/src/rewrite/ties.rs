//! `FETCH FIRST n ROWS WITH TIES` as a relation of ours.

use datafusion::sql::sqlparser::ast::{Expr, Query, Spanned, Value};

use super::clauses::fetch_to_limit;
use super::nodes::{all_of, argument, no_rows, query_with, relation_of};
use crate::QueryError;
use crate::planners::WITH_TIES;
use crate::text::position;

/// Makes a query that fetches ties one around it with a limit.
pub(super) fn rewrite(query: &mut Query) -> Result<(), QueryError> {
    let Some(fetch) = query.fetch.as_ref().filter(|fetch| fetch.with_ties) else { return Ok(()) };
    let place = fetch.quantity.as_ref().and_then(|count| position(count.span().start));
    let refused = |message: &str, hint: &str| {
        Err(QueryError::Invalid { message: message.to_owned(), position: place, hint: Some(hint.to_owned()) })
    };
    if query.order_by.is_none() {
        return refused("`FETCH FIRST ... WITH TIES` requires ORDER BY", "add ORDER BY, or write ROWS ONLY");
    }
    if fetch.quantity.as_ref().is_some_and(is_zero) {
        return refused("the row count of FETCH FIRST must be positive", "`FETCH FIRST 1 ROW WITH TIES`");
    }
    let mut inner = query_with(std::mem::replace(query.body.as_mut(), no_rows()));
    inner.order_by = query.order_by.take();
    inner.fetch = query.fetch.take();
    inner.limit_clause = query.limit_clause.take();
    fetch_to_limit(&mut inner);
    if let Some(outer) = all_of(relation_of(WITH_TIES, vec![argument(Expr::Subquery(Box::new(inner)))])) {
        query.body = outer.body;
    }
    Ok(())
}

fn is_zero(count: &Expr) -> bool {
    let Expr::Value(value) = count else { return false };
    matches!(&value.value, Value::Number(digits, _) if digits.bytes().all(|digit| digit == b'0'))
}
