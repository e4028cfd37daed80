//! Values that functions of a row give back.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, FixedSizeBinaryBuilder, Float64Array, Int64Array,
    IntervalMonthDayNanoArray, LargeStringArray, ListBuilder, StringBuilder, StringViewArray,
    TimestampMillisecondArray,
};
use arrow::datatypes::{DataType, IntervalMonthDayNano, IntervalUnit, TimeUnit};
use datafusion::common::Result;

use crate::types::IP_ADDRESS_BYTES;

/// A value that becomes a column.
pub(crate) trait Cell: Sized {
    /// The Arrow type of the column.
    fn data_type() -> DataType;

    /// Bytes of a value of no fixed size.
    fn bytes(&self) -> usize {
        0
    }

    /// The column of these values; the first error ends it.
    fn column(cells: impl Iterator<Item = Result<Option<Self>>>) -> Result<ArrayRef>;
}

macro_rules! cell {
    ($value:ty, $data_type:expr, $array:ty, $inner:expr $(, $bytes:expr)?) => {
        impl Cell for $value {
            fn data_type() -> DataType {
                $data_type
            }

            $(fn bytes(&self) -> usize {
                let bytes: fn(&$value) -> usize = $bytes;
                bytes(self)
            })?

            fn column(cells: impl Iterator<Item = Result<Option<Self>>>) -> Result<ArrayRef> {
                let inner: fn($value) -> _ = $inner;
                let values = cells.map(|cell| Ok(cell?.map(inner))).collect::<Result<Vec<Option<_>>>>()?;
                Ok(Arc::new(<$array>::from_iter(values)))
            }
        }
    };
}

/// The text of a JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Json(pub(crate) String);

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) i32);

/// Milliseconds since 1970-01-01, without time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timestamp(pub(crate) i64);

/// Milliseconds since 1970-01-01 UTC, with time zone UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UtcTimestamp(pub(crate) i64);

/// An address; version 4 is mapped into version 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IpAddress(pub(crate) [u8; IP_ADDRESS_BYTES as usize]);

cell!(String, DataType::Utf8View, StringViewArray, |text| text, String::len);
cell!(Json, DataType::LargeUtf8, LargeStringArray, |json| json.0, |json| json.0.len());
cell!(i64, DataType::Int64, Int64Array, |number| number);
cell!(f64, DataType::Float64, Float64Array, |number| number);
cell!(bool, DataType::Boolean, BooleanArray, |value| value);
cell!(Vec<u8>, DataType::Binary, BinaryArray, |bytes| bytes, Vec::len);
cell!(IntervalMonthDayNano, DataType::Interval(IntervalUnit::MonthDayNano), IntervalMonthDayNanoArray, |interval| {
    interval
});
cell!(Date, DataType::Date32, Date32Array, |date| date.0);
cell!(Timestamp, DataType::Timestamp(TimeUnit::Millisecond, None), TimestampMillisecondArray, |time| time.0);

impl Cell for UtcTimestamp {
    fn data_type() -> DataType {
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into()))
    }

    fn column(cells: impl Iterator<Item = Result<Option<Self>>>) -> Result<ArrayRef> {
        let values = cells.map(|cell| Ok(cell?.map(|time| time.0))).collect::<Result<Vec<Option<i64>>>>()?;
        Ok(Arc::new(TimestampMillisecondArray::from(values).with_timezone("UTC")))
    }
}

impl Cell for IpAddress {
    fn data_type() -> DataType {
        DataType::FixedSizeBinary(IP_ADDRESS_BYTES)
    }

    fn column(cells: impl Iterator<Item = Result<Option<Self>>>) -> Result<ArrayRef> {
        let mut column = FixedSizeBinaryBuilder::new(IP_ADDRESS_BYTES);
        for cell in cells {
            match cell? {
                Some(address) => column.append_value(address.0)?,
                None => column.append_null(),
            }
        }
        Ok(Arc::new(column.finish()))
    }
}

impl Cell for Vec<Option<String>> {
    fn data_type() -> DataType {
        DataType::new_list(DataType::Utf8, true)
    }

    fn bytes(&self) -> usize {
        self.iter().flatten().map(String::len).sum()
    }

    fn column(cells: impl Iterator<Item = Result<Option<Self>>>) -> Result<ArrayRef> {
        let mut column = ListBuilder::new(StringBuilder::new());
        for cell in cells {
            column.append_option(cell?);
        }
        Ok(Arc::new(column.finish()))
    }
}
