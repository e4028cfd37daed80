//! Kinds of event data stores: what sort of events a store holds.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EventCategory, ModelError};

/// What a store holds; fixed when the store is made, since each kind has its own columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventDataStoreKind {
    /// Management, data, network activity and aggregated events.
    #[serde(rename = "cloudtrail")]
    CloudTrail,
    /// CloudTrail Insights events.
    Insights,
    /// AWS Config configuration items.
    Config,
    /// AWS Audit Manager evidence.
    AuditManager,
    /// Events from outside AWS.
    Integration,
}

impl EventDataStoreKind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 5] = [Self::CloudTrail, Self::Insights, Self::Config, Self::AuditManager, Self::Integration];

    /// The name used on the command line and in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CloudTrail => "cloudtrail",
            Self::Insights => "insights",
            Self::Config => "config",
            Self::AuditManager => "audit_manager",
            Self::Integration => "integration",
        }
    }

    /// Whether events of this category belong into a store of this kind.
    pub fn accepts(self, category: EventCategory) -> bool {
        category.kind() == self
    }
}

impl fmt::Display for EventDataStoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EventDataStoreKind {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| ModelError::UnknownKind { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_read_back_from_its_name_and_its_json() {
        for kind in EventDataStoreKind::ALL {
            assert_eq!(kind.as_str().parse::<EventDataStoreKind>().unwrap(), kind);
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<EventDataStoreKind>(&json).unwrap(), kind);
        }
        assert!("CloudTrail".parse::<EventDataStoreKind>().is_err());
    }

    #[test]
    fn every_category_belongs_to_exactly_one_kind() {
        for category in EventCategory::ALL {
            let kinds = EventDataStoreKind::ALL.into_iter().filter(|kind| kind.accepts(category));
            assert_eq!(kinds.count(), 1, "{category}");
        }
        assert!(EventDataStoreKind::CloudTrail.accepts(EventCategory::Aggregated));
        assert!(!EventDataStoreKind::CloudTrail.accepts(EventCategory::Insight));
    }
}
