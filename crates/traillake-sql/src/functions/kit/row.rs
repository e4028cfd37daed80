//! One row of a function's arguments.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int64Type, IntervalMonthDayNano, IntervalMonthDayNanoType,
    Time32MillisecondType, TimestampMillisecondType,
};

/// Arguments of one row; they have the types of the overload that was chosen.
///
/// The readers answer a default for a value of another type, which an overload never sees.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    arrays: &'a [ArrayRef],
    index: usize,
}

impl<'a> Row<'a> {
    /// Row `index` of the arguments.
    pub(crate) fn new(arrays: &'a [ArrayRef], index: usize) -> Self {
        Self { arrays, index }
    }

    /// Number of arguments.
    pub(crate) fn count(&self) -> usize {
        self.arrays.len()
    }

    /// Whether argument `place` is NULL.
    pub(crate) fn is_null(&self, place: usize) -> bool {
        self.arrays.get(place).is_none_or(|array| *array.data_type() == DataType::Null || array.is_null(self.index))
    }

    /// A varchar, or the text of a JSON value.
    pub(crate) fn text(&self, place: usize) -> &'a str {
        let Some(array) = self.arrays.get(place) else { return "" };
        match array.data_type() {
            DataType::Utf8View => array.as_string_view().value(self.index),
            DataType::LargeUtf8 => array.as_string::<i64>().value(self.index),
            DataType::Utf8 => array.as_string::<i32>().value(self.index),
            _ => "",
        }
    }

    /// A varbinary or an address.
    pub(crate) fn bytes(&self, place: usize) -> &'a [u8] {
        let Some(array) = self.arrays.get(place) else { return &[] };
        match array.data_type() {
            DataType::Binary => array.as_binary::<i32>().value(self.index),
            DataType::FixedSizeBinary(_) => array.as_fixed_size_binary().value(self.index),
            _ => &[],
        }
    }

    /// A boolean.
    pub(crate) fn boolean(&self, place: usize) -> bool {
        self.arrays.get(place).and_then(|array| array.as_boolean_opt()).is_some_and(|array| array.value(self.index))
    }

    /// An integer.
    pub(crate) fn bigint(&self, place: usize) -> i64 {
        let array = self.arrays.get(place).and_then(|array| array.as_primitive_opt::<Int64Type>());
        array.map_or(0, |array| array.value(self.index))
    }

    /// A double.
    pub(crate) fn double(&self, place: usize) -> f64 {
        let array = self.arrays.get(place).and_then(|array| array.as_primitive_opt::<Float64Type>());
        array.map_or(0.0, |array| array.value(self.index))
    }

    /// A date in days since 1970-01-01.
    pub(crate) fn days(&self, place: usize) -> i32 {
        let array = self.arrays.get(place).and_then(|array| array.as_primitive_opt::<Date32Type>());
        array.map_or(0, |array| array.value(self.index))
    }

    /// A timestamp, with or without zone, in milliseconds since 1970-01-01 UTC.
    pub(crate) fn millis(&self, place: usize) -> i64 {
        let array = self.arrays.get(place).and_then(|array| array.as_primitive_opt::<TimestampMillisecondType>());
        array.map_or(0, |array| array.value(self.index))
    }

    /// A time of day in milliseconds since midnight.
    pub(crate) fn time(&self, place: usize) -> i32 {
        let array = self.arrays.get(place).and_then(|array| array.as_primitive_opt::<Time32MillisecondType>());
        array.map_or(0, |array| array.value(self.index))
    }

    /// An interval.
    pub(crate) fn interval(&self, place: usize) -> IntervalMonthDayNano {
        let array = self.arrays.get(place).and_then(|array| array.as_primitive_opt::<IntervalMonthDayNanoType>());
        array.map_or(IntervalMonthDayNano::ZERO, |array| array.value(self.index))
    }

    /// An array argument's elements of this row.
    pub(crate) fn elements(&self, place: usize) -> Option<ArrayRef> {
        self.arrays.get(place)?.as_list_opt::<i32>().map(|list| list.value(self.index))
    }
}
