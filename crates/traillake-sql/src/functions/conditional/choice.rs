//! `nullif`, `greatest`, `least`.

use std::cmp::Ordering;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::buffer::NullBuffer;
use arrow::compute::kernels::cmp::{eq, gt, lt};
use arrow::compute::kernels::zip::zip;
use arrow::compute::nullif as null_where;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};

use crate::casts::cast_to_type;
use crate::functions::kit::{Kind, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};
use crate::operators::{equal, is_orderable, order};
use crate::types::{SqlType, common_type, type_name};

pub(super) fn nullif() -> Function {
    let returns = |types: &[DataType]| {
        shared("nullif", types)?;
        Ok(types.first().cloned().unwrap_or(DataType::Null))
    };
    scalar("nullif")
        .on_arrays(&[Kind::Any, Kind::Any], returns, |arrays, _| {
            let [value, other] = arrays else { return plan_err!("nullif has two arguments") };
            let alike = alike("nullif", arrays)?;
            let [left, right] = alike.as_slice() else { return plan_err!("nullif has two arguments") };
            if *value.data_type() == DataType::Null || *other.data_type() == DataType::Null {
                return Ok(ArrayRef::clone(value));
            }
            Ok(null_where(value, &equals(left, right)?)?)
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
    let returns = move |types: &[DataType]| {
        let shared = shared(name, types)?.data_type();
        if is_orderable(&shared) { Ok(shared) } else { plan_err!("Type {} is not orderable", type_name(&shared)) }
    };
    let evaluate = move |arrays: &[ArrayRef], _| {
        let alike = alike(name, arrays)?;
        let mut nulls = None;
        for array in &alike {
            nulls = NullBuffer::union(nulls.as_ref(), array.logical_nulls().as_ref());
        }
        let best = alike.iter().cloned().map(Ok).reduce(|best, other| {
            let (best, other) = (best?, other?);
            let wins = beats(&other, &best, nulls.as_ref(), wanted)?;
            Ok(zip(&wins, &other, &best)?)
        });
        match (best, nulls) {
            (Some(best), Some(nulls)) => Ok(null_where(&best?, &BooleanArray::new(!nulls.inner(), None))?),
            (Some(best), None) => best,
            (None, _) => plan_err!("{name} has arguments"),
        }
    };
    scalar(name).on_arrays(&[Kind::Any], returns, evaluate).variadic().documented(doc)
}

/// Whether values of a type are compared as the kernels do: doubles have two zeros and NaN, intervals and
/// values with parts have no kernel.
fn has_kernel(data_type: &DataType) -> bool {
    !data_type.is_nested() && !data_type.is_floating() && !matches!(data_type, DataType::Interval(_) | DataType::Null)
}

fn equals(left: &ArrayRef, right: &ArrayRef) -> Result<BooleanArray> {
    if has_kernel(left.data_type()) {
        return Ok(eq(left, right)?);
    }
    Ok((0..left.len()).map(|row| equal(left.as_ref(), right.as_ref(), row, row)).collect())
}

/// Where a value is on the wanted side of another; rows with a NULL among the arguments do not matter.
fn beats(other: &ArrayRef, best: &ArrayRef, nulls: Option<&NullBuffer>, wanted: Ordering) -> Result<BooleanArray> {
    if has_kernel(best.data_type()) {
        return Ok(if wanted == Ordering::Greater { gt(other, best)? } else { lt(other, best)? });
    }
    let wins = |row| match order(other.as_ref(), best.as_ref(), row, row) {
        _ if nulls.is_some_and(|nulls| nulls.is_null(row)) => Ok(Some(false)),
        Some(found) => Ok(Some(found == wanted)),
        None => exec_err!("Values of type {} with NULLs inside have no order", type_name(best.data_type())),
    };
    (0..best.len()).map(wins).collect()
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
