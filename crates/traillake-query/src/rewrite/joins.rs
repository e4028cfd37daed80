//! Joins with USING or NATURAL in parentheses, where a planner of ours finds them.

use datafusion::sql::sqlparser::ast::{Spanned, TableFactor, TableWithJoins};

use super::nodes::relation_of;
use crate::QueryError;
use crate::planners::common_columns;
use crate::text::position;

/// Joins with USING of one relation, at most: each is planned inside of the next.
const MAX_JOINS: usize = 64;

/// Puts what is joined with USING or NATURAL, and all before it, into parentheses.
pub(super) fn rewrite(from: &mut TableWithJoins) -> Result<(), QueryError> {
    let found = from.joins.iter().filter(|join| common_columns(join).is_some()).count();
    if found > MAX_JOINS {
        let place = from.joins.last().and_then(|join| position(join.relation.span().start));
        return Err(QueryError::TooComplex { what: "joins with USING", limit: MAX_JOINS, position: place });
    }
    let mut pending = Vec::new();
    for join in std::mem::take(&mut from.joins) {
        let closes = common_columns(&join).is_some();
        pending.push(join);
        if closes {
            let relation = std::mem::replace(&mut from.relation, relation_of("", vec![]));
            let joined = TableWithJoins { relation, joins: std::mem::take(&mut pending) };
            from.relation = TableFactor::NestedJoin { table_with_joins: Box::new(joined), alias: None };
        }
    }
    from.joins = pending;
    Ok(())
}
