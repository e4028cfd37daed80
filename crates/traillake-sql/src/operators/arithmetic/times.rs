//! Dates, times and intervals.

use std::sync::Arc;

use arrow::array::{ArrayRef, IntervalMonthDayNanoArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, IntervalMonthDayNano, IntervalUnit, TimeUnit};
use chrono::Months;
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::Sign;
use crate::casts::{DAY, Leaf, leaf, times};
use crate::functions::datetime::zone::Zone;
use crate::functions::kit::{Cell, Date, Timestamp};

const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);

pub(super) fn result_type(sign: Sign, left: &DataType, right: &DataType) -> Option<DataType> {
    let interval = |side: &DataType| matches!(side, DataType::Interval(_) | DataType::Duration(_));
    let moment = |side: &DataType| match side {
        DataType::Timestamp(_, zone) => Some(DataType::Timestamp(TimeUnit::Millisecond, zone.clone())),
        DataType::Date32 | DataType::Date64 => Some(DataType::Date32),
        DataType::Time32(_) | DataType::Time64(_) => Some(DataType::Time32(TimeUnit::Millisecond)),
        _ => None,
    };
    let is_time = |side: &DataType| matches!(side, DataType::Time32(_) | DataType::Time64(_));
    match sign {
        Sign::Add | Sign::Subtract if interval(left) && interval(right) => Some(INTERVAL),
        Sign::Add | Sign::Subtract if interval(right) => moment(left),
        Sign::Add if interval(left) => moment(right),
        Sign::Subtract => {
            moment(left)?;
            moment(right)?;
            (is_time(left) == is_time(right)).then_some(INTERVAL)
        }
        Sign::Multiply | Sign::Divide if interval(left) => right.is_numeric().then_some(INTERVAL),
        Sign::Multiply if interval(right) => left.is_numeric().then_some(INTERVAL),
        _ => None,
    }
}

pub(super) fn compute(sign: Sign, left: &ArrayRef, right: &ArrayRef, result: &DataType) -> Result<ArrayRef> {
    let sides = (0..left.len()).map(|row| leaf(left.as_ref(), row).zip(leaf(right.as_ref(), row)));
    if *result == INTERVAL {
        let values = sides.map(|sides| match sides {
            Some((left, right)) => interval(sign, &left, &right).map(Some),
            None => Ok(None),
        });
        let values = values.collect::<Result<Vec<Option<IntervalMonthDayNano>>>>()?;
        return Ok(Arc::new(IntervalMonthDayNanoArray::from(values)));
    }
    let moments = sides.map(|sides| match sides {
        Some((left, right)) => moved(sign, &left, &right).map(Some),
        None => Ok(None),
    });
    let found = match result {
        DataType::Date32 => Date::column(moments.map(|moment| moment?.map(date).transpose()))?,
        _ => Timestamp::column(moments.map(|moment| Ok(moment?.map(Timestamp))))?,
    };
    match result {
        DataType::Timestamp(unit, Some(_)) => {
            let utc = cast(&found, &DataType::Timestamp(*unit, Some("UTC".into())))?;
            Ok(cast(&utc, result)?)
        }
        DataType::Time32(_) => Ok(cast(&cast(&cast(&found, &DataType::Int64)?, &DataType::Int32)?, result)?),
        _ => Ok(found),
    }
}

fn date(millis: i64) -> Result<Date> {
    i32::try_from(millis.div_euclid(DAY)).map(Date).map_err(|_| exec_datafusion_err!("Date out of range"))
}

