//! Plans that let go of their thread now and then, so that a query which is dropped or out of time ends, and that
//! unnest no more at once than fits in memory.

use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec, SortMergeJoinExec};
use datafusion::physical_plan::unnest::UnnestExec;

use super::portions::PortionsExec;

/// The plan with a place to yield above every operator that can make many batches of one, and portions below those
/// that unnest.
///
/// The engine's own places are at the leaves, which such an operator may not touch for hours.
pub(super) fn yielding(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    plan.transform_up(|node| {
        if multiplies(&node) {
            let node = in_portions(node)?;
            return Ok(Transformed::yes(Arc::new(CooperativeExec::new(node))));
        }
        Ok(Transformed::no(node))
    })
    .data()
}

fn in_portions(node: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    match node.downcast_ref::<UnnestExec>().filter(|unnest| !unnest.list_column_indices().is_empty()) {
        Some(unnest) => {
            let portions = Arc::new(PortionsExec::for_unnest(unnest));
            replace_children_if_necessary(node, vec![portions])
        }
        None => Ok(node),
    }
}

fn multiplies(node: &Arc<dyn ExecutionPlan>) -> bool {
    node.is::<CrossJoinExec>()
        || node.is::<NestedLoopJoinExec>()
        || node.is::<HashJoinExec>()
        || node.is::<SortMergeJoinExec>()
        || node.is::<UnnestExec>()
}
