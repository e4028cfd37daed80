//! `nullif`, `greatest`, `least`.

use arrow::array::{Array, ArrayRef, BooleanArray, UInt64Array};
use arrow::compute::{interleave, nullif as null_where, take};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};
use std::cmp::Ordering;

use crate::casts::cast_to_type;
use crate::functions::kit::{Kind, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};
use crate::operators::{equal, order};
use crate::types::{SqlType, common_type, type_name};

pub(super) fn nullif() -> Function {
    let returns = |types: &[DataType]| {
        shared("nullif", types)?;
        Ok(types.first().cloned().unwrap_or(DataType::Null))
    };
    scalar("nullif")
        .on_arrays(&[Kind::Any, Kind::Any], returns, |arrays, rows| {
            let [value, other] = arrays else { return plan_err!("nullif has two arguments") };
            let alike = alike("nullif", arrays)?;
            let [left, right] = alike.as_slice() else { return plan_err!("nullif has two arguments") };
            let equal = (0..rows).map(|row| equal(left.as_ref(), right.as_ref(), row, row) == Some(true));
            let equal = BooleanArray::from(equal.collect::<Vec<_>>());
            if *value.data_type() == DataType::Null || *other.data_type() == DataType::Null {
                return Ok(ArrayRef::clone(value));
            }
            Ok(null_where(value, &equal)?)
        })
        .documented(FunctionDoc {
            name: "nullif",
            aliases: &[],
            group: Group::Conditional,
            usage: &["nullif(a, b) → type of a"],
            text: "NULL if a equals b, else a.",
            origin: Origin::Here,
            examples: &[("nullif('a', 'a')", "NULL"), ("nullif(1, 2)", "1"), ("nullif(1, NULL)", "1")],
        })
}

pub(super) fn greatest() -> Function {
    extreme(
        "greatest",
        Ordering::Greater,
        FunctionDoc {
            name: "greatest",
            aliases: &[],
            group: Group::Conditional,
            usage: &["greatest(a, b, ...) → common type"],
            text: "The greatest value; NULL if any argument is NULL.",
            origin: Origin::Here,
            examples: &[("greatest(1, 3, 2)", "3"), ("greatest('a', NULL)", "NULL"), ("greatest(1, 2.5)", "2.5")],
        },
    )
}

pub(super) fn least() -> Function {
    extreme(
        "least",
        Ordering::Less,
        FunctionDoc {
            name: "least",
            aliases: &[],
            group: Group::Conditional,
            usage: &["least(a, b, ...) → common type"],
            text: "The least value; NULL if any argument is NULL.",
            origin: Origin::Here,
            examples: &[("least(1, 3, 2)", "1"), ("least(date '2024-01-01', NULL)", "NULL")],
        },
    )
}

fn extreme(name: &'static str, wanted: Ordering, doc: FunctionDoc) -> Function {
    let returns = move |types: &[DataType]| Ok(shared(name, types)?.data_type());
    let evaluate = move |arrays: &[ArrayRef], rows: usize| {
        let alike = alike(name, arrays)?;
        let mut places = Vec::with_capacity(rows);
        for row in 0..rows {
            places.push(best(&alike, row, wanted)?.map(|column| (column, row)));
        }
        picked(&alike, &places)
    };
    scalar(name).on_arrays(&[Kind::Any], returns, evaluate).variadic().documented(doc)
}

/// The argument with the wanted value; `None` if any is NULL.
fn best(arrays: &[ArrayRef], row: usize, wanted: Ordering) -> Result<Option<usize>> {
    if arrays.iter().any(|array| array.is_null(row) || *array.data_type() == DataType::Null) {
        return Ok(None);
    }
    let mut best = 0;
    for (place, array) in arrays.iter().enumerate().skip(1) {
        let Some(first) = arrays.get(best) else { continue };
        match order(array.as_ref(), first.as_ref(), row, row) {
            Some(found) if found == wanted => best = place,
            Some(_) => {}
            None => return exec_err!("Values of type {} have no order", type_name(array.data_type())),
        }
    }
    Ok(Some(best))
}

/// The values at the places, NULL where there is none.
fn picked(arrays: &[ArrayRef], places: &[Option<(usize, usize)>]) -> Result<ArrayRef> {
    let present: Vec<(usize, usize)> = places.iter().flatten().copied().collect();
    let arrays: Vec<&dyn Array> = arrays.iter().map(AsRef::as_ref).collect();
    let values = interleave(&arrays, &present)?;
    let mut next = 0;
    let order = places.iter().map(|place| {
        place.map(|_| {
            next += 1;
            next - 1
        })
    });
    Ok(take(&values, &order.collect::<UInt64Array>(), None)?)
}

fn shared(name: &str, types: &[DataType]) -> Result<SqlType> {
    let mut shared = SqlType::Plain(DataType::Null);
    for data_type in types {
        let Some(wider) = common_type(&shared, &SqlType::of(data_type)) else {
            let types = types.iter().map(type_name).collect::<Vec<_>>().join(", ");
            return plan_err!("All arguments of {name} must have a common type: {types}");
        };
        shared = wider;
    }
    Ok(shared)
}

fn alike(name: &str, arrays: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
    let types: Vec<DataType> = arrays.iter().map(|array| array.data_type().clone()).collect();
    let shared = shared(name, &types)?;
    arrays.iter().map(|array| cast_to_type(array, &shared, &shared.data_type())).collect()
}
