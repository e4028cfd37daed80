//! The time that a partition holds: a UTC day, or a month of them.

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

use super::PartitionKey;

/// The UTC days of a partition: one, or those of a calendar month. Written as its first day.
///
/// Periods are ordered by their first day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    first: NaiveDate,
    is_month: bool,
}

impl Period {
    /// One day.
    pub const fn day(date: NaiveDate) -> Self {
        Self { first: date, is_month: false }
    }

    /// The month that a day lies in.
    pub fn month_of(date: NaiveDate) -> Self {
        Self { first: date.with_day(1).unwrap_or(date), is_month: true }
    }

    /// The period of this kind that begins on this day, where one does.
    pub fn starting(key: PartitionKey, first: NaiveDate) -> Option<Self> {
        let period = if key == PartitionKey::Month { Self::month_of(first) } else { Self::day(first) };
        (period.first == first).then_some(period)
    }

    /// Its first day.
    pub const fn first(self) -> NaiveDate {
        self.first
    }

    /// Its last day.
    pub fn last(self) -> NaiveDate {
        let next = self.first.checked_add_months(Months::new(u32::from(self.is_month)));
        next.and_then(|next| if self.is_month { next.pred_opt() } else { Some(next) }).unwrap_or(self.first)
    }

    /// The key whose values are such periods: [`Date`](PartitionKey::Date) or [`Month`](PartitionKey::Month).
    pub const fn key(self) -> PartitionKey {
        if self.is_month { PartitionKey::Month } else { PartitionKey::Date }
    }

    /// The day, where it is one.
    pub fn as_day(self) -> Option<NaiveDate> {
        (!self.is_month).then_some(self.first)
    }

    /// The first day of the month, where it is one.
    pub fn as_month(self) -> Option<NaiveDate> {
        self.is_month.then_some(self.first)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.first.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_runs_from_its_first_to_its_last_day() {
        for (day, first, last) in [
            ("2024-02-29", "2024-02-01", "2024-02-29"),
            ("2023-02-01", "2023-02-01", "2023-02-28"),
            ("2023-12-31", "2023-12-01", "2023-12-31"),
            ("2024-01-01", "2024-01-01", "2024-01-31"),
            ("2024-04-15", "2024-04-01", "2024-04-30"),
        ] {
            let month = Period::month_of(date(day));
            assert_eq!((month.first(), month.last()), (date(first), date(last)), "{day}");
            assert_eq!((month.key(), month.as_day(), month.to_string()), (PartitionKey::Month, None, first.to_owned()));
        }
    }

    #[test]
    fn a_day_is_its_own_first_and_last() {
        let day = Period::day(date("2024-02-29"));
        assert_eq!((day.first(), day.last(), day.as_day()), (day.first(), day.first(), Some(date("2024-02-29"))));
        assert_eq!((day.key(), day.as_month(), day.to_string()), (PartitionKey::Date, None, "2024-02-29".to_owned()));
    }

    #[test]
    fn a_month_begins_on_its_first_day_alone() {
        let starting = |key, day| Period::starting(key, date(day)).map(Period::last);
        assert_eq!(starting(PartitionKey::Month, "2024-02-01"), Some(date("2024-02-29")));
        assert_eq!(starting(PartitionKey::Month, "2024-02-02"), None);
        assert_eq!(starting(PartitionKey::Date, "2024-02-02"), Some(date("2024-02-02")));
    }

    #[test]
    fn the_ends_of_the_calendar_are_periods_too() {
        for end in [NaiveDate::MIN, NaiveDate::MAX] {
            let month = Period::month_of(end);
            assert!(month.first() <= end && month.last() >= month.first());
            assert_eq!(Period::day(end).last(), end);
        }
    }
}
