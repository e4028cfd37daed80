//! Values as Lake writes them in results: `{key=value}`, `[a, b]`, `2023-06-11 16:26:27.000`.

use arrow::array::Array;
use arrow::util::display::{ArrayFormatter, FormatOptions};

/// The text of one value; `None` for NULL.
pub fn text_of(array: &dyn Array, row: usize) -> Option<String> {
    if array.is_null(row) {
        return None;
    }
    let formatter = ArrayFormatter::try_new(array, &FormatOptions::default()).ok()?;
    Some(formatter.value(row).to_string())
}
