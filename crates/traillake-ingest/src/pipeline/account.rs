//! The account of an object over its batches, and the manifest row it becomes.

use std::collections::HashMap;

use traillake_storage::{ManifestKey, ManifestRow, ObjectStatus};

use super::job::{ObjectEnd, ObjectFacts, ObjectJob, ObjectShare, Previous, Reading};
use super::run::Run;
use crate::summary::EventCounts;

/// Why an object is to be read again that was read to its end.
const HELD_BACK: &str = "holds events of accounts that were not granted";

/// Committed shares of the objects whose end has not been committed yet.
#[derive(Debug, Default)]
pub(crate) struct OpenAccounts(HashMap<u64, OpenAccount>);

#[derive(Debug, Default, Clone, Copy)]
struct OpenAccount {
    counts: EventCounts,
    span: Option<(i64, i64)>,
    /// Events that other readings of the object have stored.
    stored_before: u64,
}

impl OpenAccounts {
    /// The manifest row of an object when `share` is committed, with its settled counts.
    pub(crate) fn row(
        &self,
        run: &Run,
        job: &ObjectJob,
        share: &ObjectShare,
        previous: Option<Previous>,
        settled: EventCounts,
    ) -> ManifestRow {
        let open = self.0.get(&job.seq).copied().unwrap_or_default();
        let mut counts = settled;
        counts += open.counts;
        let span = join_spans(open.span, share.span);
        let row = match &job.reading {
            Reading::Whole => fresh_row(run, job),
            Reading::Quarantined { base } => retried_row(run, job, base, &mut counts),
        };
        let stored_before = match job.reading {
            Reading::Whole => open.stored_before.max(previous.map_or(0, |row| row.stored)),
            Reading::Quarantined { .. } => 0,
        };
        let carried = match &share.end {
            Some(ObjectEnd::Read { all_granted: false, .. }) => keep_refused(counts, stored_before),
            _ if is_over(share) => carry(counts, stored_before),
            _ => keep(counts, stored_before),
        };
        finish_row(row, share, carried, span)
    }

    /// Remembers a committed share until the end of its object is committed.
    pub(crate) fn committed(
        &mut self,
        job: &ObjectJob,
        share: &ObjectShare,
        previous: Option<Previous>,
        settled: EventCounts,
    ) {
        if share.end.is_some() {
            self.0.remove(&job.seq);
            return;
        }
        let open = self.0.entry(job.seq).or_default();
        open.counts += settled;
        open.span = join_spans(open.span, share.span);
        open.stored_before = open.stored_before.max(previous.map_or(0, |row| row.stored));
    }
}

/// Events that an earlier reading of the object stored are found again as
/// duplicates; the object's row goes on counting them as stored, so that the
/// rows of the manifest add up to the events of the store.
fn carry(mut counts: EventCounts, stored_before: u64) -> EventCounts {
    let carried = stored_before.min(counts.duplicate);
    counts.duplicate -= carried;
    counts.stored += carried;
    counts
}

/// The same while the object is not read to its end: what was not found again yet stays counted as well,
/// or an ingest that is killed now would leave the next one too low a number.
fn keep(counts: EventCounts, stored_before: u64) -> EventCounts {
    let outstanding = stored_before - stored_before.min(counts.duplicate);
    let mut kept = carry(counts, stored_before);
    kept.read += outstanding;
    kept.stored += outstanding;
    kept
}

/// The same when the end was reached and events were refused: what was not found again is first of all among those.
fn keep_refused(mut counts: EventCounts, stored_before: u64) -> EventCounts {
    let refused = (stored_before - stored_before.min(counts.duplicate)).min(counts.filtered);
    counts.filtered -= refused;
    counts.duplicate += refused;
    keep(counts, stored_before)
}

/// True when the row tells of the whole object: no later reading has to find what this one did not take.
fn is_over(share: &ObjectShare) -> bool {
    match &share.end {
        Some(ObjectEnd::Read { all_granted, .. }) => *all_granted,
        Some(ObjectEnd::Ignored { .. } | ObjectEnd::Retried) => true,
        Some(ObjectEnd::Unfinished { .. }) | None => false,
    }
}

fn fresh_row(run: &Run, job: &ObjectJob) -> ManifestRow {
    let (object, key) = (&job.object, job.object.key.as_ref());
    ManifestRow {
        object: object.url.clone(),
        etag: object.etag.clone(),
        size_bytes: object.size_bytes,
        last_modified_ms: object.last_modified_ms,
        key: ManifestKey {
            kind: key.map(|key| key.folder.as_str().to_owned()),
            account: key.map(|key| key.account.clone()),
            region: key.and_then(|key| key.region.clone()),
            delivery_date: key.and_then(|key| key.date).map(|date| date.to_string()),
        },
        status: ObjectStatus::Incomplete,
        attempt: job.attempt,
        settings_version: run.settings.version,
        ingested_at_ms: run.now.timestamp_millis(),
        ..ManifestRow::default()
    }
}

