//! Joins by columns of one name: USING and NATURAL give each of them once, before all others, and it belongs to no relation.

use arrow::datatypes::DataType;
use datafusion::common::{Column, Result, TableReference};
use datafusion::error::DataFusionError;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::{Expr, JoinType, LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::sqlparser::ast::{Ident, Join, JoinConstraint, JoinOperator, TableFactor, TableWithJoins};
use traillake_sql::{coerce, common_data_type, type_name};

use super::faults::refused;
use super::names::columns;
use crate::QueryError;
use crate::text::position;

/// A join by common columns, and what is joined before it.
pub(super) struct CommonJoin {
    left: TableWithJoins,
    right: TableFactor,
    kind: JoinType,
    /// `None` for NATURAL.
    names: Option<Vec<Ident>>,
}

/// The kind of a join with USING or NATURAL and the names USING lists; `None` for other joins.
pub(crate) fn common_columns(join: &Join) -> Option<(JoinType, Option<Vec<Ident>>)> {
    let (kind, constraint) = match &join.join_operator {
        JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => (JoinType::Inner, constraint),
        JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => (JoinType::Left, constraint),
        JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => (JoinType::Right, constraint),
        JoinOperator::FullOuter(constraint) => (JoinType::Full, constraint),
        _ => return None,
    };
    match constraint {
        JoinConstraint::Natural => Some((kind, None)),
        JoinConstraint::Using(names) => {
            let names = names.iter().filter_map(|name| name.0.last().and_then(|part| part.as_ident().cloned()));
            Some((kind, Some(names.collect())))
        }
        _ => None,
    }
}

/// The last join, if it is one by common columns; otherwise the relations as they were.
pub(super) fn split(mut relations: Box<TableWithJoins>) -> Result<CommonJoin, Box<TableWithJoins>> {
    let Some(last) = relations.joins.pop() else { return Err(relations) };
    if let Some((kind, names)) = common_columns(&last) {
        return Ok(CommonJoin { left: *relations, right: last.relation, kind, names });
    }
    relations.joins.push(last);
    Err(relations)
}

/// A column of both sides.
struct Key {
    name: String,
    left: Column,
    right: Column,
    left_type: DataType,
    right_type: DataType,
    shared: DataType,
}

/// Plans the join: keys, then the other columns of the left side, then those of the right side.
pub(super) fn plan(join: CommonJoin, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    let left = context.plan(nested(join.left))?;
    let right = context.plan(nested(TableWithJoins { relation: join.right, joins: vec![] }))?;
    let names = join.names.unwrap_or_else(|| names_of_both(&left, &right));
    let keys = names.into_iter().map(|name| key(&name, &left, &right, context)).collect::<Result<Vec<_>>>()?;
    let others = columns(&left).into_iter().chain(columns(&right));
    let is_key = |column: &Expr| keys.iter().any(|key| is(column, &key.left) || is(column, &key.right));
    let others = others.filter(|column| !is_key(column)).collect::<Vec<_>>();
    let outputs = keys.iter().map(|key| key.output(join.kind)).chain(others).collect::<Vec<_>>();
    let conditions = keys.iter().map(Key::condition).collect::<Vec<_>>();
    LogicalPlanBuilder::from(left).join_on(right, join.kind, conditions)?.project(outputs)?.build()
}

fn nested(relations: TableWithJoins) -> TableFactor {
    TableFactor::NestedJoin { table_with_joins: Box::new(relations), alias: None }
}

fn is(expr: &Expr, column: &Column) -> bool {
    matches!(expr, Expr::Column(found) if found == column)
}

/// The columns NATURAL joins by.
fn names_of_both(left: &LogicalPlan, right: &LogicalPlan) -> Vec<Ident> {
    let in_right = |name: &str| right.schema().fields().iter().any(|field| field.name() == name);
    let shared = left.schema().fields().iter().filter(|field| in_right(field.name()));
    shared.map(|field| Ident::with_quote('"', field.name())).collect()
}

fn key(name: &Ident, left: &LogicalPlan, right: &LogicalPlan, context: &dyn RelationPlannerContext) -> Result<Key> {
    let normal = context.normalize_ident(name.clone());
    let (left, left_type) = found(name, &normal, left, "left")?;
    let (right, right_type) = found(name, &normal, right, "right")?;
    let shared = common_data_type(&left_type, &right_type).ok_or_else(|| {
        let (left, right) = (type_name(&left_type), type_name(&right_type));
        refused(
            format!("column `{}` of USING has incompatible types: {left}, {right}", name.value),
            position(name.span.start),
            "join ON a condition that casts one of them",
        )
    })?;
    Ok(Key { name: normal, left, right, left_type, right_type, shared })
}

/// The only column of a side with a name.
fn found(name: &Ident, normal: &str, side: &LogicalPlan, which: &str) -> Result<(Column, DataType)> {
    match side.schema().qualified_fields_with_unqualified_name(normal).as_slice() {
        [only @ (_, field)] => Ok((Column::from(*only), field.data_type().clone())),
        [] => Err(DataFusionError::External(Box::new(QueryError::UnknownColumn {
            name: name.value.clone(),
            nearest: None,
            fields: Vec::new(),
            advice: Some(format!("USING needs a column of this name on the {which} side of the join")),
            position: position(name.span.start),
        }))),
        _ => Err(refused(
            format!("column `{}` is ambiguous on the {which} side of the join", name.value),
            position(name.span.start),
            "join ON a condition that names the relations",
        )),
    }
}

impl Key {
    fn left(&self) -> Expr {
        coerce(Expr::Column(self.left.clone()), &self.left_type, &self.shared)
    }

    fn right(&self) -> Expr {
        coerce(Expr::Column(self.right.clone()), &self.right_type, &self.shared)
    }

    fn condition(&self) -> Expr {
        self.left().eq(self.right())
    }

    /// The column from the side that has all rows, from both if none has.
    fn output(&self, kind: JoinType) -> Expr {
        let value = match kind {
            JoinType::Right => self.right(),
            JoinType::Full => coalesce(vec![self.left(), self.right()]),
            _ => self.left(),
        };
        // A relation nobody can name: `k` beside `c.k` would be the same name to the engine.
        let relation = TableReference::bare(format!("${}", self.left.flat_name()));
        value.alias_qualified(Some(relation), &self.name)
    }
}
