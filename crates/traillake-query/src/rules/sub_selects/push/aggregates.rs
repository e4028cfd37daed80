//! Groups and distinct rows: those of each row of the domain.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, JoinType, Result, not_impl_err};
use datafusion::logical_expr::{Aggregate, Expr, LogicalPlan, lit};

use super::super::domain::{Pushed, joined, projected, renamed};
use super::{NOT_ANSWERED, Pusher};

/// Column that tells rows from the absence of rows.
const HIT: &str = "$hit";

impl Pusher<'_> {
    pub(super) fn aggregate(&mut self, aggregate: &Aggregate) -> Result<Pushed> {
        if aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_))) {
            return not_impl_err!("{NOT_ANSWERED}: it groups by several sets");
        }
        let input = self.push(&aggregate.input)?;
        let groups = self.exprs(&aggregate.group_expr, &input.keys)?;
        let aggregates = self.exprs(&aggregate.aggr_expr, &input.keys)?;
        if groups.is_empty() {
            self.whole(input, &aggregate.input, aggregates)
        } else {
            self.grouped(input, groups, aggregates)
        }
    }

    /// Distinct rows of each row of the domain.
    pub(super) fn distinct(&mut self, input: &LogicalPlan) -> Result<Pushed> {
        let pushed = self.push(input)?;
        let columns = input.schema().columns().into_iter().map(Expr::Column).collect();
        self.grouped(pushed, columns, vec![])
    }

    fn grouped(&mut self, input: Pushed, groups: Vec<Expr>, mut aggregates: Vec<Expr>) -> Result<Pushed> {
        let mut by = self.domain.identities(&input.keys);
        by.extend(groups);
        aggregates.extend(self.domain.others(&input.keys));
        let plan = Aggregate::try_new(Arc::new(input.plan), by, aggregates)?;
        Ok(Pushed { plan: LogicalPlan::Aggregate(plan), keys: input.keys, order: None })
    }

    /// One group for each row of the domain, also for those without rows.
    fn whole(&mut self, input: Pushed, rows: &LogicalPlan, aggregates: Vec<Expr>) -> Result<Pushed> {
        let hit = Column::new(Some(self.names.next()), HIT);
        let mut columns: Vec<Expr> = rows.schema().columns().into_iter().map(Expr::Column).collect();
        columns.extend(input.keys.iter().cloned().map(Expr::Column));
        columns.push(lit(true).alias_qualified(hit.relation.clone(), HIT));
        let right = projected(input.plan, columns)?;
        let left = self.domain.instance(self.names)?;
        let on = self.domain.same(&left.keys, &input.keys);
        let plan = joined(left.plan, right, JoinType::Left, Some(on))?;
        let aggregates = aggregates.into_iter().map(|expr| only_hits(expr, &hit)).collect::<Result<_>>()?;
        // What the aggregates say of the domain is said of the rows' side: it is the same.
        self.grouped(Pushed { plan, keys: left.keys, order: None }, vec![], aggregates)
    }
}

/// An aggregate of the rows alone.
fn only_hits(expr: Expr, hit: &Column) -> Result<Expr> {
    renamed(expr, |expr| {
        let filtered = expr.transform(|expr| match expr {
            Expr::AggregateFunction(mut function) => {
                let hit = Expr::Column(hit.clone()).is_true();
                let filter = function.params.filter.take();
                function.params.filter = Some(Box::new(match filter {
                    Some(filter) => hit.and(*filter),
                    None => hit,
                }));
                Ok(Transformed::yes(Expr::AggregateFunction(function)))
            }
            other => Ok(Transformed::no(other)),
        })?;
        Ok(filtered.data)
    })
}
