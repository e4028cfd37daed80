//! `element_at(map, key)` and `element_at(array, index)` as Trino has them: NULL when absent,
//! indexes from 1, negative ones from the end, 0 an error.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, UInt64Array, make_comparator};
use arrow::compute::{SortOptions, take};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

const ZERO_INDEX: &str = "SQL array indices start at 1";

/// The function.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ElementAt {
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
        let [container, _] = arg_types else {
            return plan_err!("element_at takes two arguments, not {}", arg_types.len());
        };
        match container {
            DataType::Map(entries, _) => Ok(vec![container.clone(), entry_type(entries, 0)?]),
            DataType::List(_) => Ok(vec![container.clone(), DataType::Int64]),
            DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
                Ok(vec![DataType::List(Arc::clone(item)), DataType::Int64])
            }
            DataType::Null => Ok(vec![DataType::new_list(DataType::Utf8, true), DataType::Int64]),
            other => plan_err!("element_at takes a map or an array, not {other}"),
        }
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        match arg_types.first() {
            Some(DataType::Map(entries, _)) => entry_type(entries, 1),
            Some(DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)) => {
                Ok(item.data_type().clone())
            }
            _ => Ok(DataType::Utf8),
        }
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
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [container, key] = arrays.as_slice() else { return exec_err!("element_at takes two arguments") };
        let (values, indices) = match container.data_type() {
            DataType::Map(..) => (Arc::clone(container.as_map().values()), of_maps(container, key)?),
            DataType::List(_) => (Arc::clone(container.as_list::<i32>().values()), of_lists(container, key)?),
            other => return exec_err!("element_at takes a map or an array, not {other}"),
        };
        Ok(ColumnarValue::Array(take(values.as_ref(), &indices, None)?))
    }
}

fn entry_type(entries: &Field, index: usize) -> Result<DataType> {
    match entries.data_type() {
        DataType::Struct(fields) if fields.len() == 2 => Ok(fields[index].data_type().clone()),
        other => plan_err!("a map of {other} has no keys and values"),
    }
}

/// For each row the place of its key among all values.
fn of_maps(container: &ArrayRef, keys: &ArrayRef) -> Result<UInt64Array> {
    let maps = container.as_map();
    let compare = make_comparator(maps.keys().as_ref(), keys.as_ref(), SortOptions::default())?;
    let offsets = maps.value_offsets();
    let place = |row: usize| {
        let entries = usize::try_from(offsets[row]).ok()?..usize::try_from(offsets[row + 1]).ok()?;
        let known = maps.is_valid(row) && keys.is_valid(row);
        let mut entries = if known { entries } else { 0..0 };
        entries.find(|entry| compare(*entry, row).is_eq()).map(|entry| entry as u64)
    };
    Ok((0..maps.len()).map(place).collect())
}

/// For each row the place of its element among all values.
fn of_lists(container: &ArrayRef, indexes: &ArrayRef) -> Result<UInt64Array> {
    let lists = container.as_list::<i32>();
    let indexes = indexes.as_primitive::<Int64Type>();
    let offsets = lists.value_offsets();
    let place = |row: usize| {
        if lists.is_null(row) || indexes.is_null(row) {
            return Ok(None);
        }
        let (start, end) = (i64::from(offsets[row]), i64::from(offsets[row + 1]));
        let at = match indexes.value(row) {
            0 => return exec_err!("{ZERO_INDEX}"),
            index if index > 0 => start.checked_add(index - 1),
            index => end.checked_add(index),
        };
        Ok(at.filter(|at| (start..end).contains(at)).and_then(|at| u64::try_from(at).ok()))
    };
    (0..lists.len()).map(place).collect()
}
