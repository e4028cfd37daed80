//! Kinds of parameters, and which arguments fit them.

use std::sync::Arc;

use arrow::datatypes::{DECIMAL128_MAX_PRECISION, DataType, IntervalUnit, TimeUnit};

use crate::types::{IP_ADDRESS_BYTES, is_text};

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// varchar, as `Utf8View`.
    Text,
    /// varchar as it is, so that a literal stays one.
    Label,
    /// JSON, as `LargeUtf8`.
    Json,
    /// varbinary, as `Binary`.
    Varbinary,
    /// boolean.
    Boolean,
    /// Any integer, as `Int64`.
    Bigint,
    /// Any number, as `Float64`.
    Double,
    /// Any number; integers up to `Int64`, decimals as `Decimal128`, else as it is.
    Number,
    /// date, as `Date32`.
    Date,
    /// timestamp without time zone, in milliseconds.
    Timestamp,
    /// timestamp with time zone, in milliseconds; keeps its zone.
    Zoned,
    /// time of day, in milliseconds.
    Time,
    /// Any interval, as `Interval(MonthDayNano)`.
    Interval,
    /// An address, as sixteen bytes.
    IpAddress,
    /// Any array, as `List`.
    Array,
    /// Any map.
    Map,
    /// Anything, as it is.
    Any,
}

impl Kind {
    /// The type an argument of type `given` is turned into, and how far that is; `None` when it does not fit.
    pub(super) fn accept(self, given: &DataType) -> Option<(DataType, u32)> {
        if *given == DataType::Null {
            return Some((self.of_null(), 1));
        }
        let fit = |data_type: DataType, cost| Some((data_type, cost));
        match (self, given) {
            (Self::Any, other) => fit(other.clone(), 8),
            (Self::Text, text) if is_text(text) => fit(DataType::Utf8View, 0),
            (Self::Text, DataType::Dictionary(_, value)) if is_text(value) => fit(DataType::Utf8View, 0),
            (Self::Label, text) if is_text(text) => fit(given.clone(), 0),
            (Self::Json, DataType::LargeUtf8) => fit(DataType::LargeUtf8, 0),
            (Self::Varbinary, DataType::Binary | DataType::BinaryView | DataType::LargeBinary) => {
                fit(DataType::Binary, 0)
            }
            (Self::Boolean, DataType::Boolean) => fit(DataType::Boolean, 0),
            (Self::Bigint, number) if number.is_integer() => fit(DataType::Int64, 0),
            (Self::Double, number) if number.is_floating() => fit(DataType::Float64, 0),
            (Self::Double, number) if number.is_decimal() => fit(DataType::Float64, 1),
            (Self::Double, number) if number.is_integer() => fit(DataType::Float64, 2),
            (Self::Number, DataType::UInt8) => fit(DataType::Int16, 0),
            (Self::Number, DataType::UInt16) => fit(DataType::Int32, 0),
            (Self::Number, DataType::UInt32 | DataType::UInt64) => fit(DataType::Int64, 0),
            (Self::Number, DataType::Float16) => fit(DataType::Float32, 0),
            (Self::Number, DataType::Decimal32(p, s) | DataType::Decimal64(p, s)) => {
                fit(DataType::Decimal128(*p, *s), 0)
            }
            (Self::Number, DataType::Decimal256(_, s)) => fit(DataType::Decimal128(DECIMAL128_MAX_PRECISION, *s), 0),
            (Self::Number, number) if number.is_numeric() => fit(number.clone(), 0),
            (Self::Date, DataType::Date32 | DataType::Date64) => fit(DataType::Date32, 0),
            (Self::Timestamp, DataType::Timestamp(_, None)) => fit(timestamp(None), 0),
            (Self::Timestamp, DataType::Date32 | DataType::Date64) => fit(timestamp(None), 2),
            (Self::Zoned, DataType::Timestamp(_, Some(zone))) => fit(timestamp(Some(zone)), 0),
            (Self::Zoned, DataType::Timestamp(_, None)) => fit(timestamp(Some("UTC")), 3),
            (Self::Zoned, DataType::Date32 | DataType::Date64) => fit(timestamp(Some("UTC")), 4),
            (Self::Time, DataType::Time32(_) | DataType::Time64(_)) => fit(DataType::Time32(TimeUnit::Millisecond), 0),
            (Self::Interval, DataType::Interval(_) | DataType::Duration(_)) => {
                fit(DataType::Interval(IntervalUnit::MonthDayNano), 0)
            }
            (Self::IpAddress, DataType::FixedSizeBinary(IP_ADDRESS_BYTES))
            | (Self::Array, DataType::List(_))
            | (Self::Map, DataType::Map(..)) => fit(given.clone(), 0),
            (
                Self::Array,
                DataType::LargeList(item)
                | DataType::FixedSizeList(item, _)
                | DataType::ListView(item)
                | DataType::LargeListView(item),
            ) => fit(DataType::List(Arc::clone(item)), 0),
            _ => None,
        }
    }

    fn of_null(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Json => DataType::LargeUtf8,
            Self::Varbinary => DataType::Binary,
            Self::Boolean => DataType::Boolean,
            Self::Bigint | Self::Number => DataType::Int64,
            Self::Double => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Timestamp => timestamp(None),
            Self::Zoned => timestamp(Some("UTC")),
            Self::Time => DataType::Time32(TimeUnit::Millisecond),
            Self::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
            Self::IpAddress => DataType::FixedSizeBinary(IP_ADDRESS_BYTES),
            Self::Array => DataType::new_list(DataType::Null, true),
            Self::Map | Self::Any | Self::Label => DataType::Null,
        }
    }

    /// Lake's name for it, for error texts.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Label => "varchar",
            Self::Json => "json",
            Self::Varbinary => "varbinary",
            Self::Boolean => "boolean",
            Self::Bigint => "bigint",
            Self::Double => "double",
            Self::Number => "number",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Zoned => "timestamp with time zone",
            Self::Time => "time",
            Self::Interval => "interval",
            Self::IpAddress => "ipaddress",
            Self::Array => "array",
            Self::Map => "map",
            Self::Any => "any",
        }
    }
}

fn timestamp(zone: Option<&str>) -> DataType {
    DataType::Timestamp(TimeUnit::Millisecond, zone.map(Into::into))
}
