//! What the log says about a new file, taken from the footer that was just written.

use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::statistics::Statistics;
use traillake_model::PartitionValues;

use crate::layout::EVENT_TIME;
use crate::snapshot::NewFile;
use crate::stats::{FileStats, LeafStats, LeafValue};

/// Leaves whose statistics go into the log, where a file costs bytes for as long as it lives: few, and those by which
/// other engines skip files.
const LOGGED_LEAVES: [&str; 4] = ["eventname", "eventsource", "errorcode", "useridentity.type"];

/// Leaves that partition values come from.
const OWNER_LEAVES: [&str; 2] = ["recipientaccountid", "awsregion"];

/// The file as the commit names it.
pub(crate) fn new_file(path: String, size_bytes: u64, partition: PartitionValues, footer: &ParquetMetaData) -> NewFile {
    let rows = u64::try_from(footer.file_metadata().num_rows()).unwrap_or_default();
    let mut leaves: Vec<LeafStats> = LOGGED_LEAVES.iter().filter_map(|name| leaf_stats(footer, name)).collect();
    let keys = OWNER_LEAVES.into_iter().zip([&partition.account, &partition.region]);
    leaves.extend(keys.filter_map(|(name, value)| settled(leaf_stats(footer, name)?, value.as_deref()?)));
    let stats = FileStats { event_time_micros: event_times(footer).unwrap_or_default(), leaves };
    NewFile { path, size_bytes, rows, partition, stats, lookup: None }
}

fn event_times(footer: &ParquetMetaData) -> Option<(i64, i64)> {
    let mut times: Option<(i64, i64)> = None;
    for chunk in chunks(footer, EVENT_TIME)? {
        let Some(Statistics::Int64(values)) = chunk.statistics() else { return None };
        let (min, max) = (*values.min_opt()?, *values.max_opt()?);
        times = Some(times.map_or((min, max), |(first, last)| (first.min(min), last.max(max))));
    }
    times
}

fn leaf_stats(footer: &ParquetMetaData, name: &str) -> Option<LeafStats> {
    let mut stats =
        LeafStats { path: name.split('.').map(str::to_owned).collect(), min: None, max: None, null_count: Some(0) };
    for chunk in chunks(footer, name)? {
        let values = chunk.statistics()?;
        stats.null_count = Some(stats.null_count?.saturating_add(values.null_count_opt()?));
        let (Some(min), Some(max)) = (text(values.min_bytes_opt()), text(values.max_bytes_opt())) else {
            if values.null_count_opt() == u64::try_from(chunk.num_values()).ok() {
                continue;
            }
            return None;
        };
        stats.min = Some(match stats.min.take() {
            Some(LeafValue::Text(known)) if known <= min => LeafValue::Text(known),
            _ => LeafValue::Text(min),
        });
        stats.max = Some(match stats.max.take() {
            Some(LeafValue::Text(known)) if known >= max => LeafValue::Text(known),
            _ => LeafValue::Text(max),
        });
    }
    Some(stats)
}

/// The statistics when they say that every row has the value of the partition: then a question that groups by it needs
/// no file.
fn settled(stats: LeafStats, value: &str) -> Option<LeafStats> {
    let is_value = |bound: &Option<LeafValue>| matches!(bound, Some(LeafValue::Text(text)) if text == value);
    (stats.null_count == Some(0) && is_value(&stats.min) && is_value(&stats.max)).then_some(stats)
}

fn text(bytes: Option<&[u8]>) -> Option<String> {
    bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()).map(str::to_owned)
}

fn chunks<'a>(footer: &'a ParquetMetaData, name: &str) -> Option<impl Iterator<Item = &'a ColumnChunkMetaData>> {
    let leaf = footer.file_metadata().schema_descr().columns().iter().position(|leaf| leaf.path().string() == name)?;
    Some(footer.row_groups().iter().map(move |group| group.column(leaf)))
}
