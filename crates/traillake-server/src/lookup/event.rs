//! An event as `LookupEvents` shows it: a few members beside the record's text.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

use super::{Place, resources};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LookupEvent {
    pub(crate) time: DateTime<Utc>,
    /// Empty when the record has none.
    pub(crate) event_id: String,
    pub(crate) name: Option<String>,
    pub(crate) read_only: Option<String>,
    pub(crate) access_key_id: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) resources: Vec<LookupResource>,
    /// The whole record.
    pub(crate) record: String,
}

/// A resource an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LookupResource {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resource_name: Option<String>,
}

/// The events of a batch with the columns time, id and record; rows of other types are left out.
pub(super) fn of_batch(batch: &RecordBatch) -> Vec<LookupEvent> {
    let column = |at: usize, kind: &DataType| batch.columns().get(at).and_then(|column| cast(column, kind).ok());
    let millis = DataType::Timestamp(TimeUnit::Millisecond, None);
    let time = column(0, &millis).and_then(|times| cast(&times, &DataType::Int64).ok());
    let (Some(time), Some(id), Some(record)) = (time, column(1, &DataType::Utf8), column(2, &DataType::LargeUtf8))
    else {
        return Vec::new();
    };
    let (time, id, record) = (time.as_primitive::<Int64Type>(), id.as_string::<i32>(), record.as_string::<i64>());
    let row = |row: usize| {
        let time = DateTime::from_timestamp_millis(time.value(row))?;
        let id = if id.is_null(row) { "" } else { id.value(row) };
        Some(LookupEvent::new(time, id, record.value(row)))
    };
    (0..batch.num_rows()).filter_map(row).collect()
}

impl LookupEvent {
    /// Whether it has the time and id of a place.
    pub(super) fn is_at(&self, place: &Place) -> bool {
        self.time == place.time && self.event_id == place.event_id
    }

    fn new(time: DateTime<Utc>, id: &str, text: &str) -> Self {
        let record: Value = serde_json::from_str(text).unwrap_or_default();
        let member = |path: &str| record.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let insight = |name: &str| member(&format!("/insightDetails/{name}"));
        Self {
            time,
            event_id: id.to_owned(),
            name: member("/eventName").or_else(|| insight("eventName")),
            read_only: record.get("readOnly").and_then(read_only),
            access_key_id: member("/userIdentity/accessKeyId"),
            source: member("/eventSource").or_else(|| insight("eventSource")),
            username: username(&record),
            resources: resources::of_record(&record),
            record: text.to_owned(),
        }
    }
}

/// `true` or `false` as text, as the API has it.
fn read_only(value: &Value) -> Option<String> {
    match value {
        Value::Bool(value) => Some(value.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn username(record: &Value) -> Option<String> {
    let member = |name: &str| record.get("userIdentity")?.get(name)?.as_str();
    let name = match member("type") {
        Some("Root") => Some("root"),
        Some("AssumedRole") => member("principalId")?.split(':').nth(1),
        _ => member("userName"),
    };
    name.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(record: &str) -> LookupEvent {
        LookupEvent::new(DateTime::UNIX_EPOCH, "e1", record)
    }

    #[test]
    fn the_username_is_the_user_root_or_the_session_of_a_role() {
        let name = |identity: &str| event(&format!(r#"{{"userIdentity": {identity}}}"#)).username;
        assert_eq!(name(r#"{"type": "IAMUser", "userName": "alice"}"#).as_deref(), Some("alice"));
        assert_eq!(name(r#"{"type": "Root", "userName": "acme"}"#).as_deref(), Some("root"));
        assert_eq!(name(r#"{"type": "AssumedRole", "principalId": "AROA1:deploy"}"#).as_deref(), Some("deploy"));
        assert_eq!(name(r#"{"type": "AWSService", "invokedBy": "x.amazonaws.com"}"#), None);
    }

    #[test]
    fn resources_are_those_of_the_record_and_of_its_request_each_once() {
        let event = event(
            r#"{"resources": [{"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b"}, {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b"}],
                "requestParameters": {"bucketName": "b", "roleName": {"not": "text"}}}"#,
        );
        let names: Vec<_> = event.resources.iter().filter_map(|resource| resource.resource_name.as_deref()).collect();
        assert_eq!(names, ["arn:aws:s3:::b", "b"]);
    }

    #[test]
    fn read_only_is_text() {
        assert_eq!(event(r#"{"readOnly": true}"#).read_only.as_deref(), Some("true"));
        assert_eq!(event(r#"{"readOnly": "false"}"#).read_only.as_deref(), Some("false"));
        assert_eq!(event("{}").read_only, None);
    }
}
