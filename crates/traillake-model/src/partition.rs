//! Partitioning of a store: its keys, the values of a file, and the checks a value from an
//! event must pass before it becomes part of a path.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{ModelError, limits};

mod period;

pub use period::Period;

/// Partition value of an account or region that is missing, malformed or one too many.
pub const UNKNOWN: &str = "unknown";

/// A key that events can be partitioned by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartitionKey {
    /// The account that received the event.
    Account,
    /// The region of the event.
    Region,
    /// UTC day of the event time.
    Date,
    /// UTC month of the event time, by its first day.
    Month,
}

impl PartitionKey {
    /// The name in paths and settings: `account`, `region`, `date` or `month`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Region => "region",
            Self::Date => "date",
            Self::Month => "month",
        }
    }
}

impl fmt::Display for PartitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The keys of a store in path order; always ends with the date or the month.
///
/// Written and stored as `account,region,date`, `account,date`, `region,date` or `date`, or with `month` for `date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartitionBy(&'static [PartitionKey]);

impl PartitionBy {
    /// The partitionings a store can have, the default first: those by date, then those by month, of each the most keys
    /// first.
    pub const ALL: [Self; 8] = [
        Self(&[PartitionKey::Account, PartitionKey::Region, PartitionKey::Date]),
        Self(&[PartitionKey::Account, PartitionKey::Date]),
        Self(&[PartitionKey::Region, PartitionKey::Date]),
        Self(&[PartitionKey::Date]),
        Self(&[PartitionKey::Account, PartitionKey::Region, PartitionKey::Month]),
        Self(&[PartitionKey::Account, PartitionKey::Month]),
        Self(&[PartitionKey::Region, PartitionKey::Month]),
        Self(&[PartitionKey::Month]),
    ];

    /// By date alone.
    pub const DATE: Self = Self(&[PartitionKey::Date]);

    /// By month alone: the fewest partitions there can be.
    pub const MONTH: Self = Self(&[PartitionKey::Month]);

    /// The keys in path order.
    pub const fn keys(&self) -> &'static [PartitionKey] {
        self.0
    }

    /// Whether events are partitioned by this key.
    pub fn contains(&self, key: PartitionKey) -> bool {
        self.0.contains(&key)
    }

    /// The period that the events of a UTC day belong to.
    pub fn period_of(&self, date: NaiveDate) -> Period {
        if self.contains(PartitionKey::Month) { Period::month_of(date) } else { Period::day(date) }
    }
}

impl Default for PartitionBy {
    fn default() -> Self {
        let [first, ..] = Self::ALL;
        first
    }
}

impl fmt::Display for PartitionBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, key) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            f.write_str(key.as_str())?;
        }
        Ok(())
    }
}

impl FromStr for PartitionBy {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let found = Self::ALL.into_iter().find(|keys| keys.to_string() == text);
        found.ok_or_else(|| ModelError::InvalidPartitionBy { text: text.to_owned() })
    }
}

impl TryFrom<String> for PartitionBy {
    type Error = ModelError;

    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<PartitionBy> for String {
    fn from(keys: PartitionBy) -> Self {
        keys.to_string()
    }
}

/// The partition a file or an event belongs to; a key the store is not partitioned by is
/// `None`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionValues {
    /// 12 digits or [`UNKNOWN`].
    pub account: Option<String>,
    /// A region name or [`UNKNOWN`].
    pub region: Option<String>,
    /// UTC day or month of the event time.
    pub period: Period,
}

impl PartitionValues {
    /// The values of an event of this UTC day in a store partitioned like this; what is missing
    /// or fails its check becomes [`UNKNOWN`].
    pub fn new(partition_by: PartitionBy, account: Option<&str>, region: Option<&str>, date: NaiveDate) -> Self {
        let value =
            |key, checked: Option<&str>| partition_by.contains(key).then(|| checked.unwrap_or(UNKNOWN).to_owned());
        Self {
            account: value(PartitionKey::Account, account.and_then(checked_account)),
            region: value(PartitionKey::Region, region.and_then(checked_region)),
            period: partition_by.period_of(date),
        }
    }
}

