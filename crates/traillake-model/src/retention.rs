//! Retention: how long a store keeps its events, in whole UTC days.

use std::{cmp::Ordering, fmt, str::FromStr};

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{ModelError, limits};

/// How long events are kept, counted by `eventTime`.
///
/// Stored as `{"days":2557}` or `"unlimited"`; written as `2557` or `unlimited`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", try_from = "StoredRetention")]
pub enum Retention {
    /// Days, 7 to 3653 (AWS API).
    Days(u16),
    /// For ever; not an AWS value.
    Unlimited,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredRetention {
    Days(u16),
    Unlimited,
}

impl Retention {
    /// Retention of a store created without one: seven years.
    pub const DEFAULT: Self = Self::Days(limits::RETENTION_DAYS_DEFAULT);

    /// The days, unless unlimited.
    pub const fn days(self) -> Option<u16> {
        match self {
            Self::Days(days) => Some(days),
            Self::Unlimited => None,
        }
    }

    /// The retention itself when its days are allowed.
    pub fn checked(self) -> Result<Self, ModelError> {
        match self {
            Self::Days(days) if !(limits::RETENTION_DAYS_MIN..=limits::RETENTION_DAYS_MAX).contains(&days) => {
                Err(ModelError::InvalidRetention { text: days.to_string() })
            }
            allowed => Ok(allowed),
        }
    }

    /// The first UTC day whose events are visible; `None` when all are.
    ///
    /// An event is expired when its UTC day is earlier. The day on which the period begins
    /// counts as a whole, so no event is hidden before its full period is over.
    pub fn first_visible_date(&self, now: DateTime<Utc>) -> Option<NaiveDate> {
        let days = self.days()?;
        let date = now.date_naive().checked_sub_days(Days::new(days.into()));
        Some(date.unwrap_or(NaiveDate::MIN))
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Ord for Retention {
    fn cmp(&self, other: &Self) -> Ordering {
        let days = |retention: &Self| retention.days().map_or(u32::MAX, u32::from);
        days(self).cmp(&days(other))
    }
}

impl PartialOrd for Retention {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Retention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => days.fmt(f),
            Self::Unlimited => f.pad("unlimited"),
        }
    }
}

impl FromStr for Retention {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        if text == "unlimited" {
            return Ok(Self::Unlimited);
        }
        let invalid = |_| ModelError::InvalidRetention { text: text.to_owned() };
        text.parse().map(Self::Days).map_err(invalid)?.checked()
    }
}

impl TryFrom<StoredRetention> for Retention {
    type Error = ModelError;

    fn try_from(stored: StoredRetention) -> Result<Self, ModelError> {
        match stored {
            StoredRetention::Days(days) => Self::Days(days).checked(),
            StoredRetention::Unlimited => Ok(Self::Unlimited),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn seven_to_3653_days_or_unlimited_are_accepted() {
        for text in ["7", "2557", "3653", "unlimited"] {
            assert_eq!(text.parse::<Retention>().unwrap().to_string(), text);
        }
        for text in ["", "6", "3654", "-7", "7d", "Unlimited", "99999999999"] {
            assert!(text.parse::<Retention>().is_err(), "{text}");
        }
    }

    #[test]
    fn stored_days_out_of_bounds_are_refused() {
        let read = serde_json::from_str::<Retention>;
        assert_eq!(read(r#"{"days":30}"#).unwrap(), Retention::Days(30));
        assert_eq!(read(r#""unlimited""#).unwrap(), Retention::Unlimited);
        assert!(read(r#"{"days":1}"#).is_err());
        assert_eq!(serde_json::to_string(&Retention::Days(30)).unwrap(), r#"{"days":30}"#);
    }

    #[test]
    fn the_day_the_period_begins_on_is_visible_as_a_whole() {
        let week = Retention::Days(7);
        let first = week.first_visible_date(at("2024-03-10T00:00:01Z")).unwrap();
        assert_eq!(first.to_string(), "2024-03-03");
        assert_eq!(week.first_visible_date(at("2024-03-10T23:59:59Z")), Some(first));
        assert_eq!(Retention::Unlimited.first_visible_date(at("2024-03-10T00:00:00Z")), None);
    }

    #[test]
    fn a_clock_at_the_beginning_of_time_hides_nothing() {
        let date = Retention::DEFAULT.first_visible_date(DateTime::<Utc>::MIN_UTC);
        assert_eq!(date, Some(NaiveDate::MIN));
    }

    #[test]
    fn unlimited_is_longer_than_any_number_of_days() {
        assert!(Retention::Unlimited > Retention::Days(3653));
        assert!(Retention::Days(8) > Retention::Days(7));
    }
}
