//! One value as a date, a time or a timestamp.

use datafusion::common::{DataFusionError, Result, exec_datafusion_err};

use super::leaf::DAY;
use super::{Leaf, times};
use crate::functions::kit::{Date, Timestamp, UtcTimestamp};

pub(super) fn date(value: &Leaf<'_>) -> Result<Option<Date>> {
    let wrong = || exec_datafusion_err!("Value cannot be cast to date: {}", value.said());
    let days = |millis: i64| i32::try_from(millis.div_euclid(DAY)).ok();
    let found = match value {
        Leaf::Date(days) => Some(*days),
        Leaf::Timestamp(millis) => days(*millis),
        Leaf::Zoned(millis, zone) => times::local(*millis, zone).and_then(days),
        Leaf::Text(text) => times::date(text),
        _ => None,
    };
    found.map(|days| Some(Date(days))).ok_or_else(wrong)
}

pub(super) fn time(value: &Leaf<'_>) -> Result<Option<i64>> {
    let found = match value {
        Leaf::Time(millis) => Some(*millis),
        Leaf::Timestamp(millis) => Some(millis.rem_euclid(DAY)),
        Leaf::Zoned(millis, zone) => times::local(*millis, zone).map(|local| local.rem_euclid(DAY)),
        Leaf::Text(text) => times::time(text),
        _ => None,
    };
    found.map(Some).ok_or_else(|| exec_datafusion_err!("Value cannot be cast to time: {}", value.said()))
}

pub(super) fn timestamp(value: &Leaf<'_>) -> Result<Option<Timestamp>> {
    let found = match value {
        Leaf::Timestamp(millis) => Some(*millis),
        Leaf::Date(days) => Some(i64::from(*days) * DAY),
        Leaf::Zoned(millis, zone) => times::local(*millis, zone),
        Leaf::Text(text) => times::timestamp(text),
        _ => None,
    };
    found.map(|millis| Some(Timestamp(millis))).ok_or_else(|| no_timestamp(value))
}

pub(super) fn zoned(value: &Leaf<'_>) -> Result<Option<UtcTimestamp>> {
    let found = match value {
        Leaf::Zoned(millis, _) | Leaf::Timestamp(millis) => Some(*millis),
        Leaf::Date(days) => Some(i64::from(*days) * DAY),
        Leaf::Text(text) => times::zoned(text).map(|(millis, _)| millis),
        _ => None,
    };
    found.map(|millis| Some(UtcTimestamp(millis))).ok_or_else(|| no_timestamp(value))
}

fn no_timestamp(value: &Leaf<'_>) -> DataFusionError {
    let hint = match value {
        Leaf::Text(text) if times::any_timestamp(text).is_some() && text.contains('T') => {
            "; from_iso8601_timestamp reads texts with T and Z"
        }
        _ => "",
    };
    exec_datafusion_err!("Value cannot be cast to timestamp: {}{hint}", value.said())
}
