//! Tells how each object is to be read, and ties short local ones together: handing a thread one object of a few
//! kilobytes after the other would cost more than reading them.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::job::ObjectJob;
use crate::SourceObject;
use crate::request::IngestLimits;
use crate::source::Origin;

/// Objects and stored bytes of a bundle at most: some ten milliseconds of work.
pub(crate) const BUNDLE_OBJECTS: usize = 256;
const BUNDLE_BYTES: u64 = 512 << 10;

/// What one reader does at a time.
pub(crate) enum Task {
    /// Objects on this machine, or none that need be opened: one after the other on one thread.
    Here(Vec<Arc<ObjectJob>>),
    /// An object that is fetched whole, then read on one thread.
    Whole(Arc<ObjectJob>),
    /// A long object, or one of unknown length.
    Streamed(Arc<ObjectJob>),
}

impl Task {
    /// Its largest object: they are held one at a time.
    pub(crate) fn largest(&self) -> u64 {
        match self {
            Self::Here(jobs) => jobs.iter().map(|job| job.object.size_bytes).max().unwrap_or(0),
            Self::Whole(job) | Self::Streamed(job) => job.object.size_bytes,
        }
    }
}

/// The jobs as tasks, in order.
pub(crate) struct Bundles {
    jobs: mpsc::Receiver<Arc<ObjectJob>>,
    held: Option<Arc<ObjectJob>>,
    whole_bytes: u64,
}

impl Bundles {
    pub(crate) fn new(jobs: mpsc::Receiver<Arc<ObjectJob>>, limits: &IngestLimits) -> Self {
        Self { jobs, held: None, whole_bytes: limits.whole_bytes() }
    }

    /// The next task; none when no more jobs come.
    pub(crate) async fn next(&mut self) -> Option<Task> {
        let first = match self.held.take() {
            Some(job) => job,
            None => self.jobs.recv().await?,
        };
        if !self.is_read_here(&first.object) {
            let whole = self.is_short(&first.object) && matches!(first.object.origin(), Origin::Store { .. });
            return Some(if whole { Task::Whole(first) } else { Task::Streamed(first) });
        }
        Some(Task::Here(self.bundle(first)))
    }

    /// `first` and what waits behind it, as far as it can be read along.
    fn bundle(&mut self, first: Arc<ObjectJob>) -> Vec<Arc<ObjectJob>> {
        let mut bytes = first.object.size_bytes;
        let mut bundle = vec![first];
        while bundle.len() < BUNDLE_OBJECTS
            && bytes < BUNDLE_BYTES
            && let Ok(job) = self.jobs.try_recv()
        {
            if !self.is_read_here(&job.object) {
                self.held = Some(job);
                break;
            }
            bytes += job.object.size_bytes;
            bundle.push(job);
        }
        bundle
    }

    fn is_read_here(&self, object: &SourceObject) -> bool {
        object.is_foreign_by_key()
            || self.is_short(object) && matches!(object.origin(), Origin::Local(_) | Origin::Bytes(_))
    }

    /// Of unknown length are pipes and standard input.
    fn is_short(&self, object: &SourceObject) -> bool {
        (1..=self.whole_bytes).contains(&object.size_bytes)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use uuid::Uuid;

    use super::super::job::Reading;
    use super::*;

    fn job(seq: u64, origin: Origin, size_bytes: u64) -> Arc<ObjectJob> {
        let object = SourceObject::new(format!("memory:{seq}"), size_bytes, true, origin);
        Arc::new(ObjectJob { seq, object, attempt: Uuid::nil(), previous: None, reading: Reading::Whole })
    }

    /// The tasks for `jobs`, each as its kind and how many objects it has.
    async fn tasks(jobs: Vec<Arc<ObjectJob>>) -> Vec<(char, usize)> {
        let (sender, receiver) = mpsc::channel(1_000);
        for job in jobs {
            sender.try_send(job).unwrap();
        }
        drop(sender);
        let mut bundles = Bundles::new(receiver, &IngestLimits::default());
        let mut tasks = Vec::new();
        while let Some(task) = bundles.next().await {
            tasks.push(match task {
                Task::Here(jobs) => ('h', jobs.len()),
                Task::Whole(_) => ('w', 1),
                Task::Streamed(_) => ('s', 1),
            });
        }
        tasks
    }

    fn short(seq: u64, size_bytes: u64) -> Arc<ObjectJob> {
        job(seq, Origin::Bytes(Bytes::new()), size_bytes)
    }

    #[tokio::test]
    async fn short_objects_are_bundled_by_number_and_by_bytes() {
        assert_eq!(tasks((0..300).map(|n| short(n, 100)).collect()).await, [('h', 256), ('h', 44)]);
        assert_eq!(tasks((0..8).map(|n| short(n, 100 << 10)).collect()).await, [('h', 6), ('h', 2)]);
    }

    #[tokio::test]
    async fn long_objects_and_pipes_are_streamed_by_themselves_and_none_is_lost() {
        let jobs = vec![short(0, 9), short(1, 100 << 20), job(2, Origin::Stdin, 0), short(3, 9), short(4, 9)];
        assert_eq!(tasks(jobs).await, [('h', 1), ('s', 1), ('s', 1), ('h', 2)]);
    }
}
