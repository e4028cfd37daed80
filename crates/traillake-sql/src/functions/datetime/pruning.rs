//! Comparisons with a function of time as ranges of the time itself, which prune files.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};

use super::civil::{DAY, Unit, days_of};

/// The times that `date_trunc` turns into a literal. A literal that starts no unit has none:
/// the empty range at the next start then stands for it.
pub(super) fn of_truncated(args: &[Expr], literal: &ScalarValue, info: &SimplifyContext) -> Result<PreimageResult> {
    let [unit, time] = args else { return Ok(PreimageResult::None) };
    let unit = unit.as_literal().and_then(|unit| unit.try_as_str().flatten()).and_then(Unit::of_name);
    let data_type = info.get_data_type(time)?;
    let (Some(unit), Some(start)) = (unit, millis_of_scalar(literal)) else { return Ok(PreimageResult::None) };
    let of_date = matches!(data_type, DataType::Date32);
    if literal.data_type() != data_type || (of_date && unit.is_of_time()) {
        return Ok(PreimageResult::None);
    }
    let bounds = unit.floor(start).and_then(|floor| Ok((floor, unit.add(floor, 1)?)));
    let Ok((floor, next)) = bounds else { return Ok(PreimageResult::None) };
    range(time, &data_type, if floor == start { floor } else { next }, next)
}

/// The times of a date.
pub(super) fn of_date(args: &[Expr], literal: &ScalarValue, info: &SimplifyContext) -> Result<PreimageResult> {
    let ([time], ScalarValue::Date32(Some(day))) = (args, literal) else { return Ok(PreimageResult::None) };
    let start = i64::from(*day) * DAY;
    range(time, &info.get_data_type(time)?, start, start + DAY)
}

/// The times of a year.
pub(super) fn of_year(args: &[Expr], literal: &ScalarValue, info: &SimplifyContext) -> Result<PreimageResult> {
    let ([time], ScalarValue::Int64(Some(year))) = (args, literal) else { return Ok(PreimageResult::None) };
    let start = |year: i64| {
        let date = chrono::NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, 1, 1)?;
        Some(i64::from(days_of(date)) * DAY)
    };
    match (start(*year), year.checked_add(1).and_then(start)) {
        (Some(first), Some(next)) => range(time, &info.get_data_type(time)?, first, next),
        _ => Ok(PreimageResult::None),
    }
}

/// Ordered as the last argument is, the others being constant: where the clock never goes back.
pub(super) fn order_of_last(inputs: &[ExprProperties]) -> SortProperties {
    let Some((last, others)) = inputs.split_last() else { return SortProperties::Singleton };
    let constant = others.iter().all(|other| other.sort_properties == SortProperties::Singleton);
    if constant && has_steady_clock(&last.range.data_type()) { last.sort_properties } else { SortProperties::Unordered }
}

fn range(time: &Expr, data_type: &DataType, from: i64, to: i64) -> Result<PreimageResult> {
    let (Some(from), Some(to)) = (scalar_of_millis(from, data_type), scalar_of_millis(to, data_type)) else {
        return Ok(PreimageResult::None);
    };
    Ok(PreimageResult::Range { expr: time.clone(), interval: Box::new(Interval::try_new(from, to)?) })
}

fn has_steady_clock(data_type: &DataType) -> bool {
    match data_type {
        DataType::Date32 => true,
        DataType::Timestamp(TimeUnit::Millisecond, zone) => zone.as_deref().is_none_or(|zone| zone == "UTC"),
        _ => false,
    }
}

fn millis_of_scalar(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::Date32(Some(day)) => Some(i64::from(*day) * DAY),
        ScalarValue::TimestampMillisecond(millis, _) => *millis,
        _ => None,
    }
}

