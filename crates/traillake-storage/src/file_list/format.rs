//! A file list as bytes: a header, the figures of every day, the files of every day.
//!
//! ```text
//!  TLFILES1 | length | header (JSON) | days: date, figures, length of block | blocks, one a day
//! ```

use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use chrono::{DateTime, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use traillake_model::PartitionValues;
use uuid::Uuid;

use super::day::{DayEncoder, ListedDay, Names};
use super::packed::{Packed, pack};
use crate::log::{CommitMark, TableMetadata};
use crate::manifest::LiveFile;
use crate::pruning::files::days;
use crate::snapshot::{Day, Figures, FileSet, TableSnapshot, check_data_path};
use crate::{Result, StorageError, paths};

/// First bytes of a list; the last of them is the version of the format.
const MAGIC: [u8; 8] = *b"TLFILES1";

/// What a list says besides its days.
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

/// The list of a snapshot; none when nothing binds the snapshot to the log.
pub(super) fn encode(snapshot: &TableSnapshot) -> Result<Option<Bytes>> {
    let Some(commit) = snapshot.mark else { return Ok(None) };
    let base = snapshot.files.days().find_map(Day::list).map(ListedDay::names);
    let mut encoder = DayEncoder::after(base);
    let blocks: Vec<Bytes> = snapshot.files.days().map(|day| encoder.encode(day)).collect();
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

/// Date, figures and length of block of every day.
fn directory(files: &FileSet, blocks: &[Bytes]) -> [Vec<i64>; 11] {
    let mut columns: [Vec<i64>; 11] = Default::default();
    let size = |size: usize| i64::try_from(size).unwrap_or(i64::MAX);
    for (day, block) in files.days().zip(blocks) {
        let figures = day.figures();
        let (first, last) = figures.times.unwrap_or_default();
        let values = [
            i64::from(days(day.date())),
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

/// The snapshot that a list describes; none when it is damaged or of another format. Its files are made day by day,
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
    let days = read_days(&mut list, header.days, &names)?;
    let snapshot = TableSnapshot {
        version: header.version,
        manifest_head: header.manifest_head,
        live_manifests: Vec::new(),
        live_quarantine: Vec::new(),
        files: Arc::new(FileSet::from_days(days)),
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
    let date = DateTime::UNIX_EPOCH.date_naive();
    let folders = names.owners.iter().cloned();
    let folders = folders.map(|(account, region)| paths::data_folder(&PartitionValues { account, region, date }));
    let paths = names.paths.iter().all(|path| check_data_path(path).is_ok());
    paths && folders.into_iter().all(|folder| check_data_path(&paths::data_file(&folder, Uuid::nil())).is_ok())
}

fn read_days(input: &mut Bytes, length: usize, names: &Arc<Names>) -> Option<Vec<Day>> {
    let mut next = || Packed::take(input, length);
    let (dates, files, partitions, rows, bytes) = (next()?, next()?, next()?, next()?, next()?);
    let (uncounted, untimed, is_timed) = (next()?, next()?, next()?);
    let (earliest, latest, length_of_block) = (next()?, next()?, next()?);
    let mut days = Vec::new();
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
        let date = date_of(dates.get(index))?;
        let block = input.split_to(size(&length_of_block).filter(|&length| length <= input.len())?);
        days.push(Day::listed(date, figures, ListedDay::try_new(names, date, figures.files, block)?));
    }
    input.is_empty().then_some(days)
}

fn date_of(days: i64) -> Option<NaiveDate> {
    DateTime::UNIX_EPOCH.date_naive().checked_add_signed(TimeDelta::try_days(days)?)
}
