//! Rows a part at a time, where arguments that are the same for all of them are large.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::ColumnarValue;

use crate::budget::{check_bytes, check_time};

/// Bytes that constant arguments take, repeated for each row of a part.
const REPEATED_BYTES: usize = 16 << 20;

/// The results of all rows; `evaluate` gets the arguments of as many rows as their constants may be repeated for.
pub(crate) fn in_parts(
    function: &str,
    args: Vec<ColumnarValue>,
    rows: usize,
    evaluate: impl Fn(Vec<ColumnarValue>, usize) -> Result<ArrayRef>,
) -> Result<ArrayRef> {
    let part = rows_at_once(&args);
    if part >= rows {
        let made = evaluate(args, rows)?;
        check_size(function, 0, &made)?;
        return Ok(made);
    }
    let (mut parts, mut bytes) = (Vec::new(), 0);
    for start in (0..rows).step_by(part) {
        check_time()?;
        let length = part.min(rows - start);
        let made = evaluate(args.iter().map(|arg| sliced(arg, start, length)).collect(), length)?;
        bytes = check_size(function, bytes, &made)?;
        parts.push(made);
    }
    match parts.as_slice() {
        [] => exec_err!("a batch without rows"),
        parts => Ok(concat(&parts.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>())?),
    }
}

/// Arguments as columns.
pub(crate) fn columns_of(values: &[ColumnarValue], rows: usize) -> Result<Vec<ArrayRef>> {
    values.iter().map(|value| value.to_array(rows)).collect()
}

/// A column of a value; a constant is repeated only when that does not take too much.
pub(crate) fn column_of(function: &str, value: ColumnarValue, rows: usize) -> Result<ArrayRef> {
    if let ColumnarValue::Scalar(value) = &value {
        check_bytes(function, value.size().saturating_mul(rows))?;
    }
    value.into_array(rows)
}

fn rows_at_once(args: &[ColumnarValue]) -> usize {
    let size = |arg: &ColumnarValue| if let ColumnarValue::Scalar(value) = arg { value.size() } else { 0 };
    (REPEATED_BYTES / args.iter().map(size).sum::<usize>().max(1)).max(1)
}

fn sliced(arg: &ColumnarValue, start: usize, rows: usize) -> ColumnarValue {
    match arg {
        ColumnarValue::Array(array) => ColumnarValue::Array(array.slice(start, rows)),
        ColumnarValue::Scalar(value) => ColumnarValue::Scalar(value.clone()),
    }
}

/// Bytes with those of a column added; refused when they are too many.
fn check_size(function: &str, bytes: usize, column: &ArrayRef) -> Result<usize> {
    let with = |size: usize| bytes.saturating_add(size);
    // The buffers of a column may hold what others use, too.
    let whole = with(column.get_array_memory_size());
    if check_bytes(function, whole).is_ok() {
        return Ok(whole);
    }
    let used = with(used_bytes(column)?);
    check_bytes(function, used)?;
    Ok(used)
}

fn used_bytes(column: &ArrayRef) -> Result<usize> {
    match column.data_type() {
        DataType::Utf8View => Ok(column.as_string_view().total_buffer_bytes_used()),
        _ => Ok(column.to_data().get_slice_memory_size()?),
    }
}
