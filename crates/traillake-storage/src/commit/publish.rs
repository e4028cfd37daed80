//! The first half of a commit: the quarantine and manifest files, which nobody sees before the log names them.

use futures::TryStreamExt;
use futures::stream::BoxStream;
use object_store::ObjectStore;

use crate::manifest::{
    Keep, LiveFile, LiveLists, MergeInput, MergePlan, ObjectRange, Sequenced, SortedFiles, SortedRow, SortedWriter,
    merge, plan_merge,
};
use crate::quarantine::QuarantineRow;
use crate::snapshot::TableSnapshot;
use crate::{EventTable, Operation, Result, StorageError, TableChange, documents, paths};

/// How often a number is drawn again when it is taken.
const ATTEMPTS: u32 = 16;
/// Rows of a merged manifest file weigh at most this much; encoded and in memory they take about a sixth of it.
const MANIFEST_LIMIT_BYTES: u64 = 128 << 20;
/// Rows of a merged quarantine file weigh at most this much.
const QUARANTINE_LIMIT_BYTES: u64 = 32 << 20;

/// A manifest file that was written and is not named by the log yet.
#[derive(Debug)]
pub(super) struct Published {
    /// Its number.
    pub(super) number: u64,
    /// What its footer names.
    pub(super) live: LiveLists,
    /// Manifest and quarantine files it no longer names.
    pub(super) retired: (Vec<u64>, Vec<u64>),
}

impl EventTable {
    /// Writes the quarantine file, if there is anything to write, and the manifest file of `change`.
    pub(super) async fn publish_manifest(&self, base: &TableSnapshot, change: &TableChange) -> Result<Published> {
        let mut number = base.manifest_head.saturating_add(1);
        for _ in 0..ATTEMPTS {
            if let Some(published) = self.try_publish(base, change, number).await? {
                return Ok(published);
            }
            number = self.next_free(number).await?;
        }
        Err(StorageError::Contention { path: paths::MANIFEST.into(), attempts: ATTEMPTS })
    }

    /// `None` when the number is taken, by another writer or by one that was interrupted.
    async fn try_publish(&self, base: &TableSnapshot, change: &TableChange, number: u64) -> Result<Option<Published>> {
        let Some((quarantine, retired_quarantine)) = self.publish_quarantine(base, change, number).await? else {
            return Ok(None);
        };
        // Of two rows of one object in one change the last counts: it must come first among equals.
        let mut rows: Vec<_> = sequenced(&change.manifest, number);
        rows.reverse();
        let plan = plan_merge(&base.manifests, weight(&rows), MANIFEST_LIMIT_BYTES);
        let writer = merged(&self.0.manifests, &plan, rows, Keep::Latest).await?;
        let live = LiveLists { manifests: with_new(&plan, number, writer.size_bytes()), quarantine };
        let body = writer.finish(Some(&live))?;
        let ours = self.put_new(paths::MANIFEST, number, body).await?;
        Ok(ours.then(|| Published { number, live, retired: (plan.retired(), retired_quarantine) }))
    }

    /// The live quarantine files after `change`, and those that are not any more. `None` when the number is taken.
    async fn publish_quarantine(
        &self,
        base: &TableSnapshot,
        change: &TableChange,
        number: u64,
    ) -> Result<Option<(Vec<LiveFile>, Vec<u64>)>> {
        let quarantined: Vec<_> = sequenced(&change.quarantine, number);
        let (plan, writer) = if change.operation == Operation::Expire {
            self.sweep(base, change, number).await?
        } else if quarantined.is_empty() {
            return Ok(Some((base.quarantine.to_vec(), Vec::new())));
        } else {
            let plan = plan_merge(&base.quarantine, weight(&quarantined), QUARANTINE_LIMIT_BYTES);
            let writer = merged(&self.0.quarantine, &plan, quarantined, Keep::All).await?;
            (plan, writer)
        };
        if writer.size_bytes() == 0 {
            return Ok(Some((plan.keep.clone(), plan.retired())));
        }
        let live = with_new(&plan, number, writer.size_bytes());
        let ours = self.put_new(paths::QUARANTINE, number, writer.finish(None)?).await?;
        Ok(ours.then(|| (live, plan.retired())))
    }

