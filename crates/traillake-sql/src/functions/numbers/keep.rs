//! Functions of a number that keep its type: integers stay integers, decimals decimals.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_err};

use crate::types::type_name;

/// What a function does to each family of numbers; the second argument is a number of digits.
#[derive(Clone, Copy)]
pub(super) struct Keep {
    pub(super) name: &'static str,
    pub(super) integer: fn(i64, i64) -> Result<i64>,
    pub(super) decimal: fn(Decimal, i64) -> Result<i128>,
    pub(super) double: fn(f64, i64) -> f64,
    /// Precision and scale of the result for those of the argument.
    pub(super) shape: fn(u8, i8) -> (u8, i8),
}

/// A decimal: its digits, and how they are to be read.
#[derive(Clone, Copy)]
pub(super) struct Decimal {
    pub(super) digits: i128,
    pub(super) precision: u8,
    pub(super) scale: i8,
}

impl Decimal {
    /// Ten to the scale: one in these digits.
    pub(super) fn unit(self) -> i128 {
        power_of_ten(i64::from(self.scale)).unwrap_or(1)
    }
}

/// Ten to a power; `None` if it does not fit.
pub(super) fn power_of_ten(exponent: i64) -> Option<i128> {
    10_i128.checked_pow(u32::try_from(exponent).ok()?)
}

impl Keep {
    /// The type of the result.
    pub(super) fn returns(&self, types: &[DataType]) -> DataType {
        match types.first() {
            Some(DataType::Decimal128(precision, scale)) => {
                let (precision, scale) = (self.shape)(*precision, *scale);
                DataType::Decimal128(precision, scale)
            }
            Some(other) => other.clone(),
            None => DataType::Null,
        }
    }

    /// Applies it to a column, `digits` being the column of the second argument.
    pub(super) fn apply(&self, arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let types: Vec<DataType> = arrays.iter().map(|array| array.data_type().clone()).collect();
        let Some(numbers) = arrays.first() else { return exec_err!("{} of nothing", self.name) };
        let digits = arrays.get(1).and_then(|digits| digits.as_primitive_opt::<Int64Type>());
        let digits_of = |row: usize| match digits {
            Some(digits) => (!digits.is_null(row)).then(|| digits.value(row)),
            None => Some(0),
        };
        let places: Vec<Option<i64>> = (0..rows).map(|row| digits_of(row).filter(|_| !numbers.is_null(row))).collect();
        match numbers.data_type() {
            DataType::Decimal128(precision, scale) => self.decimals(numbers, (*precision, *scale), &places),
            DataType::Float32 | DataType::Float64 => {
                let doubles = self.converted(numbers, &DataType::Float64)?;
                let doubles = doubles.as_primitive::<Float64Type>();
                let of_row =
                    |(row, place): (usize, &Option<i64>)| place.map(|place| (self.double)(doubles.value(row), place));
                let result: Float64Array = places.iter().enumerate().map(of_row).collect();
                self.converted(&(Arc::new(result) as ArrayRef), &self.returns(&types))
            }
            _ => {
                let integers = self.converted(numbers, &DataType::Int64)?;
                let integers = integers.as_primitive::<Int64Type>();
                let of_row = |(row, place): (usize, &Option<i64>)| {
                    place.map(|place| (self.integer)(integers.value(row), place)).transpose()
                };
                let result = places.iter().enumerate().map(of_row).collect::<Result<Int64Array>>()?;
                self.converted(&(Arc::new(result) as ArrayRef), &self.returns(&types))
            }
        }
    }

    fn decimals(&self, numbers: &ArrayRef, (precision, scale): (u8, i8), places: &[Option<i64>]) -> Result<ArrayRef> {
        let numbers = numbers.as_primitive::<Decimal128Type>();
        let (to_precision, to_scale) = (self.shape)(precision, scale);
        let limit = power_of_ten(i64::from(to_precision)).unwrap_or(i128::MAX);
        let of_row = |(row, place): (usize, &Option<i64>)| {
            let Some(place) = *place else { return Ok(None) };
            let result = (self.decimal)(Decimal { digits: numbers.value(row), precision, scale }, place)?;
            if result <= -limit || result >= limit {
                return exec_err!("decimal overflow: {}", numbers.value_as_string(row));
            }
            Ok(Some(result))
        };
        let result = places.iter().enumerate().map(of_row).collect::<Result<Decimal128Array>>()?;
        Ok(Arc::new(result.with_precision_and_scale(to_precision, to_scale)?))
    }

    /// The numbers in another type; an error for one that it does not hold.
    fn converted(&self, numbers: &ArrayRef, to: &DataType) -> Result<ArrayRef> {
        let checked = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(numbers, to, &checked)
            .or_else(|_| exec_err!("Result of {} is out of range for {}", self.name, type_name(to)))
    }
}
