//! `split_to_map` with and without a lambda for keys that come twice.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, MapBuilder, StringArray, StringBuilder, UInt64Array};
use arrow::compute::{cast, take_arrays};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use super::{Groups, field_names, grouped, map_type};
use crate::functions::kit::{Row, check_bytes};
use crate::types::is_text;

/// The function: three texts and perhaps a lambda.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SplitToMap {
    signature: HigherOrderSignature,
}

impl SplitToMap {
    pub(super) fn new() -> Self {
        Self { signature: HigherOrderSignature::user_defined(Volatility::Immutable) }
    }
}

impl HigherOrderUDFImpl for SplitToMap {
    fn name(&self) -> &'static str {
        "split_to_map"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        if arg_types.len() != 3 || !arg_types.iter().all(|given| is_text(given) || *given == DataType::Null) {
            return plan_err!("split_to_map takes a text, two delimiters and perhaps a lambda");
        }
        Ok(vec![DataType::Utf8View; 3])
    }

    fn lambda_parameters(
        &self,
        _step: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let parameter = || Arc::new(Field::new("", DataType::Utf8, true));
        let lambdas = fields.iter().filter(|field| matches!(field, ValueOrLambda::Lambda(_))).count();
        Ok(LambdaParametersProgress::Complete(vec![vec![parameter(), parameter(), parameter()]; lambdas]))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        match args.arg_fields {
            [_, _, _] => {}
            [_, _, _, ValueOrLambda::Lambda(result)] if is_text(result.data_type()) || is_null(result) => {}
            _ => return plan_err!("split_to_map takes a text, two delimiters and perhaps a lambda to a text"),
        }
        Ok(Arc::new(Field::new(self.name(), map_type(DataType::Utf8), true)))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (mut arrays, mut lambda) = (Vec::new(), None);
        for arg in args.args {
            match arg {
                ValueOrLambda::Value(value) => arrays.push(value.into_array(args.number_rows)?),
                ValueOrLambda::Lambda(given) => lambda = Some(given),
            }
        }
        let rows = (0..args.number_rows).map(|index| grouped(&Row::new(&arrays, index)));
        let rows = rows.collect::<Result<Vec<_>>>()?;
        let merged = match &lambda {
            Some(lambda) => merge(&rows, lambda)?,
            None => single(&rows)?,
        };
        Ok(ColumnarValue::Array(maps(&rows, merged)?))
    }
}

fn is_null(field: &FieldRef) -> bool {
    *field.data_type() == DataType::Null
}

/// The value of each key where no key comes twice.
fn single(rows: &[Option<Groups<'_>>]) -> Result<Vec<Option<String>>> {
    let groups = rows.iter().flatten().flatten();
    let values = groups.map(|(key, values)| {
        let [value] = values.as_slice() else { return exec_err!("Duplicate keys ({key}) are not allowed") };
        Ok(Some((*value).to_owned()))
    });
    values.collect()
}

/// A key of some row with all its values.
struct Keyed<'a> {
    row: usize,
    key: &'a str,
    values: &'a [&'a str],
}

/// The value of each key, the lambda applied to what it gave so far and the next value, for all keys at a time.
fn merge(rows: &[Option<Groups<'_>>], lambda: &LambdaArgument) -> Result<Vec<Option<String>>> {
    let keyed = rows
        .iter()
        .enumerate()
        .flat_map(|(row, groups)| groups.iter().flatten().map(move |(key, values)| Keyed { row, key, values }));
    let keyed: Vec<_> = keyed.collect();
    let mut merged: Vec<_> = keyed.iter().map(|keyed| keyed.values.first().map(|&value| value.to_owned())).collect();
    for round in 1.. {
        let mut open: Vec<_> = keyed.iter().zip(&mut merged).filter(|(keyed, _)| keyed.values.len() > round).collect();
        if open.is_empty() {
            break;
        }
        apply(&mut open, round, lambda)?;
    }
    Ok(merged)
}

/// Applies the lambda to the values of one round.
fn apply(open: &mut [(&Keyed<'_>, &mut Option<String>)], round: usize, lambda: &LambdaArgument) -> Result<()> {
    let keys: ArrayRef = Arc::new(open.iter().map(|(keyed, _)| Some(keyed.key)).collect::<StringArray>());
    let before: ArrayRef = Arc::new(open.iter().map(|(_, merged)| merged.as_deref()).collect::<StringArray>());
    let next = open.iter().map(|(keyed, _)| keyed.values.get(round).copied());
    let next: ArrayRef = Arc::new(next.collect::<StringArray>());
    let row_of: UInt64Array = open.iter().map(|(keyed, _)| u64::try_from(keyed.row).ok()).collect();
    let result = lambda
        .evaluate(&[&|| Ok(Arc::clone(&keys)), &|| Ok(Arc::clone(&before)), &|| Ok(Arc::clone(&next))], |captured| {
            Ok(take_arrays(captured, &row_of, None)?)
        })?;
    let result = cast(&result.into_array(open.len())?, &DataType::Utf8)?;
    for ((_, merged), value) in open.iter_mut().zip(result.as_string::<i32>()) {
        check_bytes("split_to_map", value.map_or(0, str::len))?;
        **merged = value.map(str::to_owned);
    }
    Ok(())
}

fn maps(rows: &[Option<Groups<'_>>], merged: Vec<Option<String>>) -> Result<ArrayRef> {
    let mut maps = MapBuilder::new(Some(field_names()), StringBuilder::new(), StringBuilder::new());
    let mut merged = merged.into_iter();
    for groups in rows {
        for (key, _) in groups.iter().flatten() {
            maps.keys().append_value(key);
            maps.values().append_option(merged.next().flatten());
        }
        maps.append(groups.is_some())?;
    }
    Ok(Arc::new(maps.finish()))
}
