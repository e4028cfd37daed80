//! Event categories: the `eventCategory` of a record, or what stands for it in records
//! written before the field existed.

use std::{fmt, str::FromStr};

use crate::{EventDataStoreKind, ModelError};

/// Category of an event, as in the record member `eventCategory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventCategory {
    /// Control plane operations and sign-ins.
    Management,
    /// Operations on or in a resource.
    Data,
    /// Calls through VPC endpoints.
    NetworkActivity,
    /// Unusual call or error rates.
    Insight,
    /// Five-minute summaries of data events.
    Aggregated,
    /// AWS Config configuration items.
    ConfigurationItem,
    /// AWS Audit Manager evidence.
    Evidence,
    /// Events from outside AWS.
    ActivityAuditLog,
}

impl EventCategory {
    /// Every category.
    pub const ALL: [Self; 8] = [
        Self::Management,
        Self::Data,
        Self::NetworkActivity,
        Self::Insight,
        Self::Aggregated,
        Self::ConfigurationItem,
        Self::Evidence,
        Self::ActivityAuditLog,
    ];

    /// The text as it stands in records and selectors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Management => "Management",
            Self::Data => "Data",
            Self::NetworkActivity => "NetworkActivity",
            Self::Insight => "Insight",
            Self::Aggregated => "Aggregated",
            Self::ConfigurationItem => "ConfigurationItem",
            Self::Evidence => "Evidence",
            Self::ActivityAuditLog => "ActivityAuditLog",
        }
    }

    /// The kind of store that holds events of this category.
    pub const fn kind(self) -> EventDataStoreKind {
        match self {
            Self::Management | Self::Data | Self::NetworkActivity | Self::Aggregated => EventDataStoreKind::CloudTrail,
            Self::Insight => EventDataStoreKind::Insights,
            Self::ConfigurationItem => EventDataStoreKind::Config,
            Self::Evidence => EventDataStoreKind::AuditManager,
            Self::ActivityAuditLog => EventDataStoreKind::Integration,
        }
    }

    /// The category of a record from three of its members.
    ///
    /// A known `eventCategory` (exact text) decides. Records before version 1.07 have none
    /// and later ones may name one that is not known here; for those, in this order:
    ///
    /// | member | category |
    /// |---|---|
    /// | eventType `AwsCloudTrailInsight` | Insight |
    /// | eventType `AwsAggregatedEvent` | Aggregated |
    /// | eventType `AwsVpceEvent`, `AwsVpceEvents` | `NetworkActivity` |
    /// | eventType `AwsConfigurationItem` | `ConfigurationItem` |
    /// | eventType `AwsAuditManagerEvidence` | Evidence |
    /// | eventType `ActivityLog` | `ActivityAuditLog` |
    /// | managementEvent `false` | Data |
    /// | anything else | Management |
    ///
    /// AWS documents no rule for such records; this one follows the event types it documents.
    pub fn of_record(event_category: Option<&str>, event_type: Option<&str>, management_event: Option<bool>) -> Self {
        let named = event_category.and_then(Self::from_name);
        let typed = || event_type.and_then(Self::from_event_type);
        named.or_else(typed).unwrap_or(match management_event {
            Some(false) => Self::Data,
            _ => Self::Management,
        })
    }

    fn from_name(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.as_str() == text)
    }

    fn from_event_type(event_type: &str) -> Option<Self> {
        Some(match event_type {
            "AwsCloudTrailInsight" => Self::Insight,
            "AwsAggregatedEvent" => Self::Aggregated,
            "AwsVpceEvent" | "AwsVpceEvents" => Self::NetworkActivity,
            "AwsConfigurationItem" => Self::ConfigurationItem,
            "AwsAuditManagerEvidence" => Self::Evidence,
            "ActivityLog" => Self::ActivityAuditLog,
            _ => return None,
        })
    }
}

impl fmt::Display for EventCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for EventCategory {
    type Err = ModelError;

    /// Accepts the exact text of records, in its case.
    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::from_name(text).ok_or_else(|| ModelError::UnknownCategory { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_read_back_from_its_exact_text() {
        for category in EventCategory::ALL {
            assert_eq!(category.to_string().parse::<EventCategory>().unwrap(), category);
            assert!(category.to_string().to_lowercase().parse::<EventCategory>().is_err());
        }
    }

    #[test]
    fn a_named_category_wins_over_the_event_type() {
        let category = EventCategory::of_record(Some("Data"), Some("AwsVpceEvent"), Some(true));
        assert_eq!(category, EventCategory::Data);
    }

    #[test]
    fn records_without_a_category_take_it_from_their_event_type() {
        let cases = [
            ("AwsCloudTrailInsight", EventCategory::Insight),
            ("AwsAggregatedEvent", EventCategory::Aggregated),
            ("AwsVpceEvent", EventCategory::NetworkActivity),
            ("AwsVpceEvents", EventCategory::NetworkActivity),
            ("AwsConfigurationItem", EventCategory::ConfigurationItem),
            ("AwsAuditManagerEvidence", EventCategory::Evidence),
            ("ActivityLog", EventCategory::ActivityAuditLog),
            ("AwsApiCall", EventCategory::Management),
        ];
        for (event_type, expected) in cases {
            assert_eq!(EventCategory::of_record(None, Some(event_type), None), expected);
        }
    }

    #[test]
    fn old_records_are_data_events_only_when_they_say_so() {
        let of = |management| EventCategory::of_record(None, Some("AwsApiCall"), management);
        assert_eq!(of(Some(false)), EventCategory::Data);
        assert_eq!(of(Some(true)), EventCategory::Management);
        assert_eq!(EventCategory::of_record(None, None, None), EventCategory::Management);
    }

    #[test]
    fn an_unknown_category_falls_back_to_the_rule_for_records_without_one() {
        let category = EventCategory::of_record(Some("Quantum"), Some("AwsVpceEvent"), None);
        assert_eq!(category, EventCategory::NetworkActivity);
    }
}
