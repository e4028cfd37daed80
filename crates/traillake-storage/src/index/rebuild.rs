//! Makes the lookup index whole: adds what it lacks, drops what is stale, damaged or there twice, makes few objects of
//! many.

use std::collections::HashSet;
use std::sync::Arc;

use futures::TryStreamExt as _;
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;

use super::object::decode;
use super::publish::{live_keys, segments_of};
use super::segment::IndexedFile;
use super::values::{file_key, is_looked_up};
use super::{FileLookup, ValueCollector};
use crate::object_reader::ObjectReader;
use crate::snapshot::{DataFile, NewFile, TableSnapshot};
use crate::stats::FileStats;
use crate::{EventTable, Result, StorageError};

/// Bytes of values that are collected before they are published.
const BATCH_BYTES: usize = 32 << 20;
/// Rows read at once.
const BATCH_ROWS: usize = 4_096;

/// How to bring the index up to date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexOptions {
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What an index had, and what was done about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IndexReport {
    /// Whether nothing was changed because it was a rehearsal.
    pub dry_run: bool,
    /// Live data files.
    pub files: usize,
    /// Of those, files that the index lacked.
    pub files_missing: usize,
    /// Index objects that were damaged, stale in part or told what others tell; they were written anew or dropped.
    pub objects_replaced: usize,
    /// Index objects now, or in a rehearsal before.
    pub objects: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Reads the whole index of a store and the files it lacks, and writes what is missing. Stopping at any point leaves
/// an index that is right.
pub async fn build_index(table: &EventTable, options: IndexOptions) -> Result<IndexReport> {
    if !options.dry_run {
        table.lake().require_write()?;
    }
    let snapshot = table.refresh().await?;
    let mut report = IndexReport { dry_run: options.dry_run, files: snapshot.files.len(), ..IndexReport::default() };
    let sound = table.sweep_index(&snapshot, &mut report).await?;
    let files = snapshot.files.iter().filter(|file| !sound.contains(&(file_key(&file.path), file.rows)));
    let missing: Vec<Arc<DataFile>> = files.map(Arc::clone).collect();
    report.files_missing = missing.len();
    if !options.dry_run {
        table.index_files(&snapshot, missing).await?;
        table.0.lookup_index.gather(&snapshot).await?;
    }
    table.0.lookup_index.relist().await;
    let (known, _) = table.0.lookup_index.known(snapshot.version).await?;
    report.objects = known.objects.len();
    report.bytes = known.objects.iter().map(|object| object.meta.size).sum();
    Ok(report)
}

impl EventTable {
    /// Replaces objects that are damaged, or hold segments that are stale (more of their rows dead than live) or known
    /// already. Returns key and rows of the
    /// files that sound objects cover.
    async fn sweep_index(&self, snapshot: &TableSnapshot, report: &mut IndexReport) -> Result<HashSet<(u64, u64)>> {
        let index = &self.0.lookup_index;
        index.relist().await;
        let (known, _) = index.known(snapshot.version).await?;
        let live = live_keys(snapshot);
        let mut sound = HashSet::new();
        for (number, object) in known.objects.iter().enumerate() {
            let whole = index.whole(object).await?;
            let segments = decode(&whole).unwrap_or_default();
            let is_damaged = segments.is_empty();
            let all = segments.len();
            let mut kept = Vec::new();
            for segment in segments {
                let files = segment.files.iter().copied();
                let (alive, dead): (Vec<IndexedFile>, Vec<IndexedFile>) =
                    files.partition(|file| live.contains(&file.key));
                let mut new = alive.iter().map(|file| (file.key, file.rows)).filter(|file| !sound.contains(file));
                if rows(&alive) >= rows(&dead) && new.next().is_some() {
                    sound.extend(alive.iter().map(|file| (file.key, file.rows)));
                    kept.push(segment);
                }
            }
            if is_damaged || kept.len() < all {
                report.objects_replaced += 1;
                if !report.dry_run {
                    index.replace(&known, number, kept).await?;
                }
            }
        }
        Ok(sound)
    }

    /// Reads files and adds them to the index.
    async fn index_files(&self, snapshot: &TableSnapshot, files: Vec<Arc<DataFile>>) -> Result<()> {
        let (mut open, mut held) = (Vec::new(), 0);
        for file in files {
            let Some(lookup) = self.read_values(&file).await? else { continue };
            held += lookup.size_bytes();
            open.push(new_file(&file, lookup));
            if held >= BATCH_BYTES {
                held = 0;
                self.add_to_index(snapshot, std::mem::take(&mut open)).await?;
            }
        }
        self.add_to_index(snapshot, open).await
    }

    async fn add_to_index(&self, snapshot: &TableSnapshot, files: Vec<NewFile>) -> Result<()> {
        let segments = super::publish::run(move || segments_of(&files)).await?;
        if segments.is_empty() {
            return Ok(());
        }
        self.0.lookup_index.add(snapshot, segments).await
    }

    /// The values of a file; none when it has no rows.
    async fn read_values(&self, file: &DataFile) -> Result<Option<FileLookup>> {
        let path = Path::parse(&file.path)
            .map_err(|error| StorageError::corrupt(&file.path, format!("its path cannot be read: {error}")))?;
        let reader = ObjectReader::new(Arc::clone(self.object_store()), path).with_size(file.size_bytes);
        let failed = StorageError::parquet;
        let builder = ParquetRecordBatchStreamBuilder::new(reader).await.map_err(failed(&file.path))?;
        let roots = builder.parquet_schema().root_schema().get_fields().iter().enumerate();
        let wanted: Vec<usize> =
            roots.filter(|(_, root)| is_looked_up(root.name())).map(|(number, _)| number).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let stream = builder.with_projection(mask).with_batch_size(BATCH_ROWS).build();
        let mut stream = stream.map_err(failed(&file.path))?;
        let mut values = ValueCollector::new();
        while let Some(batch) = stream.try_next().await.map_err(failed(&file.path))? {
            values.add(&batch);
        }
        Ok(values.finish())
    }
}

fn rows(files: &[IndexedFile]) -> u64 {
    files.iter().fold(0, |sum, file| sum.saturating_add(file.rows))
}

fn new_file(file: &DataFile, lookup: FileLookup) -> NewFile {
    NewFile {
        path: file.path.clone(),
        size_bytes: file.size_bytes,
        rows: file.rows,
        partition: file.partition.as_ref().clone(),
        stats: FileStats::default(),
        lookup: Some(Arc::new(lookup)),
    }
}
