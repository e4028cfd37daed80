//! Any value as JSON.

use arrow::array::{Array, AsArray};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use super::leaf::plain_list;
use super::{Leaf, leaf};

/// Bytes of JSON text of one value, at most.
const LIMIT: usize = 16 << 20;

/// The JSON text of a value, `null` for NULL.
pub(super) fn write(out: &mut String, array: &dyn Array, row: usize) -> Result<()> {
    if out.len() > LIMIT {
        return exec_err!("JSON texts are limited to {LIMIT} bytes");
    }
    if array.is_null(row) || *array.data_type() == DataType::Null {
        out.push_str("null");
        return Ok(());
    }
    match array.data_type() {
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let members =
                fields.iter().zip(columns).map(|(field, column)| (field.name().clone(), column.as_ref(), row));
            object(out, members)
        }
        DataType::Map(..) => map(out, array, row),
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            out.push('[');
            for item in 0..items.len() {
                if item > 0 {
                    out.push(',');
                }
                write(out, items.as_ref(), item)?;
            }
            out.push(']');
            Ok(())
        }
        DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::ListView(_) | DataType::LargeListView(_) => {
            write(out, plain_list(&array.slice(row, 1))?.as_ref(), 0)
        }
        _ => scalar(out, leaf(array, row)),
    }
}

fn object<'a>(out: &mut String, members: impl Iterator<Item = (String, &'a dyn Array, usize)>) -> Result<()> {
    out.push('{');
    for (index, (name, values, row)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        quoted(out, &name);
        out.push(':');
        write(out, values, row)?;
    }
    out.push('}');
    Ok(())
}

fn map(out: &mut String, array: &dyn Array, row: usize) -> Result<()> {
    let entries = array.as_map().value(row);
    let [keys, values] = entries.columns() else { return exec_err!("A map has keys and values") };
    let mut members = Vec::with_capacity(entries.len());
    for entry in 0..entries.len() {
        let Some(key) = leaf(keys, entry) else { return exec_err!("Cannot cast a map with such keys to JSON") };
        members.push((key.to_string(), values.as_ref(), entry));
    }
    members.sort_by(|left, right| left.0.cmp(&right.0));
    object(out, members.into_iter())
}

fn scalar(out: &mut String, value: Option<Leaf<'_>>) -> Result<()> {
    match value {
        None => return exec_err!("Cannot cast such a value to JSON"),
        Some(Leaf::Json(json)) => out.push_str(json),
        Some(Leaf::Double(number)) if !number.is_finite() => quoted(out, &Leaf::Double(number).to_string()),
        Some(Leaf::Real(number)) if !number.is_finite() => quoted(out, &Leaf::Real(number).to_string()),
        Some(plain @ (Leaf::Boolean(_) | Leaf::Integer(_) | Leaf::Real(_) | Leaf::Double(_) | Leaf::Decimal(..))) => {
            out.push_str(&plain.to_string());
        }
        Some(other) => quoted(out, &other.to_string()),
    }
    Ok(())
}

fn quoted(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}
