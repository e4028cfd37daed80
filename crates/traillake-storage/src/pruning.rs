//! Decides what a scan need not read: whole files by partition and time, row groups and pages by nested leaves.
//!
//! ```text
//!  filter ──> files:  partition values, event times of the log     -> files that may match
//!         └─> leaves: statistics, bloom filters, page index of each -> ParquetAccessPlan per file
//! ```
//!
//! Everything here only drops what cannot match; the engine still evaluates every filter on what is left.

use std::sync::Arc;

use datafusion::common::tree_node::{TreeNode as _, TreeNodeRecursion};
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};

pub(crate) mod files;
pub(crate) mod leaves;
mod times;

/// Expressions that are nested deeper are not looked at: the engine's pruning code calls itself for every level.
pub(crate) const MAX_DEPTH: usize = 256;

/// The conjuncts of `filter` that are shallow enough to analyse, with bounds instead of rounded event times.
pub(crate) fn prunable_conjuncts(filter: &Arc<dyn PhysicalExpr>) -> Vec<Arc<dyn PhysicalExpr>> {
    split_conjunction(filter).into_iter().filter(|conjunct| is_shallow(conjunct)).map(times::unrounded).collect()
}

/// Whether no path through `expr` is longer than [`MAX_DEPTH`].
pub(crate) fn is_shallow(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let mut open = vec![(expr, 0)];
    let mut children: Vec<(&Arc<dyn PhysicalExpr>, usize)> = Vec::new();
    while let Some((expr, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            return false;
        }
        children.extend(expr.children().into_iter().map(|child| (child, depth + 1)));
        open.append(&mut children);
    }
    true
}

/// Whether `test` holds for a node of `expr`.
pub(crate) fn any_node(expr: &Arc<dyn PhysicalExpr>, test: impl Fn(&Arc<dyn PhysicalExpr>) -> bool) -> bool {
    let mut found = false;
    let walked = expr.apply(|node| {
        found |= test(node);
        Ok(if found { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    });
    walked.is_ok() && found
}
