//! Columns of dates and timestamps, and functions over them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, StringViewArray, TimestampMillisecondArray};
use arrow::datatypes::{DataType, Date32Type, TimestampMillisecondType};
use chrono::NaiveDateTime;
use datafusion::common::{Result, internal_datafusion_err, internal_err};

use super::civil::{DAY, date_time};
use super::zone::Zone;

/// A column of dates or timestamps and the zone it is read in.
pub(super) struct Moments<'a> {
    values: Values<'a>,
    pub(super) zone: Zone,
}

enum Values<'a> {
    Days(&'a Date32Array),
    Millis(&'a TimestampMillisecondArray),
}

impl<'a> Moments<'a> {
    /// Argument `place`, of kind `Date`, `Timestamp` or `Zoned`.
    pub(super) fn of(arguments: &'a [ArrayRef], place: usize) -> Result<Self> {
        let Some(column) = arguments.get(place) else { return internal_err!("argument {place} is missing") };
        if let Some(days) = column.as_primitive_opt::<Date32Type>() {
            return Ok(Self { values: Values::Days(days), zone: Zone::utc() });
        }
        let Some(millis) = column.as_primitive_opt::<TimestampMillisecondType>() else {
            return internal_err!("argument {place} is {}", column.data_type());
        };
        let zone = millis.timezone().map_or(Ok(Zone::utc()), Zone::parse)?;
        Ok(Self { values: Values::Millis(millis), zone })
    }

    pub(super) fn is_date(&self) -> bool {
        matches!(self.values, Values::Days(_))
    }

    /// Milliseconds since 1970-01-01, of UTC where there is a zone; `None` for NULL.
    pub(super) fn instant(&self, row: usize) -> Option<i64> {
        match self.values {
            Values::Days(days) => days.is_valid(row).then(|| i64::from(days.value(row)) * DAY),
            Values::Millis(millis) => millis.is_valid(row).then(|| millis.value(row)),
        }
    }

    /// Milliseconds since 1970-01-01 as clocks of the zone show them.
    pub(super) fn local(&self, row: usize) -> Option<i64> {
        let instant = self.instant(row)?;
        Some(instant.saturating_add(self.zone.offset_at(instant)))
    }

    /// The local date and time.
    pub(super) fn date_time(&self, row: usize) -> Result<Option<NaiveDateTime>> {
        self.local(row).map(date_time).transpose()
    }

    /// A column of the same type.
    pub(super) fn column(&self, instants: impl Iterator<Item = Result<Option<i64>>>) -> Result<ArrayRef> {
        match self.values {
            Values::Days(_) => {
                let days = instants.map(|instant| Ok(instant?.map(days_since_1970)));
                Ok(Arc::new(days.collect::<Result<Date32Array>>()?))
            }
            Values::Millis(millis) => {
                let column = instants.collect::<Result<TimestampMillisecondArray>>()?;
                Ok(Arc::new(column.with_timezone_opt(millis.timezone())))
            }
        }
    }
}

fn days_since_1970(millis: i64) -> i32 {
    i32::try_from(millis.div_euclid(DAY)).unwrap_or_default()
}

/// The type of argument `place`, for functions that keep it.
pub(super) fn type_of(types: &[DataType], place: usize) -> Result<DataType> {
    types.get(place).cloned().ok_or_else(|| internal_datafusion_err!("argument {place} is missing"))
}

/// Argument `place`, of kind `Text`.
pub(super) fn texts(arguments: &[ArrayRef], place: usize) -> Result<&StringViewArray> {
    let column = arguments.get(place).and_then(|column| column.as_string_view_opt());
    column.ok_or_else(|| internal_datafusion_err!("argument {place} is not a text"))
}

/// What a text was last made into: units and patterns are compiled once for all rows that share them.
#[derive(Debug)]
pub(super) struct Compiled<T> {
    last: Option<(String, T)>,
}

impl<T> Compiled<T> {
    pub(super) fn new() -> Self {
        Self { last: None }
    }

    pub(super) fn of(&mut self, text: &str, compile: impl FnOnce(&str) -> Result<T>) -> Result<&T> {
        if self.last.as_ref().is_none_or(|(last, _)| last != text) {
            self.last = Some((text.to_owned(), compile(text)?));
        }
        if let Some((_, made)) = &self.last { Ok(made) } else { internal_err!("nothing was compiled") }
    }
}
