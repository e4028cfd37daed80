//! What became of an import: its statistics, and the log files of which something could not be read.

use std::collections::BTreeMap;

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use traillake::{
    EventDataStoreSettings, GrantedLake, Import, ImportFailure, ImportStatistics, ImportStatus, IngestProgress,
    IngestSummary, Note, QueryOptions, QueryParameter, Result,
};

/// Most failures that are written down.
const MOST_FAILURES: usize = 10_000;

/// Kind of a failure of which the pieces are in the quarantine.
const QUARANTINED: &str = "Quarantined";
/// Kind of the failure of an import that was cut short; one that its caller stopped has none.
const INTERRUPTED: &str = "Interrupted";

/// The end of one attempt.
#[derive(Debug)]
pub(super) struct Outcome {
    status: ImportStatus,
    statistics: Option<ImportStatistics>,
    failures: Vec<ImportFailure>,
    now: DateTime<Utc>,
}

impl Outcome {
    /// What the attempt came to, as its caller may know it.
    pub(super) async fn of(
        lake: &GrantedLake,
        import: &Import,
        summary: Result<IngestSummary>,
        now: DateTime<Utc>,
    ) -> Self {
        let found = match summary {
            Ok(summary) => Self::of_summary(lake, import, &summary, now).await,
            Err(error) => Err(error),
        };
        found.unwrap_or_else(|error| {
            let message = error.hint().map_or_else(|| error.to_string(), |hint| format!("{error}; hint: {hint}"));
            let failure = failure(&import.source.uri, "ImportFailed", message, now);
            Self { status: ImportStatus::Failed, statistics: None, failures: vec![failure], now }
        })
    }

    async fn of_summary(
        lake: &GrantedLake,
        import: &Import,
        summary: &IngestSummary,
        now: DateTime<Utc>,
    ) -> Result<Self> {
        let store = lake.event_data_store(&import.destination.to_string()).await?;
        let mut failures: Vec<_> = summary.notes.iter().filter_map(|note| unread(note, now)).collect();
        if summary.events.quarantined > 0 || import.failures.iter().any(|failure| failure.kind == QUARANTINED) {
            failures.extend(set_aside(lake, &store, import, now).await?);
        }
        let failed = summary.objects.failed.max(failures.len() as u64);
        if summary.interrupted {
            let message = "the server ended before all was read; hint: start the import again".to_owned();
            failures.push(failure(&import.source.uri, INTERRUPTED, message, now));
        }
        let events = match summary.objects.unchanged {
            0 => summary.events.stored + summary.events.duplicate,
            _ => events_of_source(lake, &store, import).await?,
        };
        let statistics = ImportStatistics {
            prefixes_found: 1,
            prefixes_completed: u64::from(!summary.interrupted),
            files_completed: summary.objects.ingested + summary.objects.unchanged,
            events_completed: events,
            failed_entries: failed,
        };
        let completed = failed == 0 && !summary.interrupted;
        let status = if completed { ImportStatus::Completed } else { ImportStatus::Failed };
        Ok(Self { status, statistics: Some(statistics), failures, now })
    }

    /// The import after this attempt. What failed earlier and does not now has succeeded; an import that was stopped
    /// stays so.
    pub(super) fn applied(&self, import: Import) -> Import {
        let stopped = import.status == ImportStatus::Stopped;
        let status = if stopped { ImportStatus::Stopped } else { self.status };
        let mut failures: BTreeMap<_, _> = import.failures.iter().map(|f| (f.location.clone(), f.clone())).collect();
        if self.statistics.is_some_and(|statistics| statistics.prefixes_completed > 0) {
            for failure in failures.values_mut() {
                failure.succeeded = true;
            }
        }
        let met = self.failures.iter().filter(|failure| !(stopped && failure.kind == INTERRUPTED));
        failures.extend(met.map(|failure| (failure.location.clone(), failure.clone())));
        let failures = failures.into_values().take(MOST_FAILURES).collect();
        let statistics = self.statistics.unwrap_or(import.statistics);
        Import { status, statistics, failures, updated_at: self.now, ..import }
    }
}

/// The statistics of an import that goes on.
pub(super) fn so_far(progress: &IngestProgress) -> ImportStatistics {
    let reading = progress.read();
    ImportStatistics {
        prefixes_found: 1,
        prefixes_completed: 0,
        files_completed: reading.objects_done,
        events_completed: reading.events,
        failed_entries: reading.quarantined,
    }
}

fn failure(location: &str, kind: &str, message: String, now: DateTime<Utc>) -> ImportFailure {
    ImportFailure { location: location.to_owned(), kind: kind.to_owned(), message, succeeded: false, updated_at: now }
}

fn unread(note: &Note, now: DateTime<Utc>) -> Option<ImportFailure> {
    let hint = note.hint.as_ref().map(|hint| format!("; hint: {hint}")).unwrap_or_default();
    Some(failure(note.object.as_deref()?, "Unreadable", format!("{}{hint}", note.message), now))
}

