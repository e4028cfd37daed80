//! Checkpoints, which keep opening a table fast, and the removal of log files they make superfluous.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use deltalake_core::DeltaTable;
use deltalake_core::checkpoints::{cleanup_expired_logs_for, create_checkpoint};
use object_store::ObjectStore;

use crate::Result;

/// A checkpoint follows every so many commits.
pub(crate) const CHECKPOINT_EVERY: u64 = 50;
/// Log files stay this long after a checkpoint covers them (Delta's default).
const LOG_RETENTION: TimeDelta = TimeDelta::days(30);

/// Writes a checkpoint of `version`, then removes log files that are covered and old.
pub(crate) async fn write_checkpoint(events: &Arc<dyn ObjectStore>, version: u64, now: DateTime<Utc>) -> Result<()> {
    let log_store = super::log_store(events)?;
    let mut table = DeltaTable::new(Arc::clone(&log_store));
    Box::pin(table.load_version(version)).await.map_err(super::load::delta)?;
    Box::pin(create_checkpoint(&table, None)).await.map_err(super::load::delta)?;
    let cutoff = (now - LOG_RETENTION).timestamp_millis();
    Box::pin(cleanup_expired_logs_for(version, log_store.as_ref(), cutoff, None)).await.map_err(super::load::delta)?;
    Ok(())
}