/// A moment and an interval, in either order, in milliseconds.
fn moved(sign: Sign, left: &Leaf<'_>, right: &Leaf<'_>) -> Result<i64> {
    let (moment, (months, millis)) = match (left, right) {
        (Leaf::Interval(months, millis), moment) => (moment, (*months, *millis)),
        (moment, Leaf::Interval(months, millis)) if sign == Sign::Subtract => (moment, (-months, -millis)),
        (moment, Leaf::Interval(months, millis)) => (moment, (*months, *millis)),
        _ => return exec_err!("An interval was expected"),
    };
    let found = match moment {
        Leaf::Date(_) if millis % DAY != 0 => return exec_err!("Cannot add hour, minutes or seconds to a date"),
        Leaf::Date(days) => plus_months(i64::from(*days) * DAY, months),
        Leaf::Timestamp(moment) => plus_months(*moment, months),
        Leaf::Zoned(moment, _) if months == 0 => Some(*moment),
        Leaf::Zoned(moment, zone) => Zone::of_name(zone).and_then(|zone| {
            let local = plus_months(moment.checked_add(zone.offset_at(*moment))?, months)?;
            zone.instant_near(local, *moment).ok()
        }),
        Leaf::Time(_) if months != 0 => {
            return exec_err!("Cannot apply operator: time(3) {} interval year to month", sign.symbol());
        }
        Leaf::Time(moment) => return Ok((moment + millis % DAY).rem_euclid(DAY)),
        _ => None,
    };
    let found = found.and_then(|moment| moment.checked_add(millis)).filter(|moment| times::naive(*moment).is_some());
    found.ok_or_else(|| exec_datafusion_err!("Timestamp out of range: {left} {} {right}", sign.symbol()))
}

/// Some months later or earlier; the day is at most the last of its month.
fn plus_months(millis: i64, months: i64) -> Option<i64> {
    if months == 0 {
        return Some(millis);
    }
    let (time, count) = (times::naive(millis)?, Months::new(u32::try_from(months.unsigned_abs()).ok()?));
    let moved = if months < 0 { time.checked_sub_months(count) } else { time.checked_add_months(count) };
    Some(moved?.and_utc().timestamp_millis())
}

fn interval(sign: Sign, left: &Leaf<'_>, right: &Leaf<'_>) -> Result<IntervalMonthDayNano> {
    let found = match (left, right) {
        (Leaf::Interval(months, millis), Leaf::Interval(other_months, other_millis)) => match sign {
            _ if (*months != 0 && *other_millis != 0) || (*millis != 0 && *other_months != 0) => {
                let name = |months: i64| if months == 0 { "day to second" } else { "year to month" };
                let (left, right) = (name(*months), name(*other_months));
                return exec_err!("Cannot apply operator: interval {left} {} interval {right}", sign.symbol());
            }
            Sign::Subtract => months.checked_sub(*other_months).zip(millis.checked_sub(*other_millis)),
            _ => months.checked_add(*other_months).zip(millis.checked_add(*other_millis)),
        },
        (Leaf::Interval(months, millis), number) | (number, Leaf::Interval(months, millis)) => {
            scaled(sign, *months, *millis, number)?
        }
        _ => instant(left).zip(instant(right)).and_then(|(left, right)| Some((0, left.checked_sub(right)?))),
    };
    let parts = found.and_then(|(months, millis)| {
        let days = i32::try_from(millis / DAY).ok()?;
        Some(IntervalMonthDayNano::new(i32::try_from(months).ok()?, days, millis % DAY * 1_000_000))
    });
    parts.ok_or_else(|| exec_datafusion_err!("Interval out of range: {left} {} {right}", sign.symbol()))
}

fn instant(value: &Leaf<'_>) -> Option<i64> {
    match value {
        Leaf::Timestamp(millis) | Leaf::Zoned(millis, _) | Leaf::Time(millis) => Some(*millis),
        Leaf::Date(days) => Some(i64::from(*days) * DAY),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "an interval times a double is cut to whole milliseconds"
)]
fn scaled(sign: Sign, months: i64, millis: i64, number: &Leaf<'_>) -> Result<Option<(i64, i64)>> {
    if let (Leaf::Integer(number), Sign::Multiply) = (number, sign) {
        return Ok(months.checked_mul(*number).zip(millis.checked_mul(*number)));
    }
    let number: f64 = number.to_string().parse().unwrap_or(f64::NAN);
    if sign == Sign::Divide && number == 0.0 {
        return exec_err!("Division by zero");
    }
    let scaled = |part: i64| if sign == Sign::Divide { part as f64 / number } else { part as f64 * number };
    let (months, millis) = (scaled(months).trunc(), scaled(millis).trunc());
    let in_range = months.abs() < 1e18 && millis.abs() < 1e18;
    Ok(in_range.then_some((months as i64, millis as i64)))
}
