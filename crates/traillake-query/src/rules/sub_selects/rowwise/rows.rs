//! The rows of one call, as a table of the plan that answers it.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use futures::stream;

/// The batch of a call, in the context its plan runs in.
#[derive(Debug)]
pub(super) struct Batch(pub(super) RecordBatch);

/// A table whose only batch the context has.
#[derive(Debug)]
pub(super) struct BatchRows {
    schema: SchemaRef,
}

impl BatchRows {
    pub(super) fn new(schema: SchemaRef) -> Self {
        Self { schema }
    }
}

impl PartitionStream for BatchRows {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let batch = context.session_config().get_extension::<Batch>();
        let batch = batch.map(|batch| batch.0.clone());
        let missing = || DataFusionError::Internal("a sub-select without rows around it".to_owned());
        let only = stream::iter([batch.ok_or_else(missing)]);
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), only))
    }
}