/// The log files below the source of which pieces are set aside.
async fn set_aside(
    lake: &GrantedLake,
    store: &EventDataStoreSettings,
    import: &Import,
    now: DateTime<Utc>,
) -> Result<Vec<ImportFailure>> {
    let mut rows = lake.quarantine(store.name.as_str()).await?;
    let mut found = BTreeMap::new();
    while let Some(row) = rows.next().await {
        let row = row?;
        if is_below(&import.source.uri, &row.object) && found.len() < MOST_FAILURES {
            let text = format!("{}: {}", row.reason, row.message);
            found.entry(row.object.clone()).or_insert_with(|| failure(&row.object, QUARANTINED, text, now));
        }
    }
    Ok(found.into_values().collect())
}

/// Events that the store holds of the log files the import asks for, by this attempt or an earlier one.
async fn events_of_source(lake: &GrantedLake, store: &EventDataStoreSettings, import: &Import) -> Result<u64> {
    let mut parameters =
        vec![QueryParameter::text("store", store.name.as_str()), QueryParameter::text("place", &import.source.uri)];
    let mut sql = "SELECT CAST(coalesce(sum(stored + duplicate), 0) AS bigint) FROM system.objects \
         WHERE event_data_store = :store AND starts_with(object, :place)"
        .to_owned();
    for (name, condition, time) in
        [("first", " AND delivery_date >= :first", import.start), ("last", " AND delivery_date <= :last", import.end)]
    {
        if let Some(time) = time {
            sql.push_str(condition);
            parameters.push(QueryParameter::text(name, time.date_naive().to_string()));
        }
    }
    let options = QueryOptions { parameters, ..QueryOptions::default() };
    let (batches, _) = lake.query(&sql, &options).await?.collect().await?;
    let sum = batches
        .iter()
        .filter(|batch| batch.num_rows() > 0)
        .find_map(|batch| batch.columns().first()?.as_primitive_opt::<Int64Type>().map(|column| column.value(0)));
    Ok(sum.and_then(|sum| u64::try_from(sum).ok()).unwrap_or_default())
}

/// Whether an object lies at or below a place, folder by folder as listings take prefixes.
fn is_below(place: &str, object: &str) -> bool {
    let rest = object.strip_prefix(place.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn import(status: ImportStatus) -> Import {
        let (id, now) = (uuid::Uuid::nil(), DateTime::UNIX_EPOCH);
        let destination = "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa".parse().unwrap();
        let source = traillake::ImportSource { uri: "s3://logs/a".into(), region: "r".into(), role_arn: "arn".into() };
        let statistics = ImportStatistics::default();
        let (owner, failures) = ("ann".to_owned(), vec![failure("s3://logs/a/1", "Unreadable", "gone".into(), now)]);
        Import {
            version: 1,
            id,
            destination,
            source,
            start: None,
            end: None,
            status,
            created_at: now,
            updated_at: now,
            statistics,
            failures,
            owner,
            accounts: None,
        }
    }

    fn outcome(prefixes_completed: u64, kind: &str) -> Outcome {
        let now = DateTime::UNIX_EPOCH;
        let statistics = Some(ImportStatistics { prefixes_completed, ..ImportStatistics::default() });
        let failures = vec![failure("s3://logs/a/2", kind, "message".into(), now)];
        Outcome { status: ImportStatus::Failed, statistics, failures, now }
    }

    #[test]
    fn what_failed_earlier_and_not_in_an_attempt_that_read_everything_has_succeeded() {
        let succeeded = |outcome: Outcome| {
            let failures = outcome.applied(import(ImportStatus::InProgress)).failures;
            failures.iter().map(|failure| failure.succeeded).collect::<Vec<_>>()
        };
        assert_eq!(succeeded(outcome(1, "Unreadable")), [true, false]);
        assert_eq!(succeeded(outcome(0, "Unreadable")), [false, false]);
    }

    #[test]
    fn an_import_that_was_stopped_stays_so_and_is_not_called_interrupted() {
        let stopped = outcome(0, INTERRUPTED).applied(import(ImportStatus::Stopped));
        assert_eq!((stopped.status, stopped.failures.len()), (ImportStatus::Stopped, 1));
        let cut = outcome(0, INTERRUPTED).applied(import(ImportStatus::InProgress));
        assert_eq!((cut.status, cut.failures.len()), (ImportStatus::Failed, 2));
    }

    #[test]
    fn a_place_holds_what_lies_in_its_folder() {
        assert!(is_below("s3://logs/a", "s3://logs/a/1") && is_below("s3://logs/a/", "s3://logs/a"));
        assert!(!is_below("s3://logs/a", "s3://logs/ab/1") && !is_below("s3://logs/a", "s3://other/a/1"));
    }
}
