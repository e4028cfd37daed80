//! Times on the wire: seconds since 1970 with a fraction; ISO 8601 is understood as well.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

/// A time as JSON 1.1 carries it, exact to the millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(pub(crate) DateTime<Utc>);

impl Timestamp {
    /// The time that a JSON value says.
    pub(crate) fn read(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Self::of_seconds(number.as_f64()?),
            Value::String(text) => DateTime::parse_from_rfc3339(text).ok().map(|time| Self(time.to_utc())),
            _ => None,
        }
    }

    fn of_seconds(seconds: f64) -> Option<Self> {
        // Far within what both types hold; the years 1 to 9999.
        if !(-62_135_596_800.0..253_402_300_800.0).contains(&seconds) {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range was just checked")]
        let micros = (seconds * 1e6).round() as i64;
        DateTime::from_timestamp_micros(micros).map(Self)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of the years 1 to 9999 are exact")]
        let seconds = self.0.timestamp_millis() as f64 / 1e3;
        serializer.serialize_f64(seconds)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::read(&value).ok_or_else(|| de::Error::custom("not a time"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Option<String> {
        serde_json::from_value::<Timestamp>(value).ok().map(|time| time.0.to_rfc3339())
    }

    #[test]
    fn seconds_fractions_and_iso_8601_are_times() {
        assert_eq!(read(json!(1_699_573_236)).unwrap(), "2023-11-09T23:40:36+00:00");
        assert_eq!(read(json!(1_699_573_236.344)).unwrap(), "2023-11-09T23:40:36.344+00:00");
        assert_eq!(read(json!("2023-11-10T00:40:36+01:00")).unwrap(), "2023-11-09T23:40:36+00:00");
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for value in [json!("yesterday"), json!(1e300), json!(-1e12), json!(true), json!([1])] {
            assert_eq!(read(value.clone()), None, "{value}");
        }
    }

    #[test]
    fn a_time_is_written_as_seconds() {
        let time = Timestamp::read(&json!(1_699_573_236.344)).unwrap();
        assert_eq!(serde_json::to_string(&time).unwrap(), "1699573236.344");
    }
}
