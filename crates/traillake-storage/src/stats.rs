//! Statistics of one data file: what the writer measured, and their form in the Delta log.

use std::borrow::Cow;

use chrono::{DateTime, SecondsFormat, Timelike, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Texts in the log are cut to this many characters; an ARN of an assumed role starts to differ after 39.
const TEXT_LIMIT_CHARS: usize = 64;
/// No writer cuts texts to fewer bytes than this (Delta's own writers cut to 32 characters).
const SHORTEST_CUT_BYTES: usize = 32;

/// Statistics of one data file, over all its rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FileStats {
    /// Earliest and latest event time in microseconds since 1970, UTC, both included.
    pub event_time_micros: (i64, i64),
    /// Smallest, largest and missing values of the leaves that queries use; `eventtime` need not be among them.
    pub leaves: Vec<LeafStats>,
}

/// Statistics of one leaf column.
#[derive(Debug, Clone, PartialEq)]
pub struct LeafStats {
    /// Names from the root column down, for instance `["useridentity", "arn"]`.
    pub path: Vec<String>,
    /// Smallest value, or a lower bound.
    pub min: Option<LeafValue>,
    /// Largest value, or an upper bound.
    pub max: Option<LeafValue>,
    /// Rows where the leaf is null (also because a parent is null).
    pub null_count: Option<u64>,
}

/// A value of a leaf column.
#[derive(Debug, Clone, PartialEq)]
pub enum LeafValue {
    /// Text.
    Text(String),
    /// A moment in microseconds since 1970, UTC.
    TimestampMicros(i64),
    /// A truth value.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Double(f64),
}

impl FileStats {
    /// The `stats` text of a Delta `add` action (PROTOCOL.md, per-file statistics): nested objects by column,
    /// long texts cut so that minima stay lower and maxima upper bounds.
    pub fn to_delta_json(&self, rows: u64) -> String {
        let (mut min, mut max, mut null_count) = (Map::new(), Map::new(), Map::new());
        let (first, last) = self.event_time_micros;
        if rows > 0 {
            put(&mut min, &["eventtime"], lower(&LeafValue::TimestampMicros(first)));
            put(&mut max, &["eventtime"], upper(&LeafValue::TimestampMicros(last)));
            put(&mut null_count, &["eventtime"], Some(json!(0)));
        }
        for leaf in &self.leaves {
            let path: Vec<&str> = leaf.path.iter().map(String::as_str).collect();
            put(&mut min, &path, leaf.min.as_ref().and_then(lower));
            put(&mut max, &path, leaf.max.as_ref().and_then(upper));
            put(&mut null_count, &path, leaf.null_count.map(|count| json!(count)));
        }
        json!({"numRecords": rows, "minValues": min, "maxValues": max, "nullCount": null_count}).to_string()
    }
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: Option<Value>) {
    let (Some(value), Some((name, rest))) = (value, path.split_first()) else { return };
    if rest.is_empty() {
        into.entry((*name).to_owned()).or_insert(value);
    } else if let Value::Object(inner) = into.entry((*name).to_owned()).or_insert_with(|| Value::Object(Map::new())) {
        put(inner, rest, Some(value));
    }
}

fn lower(value: &LeafValue) -> Option<Value> {
    match value {
        LeafValue::Text(text) => Some(text.chars().take(TEXT_LIMIT_CHARS).collect::<String>().into()),
        other => plain(other),
    }
}

fn upper(value: &LeafValue) -> Option<Value> {
    match value {
        LeafValue::Text(text) => Some(upper_text(text).into()),
        other => plain(other),
    }
}

/// Cut texts end in the largest character, so that they stay above every text with the same beginning.
fn upper_text(text: &str) -> String {
    match text.char_indices().nth(TEXT_LIMIT_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}{}", text.get(..end).unwrap_or(text), char::MAX),
    }
}

fn plain(value: &LeafValue) -> Option<Value> {
    match value {
        LeafValue::Text(text) => Some(text.as_str().into()),
        LeafValue::TimestampMicros(micros) => timestamp(*micros).map(Value::from),
        LeafValue::Boolean(value) => Some((*value).into()),
        LeafValue::Integer(value) => Some((*value).into()),
        LeafValue::Double(value) => serde_json::Number::from_f64(*value).map(Value::Number),
    }
}

fn timestamp(micros: i64) -> Option<String> {
    let moment = DateTime::<Utc>::from_timestamp_micros(micros)?;
    let form = if moment.nanosecond() % 1_000_000 == 0 { SecondsFormat::Millis } else { SecondsFormat::Micros };
    Some(moment.to_rfc3339_opts(form, true))
}

/// What a snapshot keeps parsed of a file's `stats` text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StatsHead {
    /// Rows, 0 when the writer did not say.
    pub(crate) rows: u64,
    /// Earliest and latest event time, both included.
    pub(crate) event_time_micros: Option<(i64, i64)>,
    /// The account that every event names as its recipient.
    pub(crate) only_account: Option<String>,
    /// The region that every event names.
    pub(crate) only_region: Option<String>,
}

