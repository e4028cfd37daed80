//! Sums and averages of integers, decimals and intervals, exact: an overflow is an error, not a wrong number.

mod groups;
mod intervals;
mod running;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array, IntervalMonthDayNanoArray};
use arrow::datatypes::{DataType, Decimal128Type, Int64Type, IntervalMonthDayNanoType};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::functions_aggregate::average::avg_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::function::StateFieldsArgs;
use datafusion::logical_expr::{Accumulator, GroupsAccumulator};

use super::aggregate::{Definition, documented};
use super::call::Call;
use super::native::Native;
use super::parameters;
use crate::functions::{Function, FunctionDoc, Group, Origin};
use groups::GroupTotals;
use intervals::{INTERVAL, interval, millis};
use running::RunningTotal;

/// Digits of the widest decimal.
const DIGITS: u8 = 38;
const LARGEST_DECIMAL: i128 = 10_i128.pow(DIGITS as u32) - 1;

pub(super) fn functions() -> Vec<Function> {
    vec![
        documented(
            FunctionDoc {
                name: "sum",
                aliases: &[],
                group: Group::Aggregates,
                usage: &[
                    "sum(bigint) → bigint",
                    "sum(decimal(p, s)) → decimal(38, s)",
                    "sum(double) → double",
                    "sum(interval day to second) → interval day to second",
                ],
                text: "Sum of the values that are not NULL; NULL if there are none. A sum outside bigint is an error.",
                origin: Origin::Here,
                examples: &[
                    ("SELECT sum(x) FROM (VALUES (1), (2), (NULL)) AS t(x)", "3"),
                    ("SELECT sum(DISTINCT x) FROM (VALUES (1), (1), (4)) AS t(x)", "5"),
                ],
            },
            Total { kind: Kind::Sum, native: Native { inner: sum_udaf(), accept: parameters::one_double } },
        ),
        documented(
            FunctionDoc {
                name: "avg",
                aliases: &[],
                group: Group::Aggregates,
                usage: &[
                    "avg(bigint) → double",
                    "avg(double) → double",
                    "avg(decimal(p, s)) → decimal(p, s)",
                    "avg(interval day to second) → interval day to second",
                ],
                text: "Arithmetic mean of the values that are not NULL; NULL if there are none. \
                       The mean of decimals is rounded half away from zero.",
                origin: Origin::DataFusion,
                examples: &[
                    ("SELECT avg(x) FROM (VALUES (1), (2)) AS t(x)", "1.5"),
                    ("SELECT avg(x) FROM (VALUES (1.05), (1.10)) AS t(x)", "1.08"),
                    ("SELECT avg(x) FROM (VALUES INTERVAL '1' DAY, INTERVAL '2' DAY) AS t(x)", "1 12:00:00.000"),
                ],
            },
            Total { kind: Kind::Average, native: Native { inner: avg_udaf(), accept: parameters::one_double } },
        ),
        documented(
            FunctionDoc {
                name: "count_if",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["count_if(boolean) → bigint"],
                text: "Number of rows for which the condition is true; 0 if there are none.",
                origin: Origin::Here,
                examples: &[("SELECT count_if(x > 1) FROM (VALUES (1), (2), (3), (NULL)) AS t(x)", "2")],
            },
            Total { kind: Kind::CountIf, native: Native { inner: sum_udaf(), accept: parameters::one_double } },
        ),
    ]
}

/// What is made of a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sum,
    Average,
    CountIf,
}

/// Totals of integers, decimals, intervals and booleans; doubles are the engine's.
#[derive(Debug)]
struct Total {
    kind: Kind,
    native: Native,
}

impl Total {
    fn is_exact(&self, data_type: &DataType) -> bool {
        self.kind == Kind::CountIf || *data_type != DataType::Float64
    }
}