/// The account when it is 12 digits.
pub fn checked_account(text: &str) -> Option<&str> {
    (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

/// The region when it has a region's form: lower-case letters and digits in 2 to 5 parts
/// joined by dashes, at most 32 characters, the last part starting with a digit.
pub fn checked_region(text: &str) -> Option<&str> {
    if text.len() > limits::PARTITION_REGION_CHARS {
        return None;
    }
    let (mut parts, mut last) = (0, "");
    for part in text.split('-') {
        let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if part.is_empty() || !part.bytes().all(fits) {
            return None;
        }
        (parts, last) = (parts + 1, part);
    }
    let numbered = last.starts_with(|c: char| c.is_ascii_digit());
    ((2..=5).contains(&parts) && numbered).then_some(text)
}

/// An event time outside of the days a store keeps: 2006-01-01 to two days ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event time out of range: expected a day from 2006-01-01 to two days ahead")]
pub struct DateOutOfRange {
    /// The event time in microseconds since 1970 UTC.
    pub micros: i64,
}

/// The UTC day of an event time in microseconds since 1970, when it is in range.
pub fn checked_date(micros: i64, now: DateTime<Utc>) -> Result<NaiveDate, DateOutOfRange> {
    let out_of_range = DateOutOfRange { micros };
    let date = DateTime::from_timestamp_micros(micros).ok_or(out_of_range)?.date_naive();
    let latest = now.date_naive().checked_add_days(Days::new(limits::PARTITION_DAYS_AHEAD));
    let in_range = date.year() >= limits::PARTITION_FIRST_YEAR && Some(date) <= latest;
    in_range.then_some(date).ok_or(out_of_range)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn micros(text: &str) -> i64 {
        text.parse::<DateTime<Utc>>().unwrap().timestamp_micros()
    }

    #[test]
    fn partitionings_are_in_path_order_and_have_either_the_date_or_the_month() {
        for keys in PartitionBy::ALL {
            assert_eq!(keys.to_string().parse::<PartitionBy>().unwrap(), keys);
            assert!(keys.contains(PartitionKey::Date) != keys.contains(PartitionKey::Month));
        }
        for text in ["", "account", "date,account", "account,region", "Date", "date,date", "date,month", "month,date"] {
            assert!(text.parse::<PartitionBy>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_partitioning_is_stored_as_its_text() {
        let json = serde_json::to_string(&PartitionBy::default()).unwrap();
        assert_eq!(json, "\"account,region,date\"");
        assert_eq!(serde_json::from_str::<PartitionBy>(&json).unwrap(), PartitionBy::default());
    }

    #[test]
    fn accounts_are_twelve_ascii_digits() {
        assert_eq!(checked_account("111122223333"), Some("111122223333"));
        for text in ["", "11112222333", "1111222233334", "11112222333a", "../../../../", "１１２２"] {
            assert_eq!(checked_account(text), None, "{text}");
        }
    }

    #[test]
    fn regions_have_dashed_parts_and_end_in_a_number() {
        for text in ["us-east-1", "us-gov-west-1", "ap-southeast-4", "us-iso-east-1", "eu-1"] {
            assert_eq!(checked_region(text), Some(text));
        }
        let long = format!("us-{}-1", "a".repeat(40));
        for text in ["", "global", "us-east", "US-EAST-1", "us--1", "-1", "a-b-c-d-e-1", "us/east-1", "..", &long] {
            assert_eq!(checked_region(text), None, "{text}");
        }
    }

    #[test]
    fn dates_run_from_2006_to_two_days_ahead() {
        let now = "2024-02-28T23:00:00Z".parse().unwrap();
        assert_eq!(checked_date(micros("2006-01-01T00:00:00Z"), now), Ok(date("2006-01-01")));
        assert_eq!(checked_date(micros("2024-03-01T23:59:59Z"), now), Ok(date("2024-03-01")));
        for text in ["2005-12-31T23:59:59Z", "2024-03-02T00:00:00Z"] {
            assert!(checked_date(micros(text), now).is_err(), "{text}");
        }
        assert!(checked_date(i64::MAX, now).is_err());
        assert!(checked_date(i64::MIN, now).is_err());
    }

    #[test]
    fn values_hold_only_the_keys_of_the_store_and_never_an_unchecked_text() {
        let day = date("2024-01-02");
        let all = PartitionValues::new(PartitionBy::default(), Some("111122223333"), Some("../x"), day);
        assert_eq!(all.account.as_deref(), Some("111122223333"));
        assert_eq!(all.region.as_deref(), Some(UNKNOWN));
        let values = PartitionValues::new(PartitionBy::DATE, Some("111122223333"), None, day);
        assert_eq!(values, PartitionValues { account: None, region: None, period: Period::day(day) });
    }

    #[test]
    fn events_of_a_month_share_a_partition_of_a_store_by_month() {
        let values = |day: &str| PartitionValues::new(PartitionBy::MONTH, None, None, date(day));
        assert_eq!(values("2024-02-01"), values("2024-02-29"));
        assert_ne!(values("2024-02-29"), values("2024-03-01"));
        assert_ne!(values("2024-02-01"), values("2023-02-01"));
        assert_ne!(values("2024-02-01").period, Period::day(date("2024-02-01")));
    }
}
