//! Settings of an event data store, and the changes AWS's rules allow.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    AddedColumn, AdvancedEventSelector, EventDataStoreArn, EventDataStoreId, EventDataStoreKind, EventDataStoreName,
    EventDataStoreStatus, LakeMetadata, ModelError, PartitionBy, Retention, SelectorMatcher, lake::to_json, limits,
};

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
    /// Version in which the retention was last raised: objects read under an earlier one may
    /// hold events that were expired then and are not now.
    pub retention_raised_in: u64,
    /// Version in which the selectors last changed: objects read under an earlier one may
    /// hold events that were filtered then and are not now.
    pub selectors_changed_in: u64,
    /// Columns added since the store was made.
    pub added_columns: Vec<AddedColumn>,
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
            retention_raised_in: 1,
            selectors_changed_in: 1,
            added_columns: Vec::new(),
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

    /// Deletes the store: it is `PENDING_DELETION` for 7 days, then gone. Refused while
    /// termination protection is on.
    pub fn delete(&mut self, now: DateTime<Utc>) -> Result<(), ModelError> {
        self.ensure_active()?;
        if self.termination_protection {
            return Err(ModelError::TerminationProtected { name: self.name.clone() });
        }
        self.status = EventDataStoreStatus::PendingDeletion;
        self.deleted_at = Some(now);
        Ok(())
    }

    /// Takes a deletion back within its 7 days; the store is enabled again.
    pub fn restore(&mut self, now: DateTime<Utc>) -> Result<(), ModelError> {
        let name = || self.name.clone();
        if self.status != EventDataStoreStatus::PendingDeletion {
            return Err(ModelError::NotPendingDeletion { name: name() });
        }
        if self.is_gone(now) {
            return Err(ModelError::NoLongerRestorable {
                name: name(),
                deleted_at: self.deleted_at.unwrap_or(self.updated_at),
            });
        }
        self.status = EventDataStoreStatus::Enabled;
        self.deleted_at = None;
        Ok(())
    }

    /// Whether the store was deleted 7 days ago or earlier, so that its bytes may be removed
    /// and its name used again.
    pub fn is_gone(&self, now: DateTime<Utc>) -> bool {
        let grace = TimeDelta::days(limits::PENDING_DELETION_DAYS);
        self.status == EventDataStoreStatus::PendingDeletion
            && now.signed_duration_since(self.deleted_at.unwrap_or(self.updated_at)) >= grace
    }

    /// Fails when the store is pending deletion: then nothing but a restore is allowed.
    pub fn ensure_active(&self) -> Result<(), ModelError> {
        if self.status != EventDataStoreStatus::PendingDeletion {
            return Ok(());
        }
        Err(ModelError::PendingDeletion {
            name: self.name.clone(),
            deleted_at: self.deleted_at.unwrap_or(self.updated_at),
        })
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
