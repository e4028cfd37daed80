//! Who makes the batches of a query.

use std::panic::{AssertUnwindSafe, catch_unwind};

use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::{RecordBatchReceiverStreamBuilder, RecordBatchStreamAdapter};
use futures::{FutureExt, StreamExt, stream};

use crate::QueryError;

/// The batches of a stream, made on a task: whoever polls for them sees to the time meanwhile, and a panic of the
/// engine is the end of this query alone.
pub(crate) fn on_a_task(mut batches: SendableRecordBatchStream) -> SendableRecordBatchStream {
    let mut builder = RecordBatchReceiverStreamBuilder::new(batches.schema(), 1);
    let sender = builder.tx();
    builder.spawn(async move {
        while let Some(batch) =
            AssertUnwindSafe(batches.next()).catch_unwind().await.unwrap_or_else(|_| Some(Err(panicked())))
        {
            let failed = batch.is_err();
            if sender.send(batch).await.is_err() || failed {
                break;
            }
        }
        Ok(())
    });
    builder.build()
}

/// The batches of a stream that has next to nothing to do, made here as far as nothing is waited for.
pub(crate) fn at_once(mut batches: SendableRecordBatchStream) -> SendableRecordBatchStream {
    const MOST: usize = 4;
    let schema = batches.schema();
    let mut ready = Vec::new();
    let mut is_over = false;
    while !is_over && ready.len() < MOST {
        match catch_unwind(AssertUnwindSafe(|| batches.next().now_or_never())) {
            Ok(Some(Some(batch))) => {
                is_over = batch.is_err();
                ready.push(batch);
            }
            Ok(Some(None)) => is_over = true,
            Ok(None) => break,
            Err(_) => {
                is_over = true;
                ready.push(Err(panicked()));
            }
        }
    }
    let rest = (!is_over).then(|| on_a_task(batches));
    let rest = stream::iter(rest).flatten();
    Box::pin(RecordBatchStreamAdapter::new(schema, stream::iter(ready).chain(rest)))
}

fn panicked() -> DataFusionError {
    let source = Box::new(DataFusionError::Internal("a part of the engine panicked".to_owned()));
    DataFusionError::External(Box::new(QueryError::Engine { source }))
}
