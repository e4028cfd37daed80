//! Puts jobs in the order of their days: of what was listed and not sent on, the earliest day goes first, so that a
//! batch touches few partitions although a trail is listed account by account and region by region.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use chrono::NaiveDate;
use tokio::sync::mpsc;

use super::Result;
use super::job::ObjectJob;
use super::run::Run;

/// Jobs listed ahead: about 30 MB of names.
pub(crate) const JOBS_AHEAD: usize = 65_536;

/// Sends the jobs on by delivery day, within a day as they were listed. Readers never wait for the listing to go on:
/// a job of an earlier day that is listed later goes before those that still wait. What comes after
/// [`JOBS_AHEAD`] jobs is of the next group, so that no day waits for ever.
pub(crate) async fn arrange(
    run: &Run,
    mut listed: mpsc::Receiver<Arc<ObjectJob>>,
    arranged: mpsc::Sender<Arc<ObjectJob>>,
) -> Result<()> {
    let (mut come, mut group) = (Vec::new(), Group::default());
    while !run.stop.is_cancelled() {
        if group.waiting.is_empty() {
            group = Group::default();
            if listed.recv_many(&mut come, group.room).await == 0 {
                return Ok(());
            }
        } else {
            tokio::select! {
                biased;
                1.. = listed.recv_many(&mut come, group.room), if group.room > 0 => {}
                place = arranged.reserve() => match (place, group.next()) {
                    (Ok(place), Some(job)) => place.send(job),
                    _ => return Ok(()),
                }
            }
        }
        group.take(&mut come);
    }
    Ok(())
}

/// Jobs that wait, and how many more may join them.
struct Group {
    waiting: BinaryHeap<Reverse<Waiting>>,
    room: usize,
}

impl Default for Group {
    fn default() -> Self {
        Self { waiting: BinaryHeap::new(), room: JOBS_AHEAD }
    }
}

impl Group {
    fn take(&mut self, jobs: &mut Vec<Arc<ObjectJob>>) {
        self.room = self.room.saturating_sub(jobs.len());
        self.waiting.extend(jobs.drain(..).map(|job| Reverse(Waiting::new(job))));
    }

    fn next(&mut self) -> Option<Arc<ObjectJob>> {
        self.waiting.pop().map(|Reverse(waiting)| waiting.job)
    }
}

/// A job under its day and its number in the listing.
struct Waiting {
    place: (Option<NaiveDate>, u64),
    job: Arc<ObjectJob>,
}

impl Waiting {
    fn new(job: Arc<ObjectJob>) -> Self {
        Self { place: (job.object.key.as_ref().and_then(|key| key.date), job.seq), job }
    }
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place.cmp(&other.place)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use uuid::Uuid;

    use super::super::job::Reading;
    use super::*;
    use crate::SourceObject;

    fn job(seq: u64, account: u64, day: u32) -> Arc<ObjectJob> {
        let url = format!(
            "s3://b/AWSLogs/{account:012}/CloudTrail/us-east-1/2023/07/{day:02}/\
             {account:012}_CloudTrail_us-east-1_202307{day:02}T0000Z_abcdefghijklmnop.json.gz"
        );
        let object = SourceObject::from_bytes(url, Bytes::new());
        Arc::new(ObjectJob { seq, object, attempt: Uuid::nil(), previous: None, reading: Reading::Whole })
    }

    fn sequence(group: &mut Group) -> Vec<u64> {
        std::iter::from_fn(|| group.next()).map(|job| job.seq).collect()
    }

    #[test]
    fn jobs_of_all_accounts_go_day_by_day_in_the_order_of_the_listing() {
        let mut group = Group::default();
        group.take(&mut vec![job(0, 1, 1), job(1, 1, 2), job(2, 1, 3), job(3, 2, 1), job(4, 2, 2)]);
        assert_eq!(sequence(&mut group), [0, 3, 1, 4, 2]);
    }

    #[test]
    fn an_early_day_that_is_listed_late_goes_before_what_waits() {
        let mut group = Group::default();
        group.take(&mut vec![job(0, 1, 1), job(1, 1, 2), job(2, 1, 3)]);
        assert_eq!(group.next().map(|job| job.seq), Some(0));
        group.take(&mut vec![job(3, 2, 1)]);
        assert_eq!(sequence(&mut group), [3, 1, 2]);
    }

    #[test]
    fn a_group_has_room_for_so_many_jobs_however_many_were_sent_on() {
        let mut group = Group::default();
        group.take(&mut (0..10).map(|seq| job(seq, 1, 1)).collect());
        assert_eq!(sequence(&mut group).len(), 10);
        assert_eq!(group.room, JOBS_AHEAD - 10);
    }
}
