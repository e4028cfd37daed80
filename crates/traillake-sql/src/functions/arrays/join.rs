//! `array_join`: elements as one text.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};

use super::lists::{Lists, element_type};
use super::{doc, first};
use crate::casts::cast_to_type;
use crate::functions::Function;
use crate::functions::kit::{
    Cell,
    Kind::{Array as ArrayKind, Text},
    Row, scalar,
};
use crate::text_of;
use crate::types::{SqlType, type_name};

/// Bytes of a text, at most.
const MAX_BYTES: usize = 16 << 20;

pub(super) fn functions() -> Vec<Function> {
    vec![
        scalar("array_join")
            .on_arrays(&[ArrayKind, Text], text_type, join)
            .on_arrays(&[ArrayKind, Text, Text], text_type, join)
            .documented(doc(
                "array_join",
                &["array_join(array(x), delimiter[, null_text]) → varchar"],
                "The elements as texts with the delimiter between them. NULL elements are left out \
                 unless there is a text for them.",
                &[
                    ("array_join(ARRAY['a', NULL, 'b'], '-')", "a-b"),
                    ("array_join(ARRAY[1, NULL, 2], ',', '?')", "1,?,2"),
                ],
            )),
    ]
}

fn text_type(types: &[DataType]) -> Result<DataType> {
    match types.first().map(element_type) {
        Some(nested) if nested.is_nested() => {
            plan_err!("Unexpected parameters (array({})) for function array_join", type_name(&nested))
        }
        _ => Ok(DataType::Utf8View),
    }
}

fn join(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let lists = Lists::of(first(arrays)?)?;
    let values = texts(lists.values())?;
    let nulls = values.logical_nulls();
    let is_null = |place: usize| nulls.as_ref().is_some_and(|nulls| nulls.is_null(place));
    let joined = |(index, range): (usize, Option<Range<usize>>)| {
        let row = Row::new(arrays, index);
        let Some(range) = range.filter(|_| (1..row.count()).all(|place| !row.is_null(place))) else { return Ok(None) };
        let mut text = String::new();
        let null_text = (row.count() > 2).then(|| row.text(2));
        let mut started = false;
        for place in range {
            let element = if is_null(place) { null_text.map(str::to_owned) } else { text_of(values.as_ref(), place) };
            let Some(element) = element else { continue };
            let delimiter = if started { row.text(1) } else { "" };
            started = true;
            if text.len() + delimiter.len() + element.len() > MAX_BYTES {
                return exec_err!("array_join makes a text of more than {MAX_BYTES} bytes");
            }
            write!(text, "{delimiter}{element}").map_err(std::io::Error::other)?;
        }
        Ok(Some(text))
    };
    String::column(lists.ranges().enumerate().take(rows).map(joined))
}

/// Elements whose texts are those of `CAST(x AS varchar)`.
fn texts(values: &ArrayRef) -> Result<ArrayRef> {
    match values.data_type() {
        DataType::LargeUtf8 => cast_to_type(values, &SqlType::Varchar(None), &DataType::Utf8),
        _ => Ok(Arc::clone(values)),
    }
}