/// The value as the type has it; `None` where the type is no plain time.
fn scalar_of_millis(millis: i64, data_type: &DataType) -> Option<ScalarValue> {
    match data_type {
        other if !has_steady_clock(other) => None,
        DataType::Timestamp(_, zone) => Some(ScalarValue::TimestampMillisecond(Some(millis), zone.clone())),
        _ => Some(ScalarValue::Date32(Some(i32::try_from(millis.div_euclid(DAY)).ok()?))),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::{Field, Schema};
    use datafusion::common::DFSchema;
    use datafusion::logical_expr::{col, lit};

    use super::*;

    fn context() -> SimplifyContext {
        let time = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Millisecond, zone.map(Into::into));
        let fields = [("t", time(None)), ("z", time(Some("UTC"))), ("n", time(Some("America/New_York")))];
        let fields = fields.map(|(name, data_type)| Field::new(name, data_type, true));
        let schema = DFSchema::try_from(Schema::new(fields.to_vec())).unwrap();
        SimplifyContext::builder().with_schema(Arc::new(schema)).build()
    }

    fn bounds(result: PreimageResult) -> Option<(i64, i64)> {
        let PreimageResult::Range { interval, .. } = result else { return None };
        let (from, to) = interval.into_bounds();
        Some((millis_of_scalar(&from)?, millis_of_scalar(&to)?))
    }

    fn hour(column: &str, literal: &ScalarValue) -> Option<(i64, i64)> {
        bounds(of_truncated(&[lit("hour"), col(column)], literal, &context()).unwrap())
    }

    #[test]
    fn an_hour_is_a_range_and_what_starts_no_hour_an_empty_one() {
        let at = |millis| ScalarValue::TimestampMillisecond(Some(millis), None);
        assert_eq!(hour("t", &at(7_200_000)), Some((7_200_000, 10_800_000)));
        assert_eq!(hour("t", &at(7_200_001)), Some((10_800_000, 10_800_000)));
        assert_eq!(hour("t", &at(i64::MAX)), None);
        assert_eq!(hour("t", &ScalarValue::Int64(Some(1))), None);
    }

    #[test]
    fn zones_other_than_utc_are_left_alone() {
        let at = |zone: &str| ScalarValue::TimestampMillisecond(Some(7_200_000), Some(zone.into()));
        assert_eq!(hour("z", &at("UTC")), Some((7_200_000, 10_800_000)));
        assert_eq!(hour("n", &at("America/New_York")), None);
    }

    #[test]
    fn dates_and_years_are_ranges() {
        let date = of_date(&[col("t")], &ScalarValue::Date32(Some(1)), &context()).unwrap();
        assert_eq!(bounds(date), Some((DAY, 2 * DAY)));
        let year = of_year(&[col("t")], &ScalarValue::Int64(Some(1970)), &context()).unwrap();
        assert_eq!(bounds(year), Some((0, 365 * DAY)));
        let never = of_year(&[col("t")], &ScalarValue::Int64(Some(i64::MAX)), &context()).unwrap();
        assert_eq!(bounds(never), None);
    }

    #[test]
    fn ranges_keep_the_rows_that_the_functions_keep() {
        let times = "(VALUES (1, '2023-12-31 23:59:59'), (2, '2024-01-01 00:00:00'), (3, '2024-01-01 00:59:59'), \
                     (4, '2024-01-01 01:00:00'), (5, NULL)) AS v(n, text)";
        let kept = |condition: &str| {
            let times = format!("(SELECT n, date_parse(text, '%Y-%m-%d %T') AS t FROM {times}) AS s");
            let found = crate::testing::rows(&format!("SELECT n FROM {times} WHERE {condition} ORDER BY n")).unwrap();
            found.concat().concat()
        };
        let hour =
            |op: &str, time: &str| kept(&format!("date_trunc('hour', t) {op} date_parse('{time}', '%Y-%m-%d %T')"));
        for (op, at_start, inside) in [
            ("=", "23", ""),
            ("<>", "14", "1234"),
            ("<", "1", "123"),
            ("<=", "123", "123"),
            (">", "4", "4"),
            (">=", "234", "4"),
        ] {
            assert_eq!(hour(op, "2024-01-01 00:00:00"), at_start, "{op} at the start");
            assert_eq!(hour(op, "2024-01-01 00:30:00"), inside, "{op} inside");
        }
        assert_eq!(kept("date(t) = date '2024-01-01'"), "234");
        assert_eq!(kept("date(t) < date '2024-01-01'"), "1");
        assert_eq!(kept("year(t) = 2023"), "1");
        assert_eq!(kept("year(t) IN (2022, 2024)"), "234");
        assert_eq!(kept("year(t) IS DISTINCT FROM 2024"), "15");
    }
}
