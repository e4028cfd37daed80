//! A domain pushed down into a sub-select: what refers to the query around refers to the domain then.
//!
//! The answer has, for each row of the domain, the rows the sub-select has for it, with the
//! columns of the domain beside them.

mod aggregates;
mod joins;

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, JoinType, Result, not_impl_err};
use datafusion::logical_expr::expr::Sort as SortExpr;
use datafusion::logical_expr::{
    Distinct, Expr, FetchType, Filter, Limit, LogicalPlan, Projection, SkipType, Sort, SubqueryAlias, Unnest, Window,
    lit,
};

use super::domain::{Domain, Names, Pushed, joined, projected, renamed};
use super::references;

/// Operators within each other.
const DEPTH: usize = 200;
/// Part of the message about what is not answered.
pub(super) const NOT_ANSWERED: &str = "correlated sub-select is not answered";

/// Pushes one domain.
pub(super) struct Pusher<'a> {
    domain: &'a Domain,
    /// The columns of the query around, by their place in the domain.
    outer: &'a [(Column, usize)],
    names: &'a mut Names,
    depth: usize,
}

impl<'a> Pusher<'a> {
    pub(super) fn new(domain: &'a Domain, outer: &'a [(Column, usize)], names: &'a mut Names) -> Self {
        Self { domain, outer, names, depth: 0 }
    }

    /// The plan for every row of the domain.
    pub(super) fn push(&mut self, plan: &LogicalPlan) -> Result<Pushed> {
        self.depth += 1;
        if self.depth > DEPTH {
            return not_impl_err!("{NOT_ANSWERED}: it has too many parts");
        }
        let pushed = if self.is_correlated(plan)? { self.correlated(plan) } else { self.beside(plan) };
        self.depth -= 1;
        pushed
    }

    fn is_correlated(&self, plan: &LogicalPlan) -> Result<bool> {
        let references = references::of_plan(plan)?;
        Ok(references.iter().any(|reference| self.place(reference).is_some()))
    }

    fn place(&self, expr: &Expr) -> Option<usize> {
        let Expr::OuterReferenceColumn(_, column) = expr else { return None };
        self.outer.iter().find(|(outer, _)| outer == column).map(|(_, place)| *place)
    }

    /// A plan of its own for each row of the domain.
    fn beside(&mut self, plan: &LogicalPlan) -> Result<Pushed> {
        let instance = self.domain.instance(self.names)?;
        if matches!(plan, LogicalPlan::EmptyRelation(empty) if empty.produce_one_row) {
            return Ok(instance);
        }
        let plan = joined(instance.plan.clone(), plan.clone(), JoinType::Inner, None)?;
        Ok(instance.with(plan))
    }

