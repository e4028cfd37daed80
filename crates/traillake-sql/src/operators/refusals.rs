//! Expressions that Trino refuses and the engine would bend: conditions that are no booleans, lambdas of another
//! number of parameters.

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result, plan_err};
use datafusion::logical_expr::expr::{BinaryExpr, Case, HigherOrderFunction, Like};
use datafusion::logical_expr::{Expr, ExprSchemable, Operator};

use crate::types::{is_text, type_name};

/// Refuses an expression, not what is inside of it.
pub(super) fn check_expr(expr: &Expr, schema: &DFSchema) -> Result<()> {
    match expr {
        Expr::Case(Case { expr: None, when_then_expr, .. }) => {
            when_then_expr.iter().try_for_each(|(when, _)| condition("CASE WHEN clause", when, schema))
        }
        Expr::Not(inner) => condition("Value of logical NOT expression", inner, schema),
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And | Operator::Or, right }) => terms(left, right, schema),
        Expr::Like(like) => like_side(like, schema),
        Expr::AggregateFunction(call) => filter(call.params.filter.as_deref(), schema),
        Expr::WindowFunction(call) => filter(call.params.filter.as_deref(), schema),
        Expr::HigherOrderFunction(call) => lambdas(call, schema),
        _ => Ok(()),
    }
}

/// The operands of AND and OR.
pub(super) fn terms(left: &Expr, right: &Expr, schema: &DFSchema) -> Result<()> {
    [left, right].into_iter().try_for_each(|term| condition("Logical expression term", term, schema))
}

fn condition(what: &str, expr: &Expr, schema: &DFSchema) -> Result<()> {
    match expr.get_type(schema) {
        Ok(DataType::Boolean | DataType::Null) | Err(_) => Ok(()),
        Ok(other) => plan_err!("{what} must evaluate to a boolean (actual: {})", type_name(&other)),
    }
}

fn filter(filter: Option<&Expr>, schema: &DFSchema) -> Result<()> {
    filter.map_or(Ok(()), |filter| condition("Filter expression", filter, schema))
}

/// The pattern is a function's argument, which has its own check.
fn like_side(like: &Like, schema: &DFSchema) -> Result<()> {
    match like.expr.get_type(schema) {
        Ok(DataType::Dictionary(_, value)) if is_text(&value) => Ok(()),
        Ok(found) if found != DataType::Null && !is_text(&found) => {
            plan_err!("Left side of LIKE expression must evaluate to a varchar (actual: {})", type_name(&found))
        }
        _ => Ok(()),
    }
}

fn lambdas(call: &HigherOrderFunction, schema: &DFSchema) -> Result<()> {
    let Ok(given) = call.lambda_parameters(schema) else { return Ok(()) };
    let lambdas = call.args.iter().filter_map(|arg| if let Expr::Lambda(lambda) = arg { Some(lambda) } else { None });
    for (lambda, given) in lambdas.zip(given) {
        if lambda.params.len() != given.len() {
            let (name, wanted, found) = (call.name(), given.len(), lambda.params.len());
            return plan_err!("The lambda of {name} takes {wanted} parameters, not {found}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    fn refused(expression: &str, text: &str) {
        let found = value(expression).unwrap_or_else(|error| error);
        assert!(found.contains(text), "{expression}: {found}");
    }

    #[test]
    fn conditions_are_booleans() {
        refused("CASE WHEN 1 THEN 2 END", "CASE WHEN clause must evaluate to a boolean (actual: bigint)");
        refused("CASE WHEN 'true' THEN 2 END", "(actual: varchar)");
        refused("true AND 1", "Logical expression term must evaluate to a boolean (actual: bigint)");
        refused("'a' OR true", "Logical expression term must evaluate to a boolean (actual: varchar)");
        refused("count(*) FILTER (WHERE 1)", "Filter expression must evaluate to a boolean");
        assert_eq!(value("CASE WHEN NULL THEN 1 ELSE 2 END").unwrap(), "2");
        assert_eq!(value("NULL AND false").unwrap(), "false");
        assert_eq!(value("NOT NULL").unwrap(), "NULL");
    }

    #[test]
    fn like_is_about_texts() {
        refused("1 LIKE 'a'", "Left side of LIKE expression must evaluate to a varchar (actual: bigint)");
        refused("'a' LIKE 1", "Unexpected parameters (bigint) for function $like_pattern");
        assert_eq!(value("'a' LIKE NULL").unwrap(), "NULL");
    }

    #[test]
    fn a_lambda_has_the_parameters_its_function_gives_it() {
        refused("map_filter(map(ARRAY[1], ARRAY[2]), k -> true)", "The lambda of map_filter takes 2 parameters, not 1");
        refused("reduce(ARRAY[1], 0, s -> s, s -> s)", "The lambda of reduce takes 2 parameters, not 1");
        assert_eq!(value("transform(ARRAY[1], x -> 2)").unwrap(), "[2]");
    }
}
