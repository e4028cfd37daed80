//! Parts of a date, a time or an interval: `year(x)`, `hour(x)`, `day_of_week(x)`.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array};
use arrow::datatypes::IntervalMonthDayNano;
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Timelike};
use datafusion::common::Result;

use super::civil::{DAY, HOUR, MINUTE, SECOND, Unit, date_time, days_of};
use super::moments::Moments;
use super::pruning;
use crate::functions::kit::Kind::{Date, Interval, Time, Timestamp, Zoned};
use crate::functions::kit::{self, Cell, Scalar, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    let mut functions: Vec<Function> = PARTS.iter().map(Part::function).collect();
    functions.push(last_day_of_month());
    functions
}

/// A function that reads one part.
struct Part {
    name: &'static str,
    aliases: &'static [&'static str],
    usage: &'static [&'static str],
    text: &'static str,
    examples: &'static [(&'static str, &'static str)],
    of: fn(NaiveDateTime) -> i64,
    /// The largest unit of which all times have the same.
    within: Unit,
    of_interval: Option<fn(IntervalMonthDayNano) -> i64>,
    of_time: bool,
}

impl Part {
    fn function(&self) -> Function {
        let mut function = on_moments(scalar(self.name), self.within, self.of);
        if let Some(of_interval) = self.of_interval {
            function = function.on(&[Interval], move |row| Ok(Some(of_interval(row.interval(0)))));
        }
        if self.of_time {
            let of = self.of;
            function = function.on(&[Time], move |row| Ok(Some(of(midnight_plus(row.time(0))))));
        }
        if self.name == "year" {
            function = function.with_preimage(pruning::of_year).ordered(pruning::order_of_last);
        }
        function.documented(FunctionDoc {
            name: self.name,
            aliases: self.aliases,
            group: Group::DateTime,
            usage: self.usage,
            text: self.text,
            origin: Origin::Here,
            examples: self.examples,
        })
    }
}

/// Adds forms for dates and timestamps.
fn on_moments(function: Scalar, within: Unit, of: fn(NaiveDateTime) -> i64) -> Scalar {
    let evaluate = move |arguments: &[ArrayRef], rows: usize| -> Result<ArrayRef> {
        let moments = Moments::of(arguments, 0)?;
        let of_start = |start| on_clock(within, start).map_or_else(|| date_time(start).map(of), Ok);
        if let Some(parts) = moments.by_unit(within, of_start) {
            return Ok(Arc::new(Int64Array::new(parts.into(), moments.nulls())));
        }
        i64::column((0..rows).map(|row| Ok(moments.date_time(row)?.map(of))))
    };
    function
        .on_arrays(&[Date], |_| Ok(i64::data_type()), evaluate)
        .on_arrays(&[Timestamp], |_| Ok(i64::data_type()), evaluate)
        .on_arrays(&[Zoned], |_| Ok(i64::data_type()), evaluate)
}

/// Which unit of a day, an hour or a minute starts at a local time, which no calendar needs to say.
fn on_clock(unit: Unit, start: i64) -> Option<i64> {
    match unit {
        Unit::Hour => Some(start.rem_euclid(DAY) / HOUR),
        Unit::Minute => Some(start.rem_euclid(HOUR) / MINUTE),
        Unit::Second => Some(start.rem_euclid(MINUTE) / SECOND),
        _ => None,
    }
}

fn midnight_plus(millis: i32) -> NaiveDateTime {
    DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::milliseconds(i64::from(millis))
}

/// The days and the time of an interval in milliseconds.
pub(super) fn millis_of_interval(interval: IntervalMonthDayNano) -> i64 {
    i64::from(interval.days) * DAY + interval.nanoseconds / 1_000_000
}

fn last_day_of_month() -> Function {
    let evaluate = |arguments: &[ArrayRef], rows: usize| -> Result<ArrayRef> {
        let moments = Moments::of(arguments, 0)?;
        if let Some(days) = moments.by_unit(Unit::Month, |start| Ok(last_day(date_time(start)?).0)) {
            return Ok(Arc::new(Date32Array::new(days.into(), moments.nulls())));
        }
        kit::Date::column((0..rows).map(|row| Ok(moments.date_time(row)?.map(last_day))))
    };
    let returns = |_: &[_]| Ok(kit::Date::data_type());
    scalar("last_day_of_month")
        .on_arrays(&[Date], returns, evaluate)
        .on_arrays(&[Timestamp], returns, evaluate)
        .on_arrays(&[Zoned], returns, evaluate)
        .documented(FunctionDoc {
            name: "last_day_of_month",
            aliases: &[],
            group: Group::DateTime,
            usage: &["last_day_of_month(x) → date"],
            text: "The last day of the month of a date or timestamp.",
            origin: Origin::Here,
            examples: &[("last_day_of_month(date '2024-02-10')", "2024-02-29")],
        })
}

fn last_day(time: NaiveDateTime) -> kit::Date {
    let date = time.date();
    let last = (28..=31).rev().find_map(|day| date.with_day(day));
    kit::Date(days_of(last.unwrap_or(date)))
}

