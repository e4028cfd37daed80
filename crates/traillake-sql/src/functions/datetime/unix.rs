//! Seconds since 1970: `from_unixtime`, `to_unixtime`, and `date`.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Date32Array};
use datafusion::common::{Result, ScalarValue, exec_datafusion_err, exec_err, plan_err};
use datafusion::logical_expr::ScalarUDF;

use super::civil::{DAY, Unit, date_time};
use super::moments::Moments;
use super::pruning;
use super::zone::Zone;
use super::zones::{type_in_zone, type_of_zone};
use crate::casts::times;
use crate::functions::kit::Kind::{Any, Bigint, Date, Double, Label, Text, Timestamp, Zoned};
use crate::functions::kit::{self, Cell, Scalar, UtcTimestamp, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![from_unixtime(), from_unixtime_nanos(), to_unixtime(), date()]
}

fn from_unixtime() -> Function {
    scalar("from_unixtime")
        .on(&[Double], |row| instant_of_seconds(row.double(0)))
        .on(&[Double, Label], |row| instant_of_seconds(row.double(0)))
        .on(&[Double, Any, Any], |row| instant_of_seconds(row.double(0)))
        .typed_by_literals(|literals| match literals.len() {
            2 => type_in_zone("from_unixtime", literals, 1),
            3 => type_in_offset(literals),
            _ => Ok(UtcTimestamp::data_type()),
        })
        .documented(FunctionDoc {
            name: "from_unixtime",
            aliases: &[],
            group: Group::DateTime,
            usage: &[
                "from_unixtime(seconds) → timestamp(3) with time zone",
                "from_unixtime(seconds, zone) → timestamp(3) with time zone",
                "from_unixtime(seconds, hours, minutes) → timestamp(3) with time zone",
            ],
            text: "The instant so many seconds after 1970, rounded to milliseconds. Zone and offset are literals.",
            origin: Origin::Here,
            examples: &[
                ("to_iso8601(from_unixtime(1714566896.5))", "2024-05-01T12:34:56.500Z"),
                ("to_iso8601(from_unixtime(0, 'America/New_York'))", "1969-12-31T19:00:00.000-05:00"),
                ("to_iso8601(from_unixtime(0, 5, 30))", "1970-01-01T05:30:00.000+05:30"),
            ],
        })
}

fn type_in_offset(literals: &[Option<&ScalarValue>]) -> Result<arrow::datatypes::DataType> {
    let number = |place: usize| literals.get(place).copied().flatten();
    let (Some(hours), Some(minutes)) = (number(1), number(2)) else {
        return plan_err!("The offset of from_unixtime must be two literals, as in from_unixtime(n, 2, 0)");
    };
    if hours.is_null() || minutes.is_null() {
        return Ok(UtcTimestamp::data_type());
    }
    let seconds = seconds_of_offset(hours, minutes);
    if let Some(zone) = seconds.and_then(Zone::of_offset) {
        Ok(type_of_zone(zone))
    } else {
        plan_err!("Invalid offset: {hours} hours and {minutes} minutes")
    }
}

fn seconds_of_offset(hours: &ScalarValue, minutes: &ScalarValue) -> Option<i32> {
    let number = |value: &ScalarValue| value.to_string().parse::<i32>().ok();
    number(hours)?.checked_mul(60)?.checked_add(number(minutes)?)?.checked_mul(60)
}

#[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates; the calendar's range is checked")]
fn instant_of_seconds(seconds: f64) -> Result<Option<UtcTimestamp>> {
    let millis = (seconds * 1000.0 + 0.5).floor() as i64;
    date_time(millis).map(|_| Some(UtcTimestamp(millis)))
}

fn from_unixtime_nanos() -> Function {
    scalar("from_unixtime_nanos")
        .on(&[Bigint], |row| Ok(Some(UtcTimestamp(row.bigint(0).div_euclid(1_000_000)))))
        .documented(FunctionDoc {
            name: "from_unixtime_nanos",
            aliases: &[],
            group: Group::DateTime,
            usage: &["from_unixtime_nanos(nanoseconds) → timestamp(3) with time zone"],
            text: "The instant so many nanoseconds after 1970, cut to milliseconds.",
            origin: Origin::Here,
            examples: &[("to_iso8601(from_unixtime_nanos(1714566896123456789))", "2024-05-01T12:34:56.123Z")],
        })
}

fn to_unixtime() -> Function {
    scalar("to_unixtime").on(&[Zoned], |row| Ok(Some(seconds_of(row.millis(0))))).documented(FunctionDoc {
        name: "to_unixtime",
        aliases: &[],
        group: Group::DateTime,
        usage: &["to_unixtime(x) → double"],
        text: "Seconds from 1970 to x; x without a zone is UTC.",
        origin: Origin::Here,
        examples: &[("to_unixtime(timestamp '1970-01-01 00:00:01.500')", "1.5")],
    })
}

#[expect(clippy::cast_precision_loss, reason = "as precise as a double can be")]
fn seconds_of(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

/// `date(x)`, which reads a column of times at once where the engine's cast asks a calendar for every row.
pub(crate) fn date_of_time() -> Arc<ScalarUDF> {
    static DATE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| date_forms().hidden());
    Arc::clone(&DATE)
}

fn date() -> Function {
    date_forms().documented(FunctionDoc {
        name: "date",
        aliases: &[],
        group: Group::DateTime,
        usage: &["date(x) → date"],
        text: "The date of a timestamp on the clock of its zone, or of a text `2024-05-01`; the same as \
               CAST(x AS date). Compared with a literal it prunes files.",
        origin: Origin::Here,
        examples: &[("date(timestamp '2024-05-01 23:59:59')", "2024-05-01"), ("date('2024-05-01')", "2024-05-01")],
    })
}

