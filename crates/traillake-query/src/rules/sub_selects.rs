//! Sub-selects in the place of a value or a condition, and LATERAL, wherever they stand and whatever they use.
//!
//! What the engine answers itself, and right, is left to it. A sub-select that reads columns of the
//! row around it alone becomes a function of them. Any other one is answered once for every
//! distinct value it depends on, and the answers are joined to the rows:
//!
//! ```text
//!  Filter: x < (SELECT max(b) FROM u WHERE u.a < t.a)      Projection: columns of t
//!    t                                                       Filter: x < $single(value, rows)
//!                                                    ->        Left Join: t.a IS NOT DISTINCT FROM answers.a
//!                                                                t
//!                                                                answers: a, value, rows
//! ```

mod answer;
mod domain;
mod lateral;
mod native;
mod push;
mod references;
mod rowwise;
mod site;

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{DFSchema, JoinType, Result};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{Expr, Filter, Join, LogicalPlan};
use datafusion::optimizer::AnalyzerRule;

use domain::{Names, projected};
use site::Site;

pub(crate) use rowwise::Workshop;

/// Name of the rule.
const NAME: &str = "traillake_sub_selects";

/// The rule.
#[derive(Debug)]
pub(crate) struct SubSelects {
    workshop: Workshop,
}

impl SubSelects {
    /// A rule that plans functions of rows in a workshop.
    pub(crate) fn new(workshop: Workshop) -> Self {
        Self { workshop }
    }

    fn rewritten(&self, plan: LogicalPlan, names: &mut Names) -> Result<Transformed<LogicalPlan>> {
        match plan {
            LogicalPlan::Join(join) if lateral::is_lateral(&join) => {
                lateral::inlined(&join, names, &self.workshop).map(Transformed::yes)
            }
            plan if !has_sub_selects(&plan) => Ok(Transformed::no(plan)),
            LogicalPlan::Filter(filter) => self.filter(filter, names),
            LogicalPlan::Join(join) => self.join(join, names),
            plan => self.exprs(plan, names),
        }
    }

    /// Conditions that need no answers come first: they narrow what is read.
    fn filter(&self, filter: Filter, names: &mut Names) -> Result<Transformed<LogicalPlan>> {
        let schema = Arc::clone(filter.input.schema());
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for condition in split_conjunction_owned(filter.predicate) {
            let plain = !references::has_sub_select(&condition) || native::is_condition(&condition, &schema)?;
            if plain { first.push(condition) } else { rest.push(condition) }
        }
        let mut input = Arc::unwrap_or_clone(filter.input);
        if let Some(condition) = conjunction(first) {
            input = LogicalPlan::Filter(Filter::try_new(condition, Arc::new(input))?);
        }
        if rest.is_empty() {
            return Ok(Transformed::no(input));
        }
        let mut site = Site::new(input, Arc::clone(&schema), true, true, names, &self.workshop);
        let mut conditions = Vec::new();
        for condition in rest {
            conditions.push(site.answered(condition)?.data);
        }
        let Some(condition) = conjunction(conditions) else { return Ok(Transformed::no(site.input)) };
        let plan = LogicalPlan::Filter(Filter::try_new(condition, Arc::new(site.input))?);
        restored(plan, &schema).map(Transformed::yes)
    }

    /// An inner join on an answer is a filter over the join.
    fn join(&self, mut join: Join, names: &mut Names) -> Result<Transformed<LogicalPlan>> {
        if join.join_type != JoinType::Inner {
            return self.exprs(LogicalPlan::Join(join), names);
        }
        let conditions = join.filter.take().map(split_conjunction_owned).unwrap_or_default();
        let (rest, first): (Vec<_>, Vec<_>) = conditions.into_iter().partition(references::has_sub_select);
        join.filter = conjunction(first);
        match conjunction(rest) {
            Some(condition) => self.filter(Filter::try_new(condition, Arc::new(LogicalPlan::Join(join)))?, names),
            None => self.exprs(LogicalPlan::Join(join), names),
        }
    }

    /// The answers in the expressions of a plan.
    fn exprs(&self, plan: LogicalPlan, names: &mut Names) -> Result<Transformed<LogicalPlan>> {
        let schema = Arc::clone(plan.schema());
        let keeps_input = matches!(plan, LogicalPlan::Sort(_) | LogicalPlan::Window(_) | LogicalPlan::Limit(_));
        let inputs = plan.inputs();
        let below = Arc::new(datafusion::logical_expr::utils::merge_schema(&inputs));
        let (input, joins) = match inputs.as_slice() {
            [only] => ((*only).clone(), true),
            _ => (LogicalPlan::default(), false),
        };
        let aggregates = matches!(plan, LogicalPlan::Projection(_));
        let saved = NamePreserver::new(&plan);
        let groups = matches!(plan, LogicalPlan::Aggregate(_));
        let mut site = Site::new(input, below, joins, aggregates, names, &self.workshop).with_columns(groups);
        let changed = plan.map_expressions(|expr| {
            let name = saved.save(&expr);
            Ok(site.answered(expr)?.update_data(|expr| name.restore(expr)))
        })?;
        if !changed.transformed {
            return Ok(changed);
        }
        let input = site.input;
        let plan = if joins { with_input(&changed.data, input)? } else { changed.data };
        let plan = plan.recompute_schema()?;
        if keeps_input { restored(plan, &schema).map(Transformed::yes) } else { Ok(Transformed::yes(plan)) }
    }
}

fn with_input(plan: &LogicalPlan, input: LogicalPlan) -> Result<LogicalPlan> {
    let exprs = plan.expressions();
    plan.with_new_exprs(exprs, vec![input])
}

/// A plan without columns that were added below it.
fn restored(plan: LogicalPlan, schema: &DFSchema) -> Result<LogicalPlan> {
    if plan.schema().fields().len() == schema.fields().len() {
        return Ok(plan);
    }
    projected(plan, schema.columns().into_iter().map(Expr::Column).collect())
}

fn has_sub_selects(plan: &LogicalPlan) -> bool {
    let mut found = false;
    let walked = plan.apply_expressions(|expr| {
        found |= references::has_sub_select(expr);
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    found || walked.is_err()
}

/// Whether the rule has work to do on a plan.
pub(crate) fn asks_sub_selects(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply(|node| {
        found |= matches!(node, LogicalPlan::Subquery(_)) || has_sub_selects(node);
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}

impl AnalyzerRule for SubSelects {
    fn name(&self) -> &'static str {
        NAME
    }

    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        let mut names = Names::default();
        let rewritten = plan.transform_up_with_subqueries(|plan| self.rewritten(plan, &mut names))?;
        if rewritten.transformed { rewritten.data.recompute_schema() } else { Ok(rewritten.data) }
    }
}
