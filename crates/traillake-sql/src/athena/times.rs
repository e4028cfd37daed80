//! Times as texts that sort as the times do, and the times a text stands for.

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;

/// Seconds of 0001-01-01T00:00:00Z and of the first moment after the year 9999.
const FIRST: i64 = -62_135_596_800;
const END: i64 = 253_402_300_800;

/// `None` outside of the years 1 to 9999, whose texts have one width.
fn time(millis: i64) -> Option<DateTime<Utc>> {
    let seconds = millis.div_euclid(1_000);
    (FIRST..END).contains(&seconds).then(|| DateTime::from_timestamp(seconds, 0))?
}

pub(super) fn iso_text(millis: i64) -> Option<String> {
    let time = time(millis)?;
    let (year, month, day) = (time.year(), time.month(), time.day());
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

pub(super) fn date_text(millis: i64) -> Option<String> {
    time(millis).map(|time| format!("{:04}/{:02}/{:02}", time.year(), time.month(), time.day()))
}

pub(super) fn year_text(millis: i64) -> Option<String> {
    time(millis).map(|time| format!("{:04}", time.year()))
}

pub(super) fn month_text(millis: i64) -> Option<String> {
    time(millis).map(|time| format!("{:02}", time.month()))
}

pub(super) fn day_text(millis: i64) -> Option<String> {
    time(millis).map(|time| format!("{:02}", time.day()))
}

/// The times whose text is the literal; an empty range where the literal would stand when it is the text of none.
pub(super) fn preimage(
    args: &[Expr],
    literal: &ScalarValue,
    info: &SimplifyContext,
    text_of: fn(i64) -> Option<String>,
) -> Result<PreimageResult> {
    let ([time], Some(text)) = (args, literal.try_as_str().flatten()) else { return Ok(PreimageResult::None) };
    let data_type = info.get_data_type(time)?;
    let bound = |seconds: i64| ScalarValue::TimestampMillisecond(Some(seconds * 1_000), None);
    if bound(0).data_type() != data_type {
        return Ok(PreimageResult::None);
    }
    let text_of = |seconds: i64| text_of(seconds * 1_000).unwrap_or_default();
    let from = first(|seconds| text_of(seconds).as_str() >= text);
    let until = first(|seconds| text_of(seconds).as_str() > text);
    let interval = Box::new(Interval::try_new(bound(from), bound(until))?);
    Ok(PreimageResult::Range { expr: time.clone(), interval })
}

/// The first second from which on a condition holds, by bisection; the end where it never does.
fn first(holds: impl Fn(i64) -> bool) -> i64 {
    let (mut from, mut until) = (FIRST, END);
    while from < until {
        let middle = from + (until - from) / 2;
        if holds(middle) {
            until = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
    use datafusion::common::DFSchema;
    use datafusion::logical_expr::{col, lit};
    use proptest::prelude::*;

    use super::*;

    fn bounds(literal: &str, text_of: fn(i64) -> Option<String>) -> (i64, i64) {
        let field = Field::new("t", DataType::Timestamp(TimeUnit::Millisecond, None), true);
        let schema = DFSchema::try_from(Schema::new(vec![field])).unwrap();
        let info = SimplifyContext::builder().with_schema(Arc::new(schema)).build();
        let found = preimage(&[col("t")], &ScalarValue::from(literal), &info, text_of).unwrap();
        let PreimageResult::Range { expr, interval } = found else { panic!("a range was expected") };
        assert_eq!(expr, col("t"));
        let (from, until) = interval.into_bounds();
        let millis = |bound| match bound {
            ScalarValue::TimestampMillisecond(Some(millis), None) => millis,
            other => panic!("{other:?}"),
        };
        (millis(from), millis(until))
    }

    #[test]
    fn a_text_of_a_second_is_that_second() {
        assert_eq!(iso_text(1_689_030_000_999).as_deref(), Some("2023-07-10T23:00:00Z"));
        assert_eq!(bounds("2023-07-10T23:00:00Z", iso_text), (1_689_030_000_000, 1_689_030_001_000));
    }

    #[test]
    fn other_texts_are_empty_ranges_where_they_would_stand() {
        let midnight = 1_688_947_200_000;
        assert_eq!(bounds("2023-07-10", iso_text), (midnight, midnight));
        assert_eq!(bounds("2023/07/10", date_text), (midnight, midnight + 86_400_000));
        assert_eq!(bounds("zzz", iso_text), (END * 1_000, END * 1_000));
        assert_eq!(bounds("", iso_text), (FIRST * 1_000, FIRST * 1_000));
    }

    #[test]
    fn a_literal_of_another_type_is_left_alone() {
        let field = Field::new("t", DataType::Timestamp(TimeUnit::Millisecond, None), true);
        let schema = DFSchema::try_from(Schema::new(vec![field])).unwrap();
        let info = SimplifyContext::builder().with_schema(Arc::new(schema)).build();
        let found = preimage(&[col("t")], &lit(1_i64).as_literal().cloned().unwrap(), &info, iso_text).unwrap();
        assert!(matches!(found, PreimageResult::None));
    }

    proptest! {
        #[test]
        fn a_comparison_of_texts_is_the_range(millis in -1_000_000_000_000_i64..4_000_000_000_000, text in "[0-9]{4}(-[01][0-9](-[0-3][0-9](T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z?)?)?)?") {
            let (from, until) = bounds(&text, iso_text);
            let own = iso_text(millis).unwrap();
            prop_assert_eq!(own.as_str() >= text.as_str(), millis >= from);
            prop_assert_eq!(own.as_str() > text.as_str(), millis >= until);
        }
    }
}
