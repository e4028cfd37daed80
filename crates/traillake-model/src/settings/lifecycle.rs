//! The life of a store: stopped and started, deleted, restored, gone.

use chrono::{DateTime, TimeDelta, Utc};

use super::EventDataStoreSettings;
use crate::{EventDataStoreKind, EventDataStoreStatus, ModelError, limits};

impl EventDataStoreSettings {
    /// Stops live ingestion: trails bring nothing more, explicit ingests and queries go on. Only from `ENABLED`.
    pub fn stop_ingestion(&mut self) -> Result<(), ModelError> {
        self.change_ingestion(EventDataStoreStatus::Enabled, EventDataStoreStatus::StoppedIngestion)
    }

    /// Takes live ingestion up again. Only from `STOPPED_INGESTION`.
    pub fn start_ingestion(&mut self) -> Result<(), ModelError> {
        self.change_ingestion(EventDataStoreStatus::StoppedIngestion, EventDataStoreStatus::Enabled)
    }

    fn change_ingestion(&mut self, from: EventDataStoreStatus, to: EventDataStoreStatus) -> Result<(), ModelError> {
        if !matches!(self.kind, EventDataStoreKind::CloudTrail | EventDataStoreKind::Config) {
            return Err(ModelError::NoIngestionOfKind { name: self.name.clone(), kind: self.kind });
        }
        if self.status != from {
            return Err(ModelError::WrongStatus { name: self.name.clone(), status: self.status, expected: from });
        }
        self.status = to;
        Ok(())
    }

    /// Deletes the store: it is `PENDING_DELETION` for 7 days, then gone. Refused while
    /// termination protection is on.
    pub fn delete(&mut self, now: DateTime<Utc>) -> Result<(), ModelError> {
        self.ensure_active()?;
        if self.termination_protection {
            return Err(ModelError::TerminationProtected { name: self.name.clone() });
        }
        self.status_before_deletion = Some(self.status).filter(|status| *status != EventDataStoreStatus::Enabled);
        self.status = EventDataStoreStatus::PendingDeletion;
        self.deleted_at = Some(now);
        Ok(())
    }

    /// Takes a deletion back within its 7 days; the store has the status it had before.
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
        self.status = self.status_before_deletion.take().unwrap_or(EventDataStoreStatus::Enabled);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ErrorCode, EventDataStoreId, LakeId, LakeMetadata};

    fn store(kind: EventDataStoreKind) -> EventDataStoreSettings {
        let lake = LakeMetadata::new(LakeId::random(), "us-east-1", "111122223333", DateTime::UNIX_EPOCH);
        let id = EventDataStoreId::derive(&lake.id, &"events".parse().unwrap(), 0);
        EventDataStoreSettings::new(&lake, id, "events".parse().unwrap(), kind, DateTime::UNIX_EPOCH)
            .with_termination_protection(false)
    }

    #[test]
    fn ingestion_is_stopped_and_started_in_turns() {
        let mut store = store(EventDataStoreKind::CloudTrail);
        let refused = store.start_ingestion().unwrap_err();
        assert_eq!(refused.code(), ErrorCode::InvalidEventDataStoreStatus);
        store.stop_ingestion().unwrap();
        assert_eq!(store.status, EventDataStoreStatus::StoppedIngestion);
        assert!(store.stop_ingestion().is_err());
        store.start_ingestion().unwrap();
        assert_eq!(store.status, EventDataStoreStatus::Enabled);
    }

    #[test]
    fn stores_that_are_fed_by_others_are_not_started_and_stopped() {
        for kind in [EventDataStoreKind::Insights, EventDataStoreKind::AuditManager, EventDataStoreKind::Integration] {
            let refused = store(kind).stop_ingestion().unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidEventDataStoreCategory);
        }
        store(EventDataStoreKind::Config).stop_ingestion().unwrap();
    }

    #[test]
    fn a_restored_store_is_stopped_when_it_was_stopped_before() {
        let mut stopped = store(EventDataStoreKind::CloudTrail);
        stopped.stop_ingestion().unwrap();
        let before = stopped.clone();
        stopped.delete(DateTime::UNIX_EPOCH).unwrap();
        assert!(stopped.start_ingestion().is_err());
        let json = stopped.to_json().unwrap();
        let mut read = EventDataStoreSettings::from_json(&json).unwrap();
        read.restore(DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(read, before);
    }
}