const PARTS: &[Part] = &[
    Part {
        name: "year",
        aliases: &[],
        usage: &["year(x) → bigint"],
        text: "The year of a date or timestamp, or the whole years of an interval. Compared with a literal it prunes files.",
        examples: &[("year(date '2024-05-01')", "2024")],
        of: |time| i64::from(time.year()),
        within: Unit::Year,
        of_interval: Some(|interval| i64::from(interval.months / 12)),
        of_time: false,
    },
    Part {
        name: "quarter",
        aliases: &[],
        usage: &["quarter(x) → bigint"],
        text: "The quarter of the year, 1 to 4.",
        examples: &[("quarter(date '2024-05-01')", "2")],
        of: |time| i64::from(time.month0() / 3 + 1),
        within: Unit::Quarter,
        of_interval: None,
        of_time: false,
    },
    Part {
        name: "month",
        aliases: &[],
        usage: &["month(x) → bigint"],
        text: "The month, 1 to 12, or the months of an interval beyond its whole years.",
        examples: &[("month(date '2024-05-01')", "5")],
        of: |time| i64::from(time.month()),
        within: Unit::Month,
        of_interval: Some(|interval| i64::from(interval.months % 12)),
        of_time: false,
    },
    Part {
        name: "week",
        aliases: &["week_of_year"],
        usage: &["week(x) → bigint"],
        text: "The ISO week of the year, 1 to 53. The first week is the one with the first Thursday; see `year_of_week`.",
        examples: &[("week(date '2021-01-03')", "53")],
        of: |time| i64::from(time.iso_week().week()),
        within: Unit::Week,
        of_interval: None,
        of_time: false,
    },
    Part {
        name: "year_of_week",
        aliases: &["yow"],
        usage: &["year_of_week(x) → bigint"],
        text: "The year that the ISO week belongs to.",
        examples: &[("year_of_week(date '2021-01-03')", "2020")],
        of: |time| i64::from(time.iso_week().year()),
        within: Unit::Week,
        of_interval: None,
        of_time: false,
    },
    Part {
        name: "day",
        aliases: &["day_of_month"],
        usage: &["day(x) → bigint"],
        text: "The day of the month, or the whole days of an interval.",
        examples: &[("day(date '2024-05-31')", "31")],
        of: |time| i64::from(time.day()),
        within: Unit::Day,
        of_interval: Some(|interval| millis_of_interval(interval) / DAY),
        of_time: false,
    },
    Part {
        name: "day_of_week",
        aliases: &["dow"],
        usage: &["day_of_week(x) → bigint"],
        text: "The day of the week, from Monday = 1 to Sunday = 7.",
        examples: &[("day_of_week(date '2024-05-05')", "7")],
        of: |time| i64::from(time.weekday().number_from_monday()),
        within: Unit::Day,
        of_interval: None,
        of_time: false,
    },
    Part {
        name: "day_of_year",
        aliases: &["doy"],
        usage: &["day_of_year(x) → bigint"],
        text: "The day of the year, 1 to 366.",
        examples: &[("day_of_year(date '2024-12-31')", "366")],
        of: |time| i64::from(time.ordinal()),
        within: Unit::Day,
        of_interval: None,
        of_time: false,
    },
    Part {
        name: "hour",
        aliases: &[],
        usage: &["hour(x) → bigint"],
        text: "The hour of the day on the clock of the zone, 0 to 23, or the hours of an interval beyond its whole days.",
        examples: &[("hour(timestamp '2024-05-01 23:10:00')", "23")],
        of: |time| i64::from(time.hour()),
        within: Unit::Hour,
        of_interval: Some(|interval| millis_of_interval(interval) % DAY / HOUR),
        of_time: true,
    },
    Part {
        name: "minute",
        aliases: &[],
        usage: &["minute(x) → bigint"],
        text: "The minute of the hour, also of an interval.",
        examples: &[("minute(timestamp '2024-05-01 23:10:00')", "10")],
        of: |time| i64::from(time.minute()),
        within: Unit::Minute,
        of_interval: Some(|interval| millis_of_interval(interval) % HOUR / MINUTE),
        of_time: true,
    },
    Part {
        name: "second",
        aliases: &[],
        usage: &["second(x) → bigint"],
        text: "The second of the minute, also of an interval.",
        examples: &[("second(timestamp '2024-05-01 23:10:59')", "59")],
        of: |time| i64::from(time.second()),
        within: Unit::Second,
        of_interval: Some(|interval| millis_of_interval(interval) % MINUTE / SECOND),
        of_time: true,
    },
    Part {
        name: "millisecond",
        aliases: &[],
        usage: &["millisecond(x) → bigint"],
        text: "The millisecond of the second, also of an interval.",
        examples: &[("millisecond(timestamp '2024-05-01 23:10:59.123')", "123")],
        of: |time| i64::from(time.and_utc().timestamp_subsec_millis()),
        within: Unit::Millisecond,
        of_interval: Some(|interval| millis_of_interval(interval) % SECOND),
        of_time: true,
    },
];

#[cfg(test)]
mod tests;
