//! Groups made of the codes of texts, where a plan puts the texts of a scan together.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::AggregateExec;
use traillake_storage::group_by_codes;

/// The rule; it comes after those that move filters and columns into scans.
#[derive(Debug)]
pub(crate) struct ByCodes;

impl PhysicalOptimizerRule for ByCodes {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        plan.transform_up(by_codes).data()
    }

    fn name(&self) -> &'static str {
        "by_codes"
    }

    /// The schema of an aggregation stays what it is.
    fn schema_check(&self) -> bool {
        true
    }
}

fn by_codes(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let aggregate = plan.downcast_ref::<AggregateExec>();
    match aggregate.map(group_by_codes).transpose()?.flatten() {
        Some(grouped) => Ok(Transformed::yes(grouped)),
        None => Ok(Transformed::no(plan)),
    }
}
