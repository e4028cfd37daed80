//! One value without parts, of any type.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use arrow::array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, IntervalDayTimeType,
    IntervalMonthDayNanoType, IntervalYearMonthType, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType, DurationSecondType,
    IntervalUnit, TimeUnit, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};

use crate::text_form::{decimal_text, double_text, interval_text, shortened, time_text, timestamp_text, zoned_text};

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;
/// Nanoseconds of a millisecond.
const NANOS: i64 = 1_000_000;

/// A value; NULL is the lack of one.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Leaf<'a> {
    Boolean(bool),
    Integer(i64),
    Real(f32),
    Double(f64),
    /// Digits and scale.
    Decimal(i128, i8),
    Text(&'a str),
    Json(&'a str),
    Bytes(&'a [u8]),
    Address(&'a [u8]),
    /// Days since 1970-01-01.
    Date(i32),
    /// Milliseconds of the day.
    Time(i64),
    /// Milliseconds since 1970-01-01.
    Timestamp(i64),
    /// Milliseconds since 1970-01-01 UTC, and the zone.
    Zoned(i64, &'a str),
    /// Months, or else milliseconds.
    Interval(i64, i64),
}

/// The value in a row of a column; `None` for NULL and for values with parts.
pub(crate) fn leaf(array: &dyn Array, row: usize) -> Option<Leaf<'_>> {
    if row >= array.len() || array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Boolean => Some(Leaf::Boolean(array.as_boolean_opt()?.value(row))),
        DataType::Utf8 => Some(Leaf::Text(array.as_string_opt::<i32>()?.value(row))),
        DataType::Utf8View => Some(Leaf::Text(array.as_string_view_opt()?.value(row))),
        DataType::LargeUtf8 => Some(Leaf::Json(array.as_string_opt::<i64>()?.value(row))),
        DataType::Binary => Some(Leaf::Bytes(array.as_binary_opt::<i32>()?.value(row))),
        DataType::LargeBinary => Some(Leaf::Bytes(array.as_binary_opt::<i64>()?.value(row))),
        DataType::BinaryView => Some(Leaf::Bytes(array.as_binary_view_opt()?.value(row))),
        DataType::FixedSizeBinary(crate::types::IP_ADDRESS_BYTES) => {
            Some(Leaf::Address(array.as_fixed_size_binary_opt()?.value(row)))
        }
        DataType::FixedSizeBinary(_) => Some(Leaf::Bytes(array.as_fixed_size_binary_opt()?.value(row))),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary_opt()?;
            let Some(Leaf::Integer(place)) = leaf(dictionary.keys(), row) else { return None };
            leaf(dictionary.values().as_ref(), usize::try_from(place).ok()?)
        }
        data_type if data_type.is_temporal() => time_leaf(array, row),
        _ => number_leaf(array, row),
    }
}

/// The values of a column as `leaf` has them.
pub(super) fn leaves(array: &ArrayRef) -> Box<dyn Iterator<Item = Option<Leaf<'_>>> + '_> {
    let array = array.as_ref();
    let texts = |texts| -> Box<dyn Iterator<Item = Option<Leaf<'_>>> + '_> { texts };
    if let Some(views) = array.as_string_view_opt() {
        return texts(Box::new(views.iter().map(|text| text.map(Leaf::Text))));
    }
    if let Some(strings) = array.as_string_opt::<i32>() {
        return texts(Box::new(strings.iter().map(|text| text.map(Leaf::Text))));
    }
    Box::new((0..array.len()).map(|row| leaf(array, row)))
}

fn native<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<T::Native> {
    Some(array.as_primitive_opt::<T>()?.value(row))
}

fn number_leaf(array: &dyn Array, row: usize) -> Option<Leaf<'_>> {
    Some(match array.data_type() {
        DataType::Int8 => Leaf::Integer(native::<Int8Type>(array, row)?.into()),
        DataType::Int16 => Leaf::Integer(native::<Int16Type>(array, row)?.into()),
        DataType::Int32 => Leaf::Integer(native::<Int32Type>(array, row)?.into()),
        DataType::Int64 => Leaf::Integer(native::<Int64Type>(array, row)?),
        DataType::UInt8 => Leaf::Integer(native::<UInt8Type>(array, row)?.into()),
        DataType::UInt16 => Leaf::Integer(native::<UInt16Type>(array, row)?.into()),
        DataType::UInt32 => Leaf::Integer(native::<UInt32Type>(array, row)?.into()),
        DataType::UInt64 => Leaf::Decimal(native::<UInt64Type>(array, row)?.into(), 0),
        DataType::Float16 => Leaf::Real(native::<Float16Type>(array, row)?.to_f32()),
        DataType::Float32 => Leaf::Real(native::<Float32Type>(array, row)?),
        DataType::Float64 => Leaf::Double(native::<Float64Type>(array, row)?),
        DataType::Decimal32(_, scale) => Leaf::Decimal(native::<Decimal32Type>(array, row)?.into(), *scale),
        DataType::Decimal64(_, scale) => Leaf::Decimal(native::<Decimal64Type>(array, row)?.into(), *scale),
        DataType::Decimal128(_, scale) => Leaf::Decimal(native::<Decimal128Type>(array, row)?, *scale),
        DataType::Decimal256(_, scale) => Leaf::Decimal(native::<Decimal256Type>(array, row)?.to_i128()?, *scale),
        _ => return None,
    })
}

