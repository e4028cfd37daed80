//! Columns of dates and timestamps, and functions over them.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, StringViewArray, TimestampMillisecondArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Date32Type, TimestampMillisecondType};
use chrono::NaiveDateTime;
use datafusion::common::{Result, internal_datafusion_err, internal_err};

use super::civil::{DAY, Unit, date_time};
use super::spans::by_unit;
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
        Self::of_column(column)
    }

    /// A column of one of these kinds.
    pub(super) fn of_column(column: &'a ArrayRef) -> Result<Self> {
        if let Some(days) = column.as_primitive_opt::<Date32Type>() {
            return Ok(Self { values: Values::Days(days), zone: Zone::utc() });
        }
        let Some(millis) = column.as_primitive_opt::<TimestampMillisecondType>() else {
            return internal_err!("a column of {} is not one of times", column.data_type());
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

/// Whole columns at once.
impl Moments<'_> {
    /// For each row what `share` says of the start of the unit that its local time falls into, asked once for neighbours in
    /// one. `None` where the clock may jump, where no two rows are in a unit, and where any time is refused: then rows
    /// are asked one by one, for those that are NULL refuse nothing.
    pub(super) fn by_unit<T: Copy + Default>(&self, unit: Unit, share: impl FnMut(i64) -> Result<T>) -> Option<Vec<T>> {
        let offset = self.steady_offset().filter(|_| unit != Unit::Millisecond)?;
        by_unit(unit, self.instants().iter().map(|instant| instant.saturating_add(offset)), share).ok()
    }

    /// Milliseconds that the clock is ahead of UTC, if it never jumps.
    pub(super) fn steady_offset(&self) -> Option<i64> {
        self.zone.is_fixed().then(|| self.zone.offset_at(0))
    }

    /// As `instant`, of all rows; NULLs have any.
    pub(super) fn instants(&self) -> Cow<'_, [i64]> {
        match self.values {
            Values::Days(days) => days.values().iter().map(|&day| i64::from(day) * DAY).collect(),
            Values::Millis(millis) => Cow::Borrowed(millis.values()),
        }
    }

    /// Which rows are NULL.
    pub(super) fn nulls(&self) -> Option<NullBuffer> {
        match self.values {
            Values::Days(days) => days.nulls().cloned(),
            Values::Millis(millis) => millis.nulls().cloned(),
        }
    }

    /// A column of the same type with the same NULLs.
    pub(super) fn with_instants(&self, instants: Vec<i64>) -> ArrayRef {
        match self.values {
            Values::Days(_) => {
                let days = instants.into_iter().map(days_since_1970).collect();
                Arc::new(Date32Array::new(days, self.nulls()))
            }
            Values::Millis(millis) => {
                let column = TimestampMillisecondArray::new(instants.into(), self.nulls());
                Arc::new(column.with_timezone_opt(millis.timezone()))
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
