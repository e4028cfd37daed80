//! Functions of a time and a pattern, over whole columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringViewBuilder, UInt32Array};
use arrow::compute::take;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;

use super::civil::{Unit, date_time};
use super::layout::Part;
use super::moments::{Compiled, Moments, texts};
use super::write::{Shown, write};
use crate::functions::kit::{Cell, columns_of};

/// Times by patterns: arguments are times and patterns.
pub(super) fn formatted(
    arguments: &[ColumnarValue],
    rows: usize,
    compile: impl Fn(&str) -> Result<Vec<Part>>,
) -> Result<ArrayRef> {
    match formatted_at_once(arguments, &compile) {
        Some(column) => Ok(column),
        None => formatted_by_row(&columns_of(arguments, rows)?, rows, compile),
    }
}

/// Where all rows have one pattern, on a clock that never jumps: what the pattern does not tell apart is written once.
fn formatted_at_once(arguments: &[ColumnarValue], compile: impl Fn(&str) -> Result<Vec<Part>>) -> Option<ArrayRef> {
    let [ColumnarValue::Array(column), ColumnarValue::Scalar(pattern)] = arguments else { return None };
    let parts = compile(pattern.try_as_str()??).ok()?;
    let within = parts.iter().map(Part::within).min().unwrap_or(Unit::Day);
    let moments = Moments::of_column(column).ok()?;
    let (zone, offset) = (moments.zone, moments.steady_offset()?);
    let (mut texts, mut text, mut next) = (StringViewBuilder::new(), String::new(), 0..);
    let places = moments.by_unit(within, |start| {
        text.clear();
        write(&parts, &Shown { instant: start.saturating_sub(offset), local: date_time(start)?, zone }, &mut text);
        texts.append_value(&text);
        Ok(next.next().unwrap_or_default())
    })?;
    take(&texts.finish(), &UInt32Array::new(places.into(), moments.nulls()), None).ok()
}

fn formatted_by_row(
    arguments: &[ArrayRef],
    rows: usize,
    compile: impl Fn(&str) -> Result<Vec<Part>>,
) -> Result<ArrayRef> {
    let (moments, patterns) = (Moments::of(arguments, 0)?, texts(arguments, 1)?);
    let (mut compiled, mut text) = (Compiled::new(), String::new());
    let mut column = StringViewBuilder::with_capacity(rows);
    for row in 0..rows {
        let Some(instant) = moments.instant(row).filter(|_| patterns.is_valid(row)) else {
            column.append_null();
            continue;
        };
        let parts = compiled.of(patterns.value(row), &compile)?;
        let local = date_time(instant.saturating_add(moments.zone.offset_at(instant)))?;
        text.clear();
        write(parts, &Shown { instant, local, zone: moments.zone }, &mut text);
        column.append_value(&text);
    }
    Ok(Arc::new(column.finish()))
}

/// Texts by patterns: arguments are texts and patterns.
pub(super) fn parsed<T: Cell>(
    arguments: &[ArrayRef],
    rows: usize,
    compile: impl Fn(&str) -> Result<Vec<Part>>,
    parse: impl Fn(&[Part], &str) -> Result<T>,
) -> Result<ArrayRef> {
    let (texts, patterns) = (texts(arguments, 0)?, texts(arguments, 1)?);
    let mut compiled = Compiled::new();
    T::column((0..rows).map(|row| {
        if texts.is_null(row) || patterns.is_null(row) {
            return Ok(None);
        }
        let parts = compiled.of(patterns.value(row), &compile)?;
        if parts.is_empty() {
            return exec_err!("Invalid pattern specification");
        }
        parse(parts, texts.value(row)).map(Some)
    }))
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray as _, TimestampMillisecondArray};
    use datafusion::common::ScalarValue;
    use proptest::prelude::*;

    use super::*;

    fn said(column: Result<ArrayRef>) -> String {
        let texts = |column: ArrayRef| format!("{:?}", column.as_string_view().iter().collect::<Vec<_>>());
        column.map_or_else(|error| error.to_string(), texts)
    }

    /// A pattern of fields for each letter and one more.
    fn compile(pattern: &str) -> Result<Vec<Part>> {
        use super::super::layout::{Field, Name, number};
        let part = |letter| match letter {
            'Y' => number(Field::Year, 4, 4),
            'w' => number(Field::Week, 2, 2),
            'd' => number(Field::Day, 2, 2),
            'H' => number(Field::Hour, 2, 2),
            'k' => number(Field::ClockHalfdayHour, 2, 2),
            'p' => Part::Name { name: Name::Halfday, short: false },
            'i' => number(Field::Minute, 2, 2),
            's' => number(Field::Second, 2, 2),
            'f' => Part::Fraction { least: 3, most: 3 },
            'Z' => Part::Offset { colon: true },
            'z' => Part::ZoneId,
            other => Part::Literal(other.to_string()),
        };
        if pattern.contains('!') { exec_err!("no pattern") } else { Ok(pattern.chars().map(part).collect()) }
    }

    proptest! {
        #[test]
        fn texts_at_once_are_those_row_by_row(
            pattern in "[YwdHkpisfZz.!]{0,4}",
            near in prop::collection::vec(prop::option::weighted(0.9, 1_700_000_000_000..1_700_000_060_000_i64), 0..30),
            far in prop::collection::vec(prop::option::weighted(0.9, -8_000_000_000_000_000..8_000_000_000_000_000_i64), 0..5),
            any in prop::collection::vec(any::<Option<i64>>(), 0..2),
            zone in 0..4_usize,
        ) {
            let zone = [None, Some("UTC"), Some("+05:45"), Some("America/New_York")][zone];
            let times = [near, far, any].concat();
            let rows = times.len();
            let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(times).with_timezone_opt(zone));
            let pattern = ColumnarValue::Scalar(ScalarValue::Utf8View(Some(pattern)));
            let arguments = [ColumnarValue::Array(column), pattern];
            let by_row = formatted_by_row(&columns_of(&arguments, rows).unwrap(), rows, compile);
            prop_assert_eq!(said(formatted(&arguments, rows, compile)), said(by_row));
        }
    }
}