fn time_leaf(array: &dyn Array, row: usize) -> Option<Leaf<'_>> {
    Some(match array.data_type() {
        DataType::Date32 => Leaf::Date(native::<Date32Type>(array, row)?),
        DataType::Date64 => {
            Leaf::Date(i32::try_from(native::<Date64Type>(array, row)?.div_euclid(DAY)).unwrap_or_default())
        }
        DataType::Time32(TimeUnit::Second) => {
            Leaf::Time(i64::from(native::<Time32SecondType>(array, row)?).saturating_mul(1000))
        }
        DataType::Time32(_) => Leaf::Time(native::<Time32MillisecondType>(array, row)?.into()),
        DataType::Time64(TimeUnit::Microsecond) => Leaf::Time(native::<Time64MicrosecondType>(array, row)? / 1000),
        DataType::Time64(_) => Leaf::Time(native::<Time64NanosecondType>(array, row)? / NANOS),
        DataType::Timestamp(unit, zone) => {
            let millis = timestamp_millis(array, row, *unit)?;
            zone.as_deref().map_or(Leaf::Timestamp(millis), |zone| Leaf::Zoned(millis, zone))
        }
        DataType::Duration(unit) => Leaf::Interval(0, duration_millis(array, row, *unit)?),
        DataType::Interval(unit) => {
            let (months, millis) = interval_parts(array, row, *unit)?;
            Leaf::Interval(months, millis)
        }
        _ => return None,
    })
}

fn timestamp_millis(array: &dyn Array, row: usize, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => Some(native::<TimestampSecondType>(array, row)?.saturating_mul(1000)),
        TimeUnit::Millisecond => native::<TimestampMillisecondType>(array, row),
        TimeUnit::Microsecond => Some(native::<TimestampMicrosecondType>(array, row)?.div_euclid(1000)),
        TimeUnit::Nanosecond => Some(native::<TimestampNanosecondType>(array, row)?.div_euclid(NANOS)),
    }
}

fn duration_millis(array: &dyn Array, row: usize, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Second => Some(native::<DurationSecondType>(array, row)?.saturating_mul(1000)),
        TimeUnit::Millisecond => native::<DurationMillisecondType>(array, row),
        TimeUnit::Microsecond => Some(native::<DurationMicrosecondType>(array, row)? / 1000),
        TimeUnit::Nanosecond => Some(native::<DurationNanosecondType>(array, row)? / NANOS),
    }
}