/// The earlier row under a new attempt: its quarantined records are counted anew, the rest stays.
fn retried_row(run: &Run, job: &ObjectJob, base: &ManifestRow, counts: &mut EventCounts) -> ManifestRow {
    counts.read += base.read - base.quarantined.min(base.read);
    counts.stored += base.stored;
    counts.duplicate += base.duplicate;
    counts.filtered += base.filtered;
    counts.expired += base.expired;
    ManifestRow { attempt: job.attempt, ingested_at_ms: run.now.timestamp_millis(), ..base.clone() }
}

fn finish_row(mut row: ManifestRow, share: &ObjectShare, counts: EventCounts, span: Option<(i64, i64)>) -> ManifestRow {
    row.read = counts.read;
    row.stored = counts.stored;
    row.duplicate = counts.duplicate;
    row.filtered = counts.filtered;
    row.expired = counts.expired;
    row.quarantined = counts.quarantined;
    let known = row.first_event_micros.zip(row.last_event_micros);
    (row.first_event_micros, row.last_event_micros) = join_spans(known, span).unzip();
    match &share.end {
        Some(ObjectEnd::Read { all_granted: false, facts, .. }) => {
            state(&mut row, facts);
            row.detail.get_or_insert_with(|| HELD_BACK.to_owned());
        }
        Some(ObjectEnd::Read { whole, facts, .. }) => {
            row.status = if *whole { ObjectStatus::Ingested } else { ObjectStatus::Partial };
            state(&mut row, facts);
        }
        Some(ObjectEnd::Ignored { detail, facts }) => {
            row.status = ObjectStatus::Ignored;
            state(&mut row, facts);
            row.detail = Some(detail.clone());
        }
        Some(ObjectEnd::Retried) if row.status == ObjectStatus::Partial && row.quarantined == 0 => {
            row.status = ObjectStatus::Ingested;
        }
        Some(ObjectEnd::Unfinished { detail }) => row.detail = Some(detail.clone()),
        Some(ObjectEnd::Retried) | None => {}
    }
    row
}

fn state(row: &mut ManifestRow, facts: &ObjectFacts) {
    row.sha256.clone_from(&facts.sha256);
    row.decompressed_bytes = facts.decompressed_bytes;
    row.envelope.clone_from(&facts.envelope);
    row.detail.clone_from(&facts.detail);
}

fn join_spans(one: Option<(i64, i64)>, other: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (one, other) {
        (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_earlier_reading_stored_stays_counted_as_stored() {
        let again = EventCounts { read: 10, duplicate: 8, stored: 2, ..EventCounts::default() };
        let carried = carry(again, 6);
        assert_eq!((carried.stored, carried.duplicate), (8, 2));
        assert!(carried.is_balanced());
    }

    #[test]
    fn no_more_is_carried_than_was_found_again() {
        let shrunk = EventCounts { read: 3, duplicate: 3, ..EventCounts::default() };
        assert_eq!(carry(shrunk, 100).stored, 3);
    }

    #[test]
    fn a_reading_that_is_cut_short_forgets_nothing_an_earlier_one_stored() {
        // 35 of 50 events were stored; the next reading commits when it has met 15 of them, and is killed.
        let cut_short = keep(EventCounts { read: 15, duplicate: 15, ..EventCounts::default() }, 35);
        assert_eq!((cut_short.read, cut_short.stored, cut_short.duplicate), (35, 35, 0));
        assert!(cut_short.is_balanced());
        let whole = EventCounts { read: 50, duplicate: 35, stored: 15, ..EventCounts::default() };
        assert_eq!(carry(whole, cut_short.stored).stored, 50);
    }

    #[test]
    fn events_that_are_refused_and_stored_already_are_counted_once() {
        let held = EventCounts { read: 10, duplicate: 4, filtered: 6, ..EventCounts::default() };
        let first = keep_refused(held, 0);
        assert_eq!((first.read, first.stored, first.filtered), (10, 0, 6));
        let again = keep_refused(held, 10);
        assert_eq!((again.read, again.stored, again.filtered), (10, 10, 0));
        assert!(again.is_balanced());
    }

    #[test]
    fn spans_join_to_the_widest() {
        assert_eq!(join_spans(Some((2, 5)), Some((1, 3))), Some((1, 5)));
        assert_eq!(join_spans(None, Some((1, 3))), Some((1, 3)));
    }
}
