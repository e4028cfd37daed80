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

/// Where a page ends: the next one begins after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) time: DateTime<Utc>,
    pub(crate) event_id: String,
    /// Of the events with this time and id, how many were shown; 0 when it is all of them. Records of the first years
    /// have no id, so that only their text tells them apart.
    pub(crate) shown: usize,
}

/// The part of the events that a statement asks for.
#[derive(Clone, Copy, Debug)]
enum Part<'a> {
    /// What comes after the place where the last page ended.
    Rest,
    /// The events with the time and id of a place, by their text.
    Twins(&'a Place),
}

/// The stores to ask, and how.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    lake: &'a GrantedLake,
    stores: &'a [EventDataStoreSettings],
    options: &'a QueryOptions,
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

    /// The events of the page, and where the next one begins if there is one.
    pub(crate) async fn run(
        &self,
        lake: &GrantedLake,
        options: &QueryOptions,
    ) -> Result<(Vec<LookupEvent>, Option<Place>)> {
        let mut stores = lake.event_data_stores().await?;
        stores.retain(|store| store.kind == self.kind() && store.status.answers());
        let source = Source { lake, stores: &stores, options };
        let mut events = match &self.after {
            Some(place) if place.shown > 0 => self.twins(source, place).await?,
            _ => Vec::new(),
        };
        events.extend(self.events(source, Part::Rest).await?);
        let next = self.end(source, &mut events).await?;
        events.truncate(self.limit);
        Ok((events, next))
    }

    /// Where the page ends when there are more events than it holds. Twins at its end are put in the order in which the
    /// next page goes on with them.
    async fn end(&self, source: Source<'_>, events: &mut Vec<LookupEvent>) -> Result<Option<Place>> {
        let (Some(last), Some(next)) = (events.get(self.limit.saturating_sub(1)), events.get(self.limit)) else {
            return Ok(None);
        };
        let place = Place { time: last.time, event_id: last.event_id.clone(), shown: 0 };
        if !next.is_at(&place) {
            return Ok(Some(place));
        }
        let before = self.after.as_ref().filter(|after| last.is_at(after)).map_or(0, |after| after.shown);
        let first = events.iter().position(|event| event.is_at(&place)).unwrap_or_default();
        events.truncate(first);
        events.extend(self.twins(source, &Place { shown: before, ..place.clone() }).await?);
        Ok(Some(Place { shown: before + self.limit.saturating_sub(first), ..place }))
    }

    /// The events at a place that were not shown.
    async fn twins(&self, source: Source<'_>, place: &Place) -> Result<Vec<LookupEvent>> {
        let found = self.events(source, Part::Twins(place)).await?;
        Ok(found.into_iter().skip(place.shown).collect())
    }

    /// The events of all stores in their order; one that several stores hold is there once.
    async fn events(&self, source: Source<'_>, part: Part<'_>) -> Result<Vec<LookupEvent>> {
        let asked = source.stores.iter().map(|store| self.of_store(source, store, part));
        let mut events: Vec<_> = try_join_all(asked).await?.into_iter().flatten().collect();
        events.sort_by(|a, b| {
            b.time.cmp(&a.time).then_with(|| a.event_id.cmp(&b.event_id)).then_with(|| a.record.cmp(&b.record))
        });
        let mut seen = HashSet::new();
        events.retain(|event| seen.insert(event.record.clone()));
        Ok(events)
    }

    async fn of_store(
        &self,
        source: Source<'_>,
        store: &EventDataStoreSettings,
        part: Part<'_>,
    ) -> Result<Vec<LookupEvent>> {
        let (sql, parameters) = statement::of(self, store, part);
        let options = QueryOptions { parameters, ..source.options.clone() };
        let (batches, _) = source.lake.query(&sql, &options).await?.collect().await?;
        Ok(batches.iter().flat_map(event::of_batch).collect())
    }
}
