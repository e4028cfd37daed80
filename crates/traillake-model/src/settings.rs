//! Settings of an event data store, and the changes AWS's rules allow.

mod api;
mod lifecycle;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    AddedColumn, AdvancedEventSelector, EventDataStoreArn, EventDataStoreId, EventDataStoreKind, EventDataStoreName,
    EventDataStoreStatus, LakeMetadata, ModelError, PartitionBy, Retention, SelectorMatcher, Tags, lake::to_json,
    limits,
};

pub use api::{ApiSettings, BillingMode};

/// Content of `stores/<id>/settings/<version>.json`.
///
/// A version is written once. A change starts from [`next_version`](Self::next_version),
/// which raises `version`; the change helpers then record that number where ingestion needs
/// to know since when something applies:
///
/// ```text
/// current --next_version(now)--> next --set_retention, set_selectors, …--> settings/<n+1>.json
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventDataStoreSettings {
    /// Number of these settings, from 1.
    pub version: u64,
    /// Identity of the store.
    pub id: EventDataStoreId,
    /// Its resource name.
    pub arn: EventDataStoreArn,
    /// Its name; fixed, since the id is derived from it.
    pub name: EventDataStoreName,
    /// What it holds; fixed.
    pub kind: EventDataStoreKind,
    /// Where it is in its life.
    pub status: EventDataStoreStatus,
    /// How long it keeps events.
    pub retention: Retention,
    /// Which events it takes; `None` takes every event of its kind.
    pub selectors: Option<Vec<AdvancedEventSelector>>,
    /// How its files are laid out; fixed.
    pub partition_by: PartitionBy,
    /// Whether deletion is refused.
    pub termination_protection: bool,
    /// When the store was made.
    pub created_at: DateTime<Utc>,
    /// When this version was made.
    pub updated_at: DateTime<Utc>,
    /// When the store was deleted, while its status is `PENDING_DELETION`.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The status a restore gives back, while it is `PENDING_DELETION` and was not `ENABLED` before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status_before_deletion: Option<EventDataStoreStatus>,
    /// Version in which the retention was last raised: objects read under an earlier one may
    /// hold events that were expired then and are not now.
    pub retention_raised_in: u64,
    /// Version in which the selectors last changed: objects read under an earlier one may
    /// hold events that were filtered then and are not now.
    pub selectors_changed_in: u64,
    /// Columns added since the store was made.
    pub added_columns: Vec<AddedColumn>,
    /// Its tags.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// What CloudTrail's API keeps beside all this.
    #[serde(default, skip_serializing_if = "ApiSettings::is_default")]
    pub api: ApiSettings,
}

impl EventDataStoreSettings {
    /// Version 1 of a store: enabled, default retention and partitioning, no selectors,
    /// termination protection on.
    pub fn new(
        lake: &LakeMetadata,
        id: EventDataStoreId,
        name: EventDataStoreName,
        kind: EventDataStoreKind,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            version: 1,
            id,
            arn: EventDataStoreArn::new(&lake.region, &lake.account, id),
            name,
            kind,
            status: EventDataStoreStatus::Enabled,
            retention: Retention::DEFAULT,
            selectors: None,
            partition_by: PartitionBy::default(),
            termination_protection: true,
            created_at: now,
            updated_at: now,
            deleted_at: None,
            status_before_deletion: None,
            retention_raised_in: 1,
            selectors_changed_in: 1,
            added_columns: Vec::new(),
            tags: Tags::default(),
            api: ApiSettings::default(),
        }
    }

    /// The settings with this retention.
    pub fn with_retention(mut self, retention: Retention) -> Result<Self, ModelError> {
        self.set_retention(retention)?;
        Ok(self)
    }

    /// The settings with these selectors.
    pub fn with_selectors(mut self, selectors: Option<Vec<AdvancedEventSelector>>) -> Result<Self, ModelError> {
        self.set_selectors(selectors)?;
        Ok(self)
    }

    /// The settings of a store laid out like this; only for a store that has no events yet.
    #[must_use]
    pub fn with_partition_by(mut self, partition_by: PartitionBy) -> Self {
        self.partition_by = partition_by;
        self
    }

    /// The settings with termination protection on or off.
    #[must_use]
    pub fn with_termination_protection(mut self, termination_protection: bool) -> Self {
        self.termination_protection = termination_protection;
        self
    }

    /// A copy that a change is made on: one version later, updated now.
    #[must_use]
    pub fn next_version(&self, now: DateTime<Utc>) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now, ..self.clone() }
    }

    /// The version in which the store last began to take in more, or other, events. An object
    /// read under an earlier one that had events filtered or expired is worth reading again.
    pub fn widened_in(&self) -> u64 {
        self.retention_raised_in.max(self.selectors_changed_in)
    }

    /// The compiled selectors; `None` when every event of the store's kind is taken.
    pub fn matcher(&self) -> Result<Option<SelectorMatcher>, ModelError> {
        let compile = |selectors: &Vec<_>| SelectorMatcher::try_new(selectors, self.kind);
        Ok(self.selectors.as_ref().map(compile).transpose()?)
    }

    /// Changes the retention; 7 to 3653 days or unlimited. A longer one is recorded.
    pub fn set_retention(&mut self, retention: Retention) -> Result<(), ModelError> {
        self.ensure_active()?;
        let retention = retention.checked()?;
        if retention > self.retention {
            self.retention_raised_in = self.version;
        }
        self.retention = retention;
        Ok(())
    }

    /// Replaces the selectors as a whole; `None` takes every event of the store's kind. A
    /// difference is recorded.
    pub fn set_selectors(&mut self, selectors: Option<Vec<AdvancedEventSelector>>) -> Result<(), ModelError> {
        self.ensure_active()?;
        if let Some(selectors) = &selectors {
            SelectorMatcher::try_new(selectors, self.kind)?;
        }
        if selectors != self.selectors {
            self.selectors_changed_in = self.version;
        }
        self.selectors = selectors;
        Ok(())
    }

    /// Switches termination protection on or off.
    pub fn set_termination_protection(&mut self, on: bool) -> Result<(), ModelError> {
        self.ensure_active()?;
        self.termination_protection = on;
        Ok(())
    }

    /// Adds a column. Whether the store's kind already has one of that name is for the event
    /// schema to say.
    pub fn add_column(&mut self, column: AddedColumn) -> Result<(), ModelError> {
        self.ensure_active()?;
        let column = column.checked()?;
        let refused = |expected| ModelError::InvalidColumn { name: column.name.clone(), expected };
        if self.added_columns.iter().any(|known| known.name == column.name) {
            return Err(refused("a name the store does not have yet"));
        }
        if self.added_columns.len() >= limits::ADDED_COLUMNS {
            return Err(refused("at most 100 added columns"));
        }
        self.added_columns.push(column);
        Ok(())
    }

    /// Reads one stored version.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::UnreadableMetadata { what: "event data store settings", source };
        serde_json::from_slice(json).map_err(unreadable)
    }

    /// The stored text of this version.
    pub fn to_json(&self) -> Result<Vec<u8>, ModelError> {
        to_json("event data store settings", self)
    }
}

#[cfg(test)]
mod tests;
