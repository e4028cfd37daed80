//! Values as Lake writes them in results: `{key=value}`, `[a, b]`, `2023-06-11 16:26:27.000`.

use std::borrow::Cow;

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use chrono::{DateTime, Utc};

use crate::casts::{DAY, leaf, plain_list};
use crate::functions::datetime::zone::Zone;

/// The text of one value; `None` for NULL.
pub fn text_of(array: &dyn Array, row: usize) -> Option<String> {
    if row >= array.len() || array.is_null(row) || *array.data_type() == DataType::Null {
        return None;
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            let columns = array.as_struct_opt()?.columns().iter();
            let members =
                fields.iter().zip(columns).map(|(field, column)| format!("{}={}", field.name(), part(column, row)));
            Some(format!("{{{}}}", members.collect::<Vec<_>>().join(", ")))
        }
        DataType::Map(..) => {
            let entries = array.as_map_opt()?.value(row);
            let (keys, values) = (entries.columns().first()?, entries.columns().get(1)?);
            let members = (0..entries.len()).map(|entry| format!("{}={}", part(keys, entry), part(values, entry)));
            Some(format!("{{{}}}", members.collect::<Vec<_>>().join(", ")))
        }
        DataType::List(_) => {
            let items = array.as_list_opt::<i32>()?.value(row);
            let items = (0..items.len()).map(|item| part(&items, item));
            Some(format!("[{}]", items.collect::<Vec<_>>().join(", ")))
        }
        DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::ListView(_) | DataType::LargeListView(_) => {
            text_of(plain_list(&array.slice(row, 1)).ok()?.as_ref(), 0)
        }
        _ => leaf(array, row).map(|value| value.to_string()),
    }
}

fn part(array: &dyn Array, row: usize) -> String {
    text_of(array, row).unwrap_or_else(|| "null".to_owned())
}

/// A double as Java writes it, from its shortest digits as `1.5e10`.
pub(crate) fn double_text(scientific: &str) -> String {
    let (sign, rest) = scientific.strip_prefix('-').map_or(("", scientific), |rest| ("-", rest));
    let Some((mantissa, exponent)) = rest.split_once('e') else {
        return if rest == "inf" { format!("{sign}Infinity") } else { rest.to_owned() };
    };
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let plain = match exponent {
        0..=6 => {
            let whole = usize::try_from(exponent).unwrap_or_default() + 1;
            let padded = format!("{digits:0<whole$}");
            let (whole, fraction) = padded.split_at(whole);
            format!("{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
        }
        -3..=-1 => format!("0.{}{digits}", "0".repeat(usize::try_from(-exponent - 1).unwrap_or_default())),
        _ => {
            let (first, rest) = digits.split_at(1);
            format!("{first}.{}E{exponent}", if rest.is_empty() { "0" } else { rest })
        }
    };
    if digits == "0" { format!("{sign}0.0") } else { format!("{sign}{plain}") }
}

/// A decimal with all digits of its scale.
pub(crate) fn decimal_text(digits: i128, scale: i8) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let scale = usize::try_from(scale).unwrap_or_default();
    let width = scale + 1;
    let text = format!("{:0>width$}", digits.unsigned_abs());
    let (whole, fraction) = text.split_at(text.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// A timestamp with three decimals.
pub(crate) fn timestamp_text(millis: i64) -> String {
    match DateTime::<Utc>::from_timestamp_millis(millis) {
        Some(time) => time.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        None => format!("{millis} ms"),
    }
}

/// A timestamp in its zone, and the zone.
pub(crate) fn zoned_text(millis: i64, zone: &str) -> String {
    match Zone::of_name(zone) {
        Some(zone) => format!("{} {zone}", timestamp_text(millis.saturating_add(zone.offset_at(millis)))),
        None => format!("{} {zone}", timestamp_text(millis)),
    }
}

/// A time of the day with three decimals.
pub(crate) fn time_text(millis: i64) -> String {
    let (seconds, fraction) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{fraction:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// An interval: `7 00:00:00.000`, or `1-2` for years and months.
pub(crate) fn interval_text(months: i64, millis: i64) -> String {
    if months != 0 && millis == 0 {
        let sign = if months < 0 { "-" } else { "" };
        return format!("{sign}{}-{}", months.abs() / 12, months.abs() % 12);
    }
    let sign = if millis < 0 { "-" } else { "" };
    let millis = i64::try_from(millis.unsigned_abs()).unwrap_or(i64::MAX);
    let text = format!("{sign}{} {}", millis / DAY, time_text(millis % DAY));
    if months == 0 { text } else { format!("{} {text}", interval_text(months, 0)) }
}

/// The beginning of a text, for messages.
pub(crate) fn shortened(text: &str) -> Cow<'_, str> {
    const LONGEST: usize = 100;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => Cow::Owned(format!("{}...", text.split_at(end).0)),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests;
