//! Event history: the newest events with one attribute, over every event data store the caller may see.
//!
//! ```text
//!  Lookup (attribute, time range, after) ──statement──> Lake SQL, one per store ──> merged, newest first ──> Events
//! ```

mod event;
mod resources;
mod statement;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures::future::try_join_all;
use traillake::{EventDataStoreKind, EventDataStoreSettings, GrantedLake, QueryOptions, Result};

pub(crate) use event::{LookupEvent, LookupResource};

/// What an event is looked up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    EventId,
    EventName,
    ReadOnly,
    Username,
    ResourceType,
    ResourceName,
    EventSource,
    AccessKeyId,
}

impl Attribute {
    /// Every attribute.
    pub(crate) const ALL: [Self; 8] = [
        Self::EventId,
        Self::EventName,
        Self::ReadOnly,
        Self::Username,
        Self::ResourceType,
        Self::ResourceName,
        Self::EventSource,
        Self::AccessKeyId,
    ];

    /// The name in the API; case counts.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::EventId => "EventId",
            Self::EventName => "EventName",
            Self::ReadOnly => "ReadOnly",
            Self::Username => "Username",
            Self::ResourceType => "ResourceType",
            Self::ResourceName => "ResourceName",
            Self::EventSource => "EventSource",
            Self::AccessKeyId => "AccessKeyId",
        }
    }
}

/// The last event of a page: the next page begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) time: DateTime<Utc>,
    pub(crate) event_id: String,
}

/// One page of event history.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    pub(crate) attribute: Option<(Attribute, String)>,
    /// Both ends belong to the range.
    pub(crate) start: DateTime<Utc>,
    pub(crate) end: DateTime<Utc>,
    /// Insights events instead of management events.
    pub(crate) insights: bool,
    /// Only events of this region.
    pub(crate) region: Option<String>,
    pub(crate) after: Option<Place>,
    pub(crate) limit: usize,
}

impl Lookup {
    fn kind(&self) -> EventDataStoreKind {
        if self.insights { EventDataStoreKind::Insights } else { EventDataStoreKind::CloudTrail }
    }

    /// The events of the page, and whether there are more.
    pub(crate) async fn run(&self, lake: &GrantedLake, options: &QueryOptions) -> Result<(Vec<LookupEvent>, bool)> {
        let stores = lake.event_data_stores().await?;
        let asked = stores.iter().filter(|store| store.kind == self.kind() && store.status.answers());
        let found = try_join_all(asked.map(|store| self.of_store(lake, store, options))).await?;
        let mut events: Vec<_> = found.into_iter().flatten().collect();
        events.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.event_id.cmp(&b.event_id)));
        let mut seen = HashSet::new();
        events.retain(|event| seen.insert(event.record.clone()));
        let more = events.len() > self.limit;
        events.truncate(self.limit);
        Ok((events, more))
    }

    async fn of_store(
        &self,
        lake: &GrantedLake,
        store: &EventDataStoreSettings,
        options: &QueryOptions,
    ) -> Result<Vec<LookupEvent>> {
        let (sql, parameters) = statement::of(self, store);
        let options = QueryOptions { parameters, ..options.clone() };
        let (batches, _) = lake.query(&sql, &options).await?.collect().await?;
        Ok(batches.iter().flat_map(event::of_batch).collect())
    }
}
