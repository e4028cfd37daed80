//! Columns and cells of system tables.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use chrono::{DateTime, NaiveDate, Utc};
use datafusion::common::ScalarValue;

pub(super) const TEXT: DataType = DataType::Utf8;
pub(super) const COUNT: DataType = DataType::Int64;
pub(super) const BOOLEAN: DataType = DataType::Boolean;
pub(super) const DATE: DataType = DataType::Date32;
/// Times are Lake's: milliseconds, UTC.
pub(super) const TIME: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

pub(super) fn schema(columns: &[(&str, DataType)]) -> SchemaRef {
    let fields: Vec<_> = columns.iter().map(|(name, data_type)| Field::new(*name, data_type.clone(), true)).collect();
    Arc::new(Schema::new(fields))
}

pub(super) fn text(value: impl Into<String>) -> ScalarValue {
    ScalarValue::Utf8(Some(value.into()))
}

pub(super) fn optional_text(value: Option<impl Into<String>>) -> ScalarValue {
    ScalarValue::Utf8(value.map(Into::into))
}

pub(super) fn count(value: u64) -> ScalarValue {
    ScalarValue::Int64(Some(i64::try_from(value).unwrap_or(i64::MAX)))
}

pub(super) fn optional_count(value: Option<u64>) -> ScalarValue {
    value.map_or(ScalarValue::Int64(None), count)
}

pub(super) fn boolean(value: bool) -> ScalarValue {
    ScalarValue::Boolean(Some(value))
}

pub(super) fn millis(value: Option<i64>) -> ScalarValue {
    ScalarValue::TimestampMillisecond(value, None)
}

pub(super) fn micros(value: Option<i64>) -> ScalarValue {
    millis(value.map(|micros| micros.div_euclid(1_000)))
}

pub(super) fn time(value: Option<DateTime<Utc>>) -> ScalarValue {
    millis(value.map(|time| time.timestamp_millis()))
}

pub(super) fn optional_date(value: Option<NaiveDate>) -> ScalarValue {
    let days = value.map(|value| value.signed_duration_since(NaiveDate::default()).num_days());
    ScalarValue::Date32(days.and_then(|days| i32::try_from(days).ok()))
}
