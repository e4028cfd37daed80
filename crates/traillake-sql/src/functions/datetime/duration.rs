//! Durations: `parse_duration`, `human_readable_seconds`, `to_milliseconds`.

use arrow::datatypes::IntervalMonthDayNano;
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::civil::DAY;
use super::fields::millis_of_interval;
use crate::functions::kit::Kind::{Double, Interval, Text};
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![parse_duration(), human_readable_seconds(), to_milliseconds()]
}

fn parse_duration() -> Function {
    scalar("parse_duration").on(&[Text], |row| interval_of(row.text(0)).map(Some)).documented(FunctionDoc {
        name: "parse_duration",
        aliases: &[],
        group: Group::DateTime,
        usage: &["parse_duration(text) → interval day to second"],
        text: "The interval of a number and a unit: `ns`, `us`, `ms`, `s`, `m`, `h` or `d`, rounded to milliseconds.",
        origin: Origin::Here,
        examples: &[
            ("to_milliseconds(parse_duration('3.81 d'))", "329184000"),
            ("to_milliseconds(parse_duration('42.8ms'))", "43"),
        ],
    })
}

fn interval_of(text: &str) -> Result<IntervalMonthDayNano> {
    let refused = || exec_datafusion_err!("duration is not a valid data duration string: {text}");
    let trimmed = text.trim();
    let length = trimmed.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = trimmed.split_at_checked(length).ok_or_else(refused)?;
    let written_as_number = !number.starts_with('.') && !number.ends_with('.') && !number.is_empty();
    let number: f64 = number.parse().ok().filter(|_| written_as_number).ok_or_else(refused)?;
    let millis = match unit.trim_start() {
        "ns" => 1e-6,
        "us" => 1e-3,
        "ms" => 1.0,
        "s" => 1e3,
        "m" => 6e4,
        "h" => 3.6e6,
        "d" => 8.64e7,
        other if !other.is_empty() && other.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            return exec_err!("Unknown time unit: {other}");
        }
        _ => return Err(refused()),
    };
    interval_of_millis(number * millis).ok_or_else(|| exec_datafusion_err!("duration is too large: {text}"))
}

#[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates; the days are checked")]
fn interval_of_millis(millis: f64) -> Option<IntervalMonthDayNano> {
    let millis = (millis + 0.5).floor() as i64;
    let days = i32::try_from(millis / DAY).ok()?;
    Some(IntervalMonthDayNano::new(0, days, millis % DAY * 1_000_000))
}

fn human_readable_seconds() -> Function {
    scalar("human_readable_seconds").on(&[Double], |row| readable(row.double(0)).map(Some)).documented(FunctionDoc {
        name: "human_readable_seconds",
        aliases: &[],
        group: Group::DateTime,
        usage: &["human_readable_seconds(seconds) → varchar"],
        text: "Seconds as weeks, days, hours, minutes and seconds, rounded to whole seconds and without sign.",
        origin: Origin::Here,
        examples: &[
            ("human_readable_seconds(3762)", "1 hour, 2 minutes, 42 seconds"),
            ("human_readable_seconds(56363463)", "93 weeks, 1 day, 8 hours, 31 minutes, 3 seconds"),
        ],
    })
}

#[expect(clippy::cast_possible_truncation, reason = "a conversion that saturates, as Trino's does")]
fn readable(seconds: f64) -> Result<String> {
    if !seconds.is_finite() {
        let name = if seconds.is_nan() {
            "NaN"
        } else if seconds > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        return exec_err!("Invalid argument found: {name}");
    }
    let mut rest = seconds.abs().round() as i64;
    let mut parts = Vec::new();
    for (unit, length) in [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)] {
        let count = rest / length;
        rest %= length;
        if count > 0 || (length == 1 && parts.is_empty()) {
            let plural = if count == 1 { "" } else { "s" };
            parts.push(format!("{count} {unit}{plural}"));
        }
    }
    Ok(parts.join(", "))
}

fn to_milliseconds() -> Function {
    scalar("to_milliseconds").on(&[Interval], |row| milliseconds(row.interval(0)).map(Some)).documented(FunctionDoc {
        name: "to_milliseconds",
        aliases: &[],
        group: Group::DateTime,
        usage: &["to_milliseconds(interval) → bigint"],
        text: "The length of an interval of days and time; one with months has none, which is an error.",
        origin: Origin::Here,
        examples: &[("to_milliseconds(INTERVAL '90' MINUTE)", "5400000")],
    })
}

fn milliseconds(interval: IntervalMonthDayNano) -> Result<i64> {
    if interval.months != 0 {
        return exec_err!("Unexpected parameters (interval year to month) for function to_milliseconds");
    }
    Ok(millis_of_interval(interval))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    fn text(expression: &str) -> String {
        value(expression).unwrap_or_else(|error| error)
    }

    fn millis(duration: &str) -> String {
        text(&format!("to_milliseconds(parse_duration('{duration}'))"))
    }

    #[test]
    fn durations_have_every_unit() {
        for (duration, expected) in [
            ("5ns", "0"),
            ("500000ns", "1"),
            ("1500us", "2"),
            ("1ms", "1"),
            ("1.5s", "1500"),
            ("2 m", "120000"),
            (" 1h ", "3600000"),
            ("1d", "86400000"),
            ("0s", "0"),
        ] {
            assert_eq!(millis(duration), expected, "{duration}");
        }
    }

    #[test]
    fn durations_that_are_none_are_errors() {
        for duration in ["", "5", "s", ".5s", "5.s", "-5s", "1.2.3s", "5 5s", "5s5"] {
            assert!(millis(duration).contains("duration is not a valid data duration string"), "{duration}");
        }
        assert!(millis("5w").contains("Unknown time unit: w"));
        assert!(millis("5S").contains("Unknown time unit: S"));
        assert!(millis("99999999999999d").contains("duration is too large"));
    }

    #[test]
    fn seconds_are_readable() {
        for (seconds, expected) in [
            ("0", "0 seconds"),
            ("1", "1 second"),
            ("60", "1 minute"),
            ("-61", "1 minute, 1 second"),
            ("535333.9513888889e0", "6 days, 4 hours, 42 minutes, 14 seconds"),
            ("604800", "1 week"),
            ("NULL", "NULL"),
        ] {
            assert_eq!(text(&format!("human_readable_seconds({seconds})")), expected, "{seconds}");
        }
    }

    #[test]
    fn seconds_without_end_are_an_error() {
        assert!(super::readable(f64::NAN).unwrap_err().to_string().contains("Invalid argument found: NaN"));
        assert!(super::readable(f64::INFINITY).unwrap_err().to_string().contains("Invalid argument found: Infinity"));
        assert!(super::readable(f64::MAX).is_ok());
    }

    #[test]
    fn intervals_of_months_have_no_length() {
        assert_eq!(text("to_milliseconds(INTERVAL '2' DAY)"), "172800000");
        assert_eq!(text("to_milliseconds(INTERVAL '-1' SECOND)"), "-1000");
        assert!(text("to_milliseconds(INTERVAL '1' MONTH)").contains("interval year to month"));
        assert_eq!(text("to_milliseconds(NULL)"), "NULL");
    }
}
