//! Intervals of days to seconds as numbers of milliseconds.

use arrow::datatypes::{DataType, IntervalMonthDayNano, IntervalUnit};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use crate::casts::DAY;

/// The type every interval is brought to.
pub(super) const INTERVAL: DataType = DataType::Interval(IntervalUnit::MonthDayNano);
const NANOS: i64 = 1_000_000;

/// The length of an interval; an error for months, which have none.
pub(super) fn millis(value: IntervalMonthDayNano) -> Result<i128> {
    if value.months != 0 {
        return exec_err!("Totals of intervals year to month are not computed");
    }
    Ok(i128::from(value.days) * i128::from(DAY) + i128::from(value.nanoseconds / NANOS))
}

/// The interval of a length.
pub(super) fn interval(millis: i128) -> Result<IntervalMonthDayNano> {
    let (day, rest) = (i128::from(DAY), millis % i128::from(DAY));
    let parts = i32::try_from(millis / day).ok().zip(i64::try_from(rest).ok());
    parts
        .map(|(days, rest)| IntervalMonthDayNano::new(0, days, rest * NANOS))
        .ok_or_else(|| exec_datafusion_err!("interval day to second addition overflow"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_go_there_and_back() {
        for length in [0, 1, -1, i128::from(DAY) - 1, -i128::from(DAY) * 400 - 7] {
            assert_eq!(millis(interval(length).unwrap()).unwrap(), length);
        }
        assert!(interval(i128::from(i64::MAX) * 1000).is_err());
        assert!(millis(IntervalMonthDayNano::new(1, 0, 0)).is_err());
    }
}
