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
use datafusion::physical_expr::expressions::Literal;
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};

pub(crate) mod files;
pub(crate) mod leaves;
mod times;

/// Expressions that are nested deeper are not analysed: the engine's pruning code calls itself for every level.
const MAX_DEPTH: usize = 256;
/// Expressions of more parts, values not counted, are not analysed: it is done for every file and takes longer than
/// reading what it could drop.
const MAX_PARTS: usize = 2_000;

/// The conjuncts of `filter` that are simple enough to analyse, with bounds instead of rounded event times.
pub(crate) fn prunable_conjuncts(filter: &Arc<dyn PhysicalExpr>) -> Vec<Arc<dyn PhysicalExpr>> {
    split_conjunction(filter).into_iter().filter(|conjunct| is_simple(conjunct)).map(times::unrounded).collect()
}

/// Whether `expr` is within [`MAX_DEPTH`] and [`MAX_PARTS`].
pub(crate) fn is_simple(expr: &Arc<dyn PhysicalExpr>) -> bool {
    let mut open = vec![(expr, 0)];
    let mut children: Vec<(&Arc<dyn PhysicalExpr>, usize)> = Vec::new();
    let mut parts = 0;
    while let Some((expr, depth)) = open.pop() {
        parts += usize::from(!expr.is::<Literal>());
        if depth > MAX_DEPTH || parts > MAX_PARTS {
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
