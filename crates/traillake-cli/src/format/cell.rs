//! One value of an Arrow array as JSON or as text.

use std::io::Write;

use arrow::array::timezone::Tz;
use arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow::array::{Array, ArrayRef, AsArray, MapArray, StructArray};
use arrow::datatypes::{DataType, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{DateTime, Utc};

use super::base64::write_base64;

/// How a scalar is marked in JSON.
enum Kind {
    /// A number or boolean, written as it is.
    Bare,
    /// Text that JSON puts in quotes.
    Text,
    /// An object or array.
    Nested,
    Null,
}

/// Appends the value as JSON.
pub(super) fn write_json(array: &dyn Array, row: usize, out: &mut Vec<u8>) {
    let start = out.len();
    match write_value(array, row, out) {
        Kind::Bare | Kind::Nested => {}
        Kind::Null => out.extend_from_slice(b"null"),
        Kind::Text => quote_from(start, out),
    }
}

/// Appends the value as plain text: nothing for NULL, JSON for what is nested. False for NULL.
pub(super) fn write_text(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> bool {
    !matches!(write_value(array, row, out), Kind::Null)
}

/// Appends a JSON string.
pub(super) fn write_json_string(text: &str, out: &mut Vec<u8>) {
    // Writing text to memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn quote_from(start: usize, out: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(&out[start..]).into_owned();
    out.truncate(start);
    write_json_string(&text, out);
}

fn write_value(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind {
    if array.is_null(row) || array.data_type().is_null() {
        return Kind::Null;
    }
    match array.data_type() {
        DataType::Boolean => push(out, array.as_boolean().value(row)),
        DataType::Int8 => integer::<Int8Type>(array, row, out),
        DataType::Int16 => integer::<Int16Type>(array, row, out),
        DataType::Int32 => integer::<Int32Type>(array, row, out),
        DataType::Int64 => integer::<Int64Type>(array, row, out),
        DataType::UInt8 => integer::<UInt8Type>(array, row, out),
        DataType::UInt16 => integer::<UInt16Type>(array, row, out),
        DataType::UInt32 => integer::<UInt32Type>(array, row, out),
        DataType::UInt64 => integer::<UInt64Type>(array, row, out),
        DataType::Float16 => float(array.as_primitive::<Float16Type>().value(row).to_f32(), out),
        DataType::Float32 => float(array.as_primitive::<Float32Type>().value(row), out),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row), out),
        DataType::Decimal32(..) => decimal::<Decimal32Type>(array, row, out),
        DataType::Decimal64(..) => decimal::<Decimal64Type>(array, row, out),
        DataType::Decimal128(..) => decimal::<Decimal128Type>(array, row, out),
        DataType::Decimal256(..) => decimal::<Decimal256Type>(array, row, out),
        _ => write_text_like(array, row, out),
    }
}

fn write_text_like(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind {
    match array.data_type() {
        DataType::Utf8 => text(array.as_string::<i32>().value(row), out),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row), out),
        DataType::Utf8View => text(array.as_string_view().value(row), out),
        DataType::Binary => binary(array.as_binary::<i32>().value(row), out),
        DataType::LargeBinary => binary(array.as_binary::<i64>().value(row), out),
        DataType::BinaryView => binary(array.as_binary_view().value(row), out),
        // Addresses; nothing else is 16 bytes long.
        DataType::FixedSizeBinary(16) => lake_text(array, row, out),
        DataType::FixedSizeBinary(_) => binary(array.as_fixed_size_binary().value(row), out),
        DataType::Timestamp(unit, zone) => timestamp(array, row, *unit, zone.as_deref(), out),
        DataType::Date32 => date(array.as_primitive::<Date32Type>().value_as_date(row), out),
        DataType::Date64 => date(array.as_primitive::<Date64Type>().value_as_date(row), out),
        _ => write_nested(array, row, out),
    }
}

fn write_nested(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind {
    match array.data_type() {
        DataType::List(_) => list(&array.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row), out),
        DataType::Struct(_) => object(array.as_struct(), row, out),
        DataType::Map(..) => map(array.as_map(), row, out),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let key = dictionary.normalized_keys().get(row).copied().unwrap_or(0);
            write_value(dictionary.values().as_ref(), key, out)
        }
        DataType::Interval(_) | DataType::Time32(_) | DataType::Time64(_) => lake_text(array, row, out),
        _ => other(array, row, out),
    }
}

