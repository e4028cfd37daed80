//! What a text says about a time, and the time that it means.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};

use super::super::layout::{Field, Name};
use super::super::zone::Zone;
use super::{Read, Refusal};

/// What a text has said so far.
#[derive(Debug, Clone, Default)]
pub(in crate::functions::datetime) struct Said {
    numbers: [Option<i64>; FIELDS],
    halfday: Option<i64>,
    era: Option<i64>,
    pub(in crate::functions::datetime) millis: i64,
    pub(in crate::functions::datetime) offset: Option<i64>,
    pub(in crate::functions::datetime) zone: Option<Zone>,
}

const FIELDS: usize = Field::Second as usize + 1;

impl Said {
    pub(in crate::functions::datetime) fn set(&mut self, field: Field, number: i64) {
        if let Some(place) = self.numbers.get_mut(field as usize) {
            *place = Some(number);
        }
    }

    pub(super) fn set_name(&mut self, name: Name, index: i64) {
        match name {
            Name::Month => self.set(Field::Month, index + 1),
            Name::DayOfWeek => self.set(Field::DayOfWeek, index + 1),
            Name::Halfday => self.halfday = Some(index),
            Name::Era => self.era = Some(index),
        }
    }

    /// The number that was said, in the range of its field.
    fn get(&self, field: Field) -> Read<Option<i64>> {
        let Some(number) = self.numbers.get(field as usize).copied().flatten() else { return Ok(None) };
        let (least, most, name) = field.range();
        if (least..=most).contains(&number) { Ok(Some(number)) } else { Err(Refusal::Value(number, name, least, most)) }
    }

    fn get_u32(&self, field: Field) -> Read<Option<u32>> {
        Ok(self.get(field)?.and_then(|number| u32::try_from(number).ok()))
    }

    /// The local time: what was not said is its smallest value; a month without a year is one of 2000.
    pub(in crate::functions::datetime) fn local(&self) -> Read<NaiveDateTime> {
        Ok(self.date()?.and_time(self.time()?))
    }

    fn time(&self) -> Read<NaiveTime> {
        let halfday_hour = match self.get_u32(Field::HalfdayHour)? {
            Some(hour) => hour,
            None => self.get_u32(Field::ClockHalfdayHour)?.unwrap_or_default() % 12,
        };
        let afternoon = if self.halfday == Some(1) { 12 } else { 0 };
        let hour = match (self.get_u32(Field::Hour)?, self.get_u32(Field::ClockHour)?) {
            (Some(hour), _) => hour,
            (None, Some(hour)) => hour % 24,
            (None, None) => halfday_hour + afternoon,
        };
        let minute = self.get_u32(Field::Minute)?.unwrap_or_default();
        let second = self.get_u32(Field::Second)?.unwrap_or_default();
        let millis = u32::try_from(self.millis).unwrap_or_default();
        Ok(NaiveTime::from_hms_milli_opt(hour, minute, second, millis).unwrap_or_default())
    }

    fn year(&self) -> Read<Option<i64>> {
        let year = match (self.get(Field::Year)?, self.get(Field::YearOfEra)?, self.get(Field::Century)?) {
            (Some(year), ..) | (None, Some(year), _) => Some(year),
            (None, None, century) => century.map(|century| century * 100),
        };
        Ok(if self.era == Some(0) { year.map(|year| 1 - year) } else { year })
    }

    fn date(&self) -> Read<NaiveDate> {
        let (month, day, week) = (self.get_u32(Field::Month)?, self.get_u32(Field::Day)?, self.get_u32(Field::Week)?);
        let (day_of_year, weekday) = (self.get_u32(Field::DayOfYear)?, self.weekday()?);
        let weekyear = self.get(Field::WeekYear)?;
        let year = self.year()?;
        let says_day = month.is_some() || day.is_some() || week.is_some() || day_of_year.is_some() || weekday.is_some();
        let year = year.unwrap_or(if says_day { 2000 } else { 1970 });
        if month.is_none() && day.is_none() && day_of_year.is_none() && (weekyear.is_some() || week.is_some()) {
            return week_date(weekyear, year, week.unwrap_or(1), weekday.unwrap_or(Weekday::Mon));
        }
        let year = weekyear.filter(|_| self.year().is_ok_and(|year| year.is_none())).unwrap_or(year);
        let date = match day_of_year.filter(|_| month.is_none() && day.is_none()) {
            Some(ordinal) => ordinal_date(year, ordinal)?,
            None => calendar_date(year, month.unwrap_or(1), day.unwrap_or(1))?,
        };
        Ok(weekday.map_or(date, |weekday| {
            date.week(Weekday::Mon).first_day() + Days::new(u64::from(weekday.num_days_from_monday()))
        }))
    }

    fn weekday(&self) -> Read<Option<Weekday>> {
        let number = self.get_u32(Field::DayOfWeek)?;
        Ok(number.and_then(|number| Weekday::try_from(u8::try_from(number - 1).ok()?).ok()))
    }
}

fn small(year: i64, field: Field) -> Read<i32> {
    let (.., name) = field.range();
    let fits = i32::try_from(year).ok().filter(|year| NaiveDate::from_ymd_opt(*year, 1, 1).is_some());
    fits.ok_or(Refusal::Value(year, name, i64::from(NaiveDate::MIN.year()), i64::from(NaiveDate::MAX.year())))
}

fn calendar_date(year: i64, month: u32, day: u32) -> Read<NaiveDate> {
    let year = small(year, Field::Year)?;
    let last = (28..=31).rev().find(|last| NaiveDate::from_ymd_opt(year, month, *last).is_some()).unwrap_or(28);
    let refusal = Refusal::Value(i64::from(day), Field::Day.range().2, 1, i64::from(last));
    NaiveDate::from_ymd_opt(year, month, day).ok_or(refusal)
}

fn ordinal_date(year: i64, ordinal: u32) -> Read<NaiveDate> {
    let refusal = Refusal::Value(i64::from(ordinal), Field::DayOfYear.range().2, 1, 365);
    NaiveDate::from_yo_opt(small(year, Field::Year)?, ordinal).ok_or(refusal)
}

/// The day of a week; without a year of weeks, of the one that the year's first day belongs to.
fn week_date(weekyear: Option<i64>, year: i64, week: u32, weekday: Weekday) -> Read<NaiveDate> {
    let weekyear = match weekyear {
        Some(weekyear) => small(weekyear, Field::WeekYear)?,
        None => calendar_date(year, 1, 1)?.iso_week().year(),
    };
    let refusal = Refusal::Value(i64::from(week), Field::Week.range().2, 1, 52);
    NaiveDate::from_isoywd_opt(weekyear, week, weekday).ok_or(refusal)
}
