//! What the engine would answer otherwise than Trino: refused, so that nobody takes a wrong answer for a right one.

use datafusion::sql::sqlparser::ast::{
    JoinConstraint, JoinOperator, Query, Select, SetExpr, SetOperator, SetQuantifier, Spanned,
};

use crate::QueryError;
use crate::text::position;

/// `EXCEPT ALL` and `INTERSECT ALL`: the engine keeps or drops equal rows together instead of counting them.
pub(super) fn check_query(query: &Query) -> Result<(), QueryError> {
    check_body(&query.body)
}

fn check_body(body: &SetExpr) -> Result<(), QueryError> {
    let SetExpr::SetOperation { op, set_quantifier, left, right } = body else { return Ok(()) };
    if *set_quantifier == SetQuantifier::All && matches!(op, SetOperator::Except | SetOperator::Intersect) {
        return Err(QueryError::Invalid {
            message: format!("`{op} ALL` is not answered: equal rows would not be counted"),
            position: position(right.span().start),
            hint: Some("number equal rows with row_number() OVER (PARTITION BY ...) and leave out ALL".into()),
        });
    }
    check_body(left)?;
    check_body(right)
}

/// `RIGHT JOIN` and `FULL JOIN` with `USING`: the engine answers the common column from the left side alone.
pub(super) fn check_select(select: &Select) -> Result<(), QueryError> {
    let joins = select.from.iter().flat_map(|from| &from.joins);
    for join in joins {
        let (JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::FullOuter(constraint)) = &join.join_operator
        else {
            continue;
        };
        if matches!(constraint, JoinConstraint::Using(_) | JoinConstraint::Natural) {
            return Err(QueryError::Invalid {
                message: "a RIGHT or FULL JOIN with USING is not answered: its column would be the left side's".into(),
                position: position(join.relation.span().start),
                hint: Some("write `ON a.k = b.k` and `coalesce(a.k, b.k) AS k`".into()),
            });
        }
    }
    Ok(())
}
