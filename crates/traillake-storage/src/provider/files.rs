//! Data files as the engine's scan takes them: objects, hidden columns, statistics.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DataFusionError, Result, ScalarValue, Statistics};
use datafusion::datasource::physical_plan::parquet::ParquetAccessPlan;
use datafusion_datasource::PartitionedFile;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::EventTableProvider;
use crate::layout::EVENT_TIME;
use crate::pruning::files::{days, event_times};
use crate::snapshot::DataFile;

/// A file to read, with what planning left of its row groups.
pub(super) struct PlannedFile {
    pub(super) file: Arc<DataFile>,
    pub(super) plan: Option<ParquetAccessPlan>,
}

/// The object of a data file. Data files never change, so size and time of the log are its identity.
pub(super) fn object_meta(file: &DataFile) -> Result<ObjectMeta> {
    let location = Path::parse(&file.path).map_err(|error| DataFusionError::External(Box::new(error)))?;
    let last_modified = DateTime::<Utc>::from_timestamp_millis(file.modified_ms).unwrap_or_default();
    Ok(ObjectMeta { location, last_modified, size: file.size_bytes, e_tag: None, version: None })
}

pub(super) fn partitioned_file(
    provider: &EventTableProvider,
    planned: PlannedFile,
    schema: &SchemaRef,
    with_statistics: bool,
) -> Result<PartitionedFile> {
    let PlannedFile { file, plan } = planned;
    let mut partitioned = PartitionedFile::new_from_meta(object_meta(&file)?);
    if provider.policy.hidden_columns {
        partitioned = partitioned.with_partition_values(hidden_values(&file));
    }
    if with_statistics {
        partitioned.statistics = Some(Arc::new(file_statistics(&file, schema, &partitioned.partition_values)));
    }
    Ok(match plan {
        Some(plan) => partitioned.with_extension(plan),
        None => partitioned,
    })
}

fn hidden_values(file: &DataFile) -> Vec<ScalarValue> {
    vec![
        ScalarValue::Utf8(file.partition.account.clone()),
        ScalarValue::Utf8(file.partition.region.clone()),
        ScalarValue::Date32(Some(days(file.partition.date))),
        ScalarValue::Utf8(Some(file.path.clone())),
    ]
}

fn file_statistics(file: &DataFile, schema: &Schema, partition_values: &[ScalarValue]) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    statistics.num_rows = row_count(std::slice::from_ref(&Arc::new(file.clone())));
    statistics.total_byte_size = Precision::Absent;
    set_event_times(&mut statistics, schema, Some(event_times(file)), file.event_time_micros.is_some());
    statistics.column_statistics.extend(partition_values.iter().map(|value| ColumnStatistics {
        min_value: Precision::Exact(value.clone()),
        max_value: Precision::Exact(value.clone()),
        ..ColumnStatistics::new_unknown()
    }));
    statistics
}

pub(super) fn statistics(schema: &Schema, planned: &[PlannedFile]) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    let files: Vec<Arc<DataFile>> = planned.iter().map(|planned| Arc::clone(&planned.file)).collect();
    statistics.num_rows = row_count(&files);
    let bytes = files.iter().map(|file| usize::try_from(file.size_bytes).unwrap_or(usize::MAX));
    statistics.total_byte_size = Precision::Inexact(bytes.fold(0, usize::saturating_add));
    let times = files.iter().map(|file| event_times(file)).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
    set_event_times(&mut statistics, schema, times, files.iter().all(|file| file.event_time_micros.is_some()));
    statistics
}

/// What the log says is exact to the millisecond whoever wrote it (Delta truncates to milliseconds), which is what the
/// column shows: so `MIN(eventTime)` needs no file. Every event has a time.
fn set_event_times(statistics: &mut Statistics, schema: &Schema, times: Option<(i64, i64)>, known: bool) {
    let column = schema.index_of(EVENT_TIME).ok().and_then(|index| statistics.column_statistics.get_mut(index));
    let (Some(column), Some((first, last))) = (column, times) else { return };
    let value = |micros: i64| ScalarValue::TimestampMillisecond(Some(micros.div_euclid(1_000)), None);
    let precision = |value| if known { Precision::Exact(value) } else { Precision::Inexact(value) };
    column.min_value = precision(value(first));
    column.max_value = precision(value(last));
    column.null_count = if known { Precision::Exact(0) } else { Precision::Inexact(0) };
}

/// Exact when the log knows the rows of every file.
pub(super) fn row_count(files: &[Arc<DataFile>]) -> Precision<usize> {
    let rows: u64 = files.iter().map(|file| file.rows).sum();
    match usize::try_from(rows) {
        Ok(rows) if files.iter().all(|file| file.rows > 0) => Precision::Exact(rows),
        _ => Precision::Absent,
    }
}