impl Definition for Total {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        if self.kind == Kind::CountIf {
            return parameters::boolean(given);
        }
        match given {
            [DataType::Decimal128(precision, scale)] => Some(vec![DataType::Decimal128(*precision, *scale)]),
            [number] if number.is_decimal() => Some(vec![DataType::Decimal128(DIGITS, scale(number))]),
            [DataType::Interval(_) | DataType::Duration(_)] => Some(vec![INTERVAL]),
            [number] if self.kind == Kind::Sum && (number.is_integer() || number.is_null()) => {
                Some(vec![DataType::Int64])
            }
            _ => parameters::one_double(given),
        }
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        Ok(match (self.kind, types.first()) {
            (Kind::CountIf, _) | (Kind::Sum, Some(DataType::Int64)) => DataType::Int64,
            (Kind::Sum, Some(DataType::Decimal128(_, scale))) => DataType::Decimal128(DIGITS, *scale),
            (Kind::Average, Some(decimal @ DataType::Decimal128(..))) => decimal.clone(),
            (_, Some(DataType::Interval(_))) => INTERVAL,
            _ => DataType::Float64,
        })
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        match args.input_fields.first() {
            Some(field) if self.is_exact(field.data_type()) => {
                Ok(vec![DataType::Decimal128(DIGITS, scale(field.data_type())), DataType::Int64])
            }
            _ => self.native.state(args),
        }
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        if !self.is_exact(&call.argument(0)) {
            return self.native.accumulator(call);
        }
        let finish = Finish { kind: self.kind, returns: call.returns().clone() };
        Ok(Box::new(RunningTotal { total: 0, count: 0, scale: scale(&call.argument(0)), finish }))
    }

    fn has_groups(&self, call: &Call) -> bool {
        self.is_exact(&call.argument(0)) || self.native.has_groups(call)
    }

    fn groups(&self, call: &Call) -> Result<Box<dyn GroupsAccumulator>> {
        if !self.is_exact(&call.argument(0)) {
            return self.native.groups(call);
        }
        let finish = Finish { kind: self.kind, returns: call.returns().clone() };
        Ok(Box::new(GroupTotals::new(scale(&call.argument(0)), finish)))
    }

    fn retracting(&self, call: &Call) -> Option<Box<dyn Accumulator>> {
        if self.is_exact(&call.argument(0)) { self.accumulator(call).ok() } else { None }
    }

    fn of_nothing(&self, returns: &DataType) -> Result<ScalarValue> {
        match self.kind {
            Kind::CountIf => Ok(ScalarValue::Int64(Some(0))),
            _ => ScalarValue::try_from(returns),
        }
    }
}

fn scale(data_type: &DataType) -> i8 {
    match data_type {
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => *scale,
        _ => 0,
    }
}

/// Calls `add` with each row that counts and its value.
fn each(column: &ArrayRef, mut add: impl FnMut(usize, i128) -> Result<()>) -> Result<()> {
    let rows = (0..column.len()).filter(|&row| column.is_valid(row));
    if let Some(integers) = column.as_primitive_opt::<Int64Type>() {
        rows.into_iter().try_for_each(|row| add(row, i128::from(integers.value(row))))
    } else if let Some(decimals) = column.as_primitive_opt::<Decimal128Type>() {
        rows.into_iter().try_for_each(|row| add(row, decimals.value(row)))
    } else if let Some(intervals) = column.as_primitive_opt::<IntervalMonthDayNanoType>() {
        rows.into_iter().try_for_each(|row| add(row, millis(intervals.value(row))?))
    } else if let Some(conditions) = column.as_boolean_opt() {
        rows.filter(|&row| conditions.value(row)).try_for_each(|row| add(row, 1))
    } else {
        Ok(())
    }
}

fn plus(left: i128, right: i128) -> Result<i128> {
    left.checked_add(right).map_or_else(|| exec_err!("Decimal overflow"), Ok)
}

/// Makes the result of a total.
#[derive(Debug, Clone)]
struct Finish {
    kind: Kind,
    returns: DataType,
}

impl Finish {
    /// The number; `None` for NULL.
    fn value(&self, total: i128, count: i64) -> Result<Option<i128>> {
        match self.kind {
            Kind::CountIf => Ok(Some(total)),
            _ if count == 0 => Ok(None),
            Kind::Average => Ok(Some(rounded(total, i128::from(count)))),
            Kind::Sum if self.returns == DataType::Int64 && i64::try_from(total).is_err() => {
                exec_err!("bigint addition overflow")
            }
            Kind::Sum if total.abs() > LARGEST_DECIMAL => exec_err!("Decimal overflow"),
            Kind::Sum => Ok(Some(total)),
        }
    }

    fn scalar(&self, value: Option<i128>) -> Result<ScalarValue> {
        Ok(match &self.returns {
            DataType::Decimal128(precision, scale) => ScalarValue::Decimal128(value, *precision, *scale),
            DataType::Interval(_) => ScalarValue::IntervalMonthDayNano(value.map(interval).transpose()?),
            _ => ScalarValue::Int64(value.and_then(|value| i64::try_from(value).ok())),
        })
    }
}

/// The quotient, rounded half away from zero.
fn rounded(total: i128, count: i128) -> i128 {
    let (quotient, rest) = (total / count, total % count);
    if rest.abs() >= count - rest.abs() { quotient + total.signum() } else { quotient }
}

/// The column of results.
fn column_of(finish: &Finish, values: Vec<Option<i128>>) -> Result<ArrayRef> {
    if finish.returns.is_decimal() {
        let column = Decimal128Array::from(values);
        return Ok(Arc::new(column.with_data_type(finish.returns.clone())));
    }
    if matches!(finish.returns, DataType::Interval(_)) {
        let intervals = values.into_iter().map(|value| value.map(interval).transpose());
        return Ok(Arc::new(intervals.collect::<Result<IntervalMonthDayNanoArray>>()?));
    }
    let integers = values.into_iter().map(|value| value.and_then(|value| i64::try_from(value).ok()));
    Ok(Arc::new(integers.collect::<Int64Array>()))
}

#[cfg(test)]
mod tests;
