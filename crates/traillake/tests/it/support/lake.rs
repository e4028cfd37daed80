//! A lake under test with a clock that stands still, and the few calls that tests make on it.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{DateTime, TimeZone, Utc};
use tokio_util::sync::CancellationToken;
use traillake_ingest::{IngestProgress, IngestRequest, IngestSummary, SourceSpec, ingest};
use traillake_model::{EventDataStoreKind, EventDataStoreSettings, FixedClock, PartitionBy, Retention};
use traillake_query::{QueryEngine, QueryError, QueryLimits, QueryOptions, QueryStats};
use traillake_storage::{EventTable, LakeStorage, Location, NewEventDataStore, ObjectStoreOptions, OpenMode};

use super::Place;

/// Noon of a day of early 2026: the invented records are from January the first on.
pub(crate) fn noon(month: u32, day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, month, day, 12, 0, 0).unwrap()
}

/// A time at which everything that was written is old enough to be swept away.
pub(crate) fn long_after() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2100, 1, 1, 0, 0, 0).unwrap()
}

/// An open lake.
#[derive(Debug, Clone)]
pub(crate) struct TestLake {
    pub(crate) storage: LakeStorage,
    pub(crate) clock: Arc<FixedClock>,
}

/// What a test's event data store is unless it says otherwise.
pub(crate) fn new_store(name: &str) -> NewEventDataStore {
    NewEventDataStore {
        name: name.parse().unwrap(),
        kind: EventDataStoreKind::CloudTrail,
        retention: Retention::Unlimited,
        selectors: None,
        partition_by: PartitionBy::default(),
        termination_protection: true,
    }
}

impl TestLake {
    /// Opens, or makes, the lake in the area `lake` of `place`, on February the first.
    pub(crate) async fn open(place: &Place) -> Self {
        Self::at(&place.location("lake").await).await
    }

    pub(crate) async fn at(location: &Location) -> Self {
        let clock = Arc::new(FixedClock::new(noon(2, 1)));
        let storage = LakeStorage::open(location, OpenMode::Write, Arc::clone(&clock) as _).await.unwrap();
        Self { storage, clock }
    }

    /// Makes an event data store that keeps everything for ever.
    pub(crate) async fn create(&self, name: &str) -> EventDataStoreSettings {
        self.storage.create_event_data_store(new_store(name)).await.unwrap()
    }

    /// The table of a store, made when missing.
    pub(crate) async fn table(&self, name: &str) -> EventTable {
        let settings = match self.storage.event_data_store(name).await {
            Ok(settings) => settings,
            Err(_) => self.create(name).await,
        };
        self.storage.events(&settings).await.unwrap()
    }

    /// Ingests the area `area` of `place` into the store `name`.
    pub(crate) async fn ingest(&self, name: &str, place: &Place, area: &str) -> IngestSummary {
        self.ingest_with(name, request(&place.address(area), place.options(area))).await
    }

    pub(crate) async fn ingest_with(&self, name: &str, request: IngestRequest) -> IngestSummary {
        let table = self.table(name).await;
        let progress = Arc::new(IngestProgress::new());
        let summary = ingest(&table, &self.storage, request, progress, CancellationToken::new()).await.unwrap();
        assert!(summary.is_balanced(), "{summary:?}");
        summary
    }

    /// The rows of a query, every value as text, null as `NULL`.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        self.try_rows(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    pub(crate) async fn try_rows(&self, sql: &str) -> Result<Vec<Vec<String>>, QueryError> {
        Ok(self.ask(sql).await?.0)
    }

    /// The rows of a query and what they cost.
    pub(crate) async fn measured(&self, sql: &str) -> (Vec<Vec<String>>, QueryStats) {
        self.ask(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"))
    }

    async fn ask(&self, sql: &str) -> Result<(Vec<Vec<String>>, QueryStats), QueryError> {
        let engine = QueryEngine::new(self.storage.clone(), QueryLimits::default())?;
        let (batches, stats) = engine.query(sql, &QueryOptions::default()).await?.collect().await?;
        Ok((batches.iter().flat_map(texts).collect(), stats))
    }

    /// The one value of a query.
    pub(crate) async fn value(&self, sql: &str) -> String {
        self.rows(sql).await.remove(0).remove(0)
    }
}

/// A request for one source.
pub(crate) fn request(source: &str, options: ObjectStoreOptions) -> IngestRequest {
    IngestRequest::new(vec![SourceSpec::parse(source).unwrap()], options)
}

fn texts(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()).collect()
}
