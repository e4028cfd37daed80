//! UNION, INTERSECT and EXCEPT: columns of common types, rows counted where ALL asks for it.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Column, Result, ScalarValue, plan_err};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::functions_window::expr_fn::row_number;
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::{Expr, ExprFunctionExt, ExprSchemable, LogicalPlan, LogicalPlanBuilder, lit};
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, FunctionArg, FunctionArgExpr, Ident};
use traillake_sql::{coerce, set_data_type, type_name};

use super::faults::refused;
use super::names::{self, columns};
use super::relations::of_query;
use crate::text::position;

/// Which of the rows equal to each other a row is.
const NUMBER: &str = "##number";
/// Not NULL in rows of the left side.
const LEFT: &str = "##left";
/// Not NULL in rows of the right side.
const RIGHT: &str = "##right";

/// A side of a set operation and the operator before it.
struct Operand {
    operator: Option<Ident>,
    plan: LogicalPlan,
}

/// Plans a chain of set operations from left to right.
pub(super) fn plan(args: Vec<FunctionArg>, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    let mut operands = args.into_iter().map(|arg| operand(arg, context)).collect::<Result<Vec<_>>>()?.into_iter();
    let Some(first) = operands.next() else { return plan_err!("a set operation has operands") };
    let mut left = first.plan;
    for Operand { operator, plan: right } in operands {
        let Some(operator) = operator else { return plan_err!("an operand has an operator") };
        left = combined(&operator, left, right)?;
    }
    Ok(left)
}

fn operand(arg: FunctionArg, context: &mut dyn RelationPlannerContext) -> Result<Operand> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(SqlExpr::Subquery(query))) => {
            Ok(Operand { operator: None, plan: of_query(query, context)? })
        }
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(SqlExpr::Subquery(query)), .. } => {
            Ok(Operand { operator: Some(name), plan: of_query(query, context)? })
        }
        _ => plan_err!("a query is expected"),
    }
}

fn combined(operator: &Ident, left: LogicalPlan, right: LogicalPlan) -> Result<LogicalPlan> {
    let types = common_types(operator, &left, &right)?;
    let names = names::of(left.schema());
    let (left, right) = (fitted(left, &types, &names)?, fitted(right, &types, &names)?);
    let all = |left, right| LogicalPlanBuilder::from(left).union(right);
    match operator.value.as_str() {
        "UNION ALL" => all(left, right)?.build(),
        "UNION" => all(left, right)?.distinct()?.build(),
        "INTERSECT" => chosen(left, right, &names, |in_right| in_right.gt(lit(0_i64))),
        "EXCEPT" => chosen(left, right, &names, |in_right| in_right.eq(lit(0_i64))),
        "INTERSECT ALL" => chosen(numbered(left)?, numbered(right)?, &names, |in_right| in_right.gt(lit(0_i64))),
        "EXCEPT ALL" => chosen(numbered(left)?, numbered(right)?, &names, |in_right| in_right.eq(lit(0_i64))),
        other => plan_err!("unknown set operation: {other}"),
    }
}

/// The types both sides turn into.
fn common_types(operator: &Ident, left: &LogicalPlan, right: &LogicalPlan) -> Result<Vec<DataType>> {
    let place = position(operator.span.start);
    let word = operator.value.split(' ').next().unwrap_or_default();
    let (left, right) = (left.schema().fields(), right.schema().fields());
    if left.len() != right.len() {
        return Err(refused(
            format!("{word} queries have different number of columns: {}, {}", left.len(), right.len()),
            place,
            "select as many columns on both sides, NULL where there is none",
        ));
    }
    let shared = left.iter().zip(right).enumerate().map(|(index, (left, right))| {
        set_data_type(left.data_type(), right.data_type()).ok_or_else(|| {
            let (left, right) = (type_name(left.data_type()), type_name(right.data_type()));
            refused(
                format!("column {} in {word} query has incompatible types: {left}, {right}", index + 1),
                place,
                "`CAST` the column of one branch to the type of the other",
            )
        })
    });
    shared.collect()
}

/// A side with columns of the common types and names.
fn fitted(plan: LogicalPlan, types: &[DataType], names: &[String]) -> Result<LogicalPlan> {
    let schema = Arc::clone(plan.schema());
    let mut fields = schema.iter().zip(types).zip(names);
    if fields
        .all(|(((relation, field), to), name)| relation.is_none() && field.data_type() == to && field.name() == name)
    {
        return Ok(plan);
    }
    let outputs = columns(&plan).into_iter().zip(types).zip(names).map(|((column, to), name)| {
        let from = column.get_type(&schema)?;
        Ok(coerce(column, &from, to).alias(name))
    });
    let outputs = outputs.collect::<Result<Vec<_>>>()?;
    LogicalPlanBuilder::from(plan).project(outputs)?.build()
}

/// A side whose equal rows are numbered.
fn numbered(plan: LogicalPlan) -> Result<LogicalPlan> {
    let number = row_number().partition_by(columns(&plan)).build()?.alias(NUMBER);
    LogicalPlanBuilder::from(plan).window(vec![number])?.build()
}

/// The distinct rows of the left side that the number of equal rows on the right side lets through.
fn chosen(
    left: LogicalPlan,
    right: LogicalPlan,
    names: &[String],
    wanted: impl Fn(Expr) -> Expr,
) -> Result<LogicalPlan> {
    let column = |name: &str| Expr::Column(Column::from_name(name));
    let grouped = columns(&left);
    LogicalPlanBuilder::from(marked(left, LEFT)?)
        .union(marked(right, RIGHT)?)?
        .aggregate(grouped, vec![count(column(LEFT)).alias(LEFT), count(column(RIGHT)).alias(RIGHT)])?
        .filter(column(LEFT).gt(lit(0_i64)).and(wanted(column(RIGHT))))?
        .project(names.iter().map(|name| column(name)).collect::<Vec<_>>())?
        .build()
}

/// A side with its mark.
fn marked(plan: LogicalPlan, mark: &str) -> Result<LogicalPlan> {
    let value = |name: &str| lit(ScalarValue::Boolean((name == mark).then_some(true))).alias(name);
    let outputs: Vec<Expr> = columns(&plan).into_iter().chain([LEFT, RIGHT].map(value)).collect();
    LogicalPlanBuilder::from(plan).project(outputs)?.build()
}
