//! Rows in portions of which an unnest makes no more than so many bytes at once.
//!
//! ```text
//!  UnnestExec                       UnnestExec
//!    input            ──>             PortionsExec
//!                                       input
//! ```
//!
//! An unnest repeats the other columns of a row for every value of its list, in one piece: of a wide row and a long
//! list that is more than there is. A list that is too long for its row is cut, and the row comes once for each part.

mod measure;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{Result, internal_err};
use datafusion::execution::memory_pool::MemoryConsumer;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::coop::make_cooperative;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::{StreamExt as _, TryStreamExt as _, stream};

use measure::Lists;

/// Bytes that an unnest makes of one portion.
const PORTION_BYTES: usize = 32 << 20;

/// The rows of a plan in portions for an unnest.
///
/// A portion that cannot be cut down is part of the query's memory while the unnest works on it.
#[derive(Debug)]
pub(super) struct PortionsExec {
    input: Arc<dyn ExecutionPlan>,
    lists: Lists,
    portion_bytes: usize,
}

impl PortionsExec {
    /// The input of `unnest` in portions.
    pub(super) fn for_unnest(unnest: &UnnestExec) -> Self {
        let lists = Lists::new(unnest.list_column_indices());
        Self { input: Arc::clone(unnest.input()), lists, portion_bytes: PORTION_BYTES }
    }
}

impl DisplayAs for PortionsExec {
    fn fmt_as(&self, t: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match t {
            DisplayFormatType::TreeRender => Ok(()),
            DisplayFormatType::Default | DisplayFormatType::Verbose => f.write_str(self.name()),
        }
    }
}

impl ExecutionPlan for PortionsExec {
    fn name(&self) -> &'static str {
        "PortionsExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        let Ok([input]) = <[_; 1]>::try_from(children) else { return internal_err!("portions are of one input") };
        Ok(Arc::new(Self { input, lists: self.lists.clone(), portion_bytes: self.portion_bytes }))
    }

    fn apply_expressions(
        &self,
        _f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let reservation = MemoryConsumer::new(format!("Unnest[{partition}]")).register(context.memory_pool());
        let (lists, most) = (self.lists.clone(), self.portion_bytes);
        let portions = move |batch| stream::iter(Portions { lists: lists.clone(), most, left: vec![batch] });
        let portions = self.input.execute(partition, context)?.map_ok(portions).try_flatten();
        let reserved = portions.map(move |portion| {
            let Portion { rows, excess } = portion?;
            reservation.try_resize(excess)?;
            Ok(rows)
        });
        Ok(make_cooperative(Box::pin(RecordBatchStreamAdapter::new(self.schema(), reserved))))
    }
}

/// Rows, and the bytes that an unnest makes of them if that is more than a portion has.
struct Portion {
    rows: RecordBatch,
    excess: usize,
}

/// The portions of a batch in its order.
struct Portions {
    lists: Lists,
    most: usize,
    /// What comes next is last.
    left: Vec<RecordBatch>,
}

impl Portions {
    fn portion_of(&mut self, mut rows: RecordBatch) -> Result<Portion> {
        loop {
            let bytes = self.lists.unnested_bytes(&rows)?;
            if bytes <= self.most {
                return Ok(Portion { rows, excess: 0 });
            }
            let Some((first, second)) = self.lists.halves(&rows)? else {
                return Ok(Portion { rows, excess: bytes });
            };
            self.left.push(second);
            rows = first;
        }
    }
}

impl Iterator for Portions {
    type Item = Result<Portion>;

    fn next(&mut self) -> Option<Self::Item> {
        let rows = self.left.pop()?;
        Some(self.portion_of(rows))
    }
}