fn interval_parts(array: &dyn Array, row: usize, unit: IntervalUnit) -> Option<(i64, i64)> {
    match unit {
        IntervalUnit::YearMonth => Some((native::<IntervalYearMonthType>(array, row)?.into(), 0)),
        IntervalUnit::DayTime => {
            let value = native::<IntervalDayTimeType>(array, row)?;
            Some((0, i64::from(value.days) * DAY + i64::from(value.milliseconds)))
        }
        IntervalUnit::MonthDayNano => {
            let value = native::<IntervalMonthDayNanoType>(array, row)?;
            Some((value.months.into(), i64::from(value.days) * DAY + value.nanoseconds / NANOS))
        }
    }
}

impl Leaf<'_> {
    /// The value in a message.
    pub(crate) fn said(&self) -> String {
        shortened(&self.to_string()).into_owned()
    }

    /// Whether it is not a number.
    pub(crate) fn is_nan(&self) -> bool {
        matches!(self, Self::Real(value) if value.is_nan()) || matches!(self, Self::Double(value) if value.is_nan())
    }

    /// How two values of one type are ordered; `None` when they have different types.
    pub(crate) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Boolean(left), Self::Boolean(right)) => Some(left.cmp(right)),
            (Self::Real(left), Self::Real(right)) => Some(left.partial_cmp(right).unwrap_or(Ordering::Greater)),
            (Self::Double(left), Self::Double(right)) => Some(left.partial_cmp(right).unwrap_or(Ordering::Greater)),
            (Self::Integer(left), Self::Integer(right))
            | (Self::Time(left), Self::Time(right))
            | (Self::Timestamp(left), Self::Timestamp(right))
            | (Self::Zoned(left, _), Self::Zoned(right, _)) => Some(left.cmp(right)),
            (Self::Decimal(left, _), Self::Decimal(right, _)) => Some(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) | (Self::Json(left), Self::Json(right)) => Some(left.cmp(right)),
            (Self::Bytes(left), Self::Bytes(right)) | (Self::Address(left), Self::Address(right)) => {
                Some(left.cmp(right))
            }
            (Self::Date(left), Self::Date(right)) => Some(left.cmp(right)),
            (Self::Interval(months, millis), Self::Interval(other_months, other_millis)) => {
                Some((months, millis).cmp(&(other_months, other_millis)))
            }
            _ => None,
        }
    }
}

/// The value as Lake writes it.
impl fmt::Display for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Real(value) => f.write_str(&double_text(&format!("{value:e}"))),
            Self::Double(value) => f.write_str(&double_text(&format!("{value:e}"))),
            Self::Decimal(digits, scale) => f.write_str(&decimal_text(*digits, *scale)),
            Self::Text(text) | Self::Json(text) => f.write_str(text),
            Self::Bytes(bytes) => {
                let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                f.write_str(&bytes.join(" "))
            }
            Self::Address(bytes) => f.write_str(&address_text(bytes)),
            Self::Date(days) => {
                let text = timestamp_text(i64::from(*days) * DAY);
                f.write_str(text.split(' ').next().unwrap_or_default())
            }
            Self::Time(millis) => f.write_str(&time_text(*millis)),
            Self::Timestamp(millis) => f.write_str(&timestamp_text(*millis)),
            Self::Zoned(millis, zone) => f.write_str(&zoned_text(*millis, zone)),
            Self::Interval(months, millis) => f.write_str(&interval_text(*months, *millis)),
        }
    }
}

fn address_text(bytes: &[u8]) -> String {
    let Ok(bytes) = <[u8; 16]>::try_from(bytes) else { return String::new() };
    std::net::Ipv6Addr::from(bytes).to_canonical().to_string()
}

/// A column of lists of the one kind that is used here.
pub(crate) fn plain_list(array: &ArrayRef) -> datafusion::common::Result<ArrayRef> {
    match array.data_type() {
        DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => Ok(arrow::compute::cast(array, &DataType::List(Arc::clone(item)))?),
        _ => Ok(Arc::clone(array)),
    }
}
