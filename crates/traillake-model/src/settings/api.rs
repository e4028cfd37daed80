//! What CloudTrail's API keeps about a store beyond what TrailLake itself goes by.

use serde::{Deserialize, Serialize};

use super::EventDataStoreSettings;
use crate::{ModelError, Retention, limits};

/// How AWS bills a store: here it decides the default and the longest retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BillingMode {
    /// 366 days unless said otherwise, 3653 at most.
    #[default]
    ExtendableRetentionPricing,
    /// 2557 days unless said otherwise, and at most.
    FixedRetentionPricing,
}

impl BillingMode {
    /// AWS's names of both.
    pub const NAMES: [&'static str; 2] = ["EXTENDABLE_RETENTION_PRICING", "FIXED_RETENTION_PRICING"];

    /// Retention of a store that AWS's API creates without one.
    pub const fn default_retention(self) -> Retention {
        match self {
            Self::ExtendableRetentionPricing => Retention::Days(366),
            Self::FixedRetentionPricing => Retention::DEFAULT,
        }
    }

    /// Fails for a retention that this mode does not allow.
    pub fn ensure_allows(self, retention: Retention) -> Result<(), ModelError> {
        match (self, retention) {
            (Self::FixedRetentionPricing, Retention::Days(days)) if days > limits::FIXED_RETENTION_DAYS_MAX => {
                Err(ModelError::RetentionBeyondBillingMode { days })
            }
            _ => Ok(()),
        }
    }
}

/// Members of CloudTrail's API that are kept and answered. A store takes what its trails bring, whatever
/// `multi_region` and `organization` say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiSettings {
    /// `BillingMode`.
    pub billing_mode: BillingMode,
    /// `MultiRegionEnabled`.
    pub multi_region: bool,
    /// `OrganizationEnabled`.
    pub organization: bool,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self { billing_mode: BillingMode::default(), multi_region: true, organization: false }
    }
}

impl ApiSettings {
    /// Whether nothing was ever said, so that nothing is stored.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl EventDataStoreSettings {
    /// Changes the billing mode; it may leave `FIXED_RETENTION_PRICING`, never go back to it.
    pub fn set_billing_mode(&mut self, mode: BillingMode) -> Result<(), ModelError> {
        self.ensure_active()?;
        if mode == BillingMode::FixedRetentionPricing && mode != self.api.billing_mode {
            return Err(ModelError::BillingModeFinal { name: self.name.clone() });
        }
        self.api.billing_mode = mode;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{EventDataStoreId, EventDataStoreKind, LakeId, LakeMetadata};

    fn store() -> EventDataStoreSettings {
        let lake = LakeMetadata::new(LakeId::random(), "us-east-1", "111122223333", DateTime::UNIX_EPOCH);
        let id = EventDataStoreId::derive(&lake.id, &"events".parse().unwrap(), 0);
        let name = "events".parse().unwrap();
        EventDataStoreSettings::new(&lake, id, name, EventDataStoreKind::CloudTrail, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn fixed_pricing_can_be_left_but_not_entered() {
        let mut store = store();
        assert!(store.set_billing_mode(BillingMode::FixedRetentionPricing).is_err());
        store.api.billing_mode = BillingMode::FixedRetentionPricing;
        store.set_billing_mode(BillingMode::FixedRetentionPricing).unwrap();
        store.set_billing_mode(BillingMode::ExtendableRetentionPricing).unwrap();
        assert!(store.api.is_default());
    }

    #[test]
    fn a_mode_allows_retentions_up_to_its_limit() {
        for mode in [BillingMode::ExtendableRetentionPricing, BillingMode::FixedRetentionPricing] {
            mode.ensure_allows(mode.default_retention()).unwrap();
        }
        BillingMode::ExtendableRetentionPricing.ensure_allows(Retention::Days(3653)).unwrap();
        assert!(BillingMode::FixedRetentionPricing.ensure_allows(Retention::Days(2558)).is_err());
    }

    #[test]
    fn what_was_said_is_stored_and_what_was_not_is_left_out() {
        let mut told = store();
        told.api = ApiSettings { multi_region: false, ..ApiSettings::default() };
        told.tags = crate::Tags::try_new([("team".to_owned(), Some("blue".to_owned()))]).unwrap();
        let json = told.to_json().unwrap();
        assert_eq!(EventDataStoreSettings::from_json(&json).unwrap(), told);
        assert!(!String::from_utf8(store().to_json().unwrap()).unwrap().contains("api"));
        for name in BillingMode::NAMES {
            serde_json::from_value::<BillingMode>(name.into()).unwrap();
        }
    }
}
