//! A file list as bytes: a header, the figures of every period, the files of every period.
//!
//! ```text
//!  TLFILES1 | length | header (JSON) | periods: first day, figures, length of block | blocks, one a period
//! ```

use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use chrono::{DateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use traillake_model::{PartitionKey, PartitionValues, Period};
use uuid::Uuid;

use super::packed::{Packed, pack};
use super::period::{ListedPeriod, Names, PeriodEncoder};
use crate::log::{CommitMark, TableMetadata};
use crate::manifest::LiveFile;
use crate::pruning::files::days;
use crate::snapshot::{Figures, FileSet, PeriodFiles, TableSnapshot, check_data_path};
use crate::{Result, StorageError, paths};

/// First bytes of a list; the last of them is the version of the format.
const MAGIC: [u8; 8] = *b"TLFILES1";

/// What a list says besides its periods.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    version: u64,
    commit: CommitMark,
    manifest_head: u64,
    manifests: Vec<(u64, u64)>,
    quarantine: Vec<(u64, u64)>,
    metadata: TableMetadata,
    owners: Vec<(Option<String>, Option<String>)>,
    paths: Vec<String>,
    days: usize,
}

/// The list of a snapshot; none when nothing binds the snapshot to the log, or partitions are not what the log says.
pub(super) fn encode(snapshot: &TableSnapshot) -> Result<Option<Bytes>> {
    let Some(commit) = snapshot.mark else { return Ok(None) };
    let key = period_key(&snapshot.metadata);
    if snapshot.files.periods().any(|period| period.period().key() != key) {
        return Ok(None);
    }
    let base = snapshot.files.periods().find_map(PeriodFiles::list).map(ListedPeriod::names);
    let mut encoder = PeriodEncoder::after(base);
    let blocks: Vec<Bytes> = snapshot.files.periods().map(|period| encoder.encode(period)).collect();
    let Names { owners, paths } = encoder.names();
    let pairs = |files: &[LiveFile]| files.iter().map(|file| (file.number, file.size_bytes)).collect();
    let header = Header {
        version: snapshot.version,
        commit,
        manifest_head: snapshot.manifest_head,
        manifests: pairs(&snapshot.manifests),
        quarantine: pairs(&snapshot.quarantine),
        metadata: TableMetadata::clone(&snapshot.metadata),
        owners,
        paths,
        days: blocks.len(),
    };
    let header = serde_json::to_vec(&header).map_err(StorageError::document("a file list in memory"))?;
    let Ok(length) = u32::try_from(header.len()) else { return Ok(None) };
    let mut list = MAGIC.to_vec();
    list.extend_from_slice(&length.to_le_bytes());
    list.extend_from_slice(&header);
    for column in directory(&snapshot.files, &blocks) {
        pack(&mut list, &column);
    }
    for block in blocks {
        list.extend_from_slice(&block);
    }
    Ok(Some(list.into()))
}

/// First day, figures and length of block of every period.
fn directory(files: &FileSet, blocks: &[Bytes]) -> [Vec<i64>; 11] {
    let mut columns: [Vec<i64>; 11] = Default::default();
    let size = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
    for (period, block) in files.periods().zip(blocks) {
        let figures = period.figures();
        let (first, last) = figures.times.unwrap_or_default();
        let values = [
            i64::from(days(period.period().first())),
            size(figures.files),
            size(figures.partitions),
            figures.rows.cast_signed(),
            figures.bytes.cast_signed(),
            size(figures.uncounted),
            size(figures.untimed),
            i64::from(figures.times.is_some()),
            first,
            last,
            size(block.len()),
        ];
        columns.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
    }
    columns
}

/// The snapshot that a list describes; none when it is damaged or of another format. Its files are made period by period,
/// when they are asked for.
pub(super) fn decode(mut list: Bytes) -> Option<TableSnapshot> {
    if !list.starts_with(&MAGIC) {
        return None;
    }
    list.advance(MAGIC.len());
    let length = usize::try_from(list.try_get_u32_le().ok()?).ok().filter(|&length| length <= list.len())?;
    let header: Header = serde_json::from_slice(&list.split_to(length)).ok()?;
    let names = Arc::new(Names { owners: header.owners, paths: header.paths });
    if !names_stay_below(&names) {
        return None;
    }
    let key = period_key(&header.metadata);
    let periods = read_periods(&mut list, header.days, key, &names)?;
    let snapshot = TableSnapshot {
        version: header.version,
        manifest_head: header.manifest_head,
        live_manifests: Vec::new(),
        live_quarantine: Vec::new(),
        files: Arc::new(FileSet::from_periods(periods)),
        manifests: Arc::from([]),
        quarantine: Arc::from([]),
        metadata: Arc::new(header.metadata),
        mark: Some(header.commit),
        listed: Some(header.version),
        unlisted: 0,
        exists: true,
    };
    let live = |pairs: Vec<(u64, u64)>| pairs.into_iter().map(|(number, size_bytes)| LiveFile { number, size_bytes });
    Some(snapshot.with_live(live(header.manifests).collect(), live(header.quarantine).collect()))
}

/// The rule of the log holds here as well: every path is relative and stays below `events/`.
fn names_stay_below(names: &Names) -> bool {
    let period = Period::day(DateTime::UNIX_EPOCH.date_naive());
    let folders = names.owners.iter().cloned();
    let folders = folders.map(|(account, region)| paths::data_folder(&PartitionValues { account, region, period }));
    let paths = names.paths.iter().all(|path| check_data_path(path).is_ok());
    paths && folders.into_iter().all(|folder| check_data_path(&paths::data_file(&folder, Uuid::nil())).is_ok())
}

/// What the table's partitions are periods of.
fn period_key(metadata: &TableMetadata) -> PartitionKey {
    let by_month = metadata.partition_columns.iter().any(|column| column == PartitionKey::Month.as_str());
    if by_month { PartitionKey::Month } else { PartitionKey::Date }
}

fn read_periods(input: &mut Bytes, length: usize, key: PartitionKey, names: &Arc<Names>) -> Option<Vec<PeriodFiles>> {
    let mut next = || Packed::take(input, length);
    let (dates, files, partitions, rows, bytes) = (next()?, next()?, next()?, next()?, next()?);
    let (uncounted, untimed, is_timed) = (next()?, next()?, next()?);
    let (earliest, latest, length_of_block) = (next()?, next()?, next()?);
    let mut periods = Vec::new();
    for index in 0..length {
        let size = |column: &Packed| usize::try_from(column.get(index)).ok();
        let figures = Figures {
            files: size(&files)?,
            partitions: size(&partitions)?,
            rows: rows.get(index).cast_unsigned(),
            bytes: bytes.get(index).cast_unsigned(),
            uncounted: size(&uncounted)?,
            untimed: size(&untimed)?,
            times: (is_timed.get(index) != 0).then(|| (earliest.get(index), latest.get(index))),
        };
        let period = period_from(key, dates.get(index))?;
        let block = input.split_to(size(&length_of_block).filter(|&length| length <= input.len())?);
        let listed = ListedPeriod::try_new(names, period, figures.files, block)?;
        periods.push(PeriodFiles::listed(period, figures, listed));
    }
    input.is_empty().then_some(periods)
}

/// The period that begins so many days after 1970-01-01; none where no such one does.
fn period_from(key: PartitionKey, days: i64) -> Option<Period> {
    let first = DateTime::UNIX_EPOCH.date_naive().checked_add_signed(TimeDelta::try_days(days)?)?;
    Period::starting(key, first)
}