    /// Leaves out, in an expiry, the pieces that count no longer: their bytes must go. Files without any other rows
    /// are dropped, those with some are written anew as far as memory allows; later expiries take the rest.
    async fn sweep(
        &self,
        base: &TableSnapshot,
        change: &TableChange,
        number: u64,
    ) -> Result<(MergePlan, SortedWriter<QuarantineRow>)> {
        let newer = || sequenced(&change.manifest, number);
        let mut plan = MergePlan { merge: Vec::new(), keep: Vec::new(), drop: Vec::new() };
        let mut total: u64 = 0;
        for file in base.quarantine.iter().copied() {
            let mut pieces = self.pieces(base, &[file], newer()).await?;
            let (mut rows, mut bytes) = (0, 0);
            while let Some(piece) = pieces.try_next().await? {
                rows += 1;
                bytes += piece.row.weight() as u64;
            }
            if rows == 0 {
                plan.drop.push(file);
            } else if self.0.quarantine.row_count(file.number).await? > rows && total + bytes <= QUARANTINE_LIMIT_BYTES
            {
                total += bytes;
                plan.merge.push(file);
            } else {
                plan.keep.push(file);
            }
        }
        let writer = written(self.pieces(base, &plan.merge, newer()).await?).await?;
        Ok((plan, writer))
    }

    /// Creates a file; false when there is one, whosever it is: a number that may be taken is not used.
    async fn put_new(&self, folder: &str, number: u64, body: bytes::Bytes) -> Result<bool> {
        let path = paths::sorted_file(folder, number);
        let created = documents::create(self.0.root.as_ref(), &path, &body, |_| false).await?;
        Ok(created == documents::Created::Ours)
    }

    /// The first number after all that were ever used, at least one more than `taken`.
    async fn next_free(&self, taken: u64) -> Result<u64> {
        let mut last = taken;
        for folder in [paths::MANIFEST, paths::QUARANTINE] {
            let (offset, folder) = (paths::sorted_file(folder, taken), object_store::path::Path::from(folder));
            let later = self.0.root.list_with_offset(Some(&folder), &offset).try_collect::<Vec<_>>();
            let found = later.await.map_err(StorageError::object_store("list", &folder))?;
            last = found.iter().filter_map(|meta| paths::sorted_file_number(&meta.location)).fold(last, u64::max);
        }
        Ok(last.saturating_add(1))
    }
}

fn sequenced<R: SortedRow>(rows: &[R], sequence: u64) -> Vec<Sequenced<R>> {
    rows.iter().map(|row| Sequenced { sequence, row: row.clone() }).collect()
}

fn weight<R: SortedRow>(rows: &[Sequenced<R>]) -> u64 {
    rows.iter().map(|row| row.row.weight() as u64).sum()
}

fn with_new(plan: &MergePlan, number: u64, size_bytes: u64) -> Vec<LiveFile> {
    let mut live = plan.keep.clone();
    live.push(LiveFile { number, size_bytes });
    live
}

/// The new rows and those of the files that are merged, in one sorted file.
async fn merged<R: SortedRow>(
    files: &SortedFiles,
    plan: &MergePlan,
    rows: Vec<Sequenced<R>>,
    keep: Keep,
) -> Result<SortedWriter<R>> {
    let mut inputs = files.inputs(&plan.merge, &ObjectRange::all()).await?;
    inputs.extend(MergeInput::from_rows(rows));
    written(merge(inputs, keep)).await
}

async fn written<R: SortedRow>(mut rows: BoxStream<'static, Result<Sequenced<R>>>) -> Result<SortedWriter<R>> {
    let mut writer = SortedWriter::try_new()?;
    while let Some(row) = rows.try_next().await? {
        writer.push(row)?;
    }
    Ok(writer)
}
