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

mod calendar;
pub(crate) mod files;
pub(crate) mod leaves;
pub(crate) mod lookups;
mod statistics;
mod times;

pub use calendar::{DAY_FUNCTIONS, MONTH_FUNCTIONS};

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

#[cfg(test)]
mod tests {
    use datafusion::common::ScalarValue;
    use datafusion::logical_expr::Operator;
    use datafusion::physical_expr::expressions::{BinaryExpr, Column, in_list};

    use super::*;

    fn equals(n: i32) -> Arc<dyn PhysicalExpr> {
        let literal = Arc::new(Literal::new(ScalarValue::Int32(Some(n))));
        Arc::new(BinaryExpr::new(Arc::new(Column::new("a", 0)), Operator::Eq, literal))
    }

    fn chain(op: Operator, length: i32) -> Arc<dyn PhysicalExpr> {
        (1..length).map(equals).fold(equals(0), |chain, next| Arc::new(BinaryExpr::new(chain, op, next)))
    }

    fn balanced(from: i32, until: i32) -> Arc<dyn PhysicalExpr> {
        let middle = i32::midpoint(from, until);
        if middle == from {
            return equals(from);
        }
        Arc::new(BinaryExpr::new(balanced(from, middle), Operator::Or, balanced(middle, until)))
    }

    #[test]
    fn deep_and_large_expressions_are_not_simple() {
        assert!(is_simple(&chain(Operator::Or, 200)));
        assert!(!is_simple(&chain(Operator::Or, 10_000)));
        assert!(is_simple(&balanced(0, 500)));
        assert!(!is_simple(&balanced(0, 5_000)));
    }

    #[test]
    fn the_values_of_a_list_do_not_count() {
        let schema = arrow::datatypes::Schema::new(vec![arrow::datatypes::Field::new(
            "a",
            arrow::datatypes::DataType::Int32,
            true,
        )]);
        let values = (0..10_000).map(|n| Arc::new(Literal::new(ScalarValue::Int32(Some(n)))) as _).collect();
        let list = in_list(Arc::new(Column::new("a", 0)), values, &false, &schema).unwrap();
        assert!(is_simple(&list));
    }

    #[test]
    fn one_complicated_conjunct_does_not_spoil_the_others() {
        let filter: Arc<dyn PhysicalExpr> = Arc::new(BinaryExpr::new(equals(1), Operator::And, balanced(0, 5_000)));
        assert_eq!(prunable_conjuncts(&filter).len(), 1);
    }
}
