//! Functions of time zones: `at_timezone`, `with_timezone`, `timezone`.
//!
//! The zone of a timestamp is part of its Arrow type: functions that set it take it as a literal.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, AsArray as _, new_null_array};
use arrow::compute::{cast, is_null, nullif};
use arrow::datatypes::{DataType, TimestampMillisecondType};
use datafusion::common::{Result, ScalarValue, plan_err};

use super::civil::{HOUR, MINUTE};
use super::moments::Moments;
use super::zone::Zone;
use crate::functions::kit::Kind::{Label, Timestamp, Zoned};
use crate::functions::kit::{Cell, UtcTimestamp, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![at_timezone(), with_timezone(), timezone(), timezone_hour(), timezone_minute()]
}

/// The type of timestamps in the zone that literal argument `place` names.
pub(super) fn type_in_zone(function: &str, literals: &[Option<&ScalarValue>], place: usize) -> Result<DataType> {
    let Some(Some(literal)) = literals.get(place) else {
        return plan_err!("The time zone of {function} must be a literal, as in 'Europe/Berlin' or '+02:00'");
    };
    match literal.try_as_str().flatten().map(Zone::of_name) {
        Some(Some(zone)) => Ok(type_of_zone(zone)),
        Some(None) => plan_err!("'{}' is not a valid time zone", literal.try_as_str().flatten().unwrap_or_default()),
        None => Ok(UtcTimestamp::data_type()),
    }
}

/// The type of timestamps in a zone.
pub(super) fn type_of_zone(zone: Zone) -> DataType {
    DataType::Timestamp(arrow::datatypes::TimeUnit::Millisecond, Some(zone.to_string().into()))
}

fn at_timezone() -> Function {
    scalar("at_timezone")
        .on_arrays(&[Zoned, Label], |_| Ok(UtcTimestamp::data_type()), same_instant)
        .on_arrays(&[Timestamp, Label], |_| Ok(UtcTimestamp::data_type()), same_instant)
        .typed_by_literals(|literals| type_in_zone("at_timezone", literals, 1))
        .documented(FunctionDoc {
            name: "at_timezone",
            aliases: &[],
            group: Group::DateTime,
            usage: &["at_timezone(x, zone) → timestamp(3) with time zone", "x AT TIME ZONE zone"],
            text: "The same instant on the clock of another zone; x without a zone is UTC. The zone is a literal.",
            origin: Origin::Here,
            examples: &[(
                "to_iso8601(at_timezone(timestamp '2024-05-01 12:00:00', 'America/New_York'))",
                "2024-05-01T08:00:00.000-04:00",
            )],
        })
}

/// The first column, NULL where the zone is.
fn same_instant(arguments: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let [moments, zones] = arguments else { return Ok(new_null_array(&UtcTimestamp::data_type(), rows)) };
    // The engine's cast would look up the offset of every row.
    let instants: ArrayRef = match moments.as_primitive_opt::<TimestampMillisecondType>() {
        Some(millis) => Arc::new(millis.clone().with_timezone("UTC")),
        None => cast(moments, &UtcTimestamp::data_type())?,
    };
    if zones.logical_null_count() == 0 {
        return Ok(instants);
    }
    Ok(nullif(&instants, &is_null(zones)?)?)
}

fn with_timezone() -> Function {
    scalar("with_timezone")
        .on(&[Timestamp, Label], |row| {
            let zone = Zone::parse(row.text(1))?;
            zone.instant_of(super::civil::date_time(row.millis(0))?).map(|instant| Some(UtcTimestamp(instant)))
        })
        .typed_by_literals(|literals| type_in_zone("with_timezone", literals, 1))
        .documented(FunctionDoc {
            name: "with_timezone",
            aliases: &[],
            group: Group::DateTime,
            usage: &["with_timezone(timestamp, zone) → timestamp(3) with time zone"],
            text: "The instant at which clocks of the zone show the timestamp. One that they skip is moved on by the \
                   length of the gap, of two the earlier is taken. The zone is a literal.",
            origin: Origin::Here,
            examples: &[(
                "to_iso8601(with_timezone(timestamp '2024-05-01 12:00:00', 'America/New_York'))",
                "2024-05-01T12:00:00.000-04:00",
            )],
        })
}

fn timezone() -> Function {
    let evaluate = |arguments: &[ArrayRef], rows: usize| {
        let moments = Moments::of(arguments, 0)?;
        let name = moments.zone.to_string();
        String::column((0..rows).map(|row| Ok(moments.instant(row).map(|_| name.clone()))))
    };
    scalar("timezone").on_arrays(&[Zoned], |_| Ok(String::data_type()), evaluate).documented(FunctionDoc {
        name: "timezone",
        aliases: &[],
        group: Group::DateTime,
        usage: &["timezone(x) → varchar"],
        text: "The name of the zone of a timestamp with time zone.",
        origin: Origin::Here,
        examples: &[("timezone(at_timezone(now(), 'Europe/Berlin'))", "Europe/Berlin")],
    })
}

