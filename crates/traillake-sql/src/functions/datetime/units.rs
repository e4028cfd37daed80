//! Functions that take a unit: `date_trunc`, `date_add`, `date_diff`.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::Int64Type;
use datafusion::common::{Result, exec_err, internal_datafusion_err};

use super::civil::Unit;
use super::moments::{Compiled, Moments, texts, type_of};
use super::pruning;
use crate::functions::kit::Kind::{Bigint, Date, Text, Timestamp, Zoned};
use crate::functions::kit::{Cell, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![date_trunc(), date_add(), date_diff()]
}

fn date_trunc() -> Function {
    scalar("date_trunc")
        .on_arrays(&[Text, Date], |types| type_of(types, 1), truncated)
        .on_arrays(&[Text, Timestamp], |types| type_of(types, 1), truncated)
        .on_arrays(&[Text, Zoned], |types| type_of(types, 1), truncated)
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
        .on_arrays(&[Text, Bigint, Date], |types| type_of(types, 2), moved)
        .on_arrays(&[Text, Bigint, Timestamp], |types| type_of(types, 2), moved)
        .on_arrays(&[Text, Bigint, Zoned], |types| type_of(types, 2), moved)
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

fn truncated(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let (names, moments) = (texts(arguments, 0)?, Moments::of(arguments, 1)?);
    let mut units = Compiled::new();
    moments.column((0..rows).map(|row| {
        let Some(instant) = moments.instant(row).filter(|_| names.is_valid(row)) else { return Ok(None) };
        let unit = *units.of(names.value(row), |name| unit_of(name, moments.is_date()))?;
        on_clock(&moments, unit, instant, |local| unit.floor(local)).map(Some)
    }))
}

fn moved(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
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
mod tests {
    use crate::testing::{rows, value};

    fn text(expression: &str) -> String {
        value(&format!("to_iso8601({expression})")).unwrap()
    }

    #[test]
    fn every_unit_truncates_and_keeps_the_type() {
        let cut = |unit: &str| text(&format!("date_trunc('{unit}', timestamp '2024-08-15 13:47:58.123')"));
        assert_eq!(cut("millisecond"), "2024-08-15T13:47:58.123");
        assert_eq!(cut("SECOND"), "2024-08-15T13:47:58.000");
        assert_eq!(cut("minute"), "2024-08-15T13:47:00.000");
        assert_eq!(cut("hour"), "2024-08-15T13:00:00.000");
        assert_eq!(cut("day"), "2024-08-15T00:00:00.000");
        assert_eq!(cut("week"), "2024-08-12T00:00:00.000");
        assert_eq!(cut("month"), "2024-08-01T00:00:00.000");
        assert_eq!(cut("quarter"), "2024-07-01T00:00:00.000");
        assert_eq!(cut("year"), "2024-01-01T00:00:00.000");
        assert_eq!(text("date_trunc('year', date '1969-08-15')"), "1969-01-01");
    }

    #[test]
    fn a_zone_truncates_on_its_own_clock() {
        let cut = |unit: &str, utc: &str| {
            text(&format!("date_trunc('{unit}', at_timezone(timestamp '{utc}', 'America/New_York'))"))
        };
        assert_eq!(cut("day", "2024-05-01 02:00:00"), "2024-04-30T00:00:00.000-04:00");
        assert_eq!(cut("day", "2024-03-10 20:00:00"), "2024-03-10T00:00:00.000-05:00");
        assert_eq!(cut("hour", "2024-11-03 06:30:00"), "2024-11-03T01:00:00.000-05:00");
        assert_eq!(cut("hour", "2024-11-03 05:30:00"), "2024-11-03T01:00:00.000-04:00");
    }

    #[test]
    fn dates_keep_the_clock_when_days_are_added_and_hours_are_elapsed() {
        let local = "with_timezone(timestamp '2024-03-09 12:00:00', 'America/New_York')";
        assert_eq!(text(&format!("date_add('day', 1, {local})")), "2024-03-10T12:00:00.000-04:00");
        assert_eq!(text(&format!("date_add('hour', 24, {local})")), "2024-03-10T13:00:00.000-04:00");
        let gap = "with_timezone(timestamp '2024-03-09 02:30:00', 'America/New_York')";
        assert_eq!(text(&format!("date_add('day', 1, {gap})")), "2024-03-10T03:30:00.000-04:00");
        assert_eq!(value(&format!("date_diff('day', {gap}, date_add('hour', 23, {gap}))")).unwrap(), "0");
        assert_eq!(value(&format!("date_diff('day', {gap}, date_add('hour', 24, {gap}))")).unwrap(), "1");
    }

    #[test]
    fn months_end_where_the_month_ends() {
        assert_eq!(text("date_add('month', -1, date '2023-03-31')"), "2023-02-28");
        assert_eq!(text("date_add('year', 1, date '2024-02-29')"), "2025-02-28");
        assert_eq!(text("date_add('quarter', 1, timestamp '2023-11-30 01:02:03')"), "2024-02-29T01:02:03.000");
        assert_eq!(text("date_add('millisecond', -1, timestamp '1970-01-01 00:00:00')"), "1969-12-31T23:59:59.999");
    }

    #[test]
    fn differences_are_whole_units_toward_zero() {
        let days = |a: &str, b: &str| value(&format!("date_diff('day', timestamp '{a}', timestamp '{b}')")).unwrap();
        assert_eq!(days("2024-05-01 23:00:00", "2024-05-02 22:59:59"), "0");
        assert_eq!(days("2024-05-02 22:59:59", "2024-05-01 22:59:59"), "-1");
        assert_eq!(value("date_diff('year', date '2024-02-29', timestamp '2025-02-28 00:00:00')").unwrap(), "1");
        assert_eq!(value("date_diff('quarter', date '2024-01-01', date '2023-01-02')").unwrap(), "-3");
    }

    #[test]
    fn null_makes_null_even_with_an_unknown_unit() {
        assert_eq!(value("date_trunc('x', CAST(NULL AS timestamp))").unwrap(), "NULL");
        assert_eq!(value("date_trunc(NULL, date '2024-01-01')").unwrap(), "NULL");
        assert_eq!(value("date_add('day', NULL, date '2024-01-01')").unwrap(), "NULL");
        assert_eq!(value("date_diff('day', NULL, date '2024-01-01')").unwrap(), "NULL");
    }

    #[test]
    fn wrong_units_types_and_sizes_are_named() {
        let error = |expression: &str| value(expression).unwrap_err();
        assert!(error("date_trunc('hour', date '2024-01-01')").contains("'hour' is not a valid DATE field"));
        assert!(error("date_trunc('', timestamp '2024-01-01 00:00:00')").contains("'' is not a valid Timestamp field"));
        assert!(error("date_add('days', 1, date '2024-01-01')").contains("'days' is not a valid DATE field"));
        assert!(error("date_add('year', 9223372036854775807, date '2024-01-01')").contains("out of range"));
        assert!(error("date_add('day', 9000000000, date '2024-01-01')").contains("overflow"));
        assert!(error("date_trunc('day', '2024-01-01')").contains("Unexpected parameters (varchar, varchar)"));
    }

    #[test]
    fn the_unit_may_change_from_row_to_row() {
        let found = rows(
            "SELECT date_diff(unit, date '2024-01-01', date '2025-01-01') FROM (VALUES ('day'), ('month'), (NULL)) AS t(unit)",
        );
        assert_eq!(found.unwrap(), [["366"], ["12"], ["NULL"]]);
    }
}
