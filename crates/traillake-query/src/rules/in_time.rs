//! Rules that are not applied once the query has ended: a large plan takes long.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::logical_expr::LogicalPlan;
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{AnalyzerRule, OptimizerConfig, OptimizerRule};
use traillake_sql::Budget;

/// A rule that fails when the query of its session has ended.
#[derive(Debug)]
pub(crate) struct InTime<Rule>(pub(crate) Rule);

impl OptimizerRule for InTime<Arc<dyn OptimizerRule + Send + Sync>> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        check(&config.options())?;
        self.0.rewrite(plan, config)
    }
}

impl AnalyzerRule for InTime<Arc<dyn AnalyzerRule + Send + Sync>> {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn analyze(&self, plan: LogicalPlan, config: &ConfigOptions) -> Result<LogicalPlan> {
        check(config)?;
        self.0.analyze(plan, config)
    }
}

fn check(options: &ConfigOptions) -> Result<()> {
    Budget::of(options).map_or(Ok(()), Budget::check_time)
}