impl StatsHead {
    /// Reads the few members it needs; statistics that cannot be read count as absent.
    pub(crate) fn parse(stats: &str) -> Self {
        let Ok(raw) = serde_json::from_str::<RawStats<'_>>(stats) else { return Self::default() };
        let (min, max) = (raw.min_values.unwrap_or_default(), raw.max_values.unwrap_or_default());
        let nulls = raw.null_count.unwrap_or_default();
        let last = micros(max.event_time.as_deref());
        // Other writers cut timestamps to milliseconds, so the true maximum may lie within that millisecond.
        let last = last.map(|last| if last % 1000 == 0 { last.saturating_add(999) } else { last });
        Self {
            rows: raw.num_records.unwrap_or(0),
            event_time_micros: micros(min.event_time.as_deref()).zip(last),
            only_account: only(min.account.as_deref(), max.account.as_deref(), nulls.account),
            only_region: only(min.region.as_deref(), max.region.as_deref(), nulls.region),
        }
    }
}

fn micros(text: Option<&str>) -> Option<i64> {
    DateTime::parse_from_rfc3339(text?).ok().map(|moment| moment.timestamp_micros())
}

/// The value that all rows have. Bounds of long texts may be cut, so equal ones say nothing of them.
fn only(min: Option<&str>, max: Option<&str>, nulls: Option<u64>) -> Option<String> {
    min.filter(|min| nulls == Some(0) && max == Some(*min) && min.len() < SHORTEST_CUT_BYTES).map(str::to_owned)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawStats<'a> {
    num_records: Option<u64>,
    #[serde(borrow)]
    min_values: Option<RawBounds<'a>>,
    #[serde(borrow)]
    max_values: Option<RawBounds<'a>>,
    null_count: Option<RawNulls>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawBounds<'a> {
    #[serde(rename = "eventtime", borrow)]
    event_time: Option<Cow<'a, str>>,
    #[serde(rename = "recipientaccountid", borrow)]
    account: Option<Cow<'a, str>>,
    #[serde(rename = "awsregion", borrow)]
    region: Option<Cow<'a, str>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawNulls {
    #[serde(rename = "recipientaccountid")]
    account: Option<u64>,
    #[serde(rename = "awsregion")]
    region: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats() -> FileStats {
        FileStats {
            event_time_micros: (1_686_500_787_000_000, 1_686_500_790_000_123),
            leaves: vec![LeafStats {
                path: vec!["useridentity".into(), "arn".into()],
                min: Some(LeafValue::Text("a".repeat(70))),
                max: Some(LeafValue::Text("b".repeat(70))),
                null_count: Some(3),
            }],
        }
    }

    #[test]
    fn statistics_are_nested_by_column_and_keep_their_bounds() {
        let value: Value = serde_json::from_str(&stats().to_delta_json(9)).unwrap();
        assert_eq!(value["numRecords"].to_string(), "9");
        assert_eq!(value["minValues"]["eventtime"], "2023-06-11T16:26:27.000Z");
        assert_eq!(value["maxValues"]["eventtime"], "2023-06-11T16:26:30.000123Z");
        assert_eq!(value["nullCount"]["useridentity"]["arn"].to_string(), "3");
        let (min, max) = (&value["minValues"]["useridentity"]["arn"], &value["maxValues"]["useridentity"]["arn"]);
        assert!(min.as_str().unwrap() <= "a".repeat(70).as_str());
        assert!(max.as_str().unwrap() >= "b".repeat(70).as_str());
    }

    #[test]
    fn the_head_gives_back_rows_and_times() {
        let head = StatsHead::parse(&stats().to_delta_json(9));
        assert_eq!(head.rows, 9);
        assert_eq!(head.event_time_micros, Some(stats().event_time_micros));
    }

    #[test]
    fn a_maximum_cut_to_milliseconds_covers_its_whole_millisecond() {
        let text = r#"{"minValues":{"eventtime":"2023-06-11T16:26:27.000Z"},"maxValues":{"eventtime":"2023-06-11T16:26:27.000Z"}}"#;
        let head = StatsHead::parse(text);
        assert_eq!(head.event_time_micros, Some((1_686_500_787_000_000, 1_686_500_787_000_999)));
    }

    #[test]
    fn an_account_or_region_is_settled_when_every_row_has_it() {
        let stats = |min: &str, max: &str, nulls: u32| {
            format!(
                r#"{{"minValues":{{"awsregion":"{min}"}},"maxValues":{{"awsregion":"{max}"}},"nullCount":{{"awsregion":{nulls}}}}}"#
            )
        };
        let only = |text: String| StatsHead::parse(&text).only_region;
        assert_eq!(only(stats("us-east-1", "us-east-1", 0)), Some("us-east-1".into()));
        assert_eq!(only(stats("us-east-1", "us-east-2", 0)), None);
        assert_eq!(only(stats("us-east-1", "us-east-1", 1)), None);
        assert_eq!(only(stats(&"x".repeat(32), &"x".repeat(32), 0)), None);
        assert_eq!(only(r#"{"minValues":{"awsregion":"a"},"maxValues":{"awsregion":"a"}}"#.into()), None);
    }

    #[test]
    fn unreadable_statistics_count_as_absent() {
        assert_eq!(StatsHead::parse("not json"), StatsHead::default());
        assert_eq!(StatsHead::parse(r#"{"minValues":{"eventtime":7}}"#), StatsHead::default());
    }
}