fn push(out: &mut Vec<u8>, value: impl std::fmt::Display) -> Kind {
    // Writing to memory cannot fail.
    let _ = write!(out, "{value}");
    Kind::Bare
}

fn integer<T: ArrowPrimitiveType>(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind
where
    T::Native: std::fmt::Display,
{
    push(out, array.as_primitive::<T>().value(row))
}

/// Decimals keep all their digits.
fn decimal<T: DecimalType>(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind {
    push(out, array.as_primitive::<T>().value_as_string(row))
}

/// The shortest text that reads back as the same number; what JSON has no number for is text.
fn float(value: impl Into<f64> + std::fmt::Debug + Copy, out: &mut Vec<u8>) -> Kind {
    let wide: f64 = value.into();
    if wide.is_finite() {
        return push(out, format_args!("{value:?}"));
    }
    let name = if wide.is_nan() { "NaN" } else { ["-Infinity", "Infinity"][usize::from(wide > 0.0)] };
    text(name, out)
}

fn text(value: &str, out: &mut Vec<u8>) -> Kind {
    out.extend_from_slice(value.as_bytes());
    Kind::Text
}

fn binary(value: &[u8], out: &mut Vec<u8>) -> Kind {
    write_base64(value, out);
    Kind::Text
}

fn date(value: Option<chrono::NaiveDate>, out: &mut Vec<u8>) -> Kind {
    push(out, value.map_or_else(String::new, |date| date.format("%Y-%m-%d").to_string()));
    Kind::Text
}

/// Lake's text: `2023-06-11 16:26:27.000`, with the zone after it when the type has one.
fn timestamp(array: &dyn Array, row: usize, unit: TimeUnit, zone: Option<&str>, out: &mut Vec<u8>) -> Kind {
    let millis = match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row).saturating_mul(1000),
        TimeUnit::Millisecond => array.as_primitive::<TimestampMillisecondType>().value(row),
        TimeUnit::Microsecond => array.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1000),
        TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000),
    };
    let Some(moment) = DateTime::<Utc>::from_timestamp_millis(millis) else { return other(array, row, out) };
    match zone.map(|zone| (zone, zone.parse::<Tz>())) {
        None => push(out, moment.format("%Y-%m-%d %H:%M:%S%.3f")),
        Some((name, Ok(zone))) => {
            push(out, format_args!("{} {name}", moment.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S%.3f")))
        }
        Some((_, Err(_))) => push(out, format_args!("{} UTC", moment.format("%Y-%m-%d %H:%M:%S%.3f"))),
    };
    Kind::Text
}

fn list(values: &ArrayRef, out: &mut Vec<u8>) -> Kind {
    out.push(b'[');
    for row in 0..values.len() {
        if row > 0 {
            out.push(b',');
        }
        write_json(values.as_ref(), row, out);
    }
    out.push(b']');
    Kind::Nested
}

fn object(array: &StructArray, row: usize, out: &mut Vec<u8>) -> Kind {
    out.push(b'{');
    for (place, (field, column)) in array.fields().iter().zip(array.columns()).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        write_json_string(field.name(), out);
        out.push(b':');
        write_json(column.as_ref(), row, out);
    }
    out.push(b'}');
    Kind::Nested
}

fn map(array: &MapArray, row: usize, out: &mut Vec<u8>) -> Kind {
    let entries = array.value(row);
    let (keys, values) = (entries.column(0), entries.column(1));
    out.push(b'{');
    for entry in 0..entries.len() {
        if entry > 0 {
            out.push(b',');
        }
        let mut key = Vec::new();
        write_text(keys.as_ref(), entry, &mut key);
        write_json_string(&String::from_utf8_lossy(&key), out);
        out.push(b':');
        write_json(values.as_ref(), entry, out);
    }
    out.push(b'}');
    Kind::Nested
}

/// Addresses, times and intervals.
fn lake_text(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind {
    text(&traillake::text_of(array, row).unwrap_or_default(), out)
}

/// Durations and rarer types in Arrow's own text.
fn other(array: &dyn Array, row: usize, out: &mut Vec<u8>) -> Kind {
    let options = FormatOptions::default();
    let shown = ArrayFormatter::try_new(array, &options).map(|formatter| formatter.value(row).to_string());
    text(&shown.unwrap_or_default(), out)
}
