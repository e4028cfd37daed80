//! `concat` of texts, bytes and arrays, and `concat_ws`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MutableArrayData, make_array, new_null_array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::type_coercion::binary::comparison_coercion;

use super::DOC;
use crate::functions::kit::Kind::{self, Any, Text, Varbinary};
use crate::functions::kit::{Row, check_bytes, check_elements, scalar};
use crate::functions::{Function, FunctionDoc};
use crate::types::{is_text, type_name};

pub(super) fn functions() -> Vec<Function> {
    vec![concat(), concat_ws()]
}

fn concat() -> Function {
    scalar("concat")
        .on(&[Text, Text], |row| {
            let bytes = joined((0..row.count()).map(|place| row.text(place).as_bytes()), b"")?;
            Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
        })
        .variadic()
        .on(&[Varbinary, Varbinary], |row| joined((0..row.count()).map(|place| row.bytes(place)), b"").map(Some))
        .variadic()
        .on_arrays(&[Any], joined_type, join_arrays)
        .variadic()
        .documented(FunctionDoc {
            name: "concat",
            usage: &[
                "concat(text, text, ...) → varchar",
                "concat(varbinary, varbinary, ...) → varbinary",
                "concat(array, array, ...) → array",
                "concat(array, element) → array",
                "concat(element, array) → array",
            ],
            text: "The arguments one behind the other; NULL if one of them is NULL.",
            examples: &[
                ("concat('iam', '.', 'amazonaws.com')", "iam.amazonaws.com"),
                ("concat('a', NULL)", "NULL"),
                ("concat(ARRAY[1, 2], ARRAY[3])", "[1, 2, 3]"),
                ("concat(ARRAY[1, 2], 3)", "[1, 2, 3]"),
            ],
            ..DOC
        })
}

fn concat_ws() -> Function {
    scalar("concat_ws")
        .on_nullable(&[Text, Text], join_texts)
        .variadic()
        .on(&[Text, Kind::Array], |row| {
            let texts = row.elements(1).map(|elements| cast(&elements, &DataType::Utf8)).transpose()?;
            let texts = texts.as_ref().and_then(|texts| texts.as_string_opt::<i32>());
            let bytes = joined(texts.into_iter().flatten().flatten().map(str::as_bytes), row.text(0).as_bytes())?;
            Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
        })
        .documented(FunctionDoc {
            name: "concat_ws",
            usage: &["concat_ws(separator, text, ...) → varchar", "concat_ws(separator, array(varchar)) → varchar"],
            text: "The texts with the separator between them. NULL texts are left out, empty ones are not; NULL if the \
                   separator is.",
            examples: &[("concat_ws('/', 'a', NULL, '', 'b')", "a//b"), ("concat_ws('-', ARRAY['a', 'b'])", "a-b")],
            ..DOC
        })
}

fn join_texts(row: &Row<'_>) -> Result<Option<String>> {
    if row.is_null(0) {
        return Ok(None);
    }
    let texts = (1..row.count()).filter(|&place| !row.is_null(place)).map(|place| row.text(place).as_bytes());
    let bytes = joined(texts, row.text(0).as_bytes())?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn joined<'a>(parts: impl Iterator<Item = &'a [u8]>, separator: &[u8]) -> Result<Vec<u8>> {
    let mut all = Vec::new();
    for (place, part) in parts.enumerate() {
        if place > 0 {
            all.extend_from_slice(separator);
        }
        all.extend_from_slice(part);
        check_bytes("concat", all.len())?;
    }
    Ok(all)
}

/// The type of arrays and elements put together.
fn joined_type(types: &[DataType]) -> Result<DataType> {
    let arrays = types.iter().filter(|given| element(given).is_some()).count();
    // Elements are taken beside one array only.
    let fits = types.len() >= 2 && (arrays == types.len() || (arrays == 1 && types.len() == 2) || has_null(types));
    let items = types.iter().map(|given| element(given).unwrap_or(given));
    let common = items.clone().skip(1).fold(items.clone().next().cloned(), |common, item| unify(&common?, item));
    match common {
        Some(common) if fits && arrays > 0 => Ok(DataType::new_list(common, true)),
        _ => {
            let given = types.iter().map(type_name).collect::<Vec<_>>().join(", ");
            plan_err!(
                "Unexpected parameters ({given}) for function concat. Expected: concat(varchar, varchar, ...), \
                 concat(varbinary, varbinary, ...), concat(array, array, ...), concat(array, element), \
                 concat(element, array)"
            )
        }
    }
}

fn has_null(types: &[DataType]) -> bool {
    types.contains(&DataType::Null)
}

fn element(given: &DataType) -> Option<&DataType> {
    match given {
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => Some(item.data_type()),
        _ => None,
    }
}

/// The type both fit into; nested text is `Utf8`.
fn unify(a: &DataType, b: &DataType) -> Option<DataType> {
    match (a, b) {
        (DataType::Null, other) | (other, DataType::Null) if is_text(other) => Some(DataType::Utf8),
        (DataType::Null, other) | (other, DataType::Null) => Some(other.clone()),
        _ if is_text(a) && is_text(b) => Some(DataType::Utf8),
        // A comparison would turn a text into the other type.
        _ if is_text(a) || is_text(b) => None,
        _ if a == b => Some(a.clone()),
        _ => comparison_coercion(a, b),
    }
}

