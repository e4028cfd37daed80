//! `sequence`: numbers, dates and timestamps at equal distances.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Date32Array, Int64Array, ListArray, PrimitiveArray, TimestampMillisecondArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, IntervalMonthDayNano};
use chrono::{DateTime, Months};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::lists::{MAX_ELEMENTS, array_of};
use super::{doc, first};
use crate::functions::Function;
use crate::functions::kit::{
    Kind::{self, Bigint, Date, Interval, Timestamp, Zoned},
    Row, Scalar, check_column, scalar,
};
use crate::types::item_field;

const DAY_MILLIS: i64 = 86_400_000;

pub(super) fn functions() -> Vec<Function> {
    let function = scalar("sequence");
    let function = form(function, &[Bigint, Bigint], |row| numbers(row, direction(row.bigint(0), row.bigint(1))));
    let function = form(function, &[Bigint, Bigint, Bigint], |row| numbers(row, row.bigint(2)));
    let function = form(function, &[Date, Date], |row| dates(row, days(direction(row.days(0), row.days(1)))));
    let function = form(function, &[Date, Date, Interval], |row| dates(row, row.interval(2)));
    let function = form(function, &[Timestamp, Timestamp, Interval], times);
    let function = form(function, &[Zoned, Zoned, Interval], times);
    vec![function.documented(doc(
        "sequence",
        &[
            "sequence(from, to[, step]) → array(bigint)",
            "sequence(date, date[, interval]) → array(date)",
            "sequence(timestamp, timestamp, interval) → array(timestamp)",
        ],
        "From the first value to the second, both included, in steps of 1 or -1, of a day, or as given. \
         At most 1,000,000 values.",
        &[
            ("sequence(1, 7, 3)", "[1, 4, 7]"),
            ("sequence(3, 1)", "[3, 2, 1]"),
            (
                "sequence(DATE '2024-01-31', DATE '2024-03-31', INTERVAL '1' MONTH)",
                "[2024-01-31, 2024-02-29, 2024-03-31]",
            ),
        ],
    ))]
}

/// Adds a form whose rows are lists of numbers, days or milliseconds.
fn form(
    function: Scalar,
    kinds: &'static [Kind],
    of_row: impl Fn(&Row<'_>) -> Result<Vec<i64>> + Send + Sync + 'static,
) -> Scalar {
    function.on_arrays(
        kinds,
        |types| Ok(array_of(types.first().unwrap_or(&DataType::Int64))),
        move |arrays, rows| sequences(arrays, rows, &of_row),
    )
}

fn sequences(arrays: &[ArrayRef], rows: usize, of_row: &dyn Fn(&Row<'_>) -> Result<Vec<i64>>) -> Result<ArrayRef> {
    let (mut values, mut lengths, mut valid) = (Vec::new(), Vec::with_capacity(rows), Vec::with_capacity(rows));
    for index in 0..rows {
        let known = arrays.iter().all(|array| array.is_valid(index));
        let row = if known { of_row(&Row::new(arrays, index))? } else { vec![] };
        check_column("sequence", (values.len() + row.len()).saturating_mul(size_of::<i64>()))?;
        lengths.push(row.len());
        valid.push(known);
        values.extend(row);
    }
    let values = column(values, first(arrays)?.data_type())?;
    let field = item_field(values.data_type().clone());
    let nulls = NullBuffer::from(valid);
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), values, Some(nulls))?))
}

fn column(values: Vec<i64>, data_type: &DataType) -> Result<ArrayRef> {
    let values: Int64Array = PrimitiveArray::from(values);
    match data_type {
        DataType::Date32 => {
            let day = |day: i64| i32::try_from(day).map_err(|_| exec_datafusion_err!("date out of range: {day}"));
            let days = values.values().iter().map(|&value| day(value)).collect::<Result<Vec<i32>>>()?;
            Ok(Arc::new(Date32Array::from(days)))
        }
        DataType::Timestamp(_, zone) => {
            let times = TimestampMillisecondArray::new(values.values().clone(), None);
            Ok(Arc::new(times.with_timezone_opt(zone.clone())))
        }
        _ => Ok(Arc::new(values)),
    }
}

fn direction<T: PartialOrd + Copy>(start: T, end: T) -> i64 {
    if start <= end { 1 } else { -1 }
}

fn days(count: i64) -> IntervalMonthDayNano {
    IntervalMonthDayNano::new(0, i32::try_from(count).unwrap_or(1), 0)
}

fn numbers(row: &Row<'_>, step: i64) -> Result<Vec<i64>> {
    check(row.bigint(0), row.bigint(1), step)?;
    collect(row.bigint(0), row.bigint(1), step, |index| index.checked_mul(step)?.checked_add(row.bigint(0)))
}

fn dates(row: &Row<'_>, step: IntervalMonthDayNano) -> Result<Vec<i64>> {
    let (start, end) = (i64::from(row.days(0)), i64::from(row.days(1)));
    if millis(step) % DAY_MILLIS != 0 {
        return exec_err!("sequence step must be a day interval if start and end values are dates");
    }
    check(start, end, sign(step))?;
    collect(start, end, sign(step), |index| Some(moved(start * DAY_MILLIS, step, index)?.div_euclid(DAY_MILLIS)))
}

fn times(row: &Row<'_>) -> Result<Vec<i64>> {
    let (start, end, step) = (row.millis(0), row.millis(1), row.interval(2));
    check(start, end, sign(step))?;
    collect(start, end, sign(step), |index| moved(start, step, index))
}

fn check(start: i64, end: i64, step: i64) -> Result<()> {
    if step == 0 {
        return exec_err!("step must not be zero");
    }
    if (step > 0 && start > end) || (step < 0 && start < end) {
        return exec_err!(
            "sequence stop value should be greater than or equal to start value if step is greater than zero \
             otherwise stop should be less than or equal to start"
        );
    }
    Ok(())
}

/// The values at 0, 1, 2 ... as far as the end; a value that does not exist ends them too.
fn collect(start: i64, end: i64, step: i64, at: impl Fn(i64) -> Option<i64>) -> Result<Vec<i64>> {
    let within = |value: i64| if step > 0 { value <= end } else { value >= end };
    let mut values = vec![start];
    while let Some(value) = i64::try_from(values.len()).ok().and_then(&at).filter(|&value| within(value)) {
        if values.len() >= MAX_ELEMENTS {
            return exec_err!("result of sequence function must not have more than {MAX_ELEMENTS} entries");
        }
        values.push(value);
    }
    Ok(values)
}

fn millis(step: IntervalMonthDayNano) -> i64 {
    i64::from(step.days) * DAY_MILLIS + step.nanoseconds / 1_000_000
}

/// Whether the step goes forward (1) or back (-1).
fn sign(step: IntervalMonthDayNano) -> i64 {
    if step.months == 0 { millis(step).signum() } else { i64::from(step.months).signum() }
}

/// The time so many steps later; months clip to the end of shorter ones.
fn moved(start: i64, step: IntervalMonthDayNano, count: i64) -> Option<i64> {
    let months = i64::from(step.months).checked_mul(count)?;
    let from = DateTime::from_timestamp_millis(start)?;
    let distance = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    let moved = if months < 0 { from.checked_sub_months(distance)? } else { from.checked_add_months(distance)? };
    moved.timestamp_millis().checked_add(millis(step).checked_mul(count)?)
}
