//! Data files as the engine's scan takes them: objects, hidden columns, statistics.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use chrono::{DateTime, Utc};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, DataFusionError, Result, ScalarValue, Statistics, internal_err};
use datafusion_datasource::PartitionedFile;
use object_store::ObjectMeta;
use object_store::path::Path;

use super::EventTableProvider;
use super::bundle::{Bundle, Member};
use crate::layout::EVENT_TIME;
use crate::pruning::files::{days, event_times};
use crate::snapshot::DataFile;

/// The object of a data file. Data files never change, so size and time of the log are its identity.
pub(crate) fn object_meta(file: &DataFile) -> Result<ObjectMeta> {
    let location = Path::parse(&file.path).map_err(|error| DataFusionError::External(Box::new(error)))?;
    let last_modified = DateTime::<Utc>::from_timestamp_millis(file.modified_ms).unwrap_or_default();
    Ok(ObjectMeta { location, last_modified, size: file.size_bytes, e_tag: None, version: None })
}

/// What the engine takes for a file: the files of a bundle, under the name of the first.
pub(super) fn partitioned_file(
    provider: &EventTableProvider,
    Bundle { members: bundle, number, oldest_first }: Bundle,
    schema: &SchemaRef,
) -> Result<PartitionedFile> {
    let files: Vec<Arc<DataFile>> = bundle.iter().map(|member| Arc::clone(&member.file)).collect();
    let Some(first) = files.first() else { return internal_err!("a bundle without files") };
    let mut meta = object_meta(first)?;
    meta.size = files.iter().map(|file| file.size_bytes).fold(0, u64::saturating_add);
    let mut partitioned = PartitionedFile::new_from_meta(meta);
    if provider.policy.hidden_columns {
        partitioned = partitioned.with_partition_values(hidden_values(first));
    }
    let mut statistics = statistics(schema, &files);
    if bundle.iter().any(Member::is_share) {
        statistics.num_rows = Precision::Absent;
    }
    let hidden = partitioned.partition_values.iter().map(|_| ColumnStatistics::new_unknown());
    statistics.column_statistics.extend(hidden);
    partitioned.statistics = Some(Arc::new(statistics));
    Ok(partitioned.with_extension(Bundle { members: bundle, number, oldest_first }))
}

fn hidden_values(file: &DataFile) -> Vec<ScalarValue> {
    vec![
        ScalarValue::Utf8(file.partition.account.clone()),
        ScalarValue::Utf8(file.partition.region.clone()),
        ScalarValue::Date32(file.partition.period.as_day().map(days)),
        ScalarValue::Date32(file.partition.period.as_month().map(days)),
        ScalarValue::Utf8(Some(file.path.clone())),
    ]
}

/// What is known of the rows of some files.
pub(super) fn statistics(schema: &Schema, files: &[Arc<DataFile>]) -> Statistics {
    let mut statistics = Statistics::new_unknown(schema);
    statistics.num_rows = row_count(files);
    let bytes = files.iter().map(|file| usize::try_from(file.size_bytes).unwrap_or(usize::MAX));
    statistics.total_byte_size = Precision::Inexact(bytes.fold(0, usize::saturating_add));
    let times = files.iter().map(|file| event_times(file)).reduce(|(a, b), (c, d)| (a.min(c), b.max(d)));
    set_event_times(&mut statistics, schema, times, files.iter().all(|file| file.event_time_micros.is_some()));
    statistics
}

/// What the log says is exact to the millisecond whoever wrote it (Delta truncates to milliseconds), which is what the
/// column shows: so `MIN(eventTime)` needs no file. Every event has a time.
pub(super) fn set_event_times(statistics: &mut Statistics, schema: &Schema, times: Option<(i64, i64)>, known: bool) {
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