    fn correlated(&mut self, plan: &LogicalPlan) -> Result<Pushed> {
        match plan {
            LogicalPlan::Projection(projection) => self.projection(projection),
            LogicalPlan::Filter(filter) => self.filter(filter),
            LogicalPlan::SubqueryAlias(alias) => self.alias(alias),
            // An UNNEST of outer columns, first in its FROM.
            LogicalPlan::Subquery(unnest) => self.push(&unnest.subquery),
            LogicalPlan::Unnest(unnest) => self.unnest(unnest),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate),
            LogicalPlan::Distinct(Distinct::All(input)) => self.distinct(input),
            LogicalPlan::Window(window) => self.window(window),
            LogicalPlan::Sort(sort) => self.sort(sort),
            LogicalPlan::Limit(limit) => self.limit(limit),
            LogicalPlan::Join(join) => self.join(join),
            LogicalPlan::Union(union) => self.union(union),
            LogicalPlan::Values(values) => self.values(values),
            other => not_impl_err!("{NOT_ANSWERED}: it uses columns of the query around it in {}", kind(other)),
        }
    }

    /// An expression over the pushed plan, under the name it had.
    fn expr(&self, expr: Expr, keys: &[Column]) -> Result<Expr> {
        renamed(expr, |expr| self.inlined(expr, keys))
    }

    fn inlined(&self, expr: Expr, keys: &[Column]) -> Result<Expr> {
        let inlined = expr.transform(|expr| {
            let key = self.place(&expr).and_then(|place| keys.get(place));
            Ok(key.map_or_else(|| Transformed::no(expr.clone()), |key| Transformed::yes(Expr::Column(key.clone()))))
        })?;
        Ok(inlined.data)
    }

    fn exprs(&self, exprs: &[Expr], keys: &[Column]) -> Result<Vec<Expr>> {
        exprs.iter().map(|expr| self.expr(expr.clone(), keys)).collect()
    }

    fn projection(&mut self, projection: &Projection) -> Result<Pushed> {
        let input = self.push(&projection.input)?;
        let mut exprs = self.exprs(&projection.expr, &input.keys)?;
        exprs.extend(input.carried());
        let plan = projected(input.plan.clone(), exprs)?;
        Ok(input.with(plan))
    }

    fn filter(&mut self, filter: &Filter) -> Result<Pushed> {
        let input = self.push(&filter.input)?;
        let predicate = self.inlined(filter.predicate.clone(), &input.keys)?;
        let plan = Filter::try_new(predicate, Arc::new(input.plan.clone()))?;
        Ok(input.with(LogicalPlan::Filter(plan)))
    }

    fn alias(&mut self, alias: &SubqueryAlias) -> Result<Pushed> {
        let input = self.push(&alias.input)?;
        let mut exprs: Vec<Expr> = alias.input.schema().columns().into_iter().map(Expr::Column).collect();
        let prefix = self.names.next();
        let named = |index: usize| format!("{prefix}k{index}");
        exprs.extend(input.carried().enumerate().map(|(index, column)| column.alias(named(index))));
        let plan = projected(input.plan, exprs)?;
        let plan = LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(plan), alias.alias.clone())?);
        let column = |index| Column::new(Some(alias.alias.clone()), named(index));
        let keys: Vec<Column> = (0..input.keys.len()).map(column).collect();
        let order = input.order.map(|_| column(keys.len()));
        Ok(Pushed { plan, keys, order })
    }

    fn unnest(&mut self, unnest: &Unnest) -> Result<Pushed> {
        let input = self.push(&unnest.input)?;
        let plan = Unnest::try_new(Arc::new(input.plan.clone()), unnest.exec_columns.clone(), unnest.options.clone())?;
        Ok(input.with(LogicalPlan::Unnest(plan)))
    }

    fn window(&mut self, window: &Window) -> Result<Pushed> {
        let input = self.push(&window.input)?;
        let identities = self.domain.identities(&input.keys);
        let exprs = window.window_expr.iter().map(|expr| {
            renamed(expr.clone(), |expr| {
                let parted = self.inlined(expr, &input.keys)?.transform(|expr| match expr {
                    Expr::WindowFunction(mut function) => {
                        function.params.partition_by.splice(0..0, identities.iter().cloned());
                        Ok(Transformed::yes(Expr::WindowFunction(function)))
                    }
                    other => Ok(Transformed::no(other)),
                })?;
                Ok(parted.data)
            })
        });
        let plan = Window::try_new(exprs.collect::<Result<_>>()?, Arc::new(input.plan.clone()))?;
        Ok(input.with(LogicalPlan::Window(plan)))
    }

    fn sort(&mut self, sort: &Sort) -> Result<Pushed> {
        let input = self.push(&sort.input)?;
        let order = sort.expr.iter().map(|sort| {
            let expr = self.inlined(sort.expr.clone(), &input.keys)?;
            Ok(SortExpr { expr, ..sort.clone() })
        });
        let order = order.collect::<Result<Vec<_>>>()?;
        let sorted = self.domain.numbered(input, order, self.names)?;
        match sort.fetch {
            Some(fetch) => self.first(sorted, 0, Some(fetch)),
            None => Ok(sorted),
        }
    }

    fn limit(&mut self, limit: &Limit) -> Result<Pushed> {
        let input = self.push(&limit.input)?;
        let (SkipType::Literal(skip), FetchType::Literal(fetch)) = (limit.get_skip_type()?, limit.get_fetch_type()?)
        else {
            return not_impl_err!("{NOT_ANSWERED}: its LIMIT is no number");
        };
        self.first(input, skip, fetch)
    }

    /// Some of the rows of each row of the domain, in their order.
    fn first(&mut self, input: Pushed, skip: usize, fetch: Option<usize>) -> Result<Pushed> {
        let order = input.order.iter().map(|order| Expr::Column(order.clone()).sort(true, false)).collect();
        let numbered = self.domain.numbered(input, order, self.names)?;
        let Some(number) = numbered.order.clone().map(Expr::Column) else { return Ok(numbered) };
        let after = number.clone().gt(lit(u64::try_from(skip).unwrap_or(u64::MAX)));
        let last = fetch.map(|fetch| u64::try_from(skip.saturating_add(fetch)).unwrap_or(u64::MAX));
        let condition = match last {
            Some(last) => after.and(number.lt_eq(lit(last))),
            None => after,
        };
        let plan = Filter::try_new(condition, Arc::new(numbered.plan.clone()))?;
        Ok(numbered.with(LogicalPlan::Filter(plan)))
    }
}

/// What a plan is called in a query.
fn kind(plan: &LogicalPlan) -> &'static str {
    match plan {
        LogicalPlan::RecursiveQuery(_) => "WITH RECURSIVE",
        LogicalPlan::TableScan(_) => "the arguments of a table function",
        _ => "this place",
    }
}
