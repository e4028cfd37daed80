//! Functions of a time and a pattern, over whole columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringViewBuilder};
use datafusion::common::{Result, exec_err};

use super::civil::date_time;
use super::layout::Part;
use super::moments::{Compiled, Moments, texts};
use super::write::{Shown, write};
use crate::functions::kit::Cell;

/// Times by patterns: arguments are times and patterns.
pub(super) fn formatted(
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