fn join_arrays(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let types: Vec<DataType> = arrays.iter().map(|array| array.data_type().clone()).collect();
    let list_type = joined_type(&types)?;
    if has_null(&types) {
        return Ok(new_null_array(&list_type, rows));
    }
    let lists = arrays.iter().map(|array| as_list(array, &list_type)).collect::<Result<Vec<_>>>()?;
    let nulls = lists.iter().fold(None, |nulls, list| NullBuffer::union(nulls.as_ref(), list.nulls()));
    let values: Vec<_> = lists.iter().map(|list| list.values().to_data()).collect();
    let mut data = MutableArrayData::new(values.iter().collect(), true, 0);
    let mut lengths = Vec::with_capacity(rows);
    for row in 0..rows {
        let before = data.len();
        if nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row)) {
            for (place, list) in lists.iter().enumerate() {
                if let Some(&[from, to]) = list.value_offsets().get(row..row + 2) {
                    data.try_extend(place, usize::try_from(from).unwrap_or(0), usize::try_from(to).unwrap_or(0))?;
                }
            }
        }
        check_elements("concat", data.len() - before)?;
        check_total(data.len())?;
        lengths.push(data.len() - before);
    }
    let DataType::List(item) = list_type else { return plan_err!("concat of {list_type}") };
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(item, offsets, make_array(data.freeze()), nulls)?))
}

/// Refuses a column with more elements than a list can count.
fn check_total(elements: usize) -> Result<()> {
    if i32::try_from(elements).is_err() {
        return exec_err!("Result of concat is too large: more than {} elements in a column", i32::MAX);
    }
    Ok(())
}

/// An array as it is, an element as an array of one; NULL for a NULL element.
fn as_list(array: &ArrayRef, list_type: &DataType) -> Result<ListArray> {
    if element(array.data_type()).is_some() {
        return Ok(cast(array, list_type)?.as_list::<i32>().clone());
    }
    let item = element(list_type).cloned().unwrap_or(DataType::Null);
    let values = cast(array, &item)?;
    let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(1, array.len()));
    Ok(ListArray::try_new(Arc::new(Field::new_list_field(item, true)), offsets, values, array.logical_nulls())?)
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    #[test]
    fn concat_is_null_with_a_null_argument() {
        assert_eq!(value("concat('a', 'b', NULL)").unwrap(), "NULL");
        assert_eq!(value("concat(NULL, NULL)").unwrap(), "NULL");
        assert_eq!(value("concat('', '')").unwrap(), "");
        assert_eq!(value("concat('ä', 'ö', 'ü')").unwrap(), "äöü");
        assert_eq!(value("concat(ARRAY[1], NULL)").unwrap(), "NULL");
    }

    #[test]
    fn concat_of_bytes_is_bytes() {
        assert_eq!(value("to_hex(concat(X'01', X'0203', X''))").unwrap(), "010203");
    }

    #[test]
    fn concat_takes_arrays_and_elements_of_a_common_type() {
        assert_eq!(value("concat(ARRAY[1], ARRAY[2], ARRAY[3, 4])").unwrap(), "[1, 2, 3, 4]");
        assert_eq!(value("concat(0, ARRAY[1])").unwrap(), "[0, 1]");
        assert_eq!(value("concat('a', ARRAY['b'])").unwrap(), "[a, b]");
        assert_eq!(value("concat(ARRAY[1], 2.5)").unwrap(), "[1.0, 2.5]");
    }

    #[test]
    fn concat_works_row_by_row() {
        let sql = "SELECT concat(a, b) FROM (VALUES (ARRAY['x'], 'y'), (NULL, 'z'), (ARRAY['p', 'q'], 'r')) t(a, b)";
        assert_eq!(rows(sql).unwrap(), [["[x, y]"], ["NULL"], ["[p, q, r]"]]);
    }

    #[test]
    fn concat_refuses_what_does_not_go_together() {
        assert!(value("concat('a', 1)").unwrap_err().contains("Unexpected parameters"));
        assert!(value("concat('a')").unwrap_err().contains("Unexpected parameters"));
        assert!(value("concat(ARRAY[1], 'a')").unwrap_err().contains("Unexpected parameters"));
        assert!(value("concat(ARRAY[1], 2, 3)").unwrap_err().contains("Unexpected parameters"));
        assert!(value("concat(lpad('', 16777216, 'x'), 'y')").unwrap_err().contains("too large"));
    }

    #[test]
    fn concat_ws_skips_nulls_only() {
        assert_eq!(value("concat_ws(',', 'a', NULL, 'b')").unwrap(), "a,b");
        assert_eq!(value("concat_ws(',', NULL, NULL)").unwrap(), "");
        assert_eq!(value("concat_ws(NULL, 'a', 'b')").unwrap(), "NULL");
        assert_eq!(value("concat_ws('', 'a', 'b')").unwrap(), "ab");
        assert_eq!(value("concat_ws(',', ARRAY['a', NULL, '', 'b'])").unwrap(), "a,,b");
        assert_eq!(value("concat_ws(',', 'a')").unwrap(), "a");
    }
}
