//! Publishes a batch: drops what the store has, writes one sorted file per
//! partition, and commits files, manifest rows and quarantine as one. When
//! somebody else committed first, only what they changed is checked again.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use futures::TryStreamExt as _;
use traillake_model::PartitionValues;
use traillake_storage::{CommitOutcome, NewFile, ObjectRange, Operation, TableChange, TableSnapshot};

use super::account::OpenAccounts;
use super::job::{ObjectEnd, ObjectJob, ObjectShare, Previous, Reading};
use super::run::{Mode, Run};
use super::stored::stored_rows;
use super::write::write_partitions;
use crate::Result;
use crate::batch::Batch;
use crate::summary::EventCounts;

/// Commits the batches of one run, one after the other.
#[derive(Debug)]
pub(crate) struct Committer {
    run: Arc<Run>,
    base: Arc<TableSnapshot>,
    open: OpenAccounts,
    /// Somebody else has committed since the manifest was joined with the listing.
    met_others: bool,
}

/// A batch on its way into the log.
struct Work {
    batch: Arc<Batch>,
    /// Rows that are to be stored, by position in the batch.
    live: Vec<bool>,
    files: BTreeMap<PartitionValues, NewFile>,
    /// What the manifest says of the batch's objects, by job.
    previous: HashMap<u64, Previous>,
    /// Objects whose manifest row is not ours to write any more.
    given_up: HashSet<u64>,
}

impl Committer {
    /// A committer on the run's snapshot.
    pub(crate) fn new(run: Arc<Run>) -> Self {
        Self { base: Arc::clone(&run.snapshot), run, open: OpenAccounts::default(), met_others: false }
    }

    /// Publishes `batch`; when this returns, it is in the log.
    pub(crate) async fn commit(mut self, batch: Batch) -> Result<Self> {
        let mut work = Work::new(batch);
        if self.met_others {
            self.refresh_previous(&mut work).await?;
        }
        let stored = stored_rows(&self.run.table, &self.base, &work.batch, &work.live, None).await?;
        work.drop_rows(&stored);
        if self.run.mode == Mode::Commit {
            work.files = write_partitions(&self.run.table, &work.batch, work.rows_by_partition(None)).await?;
            self.publish(&mut work).await?;
        }
        self.settle(&work);
        // To free the rows of a batch takes some ten milliseconds that the next batch need not wait for.
        drop(tokio::task::spawn_blocking(move || drop(work)));
        Ok(self)
    }

    async fn publish(&mut self, work: &mut Work) -> Result<()> {
        loop {
            let change = self.change(work);
            match self.run.table.commit(&self.base, change).await? {
                CommitOutcome::Committed(snapshot) => {
                    self.met_others |= snapshot.version != self.base.version + 1;
                    self.base = snapshot;
                    return Ok(());
                }
                CommitOutcome::Conflict(snapshot) => self.catch_up(work, snapshot).await?,
            }
        }
    }

    /// Checks the work against what others committed meanwhile.
    async fn catch_up(&mut self, work: &mut Work, snapshot: Arc<TableSnapshot>) -> Result<()> {
        let new_files = work.new_files(&self.base, &snapshot);
        self.base = snapshot;
        self.met_others = true;
        self.refresh_previous(work).await?;
        let mut dropped = work.rows_given_up();
        dropped.extend(stored_rows(&self.run.table, &self.base, &work.batch, &work.live, Some(&new_files)).await?);
        let touched = work.drop_rows(&dropped);
        work.files.retain(|partition, _| !touched.contains(partition));
        let rewritten = work.rows_by_partition(Some(&touched));
        work.files.extend(write_partitions(&self.run.table, &work.batch, rewritten).await?);
        Ok(())
    }

    /// Reads what the manifest says now of the batch's objects.
    async fn refresh_previous(&self, work: &mut Work) -> Result<()> {
        let jobs: BTreeMap<&str, &Arc<ObjectJob>> =
            work.batch.objects.iter().map(|(job, _)| (job.object.url.as_str(), job)).collect();
        let (Some((first, _)), Some((last, _))) = (jobs.first_key_value(), jobs.last_key_value()) else {
            return Ok(());
        };
        let range = ObjectRange { from: Some((*first).to_owned()), until: Some(format!("{last}\0")) };
        let mut rows = self.run.table.manifest_rows(&self.base, range).await?;
        while let Some(row) = rows.try_next().await? {
            let Some(job) = jobs.get(row.object.as_str()) else { continue };
            if row.attempt == job.attempt {
                continue;
            }
            if matches!(job.reading, Reading::Quarantined { .. })
                && job.previous.is_none_or(|previous| previous.attempt != row.attempt)
            {
                work.given_up.insert(job.seq);
            }
            work.previous.insert(job.seq, Previous { attempt: row.attempt, stored: row.stored });
        }
        Ok(())
    }

    fn change(&self, work: &Work) -> TableChange {
        let mut change = TableChange::new(Operation::Ingest);
        change.add = work.files.values().cloned().collect();
        let settled = work.settled();
        for ((job, share), counts) in work.batch.objects.iter().zip(settled) {
            if work.given_up.contains(&job.seq) {
                continue;
            }
            change.quarantine.extend(share.quarantine.iter().cloned());
            // A retry moves counts of a finished row: it is written once, when all pieces are through.
            if share.end.is_some() || matches!(job.reading, Reading::Whole) {
                change.manifest.push(self.open.row(&self.run, job, share, work.previous(job), counts));
            }
        }
        change
    }

