//! What Athena's CloudTrail table computes from Lake's columns: times as ISO texts, parts of the
//! day, and members of the record as JSON text.
//!
//! Comparisons with the texts of a time become ranges of the time, so that they prune as it does.

mod times;

use std::sync::Arc;

use datafusion::logical_expr::ScalarUDF;

use crate::functions::json::scan::last_member;
use crate::functions::kit::Kind::{Text, Timestamp};
use crate::functions::kit::scalar;

/// Name of [`event_time_text`].
pub const EVENT_TIME_TEXT: &str = "$event_time_text";
/// Name of [`record_member`].
pub const RECORD_MEMBER: &str = "$record_member";

/// `"$event_time_text"(timestamp) → varchar`: `2023-07-10T11:00:00Z`, as records have it.
pub fn event_time_text() -> Arc<ScalarUDF> {
    scalar(EVENT_TIME_TEXT)
        .on(&[Timestamp], |row| Ok(times::iso_text(row.millis(0))))
        .with_preimage(|args, literal, info| times::preimage(args, literal, info, times::iso_text))
        .hidden()
}

/// `"$date_text"(timestamp) → varchar`: `2023/07/10`, the folder of the UTC day in a trail.
pub fn date_text() -> Arc<ScalarUDF> {
    scalar("$date_text")
        .on(&[Timestamp], |row| Ok(times::date_text(row.millis(0))))
        .with_preimage(|args, literal, info| times::preimage(args, literal, info, times::date_text))
        .hidden()
}

/// `"$year_text"(timestamp) → varchar`: `2023`.
pub fn year_text() -> Arc<ScalarUDF> {
    scalar("$year_text")
        .on(&[Timestamp], |row| Ok(times::year_text(row.millis(0))))
        .with_preimage(|args, literal, info| times::preimage(args, literal, info, times::year_text))
        .hidden()
}

/// `"$month_text"(timestamp) → varchar`: `07`.
pub fn month_text() -> Arc<ScalarUDF> {
    scalar("$month_text").on(&[Timestamp], |row| Ok(times::month_text(row.millis(0)))).hidden()
}

/// `"$day_text"(timestamp) → varchar`: `10`.
pub fn day_text() -> Arc<ScalarUDF> {
    scalar("$day_text").on(&[Timestamp], |row| Ok(times::day_text(row.millis(0)))).hidden()
}

/// `"$record_member"(record, name) → varchar`: the JSON text of a member of the record as it was
/// delivered; NULL where it is absent or null.
pub fn record_member() -> Arc<ScalarUDF> {
    scalar(RECORD_MEMBER).on(&[Text, Text], |row| Ok(member(row.text(0), row.text(1)))).hidden()
}

fn member(record: &str, name: &str) -> Option<String> {
    last_member(record, name).filter(|text| *text != "null").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::member;

    #[test]
    fn a_member_keeps_its_text() {
        let record = r#"{"a":1,"requestParameters":{"n":1.0,"s":"é"},"b":[{}]}"#;
        assert_eq!(member(record, "requestParameters").as_deref(), Some(r#"{"n":1.0,"s":"é"}"#));
        assert_eq!(member(record, "b").as_deref(), Some("[{}]"));
    }

    #[test]
    fn of_members_with_one_name_the_last_counts() {
        assert_eq!(member(r#"{"a":1,"b":2,"a":3}"#, "a").as_deref(), Some("3"));
        assert_eq!(member(r#"{"a":1,"a":null}"#, "a"), None);
    }

    #[test]
    fn absent_and_null_members_are_null() {
        assert_eq!(member(r#"{"a":null}"#, "a"), None);
        assert_eq!(member(r#"{"a":null}"#, "b"), None);
        assert_eq!(member("[]", "a"), None);
        assert_eq!(member("", "a"), None);
    }
}
