//! Milliseconds as dates and times of the ISO calendar.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime};
use datafusion::common::{Result, exec_datafusion_err};

pub(super) const SECOND: i64 = 1000;
pub(super) const MINUTE: i64 = 60 * SECOND;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
pub(super) const WEEK: i64 = 7 * DAY;

/// 1970-01-05, a Monday.
const FIRST_MONDAY: i64 = 4 * DAY;

/// The date and time of so many milliseconds since 1970-01-01.
pub(super) fn date_time(millis: i64) -> Result<NaiveDateTime> {
    let time = DateTime::from_timestamp_millis(millis).map(|time| time.naive_utc());
    time.ok_or_else(|| exec_datafusion_err!("Millis overflow: {millis}"))
}

/// Milliseconds since 1970-01-01.
pub(super) fn millis_of(time: NaiveDateTime) -> i64 {
    time.and_utc().timestamp_millis()
}

/// Days since 1970-01-01.
pub(super) fn days_of(date: NaiveDate) -> i32 {
    let days = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp().div_euclid(DAY / SECOND);
    i32::try_from(days).unwrap_or_default()
}

/// A unit of time, as `date_trunc`, `date_add` and `date_diff` take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Millisecond,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    pub(super) const ALL: [(&'static str, Self); 9] = [
        ("millisecond", Self::Millisecond),
        ("second", Self::Second),
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("week", Self::Week),
        ("month", Self::Month),
        ("quarter", Self::Quarter),
        ("year", Self::Year),
    ];

    /// A unit by its name in any letter case.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, unit)| unit)
    }

    /// Whether the unit counts elapsed time and not dates.
    pub(super) fn is_of_time(self) -> bool {
        self < Self::Day
    }

    /// Its length: milliseconds, or months.
    fn length(self) -> Length {
        match self {
            Self::Millisecond => Length::Millis(1),
            Self::Second => Length::Millis(SECOND),
            Self::Minute => Length::Millis(MINUTE),
            Self::Hour => Length::Millis(HOUR),
            Self::Day => Length::Millis(DAY),
            Self::Week => Length::Millis(WEEK),
            Self::Month => Length::Months(1),
            Self::Quarter => Length::Months(3),
            Self::Year => Length::Months(12),
        }
    }

    /// The start of the unit that a local time falls into.
    pub(super) fn floor(self, local: i64) -> Result<i64> {
        match self.length() {
            Length::Millis(length) => {
                let origin = if self == Self::Week { FIRST_MONDAY } else { 0 };
                Ok(local.saturating_sub(local.saturating_sub(origin).rem_euclid(length)))
            }
            Length::Months(months) => {
                let date = date_time(local)?.date();
                let month = date.month0() - date.month0() % months;
                let start = date.with_day(1).and_then(|date| date.with_month0(month)).unwrap_or(date);
                Ok(i64::from(days_of(start)) * DAY)
            }
        }
    }

    /// Where the unit that a local time falls into starts, and where the next one does.
    pub(super) fn around(self, local: i64) -> Result<(i64, i64)> {
        /// A hundred thousand years lie in the calendar; times further off are asked of it.
        const SURELY_WITHIN: std::ops::Range<i64> = -100_000 * 366 * DAY..100_000 * 366 * DAY;
        let start = self.floor(local)?;
        match self.length() {
            Length::Millis(length) if SURELY_WITHIN.contains(&start) => Ok((start, start + length)),
            _ => Ok((start, self.add(start, 1)?)),
        }
    }

    /// A local time so many units later; the day is clipped to its month's last.
    pub(super) fn add(self, local: i64, count: i64) -> Result<i64> {
        let overflow = || exec_datafusion_err!("Value out of range: {count} {self:?}");
        let moved = match self.length() {
            Length::Millis(length) => count.checked_mul(length).and_then(|by| local.checked_add(by)),
            Length::Months(months) => {
                let by = count.checked_mul(i64::from(months)).ok_or_else(overflow)?;
                add_months(date_time(local)?, by).map(millis_of)
            }
        };
        let moved = moved.ok_or_else(overflow)?;
        date_time(moved).map(|_| moved)
    }

    /// Whole units from one local time to another, toward zero.
    pub(super) fn between(self, from: i64, to: i64) -> Result<i64> {
        match self.length() {
            Length::Millis(length) => {
                let apart = to.checked_sub(from).ok_or_else(|| exec_datafusion_err!("bigint subtraction overflow"))?;
                Ok(apart / length)
            }
            Length::Months(months) => {
                let (from, to) = (date_time(from)?, date_time(to)?);
                Ok(if from <= to { months_between(from, to) } else { -months_between(to, from) } / i64::from(months))
            }
        }
    }
}

