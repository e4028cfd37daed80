//! `element_at(map, key)` and `element_at(array, index)`: NULL when absent, indexes from 1, negative
//! ones from the end, 0 an error.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt64Array, make_comparator};
use arrow::compute::{SortOptions, take};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::doc;
use super::unify::{as_array, common, entry_types};
use crate::functions::kit::column_of;
use crate::functions::{Function, Implementation};
use crate::types::type_name;

/// What is said about index 0.
pub(super) const ZERO_INDEX: &str = "SQL array indices start at 1";

pub(super) fn functions() -> Vec<Function> {
    let doc = doc(
        "element_at",
        &["element_at(map(k, v), key) → v", "element_at(array(x), index) → x"],
        "The value of a key, the element at an index from 1 or, negative, from the end. \
         NULL when there is none; index 0 is an error.",
        &[
            ("element_at(map(ARRAY['a'], ARRAY[1]), 'a')", "1"),
            ("element_at(map(ARRAY['a'], ARRAY[1]), 'b')", "NULL"),
            ("element_at(ARRAY['a', 'b'], -1)", "b"),
        ],
    );
    vec![Function { doc, implementation: Implementation::Scalar(Arc::new(ScalarUDF::from(ElementAt::default()))) }]
}

/// `element_at(map, key)`, the key being of the type of the map's.
pub fn map_entry(map: Expr, key: Expr) -> Expr {
    ScalarUDF::from(ElementAt::default()).call(vec![map, key])
}

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ElementAt {
    signature: Signature,
}

impl Default for ElementAt {
    fn default() -> Self {
        Self { signature: Signature::user_defined(Volatility::Immutable) }
    }
}

impl ScalarUDFImpl for ElementAt {
    fn name(&self) -> &'static str {
        "element_at"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let [container, place] = arg_types else {
            return plan_err!("element_at takes two arguments, not {}", arg_types.len());
        };
        let Some(place) = place_type(container, place) else {
            return plan_err!(
                "Unexpected parameters ({}, {}) for function element_at. Expected: element_at(map(k, v), k), \
                 element_at(array(x), bigint)",
                type_name(container),
                type_name(place)
            );
        };
        Ok(vec![as_array(container).unwrap_or_else(|| container.clone()), place])
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(arg_types.first().map_or(DataType::Null, element_type))
    }

    // Nullable whatever the element is: a key or an index may be absent.
    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let arg_types: Vec<DataType> = args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        Ok(Arc::new(Field::new(self.name(), self.return_type(&arg_types)?, true)))
    }

    // A constant key reads like `map['key']`, which scans know.
    fn simplify(&self, args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let [container, Expr::Literal(key, _)] = args.as_slice() else { return Ok(ExprSimplifyResult::Original(args)) };
        let is_map = matches!(info.get_data_type(container)?, DataType::Map(..));
        if is_map && matches!(key, ScalarValue::Utf8(Some(_))) {
            return Ok(ExprSimplifyResult::Simplified(get_field().call(args)));
        }
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let arrays = args.args.into_iter().map(|arg| column_of(self.name(), arg, rows));
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        let [container, place] = arrays.as_slice() else { return super::wrong_count() };
        let (values, places) = match container.data_type() {
            DataType::Map(..) => (Arc::clone(container.as_map().values()), of_maps(container, place)?),
            _ => (Arc::clone(container.as_list::<i32>().values()), of_lists(container, place)?),
        };
        Ok(ColumnarValue::Array(take(values.as_ref(), &places, None)?))
    }
}

/// The type of what says where in a container; `None` when it cannot.
pub(super) fn place_type(container: &DataType, place: &DataType) -> Option<DataType> {
    if let Some((key, _)) = entry_types(container) {
        return common(key, place).map(|_| key.clone());
    }
    let known = as_array(container).is_some() && (place.is_integer() || *place == DataType::Null);
    known.then_some(DataType::Int64)
}

/// The type of what is in a container.
pub(super) fn element_type(container: &DataType) -> DataType {
    match container {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => item.data_type().clone(),
        other => entry_types(other).map_or(DataType::Null, |(_, value)| value.clone()),
    }
}

/// For each row the place of its key among the values of all.
pub(super) fn of_maps(container: &ArrayRef, keys: &ArrayRef) -> Result<UInt64Array> {
    let maps = container.as_map();
    let compare = make_comparator(maps.keys().as_ref(), keys.as_ref(), SortOptions::default())?;
    let place = |(row, bounds): (usize, &[i32])| {
        let [start, end] = bounds else { return None };
        let entries = usize::try_from(*start).ok()?..usize::try_from(*end).ok()?;
        let mut entries = if maps.is_valid(row) && keys.is_valid(row) { entries } else { 0..0 };
        entries.find(|entry| compare(*entry, row).is_eq()).map(|entry| entry as u64)
    };
    Ok(maps.value_offsets().windows(2).enumerate().map(place).collect())
}

/// For each row the place of its element among the values of all.
fn of_lists(container: &ArrayRef, indexes: &ArrayRef) -> Result<UInt64Array> {
    let lists = container.as_list::<i32>();
    let indexes = indexes.as_primitive::<Int64Type>();
    let place = |(row, bounds): (usize, &[i32])| {
        let [start, end] = bounds else { return Ok(None) };
        if lists.is_null(row) || indexes.is_null(row) {
            return Ok(None);
        }
        let (start, end) = (i64::from(*start), i64::from(*end));
        let at = match indexes.value(row) {
            0 => return exec_err!("{ZERO_INDEX}"),
            index if index > 0 => start.checked_add(index - 1),
            index => end.checked_add(index),
        };
        Ok(at.filter(|at| (start..end).contains(at)).and_then(|at| u64::try_from(at).ok()))
    };
    lists.value_offsets().windows(2).enumerate().map(place).collect()
}
