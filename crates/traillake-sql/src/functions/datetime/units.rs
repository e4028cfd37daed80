//! Functions that take a unit: `date_trunc`, `date_add`, `date_diff`.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::Int64Type;
use datafusion::common::{Result, ScalarValue, exec_err, internal_datafusion_err};
use datafusion::logical_expr::ColumnarValue;

use super::civil::{DAY, Unit, date_time};
use super::moments::{Compiled, Moments, texts, type_of};
use super::pruning;
use crate::functions::kit::Kind::{Bigint, Date, Text, Timestamp, Zoned};
use crate::functions::kit::{Cell, columns_of, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![date_trunc(), date_add(), date_diff()]
}

fn date_trunc() -> Function {
    scalar("date_trunc")
        .on_values(&[Text, Date], |types| type_of(types, 1), truncated)
        .on_values(&[Text, Timestamp], |types| type_of(types, 1), truncated)
        .on_values(&[Text, Zoned], |types| type_of(types, 1), truncated)
        .with_preimage(pruning::of_truncated)
        .ordered(pruning::order_of_last)
        .documented(FunctionDoc {
            name: "date_trunc",
            aliases: &[],
            group: Group::DateTime,
            usage: &["date_trunc(unit, x) → type of x"],
            text: "The start of the `millisecond`, `second`, `minute`, `hour`, `day`, `week`, `month`, `quarter` or \
                   `year` that x falls into, on the clock of its zone. Weeks start on Monday. A date takes units from \
                   `day` on. Compared with a literal it is turned into a range of x, which prunes files.",
            origin: Origin::Here,
            examples: &[
                ("date_trunc('hour', timestamp '2024-05-01 12:34:56')", "2024-05-01 12:00:00.000"),
                ("date_trunc('week', date '2024-05-01')", "2024-04-29"),
            ],
        })
}

fn date_add() -> Function {
    scalar("date_add")
        .on_values(&[Text, Bigint, Date], |types| type_of(types, 2), moved)
        .on_values(&[Text, Bigint, Timestamp], |types| type_of(types, 2), moved)
        .on_values(&[Text, Bigint, Zoned], |types| type_of(types, 2), moved)
        .documented(FunctionDoc {
            name: "date_add",
            aliases: &[],
            group: Group::DateTime,
            usage: &["date_add(unit, n, x) → type of x"],
            text: "x and n units more; the units are those of `date_trunc`. Months, quarters and years keep the day or \
                   take the last of the month. In a zone, units from `day` on keep the time on the clock.",
            origin: Origin::Here,
            examples: &[
                ("date_add('month', 1, date '2024-01-31')", "2024-02-29"),
                ("date_add('day', -7, timestamp '2024-05-01 12:00:00')", "2024-04-24 12:00:00.000"),
            ],
        })
}

fn date_diff() -> Function {
    scalar("date_diff")
        .on_arrays(&[Text, Date, Date], |_| Ok(i64::data_type()), apart)
        .on_arrays(&[Text, Timestamp, Timestamp], |_| Ok(i64::data_type()), apart)
        .on_arrays(&[Text, Zoned, Zoned], |_| Ok(i64::data_type()), apart)
        .documented(FunctionDoc {
            name: "date_diff",
            aliases: &[],
            group: Group::DateTime,
            usage: &["date_diff(unit, a, b) → bigint"],
            text: "b − a in whole units that have passed, toward zero; negative when b is earlier. Units from `day` on \
                   are counted on the clock of the zone of a.",
            origin: Origin::Here,
            examples: &[
                ("date_diff('hour', timestamp '2024-05-01 10:30:00', timestamp '2024-05-01 12:00:00')", "1"),
                ("date_diff('month', date '2024-01-31', date '2024-02-29')", "1"),
            ],
        })
}

/// The unit of a name; dates take no unit of time.
fn unit_of(name: &str, is_date: bool) -> Result<Unit> {
    match Unit::of_name(name) {
        Some(unit) if !(is_date && unit.is_of_time()) => Ok(unit),
        _ if is_date => exec_err!("'{name}' is not a valid DATE field"),
        _ => exec_err!("'{name}' is not a valid Timestamp field"),
    }
}

fn truncated(arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    match truncated_at_once(arguments) {
        Some(column) => Ok(column),
        None => truncated_by_row(&columns_of(arguments, rows)?, rows),
    }
}