enum Length {
    Millis(i64),
    Months(u32),
}

fn add_months(time: NaiveDateTime, count: i64) -> Option<NaiveDateTime> {
    let months = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
    if count < 0 { time.checked_sub_months(months) } else { time.checked_add_months(months) }
}

/// Whole months between two times in order. A month's last day is a whole month after any later day of another.
fn months_between(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    let count = |time: NaiveDateTime| i64::from(time.year()) * 12 + i64::from(time.month0());
    let is_last_day = to.date().checked_add_days(Days::new(1)).is_none_or(|next| next.month() != to.month());
    let day = if is_last_day { from.day().min(to.day()) } else { from.day() };
    let short = (to.day(), to.time()) < (day, from.time());
    count(to) - count(from) - i64::from(short)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> i64 {
        millis_of(text.parse().unwrap())
    }

    #[test]
    fn weeks_start_on_monday_before_and_after_1970() {
        assert_eq!(Unit::Week.floor(at("2024-05-05T23:59:59")).unwrap(), at("2024-04-29T00:00:00"));
        assert_eq!(Unit::Week.floor(at("1969-12-31T10:00:00")).unwrap(), at("1969-12-29T00:00:00"));
        assert_eq!(Unit::Quarter.floor(at("1969-12-31T10:00:00")).unwrap(), at("1969-10-01T00:00:00"));
        assert_eq!(Unit::Second.floor(-1).unwrap(), -1000);
    }

    #[test]
    fn months_are_whole_when_the_last_day_is_reached() {
        let months = |from, to| Unit::Month.between(at(from), at(to)).unwrap();
        assert_eq!(months("2024-01-31T00:00:00", "2024-02-29T00:00:00"), 1);
        assert_eq!(months("2024-01-31T12:00:00", "2024-02-29T11:00:00"), 0);
        assert_eq!(months("2024-01-30T00:00:00", "2024-02-28T00:00:00"), 0);
        assert_eq!(months("2024-02-29T00:00:00", "2024-01-31T00:00:00"), -1);
        assert_eq!(Unit::Year.between(at("2020-02-29T00:00:00"), at("2021-02-28T00:00:00")).unwrap(), 1);
        assert_eq!(Unit::Year.between(at("2020-02-29T00:00:00"), at("2024-02-28T00:00:00")).unwrap(), 3);
    }

    #[test]
    fn what_leaves_the_calendar_is_an_error() {
        assert!(Unit::Year.add(0, 300_000).is_err());
        assert!(Unit::Month.add(0, i64::MIN).is_err());
        assert!(Unit::Day.add(0, i64::MAX).is_err());
        assert!(Unit::Day.between(i64::MIN, i64::MAX).is_err());
        assert!(Unit::Month.floor(i64::MIN).is_err());
    }

    proptest! {
        #[test]
        fn a_floor_is_not_after_its_time_and_a_fixed_point(unit in 0..9_usize, local in -10_000_000_000_000..10_000_000_000_000_i64) {
            let unit = Unit::ALL[unit].1;
            let floor = unit.floor(local).unwrap();
            prop_assert!(floor <= local);
            prop_assert_eq!(unit.floor(floor).unwrap(), floor);
            prop_assert!(unit.add(floor, 1).unwrap() > local);
        }

        #[test]
        fn what_was_added_lies_between(unit in 0..9_usize, local in -10_000_000_000_000..10_000_000_000_000_i64, count in -1000..1000_i64) {
            let unit = Unit::ALL[unit].1;
            let moved = unit.add(local, count).unwrap();
            prop_assert_eq!(unit.between(local, moved).unwrap(), count);
        }
    }
}
