//! `||` of arrays, of an array and an element, and of bytes.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, MutableArrayData, make_array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, lit};

use crate::casts::{cast_to_type, leaf};
use crate::functions::kit::{Cell, Kind, scalar};
use crate::types::{SqlType, common_type, is_text, item_field, type_name};

/// Elements of one array, at most.
const MOST: usize = 1_000_000;

/// What `||` of two sides is.
pub(super) enum Joined {
    /// Texts, for DataFusion's own operator.
    Texts(Expr, Expr),
    /// Something else.
    Whole(Expr),
}

/// The concatenation of two sides of these types.
pub(super) fn joined(left: (Expr, &DataType), right: (Expr, &DataType)) -> Result<Joined> {
    let text = |(expr, data_type): (Expr, &DataType)| {
        if *data_type == DataType::Null { lit(ScalarValue::Utf8(None)) } else { expr }
    };
    let textual = |data_type: &DataType| is_text(data_type) || *data_type == DataType::Null;
    if textual(left.1) && textual(right.1) {
        return Ok(Joined::Texts(text(left), text(right)));
    }
    if *left.1 == DataType::Binary && *right.1 == DataType::Binary {
        return Ok(Joined::Whole(call("$concat_bytes", left.0, right.0)));
    }
    if list_type(left.1, right.1).is_some() {
        return Ok(Joined::Whole(call("$concat", left.0, right.0)));
    }
    plan_err!("Cannot apply operator: {} || {}", type_name(left.1), type_name(right.1))
}

fn call(name: &'static str, left: Expr, right: Expr) -> Expr {
    let function =
        match name {
            "$concat" => scalar(name).on_arrays(&[Kind::Any, Kind::Any], list_of_sides, |arrays, _| lists(arrays)),
            _ => scalar(name).on_arrays(
                &[Kind::Varbinary, Kind::Varbinary],
                |_| Ok(DataType::Binary),
                |arrays, rows| {
                    let [left, right] = arrays else { return plan_err!("An operator has two sides") };
                    <Vec<u8>>::column((0..rows).map(|row| {
                        Ok(bytes(left, row).zip(bytes(right, row)).map(|(left, right)| [left, right].concat()))
                    }))
                },
            ),
        };
    Expr::ScalarFunction(ScalarFunction::new_udf(function.hidden(), vec![left, right]))
}

fn list_of_sides(types: &[DataType]) -> Result<DataType> {
    let [left, right] = types else { return plan_err!("An operator has two sides") };
    let Some(list) = list_type(left, right) else {
        return plan_err!("Cannot apply operator: {} || {}", type_name(left), type_name(right));
    };
    Ok(list.data_type())
}

fn bytes(array: &ArrayRef, row: usize) -> Option<&[u8]> {
    match leaf(array.as_ref(), row)? {
        crate::casts::Leaf::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

/// The type of the array that both sides go into; `None` when there is none.
fn list_type(left: &DataType, right: &DataType) -> Option<SqlType> {
    let (left, right) = (SqlType::of(left), SqlType::of(right));
    let with_element = |list: &SqlType, element: &SqlType| match list {
        SqlType::Array(item) => Some(SqlType::Array(Box::new(common_type(item, element)?))),
        _ => None,
    };
    let both = matches!((&left, &right), (SqlType::Array(_), SqlType::Array(_)));
    let whole = if both { common_type(&left, &right) } else { None };
    whole.or_else(|| with_element(&left, &right)).or_else(|| with_element(&right, &left))
}

fn lists(arrays: &[ArrayRef]) -> Result<ArrayRef> {
    let [left, right] = arrays else { return plan_err!("An operator has two sides") };
    let Some(list) = list_type(left.data_type(), right.data_type()) else { return plan_err!("Arrays were expected") };
    let (left, right) = (as_list(left, &list)?, as_list(right, &list)?);
    let (Some(left), Some(right)) = (left.as_list_opt::<i32>(), right.as_list_opt::<i32>()) else {
        return plan_err!("Arrays were expected");
    };
    let data = [left.values().to_data(), right.values().to_data()];
    let mut items =
        MutableArrayData::new(data.iter().collect(), true, data.iter().map(arrow::array::ArrayData::len).sum());
    let mut lengths = Vec::with_capacity(left.len());
    for row in 0..left.len() {
        if left.is_null(row) || right.is_null(row) {
            lengths.push(0);
            continue;
        }
        lengths.push(extend(&mut items, 0, left, row)? + extend(&mut items, 1, right, row)?);
        if lengths.last().is_some_and(|length| *length > MOST) {
            return exec_err!("Arrays are limited to {MOST} elements");
        }
    }
    let items = make_array(items.freeze());
    let nulls = NullBuffer::union(left.nulls(), right.nulls());
    let field = item_field(items.data_type().clone());
    Ok(Arc::new(ListArray::try_new(field, OffsetBuffer::from_lengths(lengths), items, nulls)?))
}

fn extend(items: &mut MutableArrayData<'_>, side: usize, list: &ListArray, row: usize) -> Result<usize> {
    let place =
        |row: usize| list.value_offsets().get(row).and_then(|&offset| usize::try_from(offset).ok()).unwrap_or_default();
    let (start, end) = (place(row), place(row + 1));
    items.try_extend(side, start, end)?;
    Ok(end - start)
}

/// An array as it is; an element as the array of it.
fn as_list(side: &ArrayRef, list: &SqlType) -> Result<ArrayRef> {
    let SqlType::Array(item) = list else { return plan_err!("Arrays were expected") };
    let given = SqlType::of(side.data_type());
    if matches!(given, SqlType::Array(_)) && common_type(&given, list).as_ref() == Some(list) {
        return cast_to_type(side, list, &list.data_type());
    }
    let items = cast_to_type(side, item, &item.nested_type())?;
    let lengths = OffsetBuffer::from_repeated_length(1, items.len());
    Ok(Arc::new(ListArray::try_new(item_field(item.nested_type()), lengths, items, None)?))
}
