//! Joins, unions and VALUES, whose sides take the domain each.

use std::sync::Arc;

use datafusion::common::{Column, JoinType, NullEquality, Result, TableReference, not_impl_err};
use datafusion::logical_expr::{Expr, Join, LogicalPlan, Union, Values};

use super::super::domain::{Pushed, is_same, joined, projected};
use super::{NOT_ANSWERED, Pusher};

impl Pusher<'_> {
    pub(super) fn join(&mut self, join: &Join) -> Result<Pushed> {
        let on_left = self.is_correlated(&join.left)?;
        let on_right = self.is_correlated(&join.right)?;
        let condition = condition(join);
        match join.join_type {
            JoinType::Inner if on_right && !on_left => self.on_one_side(join, condition, false),
            JoinType::Inner => self.on_sides(join, condition, on_right),
            JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti | JoinType::LeftMark => {
                self.on_sides(join, condition, on_right)
            }
            JoinType::Right if !on_left => self.on_one_side(join, condition, false),
            JoinType::Right => {
                let both = self.on_both_sides(join, condition)?;
                Ok(both.1)
            }
            _ => not_impl_err!("{NOT_ANSWERED}: it uses columns of the query around it in a FULL JOIN"),
        }
    }

    /// The domain on the left side, and on the right side where it is needed there.
    fn on_sides(&mut self, join: &Join, condition: Option<Expr>, both: bool) -> Result<Pushed> {
        if !both {
            return self.on_one_side(join, condition, true);
        }
        Ok(self.on_both_sides(join, condition)?.0)
    }

    fn on_one_side(&mut self, join: &Join, condition: Option<Expr>, left: bool) -> Result<Pushed> {
        let pushed = self.push(if left { &join.left } else { &join.right })?;
        let condition = condition.map(|condition| self.inlined(condition, &pushed.keys)).transpose()?;
        let (one, other) = if left {
            (pushed.plan.clone(), join.right.as_ref().clone())
        } else {
            (join.left.as_ref().clone(), pushed.plan.clone())
        };
        let plan = joined(one, other, join.join_type, condition)?;
        Ok(Pushed { order: None, ..pushed.with(plan) })
    }

    /// The join, with the columns of the domain from either side.
    fn on_both_sides(&mut self, join: &Join, condition: Option<Expr>) -> Result<(Pushed, Pushed)> {
        let left = self.push(&join.left)?;
        let right = self.push(&join.right)?;
        let same = self.domain.same(&left.keys, &right.keys);
        let condition = condition.map(|condition| self.inlined(condition, &left.keys)).transpose()?;
        let condition = condition.map_or_else(|| same.clone(), |condition| same.clone().and(condition));
        let plan = joined(left.plan, right.plan, join.join_type, Some(condition))?;
        let side = |keys| Pushed { plan: plan.clone(), keys, order: None };
        Ok((side(left.keys), side(right.keys)))
    }

    pub(super) fn union(&mut self, union: &Union) -> Result<Pushed> {
        let name = self.names.next();
        let branches = union.inputs.iter().map(|input| {
            let pushed = self.push(input)?;
            let columns = input.schema().columns().into_iter().map(Expr::Column);
            branch(pushed, columns.collect(), &name).map(Arc::new)
        });
        let plan = Union::try_new_with_loose_types(branches.collect::<Result<_>>()?)?;
        self.united(LogicalPlan::Union(plan), union.schema.columns(), &name)
    }

    /// Rows of VALUES, each a branch of a union.
    pub(super) fn values(&mut self, values: &Values) -> Result<Pushed> {
        let name = self.names.next();
        let branches = values.values.iter().map(|row| {
            let instance = self.domain.instance(self.names)?;
            let cells = row.iter().zip(values.schema.columns());
            let cells = cells.map(|(cell, column)| {
                Ok(self.inlined(cell.clone(), &instance.keys)?.alias_qualified(column.relation, column.name))
            });
            let cells = cells.collect::<Result<Vec<_>>>()?;
            branch(instance, cells, &name).map(Arc::new)
        });
        let mut branches = branches.collect::<Result<Vec<_>>>()?;
        if branches.len() > 1 {
            let plan = Union::try_new_with_loose_types(branches)?;
            return self.united(LogicalPlan::Union(plan), values.schema.columns(), &name);
        }
        let Some(only) = branches.pop() else { return not_impl_err!("{NOT_ANSWERED}: VALUES without rows") };
        self.united(Arc::unwrap_or_clone(only), values.schema.columns(), &name)
    }

    /// The columns of branches under the names a union has.
    fn united(&self, plan: LogicalPlan, columns: Vec<Column>, name: &TableReference) -> Result<Pushed> {
        let from = |kind: &str, index: usize| Expr::Column(Column::from_name(format!("{name}{kind}{index}")));
        let mut exprs: Vec<Expr> = columns
            .into_iter()
            .enumerate()
            .map(|(index, column)| from("c", index).alias_qualified(column.relation, column.name))
            .collect();
        let keys: Vec<Column> =
            (0..self.domain.columns).map(|index| Column::new(Some(name.clone()), format!("k{index}"))).collect();
        exprs.extend(
            keys.iter()
                .enumerate()
                .map(|(index, key)| from("k", index).alias_qualified(key.relation.clone(), &key.name)),
        );
        Ok(Pushed { plan: projected(plan, exprs)?, keys, order: None })
    }
}

/// A branch whose names no other column has.
fn branch(pushed: Pushed, columns: Vec<Expr>, name: &TableReference) -> Result<LogicalPlan> {
    let mut exprs: Vec<Expr> =
        columns.into_iter().enumerate().map(|(index, column)| column.alias(format!("{name}c{index}"))).collect();
    let keys = pushed.keys.iter().enumerate();
    exprs.extend(keys.map(|(index, key)| Expr::Column(key.clone()).alias(format!("{name}k{index}"))));
    projected(pushed.plan, exprs)
}

/// The whole condition of a join.
fn condition(join: &Join) -> Option<Expr> {
    let equal = join.on.iter().map(|(left, right)| {
        let (left, right) = (left.clone(), right.clone());
        match join.null_equality {
            NullEquality::NullEqualsNothing => left.eq(right),
            NullEquality::NullEqualsNull => is_same(left, right),
        }
    });
    equal.chain(join.filter.clone()).reduce(Expr::and)
}