fn date_forms() -> Scalar {
    let day = |arguments: &[ArrayRef], rows: usize| dates(&Moments::of(arguments, 0)?, rows);
    scalar("date")
        .on(&[Text], |row| {
            if let Some(day) = times::date(row.text(0)) {
                Ok(Some(kit::Date(day)))
            } else {
                exec_err!("Value cannot be cast to date: {}", row.text(0))
            }
        })
        .on_arrays(&[Date], |_| Ok(kit::Date::data_type()), day)
        .on_arrays(&[Timestamp], |_| Ok(kit::Date::data_type()), day)
        .on_arrays(&[Zoned], |_| Ok(kit::Date::data_type()), day)
        .with_preimage(pruning::of_date)
        .ordered(pruning::order_of_last)
}

fn dates(moments: &Moments<'_>, rows: usize) -> Result<ArrayRef> {
    match moments.by_unit(Unit::Day, |start| Ok(date_of_millis(start)?.0)) {
        Some(days) => Ok(Arc::new(Date32Array::new(days.into(), moments.nulls()))),
        None => dates_by_row(moments, rows),
    }
}

fn dates_by_row(moments: &Moments<'_>, rows: usize) -> Result<ArrayRef> {
    kit::Date::column((0..rows).map(|row| moments.local(row).map(date_of_millis).transpose()))
}

fn date_of_millis(millis: i64) -> Result<kit::Date> {
    let days = i32::try_from(millis.div_euclid(DAY));
    days.map(kit::Date).map_err(|_| exec_datafusion_err!("Millis overflow: {millis}"))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array as _, TimestampMillisecondArray};
    use proptest::prelude::*;

    use super::*;
    use crate::testing::value;

    fn text(expression: &str) -> String {
        value(expression).unwrap_or_else(|error| error)
    }

    #[test]
    fn seconds_before_1970_and_fractions_round_to_milliseconds() {
        assert_eq!(text("to_iso8601(from_unixtime(-0.0015))"), "1969-12-31T23:59:59.999Z");
        assert_eq!(text("to_iso8601(from_unixtime(1.2345))"), "1970-01-01T00:00:01.235Z");
        assert_eq!(text("to_iso8601(from_unixtime_nanos(-1))"), "1969-12-31T23:59:59.999Z");
        assert_eq!(text("to_unixtime(from_unixtime(1714566896.5)) - to_unixtime(from_unixtime(1714566896))"), "0.5");
    }

    #[test]
    fn seconds_beyond_the_calendar_are_an_error() {
        assert!(text("from_unixtime(1e17)").contains("Millis overflow"));
        assert!(instant_of_seconds(-1e300).unwrap_err().to_string().contains("Millis overflow"));
        assert_eq!(instant_of_seconds(f64::NAN).unwrap(), Some(UtcTimestamp(0)));
    }

    #[test]
    fn offsets_are_literals_in_range() {
        assert_eq!(text("to_iso8601(from_unixtime(0, -3, -30))"), "1969-12-31T20:30:00.000-03:30");
        assert!(text("from_unixtime(0, 15, 0)").contains("Invalid offset"));
        assert!(text("from_unixtime(0, 'a', 0)").contains("Invalid offset"));
        assert!(text("from_unixtime(0, 9223372036854775807, 0)").contains("Invalid offset"));
        assert!(text("from_unixtime(0, 'Nowhere/X')").contains("'Nowhere/X' is not a valid time zone"));
    }

    proptest! {
        #[test]
        fn dates_at_once_are_those_row_by_row(
            near in prop::collection::vec(prop::option::weighted(0.9, -200_000_000..200_000_000_i64), 0..30),
            far in prop::collection::vec(prop_oneof![(-400_000_000_000_000..400_000_000_000_000_i64).prop_map(Some), any::<Option<i64>>()], 0..3),
            zone in 0..3_usize,
        ) {
            let zone = [None, Some("+05:30"), Some("America/New_York")][zone];
            let times = [near, far].concat();
            let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(times).with_timezone_opt(zone));
            let said = |column: Result<ArrayRef>| column.map_or_else(|error| error.to_string(), |column| format!("{column:?}"));
            let moments = Moments::of_column(&column).unwrap();
            prop_assert_eq!(said(dates(&moments, column.len())), said(dates_by_row(&moments, column.len())));
        }
    }

    #[test]
    fn dates_are_those_of_the_zone_of_a_timestamp() {
        let late = "at_timezone(timestamp '2024-01-01 03:00:00', 'America/New_York')";
        assert_eq!(text(&format!("date({late})")), "2023-12-31");
        assert_eq!(text("date(timestamp '1969-12-31 23:59:59')"), "1969-12-31");
        assert_eq!(text("date(date '2024-02-29')"), "2024-02-29");
    }

    #[test]
    fn texts_are_dates_of_the_calendar_and_nothing_else() {
        assert_eq!(text("date(' 2024-2-9 ')"), "2024-02-09");
        for wrong in
            ["", "2023-02-29", "2024-01-01 00:00:00", "20240101", "2024-13-01", "2024-01", "a-b-c", "2024--1-1"]
        {
            assert!(
                text(&format!("date('{wrong}')")).contains(&format!("Value cannot be cast to date: {wrong}")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn null_is_null() {
        for expression in [
            "date(NULL)",
            "from_unixtime(NULL)",
            "to_unixtime(NULL)",
            "from_unixtime(0, NULL)",
            "from_unixtime(0, 1, NULL)",
        ] {
            assert_eq!(text(expression), "NULL", "{expression}");
        }
    }
}