fn timezone_hour() -> Function {
    of_offset("timezone_hour", |offset| offset / HOUR).documented(FunctionDoc {
        name: "timezone_hour",
        aliases: &[],
        group: Group::DateTime,
        usage: &["timezone_hour(x) → bigint"],
        text: "The whole hours that the zone of x is ahead of UTC at x.",
        origin: Origin::Here,
        examples: &[("timezone_hour(at_timezone(timestamp '2024-01-01 00:00:00', 'America/New_York'))", "-5")],
    })
}

fn timezone_minute() -> Function {
    of_offset("timezone_minute", |offset| offset % HOUR / MINUTE).documented(FunctionDoc {
        name: "timezone_minute",
        aliases: &[],
        group: Group::DateTime,
        usage: &["timezone_minute(x) → bigint"],
        text: "The minutes beyond whole hours that the zone of x is ahead of UTC at x.",
        origin: Origin::Here,
        examples: &[("timezone_minute(at_timezone(timestamp '2024-01-01 00:00:00', 'Asia/Kolkata'))", "30")],
    })
}

fn of_offset(name: &'static str, of: fn(i64) -> i64) -> crate::functions::kit::Scalar {
    let evaluate = move |arguments: &[ArrayRef], rows: usize| {
        let moments = Moments::of(arguments, 0)?;
        i64::column((0..rows).map(|row| Ok(moments.instant(row).map(|instant| of(moments.zone.offset_at(instant))))))
    };
    scalar(name).on_arrays(&[Zoned], |_| Ok(i64::data_type()), evaluate)
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    fn iso(expression: &str) -> String {
        value(&format!("to_iso8601({expression})")).unwrap_or_else(|error| error)
    }

    #[test]
    fn the_instant_stays_and_the_clock_changes() {
        assert_eq!(iso("at_timezone(timestamp '2024-07-01 00:00:00', '+02:00')"), "2024-07-01T02:00:00.000+02:00");
        assert_eq!(iso("at_timezone(timestamp '2024-07-01 00:00:00', 'utc')"), "2024-07-01T00:00:00.000Z");
        let twice = "at_timezone(at_timezone(timestamp '2024-07-01 00:00:00', 'Asia/Tokyo'), '-03:30')";
        assert_eq!(iso(twice), "2024-06-30T20:30:00.000-03:30");
        assert_eq!(value(&format!("timezone({twice})")).unwrap(), "-03:30");
    }

    #[test]
    fn skipped_and_repeated_times_have_one_instant() {
        let local = |time: &str| iso(&format!("with_timezone(timestamp '{time}', 'America/New_York')"));
        assert_eq!(local("2024-03-10 02:30:00"), "2024-03-10T03:30:00.000-04:00");
        assert_eq!(local("2024-11-03 01:30:00"), "2024-11-03T01:30:00.000-04:00");
        assert_eq!(local("2024-11-03 02:00:00"), "2024-11-03T02:00:00.000-05:00");
    }

    #[test]
    fn zones_of_columns_are_kept_over_many_rows() {
        let found = rows(
            "SELECT timezone_hour(at_timezone(t, 'Europe/Berlin')) FROM \
             (VALUES (timestamp '2024-01-01 00:00:00'), (timestamp '2024-07-01 00:00:00'), (NULL)) AS v(t)",
        );
        assert_eq!(found.unwrap(), [["1"], ["2"], ["NULL"]]);
    }

    #[test]
    fn null_time_or_zone_is_null() {
        assert_eq!(iso("at_timezone(NULL, 'Europe/Berlin')"), "NULL");
        assert_eq!(iso("at_timezone(timestamp '2024-01-01 00:00:00', NULL)"), "NULL");
        assert_eq!(iso("with_timezone(timestamp '2024-01-01 00:00:00', NULL)"), "NULL");
    }

    #[test]
    fn zones_that_are_none_or_no_literals_are_refused() {
        let time = "timestamp '2024-01-01 00:00:00'";
        assert!(iso(&format!("at_timezone({time}, 'Nowhere/X')")).contains("'Nowhere/X' is not a valid time zone"));
        assert!(iso(&format!("with_timezone({time}, '')")).contains("'' is not a valid time zone"));
        let of_column = rows(&format!("SELECT at_timezone({time}, z) FROM (VALUES ('UTC')) AS v(z)")).unwrap_err();
        assert!(of_column.contains("The time zone of at_timezone must be a literal"), "{of_column}");
    }
}
