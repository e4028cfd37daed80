//! `regexp_replace` in all its forms, with a lambda among them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, ListBuilder, StringBuilder, StringViewArray, StringViewBuilder, UInt64Array, new_empty_array,
};
use arrow::compute::{cast, take_arrays};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDFImpl,
    LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use super::pattern::Pattern;
use super::replace::replace;
use crate::functions::kit::{Row, check_bytes, check_column};
use crate::types::is_text;

const FORMS: &str = "regexp_replace takes a text, a pattern and perhaps a replacement: a text, or a lambda from the \
                     array of groups to a text";

/// The function. There is one of a name: the lambda makes the other forms those of a higher-order function too.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct RegexpReplace {
    signature: HigherOrderSignature,
}

impl RegexpReplace {
    pub(super) fn new() -> Self {
        Self { signature: HigherOrderSignature::user_defined(Volatility::Immutable) }
    }
}

impl HigherOrderUDFImpl for RegexpReplace {
    fn name(&self) -> &'static str {
        "regexp_replace"
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn coerce_value_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let fits = arg_types.iter().all(|given| is_text(given) || *given == DataType::Null);
        if !fits || !(2..=3).contains(&arg_types.len()) {
            return plan_err!("{FORMS}");
        }
        Ok(vec![DataType::Utf8View; arg_types.len()])
    }

    fn lambda_parameters(
        &self,
        _step: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let groups = Arc::new(Field::new("", DataType::new_list(DataType::Utf8, true), true));
        let lambdas = fields.iter().filter(|field| matches!(field, ValueOrLambda::Lambda(_))).count();
        Ok(LambdaParametersProgress::Complete(vec![vec![groups]; lambdas]))
    }

    fn return_field_from_args(&self, args: HigherOrderReturnFieldArgs<'_>) -> Result<FieldRef> {
        use ValueOrLambda::{Lambda, Value};
        match args.arg_fields {
            [Value(_), Value(_)] | [Value(_), Value(_), Value(_)] => {}
            [Value(_), Value(_), Lambda(result)] if is_text(result.data_type()) || is_null(result) => {}
            _ => return plan_err!("{FORMS}"),
        }
        Ok(Arc::new(Field::new(self.name(), DataType::Utf8View, true)))
    }

    fn invoke_with_args(&self, args: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|arg| matches!(arg, ValueOrLambda::Value(ColumnarValue::Scalar(_))));
        let rows = if constant { 1 } else { args.number_rows };
        let (mut arrays, mut lambda) = (Vec::new(), None);
        for arg in args.args {
            match arg {
                ValueOrLambda::Value(value) => arrays.push(value.into_array(rows)?),
                ValueOrLambda::Lambda(given) => lambda = Some(given),
            }
        }
        let replaced = match lambda {
            Some(lambda) => replace_by(&arrays, rows, &lambda)?,
            None => replace_texts(&arrays, rows)?,
        };
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&replaced, 0)?));
        }
        Ok(ColumnarValue::Array(replaced))
    }
}

fn is_null(field: &FieldRef) -> bool {
    *field.data_type() == DataType::Null
}

fn replace_texts(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let mut column = StringViewBuilder::with_capacity(rows);
    let mut bytes = 0;
    for index in 0..rows {
        let row = Row::new(arrays, index);
        if (0..row.count()).any(|place| row.is_null(place)) {
            column.append_null();
            continue;
        }
        let replacement = if row.count() == 3 { row.text(2) } else { "" };
        let pattern = Pattern::of(row.text(1))?;
        let replaced = replace(row.text(0), &pattern, replacement)?;
        bytes += replaced.len();
        check_column("regexp_replace", bytes)?;
        column.append_value(replaced);
    }
    Ok(Arc::new(column.finish()))
}

/// A match of some row: where it is, and in which row.
struct Found {
    row: usize,
    start: usize,
    end: usize,
}

/// Finds the matches of all rows, has the lambda say what each becomes, and puts the rows together.
fn replace_by(arrays: &[ArrayRef], rows: usize, lambda: &LambdaArgument) -> Result<ArrayRef> {
    let mut groups = ListBuilder::new(StringBuilder::new());
    let mut found = Vec::new();
    for index in 0..rows {
        let row = Row::new(arrays, index);
        if row.is_null(0) || row.is_null(1) {
            continue;
        }
        find(&row, index, &mut found, &mut groups)?;
        check_column("regexp_replace", groups.values().values_slice().len())?;
    }
    let groups: ArrayRef = Arc::new(groups.finish());
    let replacements = if found.is_empty() {
        new_empty_array(&DataType::Utf8View)
    } else {
        let row_of: UInt64Array = found.iter().map(|found| u64::try_from(found.row).ok()).collect();
        let values =
            lambda.evaluate(&[&|| Ok(Arc::clone(&groups))], |captured| Ok(take_arrays(captured, &row_of, None)?))?;
        cast(&values.into_array(found.len())?, &DataType::Utf8View)?
    };
    assemble(arrays, rows, &found, replacements.as_string_view())
}

fn find(row: &Row<'_>, index: usize, found: &mut Vec<Found>, groups: &mut ListBuilder<StringBuilder>) -> Result<()> {
    let pattern = Pattern::of(row.text(1))?;
    for captures in pattern.captures(row.text(0)) {
        let captures = captures?;
        let Some(whole) = captures.get(0) else { continue };
        found.push(Found { row: index, start: whole.start(), end: whole.end() });
        for group in 1..=pattern.groups() {
            groups.values().append_option(captures.get(group).map(|group| group.as_str()));
        }
        groups.append(true);
    }
    Ok(())
}

/// A row is NULL if a replacement in it is.
fn assemble(arrays: &[ArrayRef], rows: usize, found: &[Found], replacements: &StringViewArray) -> Result<ArrayRef> {
    let mut column = StringViewBuilder::with_capacity(rows);
    let mut bytes = 0;
    let mut pairs = found.iter().zip(replacements).peekable();
    for index in 0..rows {
        let row = Row::new(arrays, index);
        let text = if row.is_null(0) || row.is_null(1) { None } else { Some(row.text(0)) };
        let (mut replaced, mut done) = (text.map(|_| String::new()), 0);
        while let Some((found, replacement)) = pairs.next_if(|(found, _)| found.row == index) {
            replaced = replaced.zip(replacement).map(|(mut replaced, replacement)| {
                replaced.push_str(text.and_then(|text| text.get(done..found.start)).unwrap_or_default());
                replaced.push_str(replacement);
                replaced
            });
            check_bytes("regexp_replace", replaced.as_ref().map_or(0, String::len))?;
            done = found.end;
        }
        let rest = text.and_then(|text| text.get(done..)).unwrap_or_default();
        let replaced = replaced.map(|replaced| replaced + rest);
        bytes += replaced.as_ref().map_or(0, String::len);
        check_column("regexp_replace", bytes)?;
        column.append_option(replaced);
    }
    Ok(Arc::new(column.finish()))
}
