//! What a sub-select says to each row of a domain: one value, whatever it is asked for.

use std::sync::Arc;

use datafusion::common::{Column, JoinType, Result, ScalarValue};
use datafusion::functions::core::named_struct;
use datafusion::functions_aggregate::array_agg::array_agg_udaf;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::first_last::first_value;
use datafusion::logical_expr::{Aggregate, Expr, ExprFunctionExt, LogicalPlan, Operator, binary_expr, lit, when};

use super::domain::{Domain, Names, Pushed, joined, projected};

/// Column of the value.
pub(super) const VALUE: &str = "$value";
/// Column of the number of rows the value stands for.
pub(super) const ROWS: &str = "$rows";
const HIT: &str = "$hit";

/// What is asked.
#[derive(Debug, Clone)]
pub(super) enum Question {
    /// The only row.
    Scalar,
    /// Whether there is a row.
    Exists,
    /// Whether a comparison with the key at this place holds for a row: true, false or NULL.
    Any { op: Operator, left: usize },
    /// All rows, as an array.
    Rows,
}

/// Name of a column of a row, in an array of rows.
pub(super) fn cell(index: usize) -> String {
    format!("c{index}")
}

/// A plan with the identities, the value and the number of rows, one row for each row of the domain.
pub(super) fn answer(
    domain: &Domain,
    pushed: Pushed,
    columns: &[Column],
    question: &Question,
    names: &mut Names,
) -> Result<LogicalPlan> {
    let left = domain.instance(names)?;
    let hit = Column::new(Some(names.next()), HIT);
    let on = domain.same(&left.keys, &pushed.keys);
    let mut exprs: Vec<Expr> = columns.iter().cloned().map(Expr::Column).collect();
    exprs.extend(pushed.keys.iter().cloned().map(Expr::Column));
    exprs.push(lit(true).alias_qualified(hit.relation.clone(), HIT));
    let right = projected(pushed.plan, exprs)?;
    let plan = joined(left.plan, right, JoinType::Left, Some(on))?;
    let groups = domain.identities(&left.keys).into_iter().enumerate().map(|(index, id)| id.alias(domain.key(index)));
    let groups: Vec<Expr> = groups.collect();
    let identities: Vec<Expr> = (0..groups.len()).map(|index| named(&domain.key(index))).collect();
    let (aggregates, value, rows) = asked(question, columns, &left.keys, Expr::Column(hit))?;
    let plan = LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(plan), groups, aggregates)?);
    told(plan, identities, value, rows)
}

/// The answer where a sub-select has exactly one row for each row of the domain.
pub(super) fn answer_of_one(domain: &Domain, pushed: Pushed, column: &Column) -> Result<LogicalPlan> {
    let identities =
        domain.identities(&pushed.keys).into_iter().enumerate().map(|(index, id)| id.alias(domain.key(index)));
    let identities = identities.collect();
    told(pushed.plan, identities, Expr::Column(column.clone()), lit(1_i64))
}

fn told(plan: LogicalPlan, mut exprs: Vec<Expr>, value: Expr, rows: Expr) -> Result<LogicalPlan> {
    exprs.push(value.alias(VALUE));
    exprs.push(rows.alias(ROWS));
    projected(plan, exprs)
}

/// Aggregates over the rows, the value and the number of rows made of them.
fn asked(question: &Question, columns: &[Column], keys: &[Column], hit: Expr) -> Result<(Vec<Expr>, Expr, Expr)> {
    let column = || columns.first().cloned().map_or_else(|| lit(ScalarValue::Null), Expr::Column);
    let one = || lit(1_i64);
    Ok(match question {
        Question::Scalar => {
            let aggregates = vec![first_value(column(), vec![]).alias(VALUE), count(hit).alias(ROWS)];
            (aggregates, named(VALUE), named(ROWS))
        }
        Question::Exists => (vec![count(hit).alias(ROWS)], named(ROWS).gt(lit(0_i64)), one()),
        Question::Any { op, left } => {
            let left = keys.get(*left).cloned().map_or_else(|| lit(ScalarValue::Null), Expr::Column);
            let compared = binary_expr(left, *op, column());
            let counted = |condition: Expr| when(hit.clone().and(condition), lit(true)).end().map(count);
            let aggregates =
                vec![counted(compared.clone())?.alias("$true"), counted(compared.is_null())?.alias("$unknown")];
            (aggregates, three_valued(named("$true").gt(lit(0_i64)), named("$unknown").gt(lit(0_i64)))?, one())
        }
        Question::Rows => {
            let cells = columns.iter().enumerate();
            let cells = cells.flat_map(|(index, column)| [lit(cell(index)), Expr::Column(column.clone())]);
            let row = named_struct().call(cells.collect());
            let rows = array_agg_udaf().call(vec![row]).filter(hit.is_true()).build()?;
            (vec![rows.alias(VALUE)], named(VALUE), one())
        }
    })
}

/// True, else NULL, else false.
pub(super) fn three_valued(is_true: Expr, is_unknown: Expr) -> Result<Expr> {
    when(is_true, lit(true)).when(is_unknown, lit(ScalarValue::Boolean(None))).otherwise(lit(false))
}

pub(super) fn count(expr: Expr) -> Expr {
    count_udaf().call(vec![expr])
}

fn named(name: &str) -> Expr {
    Expr::Column(Column::from_name(name))
}
