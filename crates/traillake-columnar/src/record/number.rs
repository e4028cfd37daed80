//! Numbers of records as column values, and whether the value gives back the text.

use std::fmt::Write;

/// A number that fits a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fitted<T> {
    pub(crate) value: T,
    /// The canonical text of the value is the source text.
    pub(crate) exact: bool,
}

/// A 32-bit integer; `5.0` and `5e0` are 5, but not exactly.
pub(crate) fn integer(text: &str) -> Option<Fitted<i32>> {
    if let Ok(value) = text.parse::<i32>() {
        let exact = text != "-0" && !text.starts_with('+');
        return Some(Fitted { value, exact });
    }
    let number = text.parse::<f64>().ok()?;
    if number.fract() != 0.0 || number < f64::from(i32::MIN) || number > f64::from(i32::MAX) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "a whole number between the bounds of i32")]
    let value = number as i32;
    Some(Fitted { value, exact: false })
}

/// A finite double.
pub(crate) fn double(text: &str) -> Option<Fitted<f64>> {
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite())?;
    let mut canonical = Canonical { rest: text.as_bytes() };
    let exact = text.len() <= 32 && push_double(value, &mut canonical).is_ok() && canonical.rest.is_empty();
    Some(Fitted { value, exact })
}

/// The canonical text of a double: the shortest that reads back as the same value, without exponent.
pub(crate) fn push_double(value: f64, out: &mut impl Write) -> std::fmt::Result {
    write!(out, "{value}")
}

/// Compares what is written to it with an expected text.
struct Canonical<'t> {
    rest: &'t [u8],
}

impl Write for Canonical<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.rest = self.rest.strip_prefix(text.as_bytes()).ok_or(std::fmt::Error)?;
        Ok(())
    }
}
