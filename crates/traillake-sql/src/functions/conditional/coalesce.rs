//! `coalesce`, whose later arguments are not computed.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::{is_null, kernels::zip::zip};
use arrow::datatypes::DataType;
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::{
    Case, Cast, ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use crate::casts::{cast_to_type, is_native};
use crate::functions::kit::column_of;
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};
use crate::types::{SqlType, common_type, type_name};

pub(super) fn function() -> Function {
    let function = Coalesce { signature: Signature::variadic_any(Volatility::Immutable) };
    Function {
        doc: FunctionDoc {
            name: "coalesce",
            aliases: &[],
            group: Group::Conditional,
            usage: &["coalesce(a, b, ...) → common type"],
            text: "The first argument that is not NULL; later ones are not computed.",
            origin: Origin::Here,
            examples: &[
                ("coalesce(NULL, 'a', 'b')", "a"),
                ("coalesce(NULL, 1, 1 / 0)", "1"),
                ("coalesce(NULL, NULL)", "NULL"),
            ],
        },
        implementation: Implementation::Scalar(Arc::new(ScalarUDF::from(function))),
    }
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Coalesce {
    signature: Signature,
}

fn shared(types: &[DataType]) -> Result<SqlType> {
    let mut shared = SqlType::Plain(DataType::Null);
    for data_type in types {
        let Some(wider) = common_type(&shared, &SqlType::of(data_type)) else {
            let types = types.iter().map(type_name).collect::<Vec<_>>().join(", ");
            return plan_err!("All COALESCE operands must be the same type or coercible to a common type: {types}");
        };
        shared = wider;
    }
    Ok(shared)
}

impl ScalarUDFImpl for Coalesce {
    fn name(&self) -> &'static str {
        "coalesce"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(shared(arg_types)?.data_type())
    }

    fn simplify(&self, mut args: Vec<Expr>, info: &SimplifyContext) -> Result<ExprSimplifyResult> {
        let types = args.iter().map(|arg| info.get_data_type(arg)).collect::<Result<Vec<_>>>()?;
        let wanted = shared(&types)?.data_type();
        if types.iter().any(|from| *from != DataType::Null && !is_native(from, &wanted)) {
            return Ok(ExprSimplifyResult::Original(args));
        }
        for (arg, from) in args.iter_mut().zip(&types) {
            if *from != wanted {
                *arg = Expr::Cast(Cast::new(Box::new(arg.clone()), wanted.clone()));
            }
        }
        let Some(last) = args.pop() else { return Ok(ExprSimplifyResult::Original(args)) };
        if args.is_empty() {
            return Ok(ExprSimplifyResult::Simplified(last));
        }
        let cases = args.into_iter().map(|arg| (Box::new(arg.clone().is_not_null()), Box::new(arg))).collect();
        Ok(ExprSimplifyResult::Simplified(Expr::Case(Case::new(None, cases, Some(Box::new(last))))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let types: Vec<DataType> = args.args.iter().map(ColumnarValue::data_type).collect();
        let shared = shared(&types)?;
        let wanted = shared.data_type();
        let mut found: Option<ArrayRef> = None;
        for arg in args.args {
            let array = cast_to_type(&column_of("coalesce", arg, args.number_rows)?, &shared, &wanted)?;
            found = Some(match found {
                None => array,
                Some(found) if found.null_count() == 0 => found,
                Some(found) => zip(&missing(&found)?, &array, &found)?,
            });
        }
        let Some(found) = found else { return plan_err!("coalesce needs arguments") };
        Ok(ColumnarValue::Array(found))
    }

    fn short_circuits(&self) -> bool {
        true
    }

    fn conditional_arguments<'a>(&self, args: &'a [Expr]) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        let (first, rest) = args.split_first()?;
        Some((vec![first], rest.iter().collect()))
    }
}

fn missing(array: &ArrayRef) -> Result<BooleanArray> {
    Ok(is_null(array)?)
}