    /// Adds committed work to the summary.
    fn settle(&mut self, work: &Work) {
        let run = Arc::clone(&self.run);
        let mut ledger = run.ledger();
        ledger.bytes.stored += work.files.values().map(|file| file.size_bytes).sum::<u64>();
        for ((job, share), counts) in work.batch.objects.iter().zip(work.settled()) {
            if !work.given_up.contains(&job.seq) {
                ledger.events += counts;
                count_object(&mut ledger, share);
                note_quarantine(&run, job, share);
            }
            self.open.committed(job, share, work.previous(job), counts);
        }
    }
}

fn count_object(ledger: &mut crate::IngestSummary, share: &ObjectShare) {
    match &share.end {
        Some(ObjectEnd::Read { facts, .. }) => {
            ledger.objects.ingested += 1;
            ledger.bytes.compressed += facts.compressed_bytes;
            ledger.bytes.decompressed += facts.decompressed_bytes;
        }
        Some(ObjectEnd::Retried) => ledger.objects.ingested += 1,
        Some(ObjectEnd::Ignored { .. }) => ledger.objects.ignored += 1,
        Some(ObjectEnd::Unfinished { .. }) | None => {}
    }
}

fn note_quarantine(run: &Run, job: &ObjectJob, share: &ObjectShare) {
    let Some(first) = share.quarantine.first() else { return };
    let message = format!(
        "`{}`: {} quarantined, the first at byte {}: {}",
        job.object.url,
        share.quarantine.len(),
        first.offset_bytes,
        first.message
    );
    let hint = (run.mode == Mode::Commit)
        .then(|| format!("`traillake quarantine list --store {}` shows them all", run.settings.name.as_str()));
    run.notes.tell(message, hint);
}

impl Work {
    fn new(batch: Batch) -> Self {
        Self {
            live: vec![true; batch.rows.len()],
            batch: Arc::new(batch),
            files: BTreeMap::new(),
            previous: HashMap::new(),
            given_up: HashSet::new(),
        }
    }

    /// Takes rows out; returns the partitions that held them.
    fn drop_rows(&mut self, rows: &[usize]) -> HashSet<PartitionValues> {
        let mut touched = HashSet::new();
        for &row in rows {
            if let Some(live) = self.live.get_mut(row)
                && std::mem::replace(live, false)
                && let Some(values) = values_of(&self.batch, row)
            {
                touched.insert(values.clone());
            }
        }
        touched
    }

    /// The manifest's last word on an object before this reading.
    fn previous(&self, job: &ObjectJob) -> Option<Previous> {
        self.previous.get(&job.seq).copied().or(job.previous)
    }

    /// Live rows of the objects given up.
    fn rows_given_up(&self) -> Vec<usize> {
        let given_up = |object: u32| {
            self.batch.objects.get(object as usize).is_some_and(|(job, _)| self.given_up.contains(&job.seq))
        };
        let rows = self.batch.rows.iter().enumerate();
        rows.filter(|(_, row)| given_up(row.object)).map(|(position, _)| position).collect()
    }

    /// Positions of the live rows of every partition, or of those in `only`.
    fn rows_by_partition(&self, only: Option<&HashSet<PartitionValues>>) -> BTreeMap<PartitionValues, Vec<usize>> {
        let mut partitions: BTreeMap<PartitionValues, Vec<usize>> = BTreeMap::new();
        for (place, mut rows) in self.batch.places.iter().zip(self.rows_by_place()) {
            if !rows.is_empty() && only.is_none_or(|only| only.contains(&place.values)) {
                partitions.entry(place.values.clone()).or_default().append(&mut rows);
            }
        }
        partitions
    }

    fn rows_by_place(&self) -> Vec<Vec<usize>> {
        let mut places = vec![Vec::new(); self.batch.places.len()];
        for (position, (row, _)) in self.batch.rows.iter().zip(&self.live).enumerate().filter(|(_, (_, live))| **live) {
            if let Some(rows) = places.get_mut(row.place as usize) {
                rows.push(position);
            }
        }
        places
    }

    /// Counts of every object with the fate of its rows in them.
    fn settled(&self) -> Vec<EventCounts> {
        let mut counts: Vec<EventCounts> = self.batch.objects.iter().map(|(_, share)| share.counts).collect();
        for (row, live) in self.batch.rows.iter().zip(&self.live) {
            if let Some(counts) = counts.get_mut(row.object as usize) {
                *(if *live { &mut counts.stored } else { &mut counts.duplicate }) += 1;
            }
        }
        counts
    }

    /// Files of the batch's partitions that `after` has and `before` had not.
    fn new_files(&self, before: &TableSnapshot, after: &TableSnapshot) -> HashSet<String> {
        let mut new = HashSet::new();
        let periods: HashSet<_> = self.batch.places.iter().map(|place| place.values.period).collect();
        for (partition, files) in periods.into_iter().flat_map(|period| after.files.within(period)) {
            let known: HashSet<&str> = before.files.of(partition).iter().map(|file| file.path.as_str()).collect();
            new.extend(files.iter().filter(|file| !known.contains(file.path.as_str())).map(|file| file.path.clone()));
        }
        new
    }
}

fn values_of(batch: &Batch, row: usize) -> Option<&PartitionValues> {
    let place = batch.rows.get(row)?.place;
    batch.places.get(place as usize).map(|place| &place.values)
}