/// Where all rows have one unit, on a clock that never jumps.
fn truncated_at_once(arguments: &[ColumnarValue]) -> Option<ArrayRef> {
    let [ColumnarValue::Scalar(name), ColumnarValue::Array(column)] = arguments else { return None };
    let moments = Moments::of_column(column).ok()?;
    let unit = unit_of(name.try_as_str()??, moments.is_date()).ok()?;
    let offset = moments.steady_offset()?;
    let starts = moments.by_unit(unit, |start| on_clock(&moments, unit, start.saturating_sub(offset), Ok))?;
    Some(moments.with_instants(starts))
}

fn truncated_by_row(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let (names, moments) = (texts(arguments, 0)?, Moments::of(arguments, 1)?);
    let mut units = Compiled::new();
    moments.column((0..rows).map(|row| {
        let Some(instant) = moments.instant(row).filter(|_| names.is_valid(row)) else { return Ok(None) };
        let unit = *units.of(names.value(row), |name| unit_of(name, moments.is_date()))?;
        on_clock(&moments, unit, instant, |local| unit.floor(local)).map(Some)
    }))
}

fn moved(arguments: &[ColumnarValue], rows: usize) -> Result<ArrayRef> {
    match moved_at_once(arguments) {
        Some(column) => Ok(column),
        None => moved_by_row(&columns_of(arguments, rows)?, rows),
    }
}

/// Where all rows are moved by as many of one unit, on a clock that never jumps: all times of a day are moved as far.
fn moved_at_once(arguments: &[ColumnarValue]) -> Option<ArrayRef> {
    let [
        ColumnarValue::Scalar(name),
        ColumnarValue::Scalar(ScalarValue::Int64(Some(count))),
        ColumnarValue::Array(column),
    ] = arguments
    else {
        return None;
    };
    let moments = Moments::of_column(column).ok()?;
    let unit = unit_of(name.try_as_str()??, moments.is_date()).ok()?;
    let offset = moments.steady_offset()?;
    let moves = moments.by_unit(Unit::Day, |day| {
        let moved = unit.add(day, *count)?;
        for end in [moved, moved + DAY - 1] {
            date_time(end).and(date_time(end - offset))?;
        }
        Ok(moved - day)
    })?;
    Some(moments.with_instants(moments.instants().iter().zip(moves).map(|(instant, by)| instant + by).collect()))
}

fn moved_by_row(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let (names, moments) = (texts(arguments, 0)?, Moments::of(arguments, 2)?);
    let counts = arguments.get(1).and_then(|counts| counts.as_primitive_opt::<Int64Type>());
    let counts = counts.ok_or_else(|| internal_datafusion_err!("the count is not a bigint"))?;
    let mut units = Compiled::new();
    moments.column((0..rows).map(|row| {
        let Some(instant) = moments.instant(row).filter(|_| names.is_valid(row) && counts.is_valid(row)) else {
            return Ok(None);
        };
        let unit = *units.of(names.value(row), |name| unit_of(name, moments.is_date()))?;
        on_clock(&moments, unit, instant, |local| unit.add(local, counts.value(row))).map(Some)
    }))
}

/// What `change` makes of the local time of an instant. Elapsed time knows no change of clocks.
fn on_clock(moments: &Moments<'_>, unit: Unit, instant: i64, change: impl Fn(i64) -> Result<i64>) -> Result<i64> {
    let offset = moments.zone.offset_at(instant);
    let local = change(instant.saturating_add(offset))?;
    if unit.is_of_time() { Ok(local.saturating_sub(offset)) } else { moments.zone.instant_near(local, instant) }
}

fn apart(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let (names, from, to) = (texts(arguments, 0)?, Moments::of(arguments, 1)?, Moments::of(arguments, 2)?);
    let mut units = Compiled::new();
    i64::column((0..rows).map(|row| {
        let (Some(start), Some(end), true) = (from.instant(row), to.instant(row), names.is_valid(row)) else {
            return Ok(None);
        };
        let unit = *units.of(names.value(row), |name| unit_of(name, from.is_date()))?;
        if unit.is_of_time() {
            return unit.between(start, end).map(Some);
        }
        let local = |instant: i64| instant.saturating_add(from.zone.offset_at(instant));
        unit.between(local(start), local(end)).map(Some)
    }))
}

#[cfg(test)]
mod tests;
