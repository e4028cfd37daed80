//! Comparisons of two expressions.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray};
use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ExprSchemable, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
    binary_expr,
};

use super::canonical::is_orderable;
use super::convert::{fit, length_of, literal_beside};
use super::floats::settled_sides;
use super::meet::{Meeting, meet};
use super::nested::{equal, order, same};
use crate::casts::cast_to_type;
use crate::types::{SqlType, common_type, is_text, type_name};

/// A comparison whose sides fit each other.
pub(super) enum Compared {
    /// Two sides for the operator.
    Sides(Expr, Expr),
    /// Something in the place of the operator.
    Whole(Expr),
}

impl Compared {
    pub(super) fn into_expr(self, op: Operator) -> Expr {
        match self {
            Self::Sides(left, right) => binary_expr(left, op, right),
            Self::Whole(expr) => expr,
        }
    }
}

/// Whether an operator compares.
pub(super) fn is_comparison(op: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

fn is_ordering(op: Operator) -> bool {
    matches!(op, Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq)
}

/// A comparison as Lake means it; sides whose type is not known stay as they are.
pub(super) fn compared(op: Operator, left: Expr, right: Expr, schema: &DFSchema) -> Result<Compared> {
    Ok(match met(op, left, right, schema)? {
        Compared::Sides(left, right) => {
            let (left, right) = settled_sides(op, left, right, schema);
            Compared::Sides(left, right)
        }
        whole @ Compared::Whole(_) => whole,
    })
}

/// The sides as types that can be compared.
fn met(op: Operator, left: Expr, right: Expr, schema: &DFSchema) -> Result<Compared> {
    let (Ok(left_type), Ok(right_type)) = (left.get_type(schema), right.get_type(schema)) else {
        return Ok(Compared::Sides(left, right));
    };
    if is_ordering(op) && !(is_orderable(&left_type) && is_orderable(&right_type)) {
        return refuse(op, &left_type, &right_type);
    }
    if left_type == right_type && !left_type.is_nested() && !matches!(left_type, DataType::Interval(_)) {
        return Ok(Compared::Sides(left, right));
    }
    if let Some(right) = literal_beside(&right, &left_type) {
        return Ok(Compared::Sides(left, right));
    }
    if let Some(left) = literal_beside(&left, &right_type) {
        return Ok(Compared::Sides(left, right));
    }
    match meet(&left_type, &right_type) {
        Some(Meeting::AsIs) => Ok(Compared::Sides(left, right)),
        Some(Meeting::Sides(to_left, to_right)) => {
            Ok(Compared::Sides(fit(left, &left_type, &to_left)?, fit(right, &right_type, &to_right)?))
        }
        Some(Meeting::Intervals) => Ok(Compared::Sides(length_of(left), length_of(right))),
        Some(Meeting::Parts) => Ok(Compared::Whole(by_parts(op, left, right))),
        None => refuse(op, &left_type, &right_type),
    }
}

/// The error for sides that cannot be compared.
pub(super) fn refuse<T>(op: Operator, left: &DataType, right: &DataType) -> Result<T> {
    let symbol = if op == Operator::NotEq { "<>".to_owned() } else { op.to_string() };
    let hint = match (left, right) {
        (text, other) | (other, text) if is_text(text) && other.is_numeric() => {
            format!("; CAST the varchar to {} or the number to varchar", type_name(other))
        }
        (text, other) | (other, text) if is_text(text) && *other == DataType::LargeUtf8 => {
            "; take the text with json_extract_scalar, or CAST the json to varchar".to_owned()
        }
        (text, other) | (other, text) if is_text(text) && matches!(other, DataType::FixedSizeBinary(_)) => {
            "; CAST the varchar to ipaddress".to_owned()
        }
        _ => String::new(),
    };
    plan_err!("Cannot apply operator: {} {symbol} {}{hint}", type_name(left), type_name(right))
}

fn by_parts(op: Operator, left: Expr, right: Expr) -> Expr {
    let function = ByParts { op, name: format!("${op}"), signature: Signature::any(2, Volatility::Immutable) };
    Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(ScalarUDF::from(function)), vec![left, right]))
}

/// A comparison of arrays, maps or rows.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ByParts {
    op: Operator,
    name: String,
    signature: Signature,
}

impl ScalarUDFImpl for ByParts {
    fn name(&self) -> &str {
        &self.name
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let sides: Vec<String> = args.iter().map(|side| side.schema_name().to_string()).collect();
        Ok(sides.join(&format!(" {} ", self.op)))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [left, right] = args.args.as_slice() else { return plan_err!("A comparison has two sides") };
        let constant = matches!((left, right), (ColumnarValue::Scalar(_), ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let (left, right) = alike(&left.to_array(rows)?, &right.to_array(rows)?)?;
        let found = (0..rows).map(|row| self.one(&left, &right, row)).collect::<Result<Vec<_>>>()?;
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(found.first().copied().flatten())));
        }
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::from(found))))
    }
}

impl ByParts {
    fn one(&self, left: &ArrayRef, right: &ArrayRef, row: usize) -> Result<Option<bool>> {
        let (left, right) = (left.as_ref(), right.as_ref());
        let wanted = |ordering: Ordering| match self.op {
            Operator::Lt => ordering.is_lt(),
            Operator::LtEq => ordering.is_le(),
            Operator::Gt => ordering.is_gt(),
            _ => ordering.is_ge(),
        };
        match self.op {
            Operator::Eq => Ok(equal(left, right, row, row)),
            Operator::NotEq => Ok(equal(left, right, row, row).map(|equal| !equal)),
            Operator::IsDistinctFrom => Ok(Some(!same(left, right, row, row))),
            Operator::IsNotDistinctFrom => Ok(Some(same(left, right, row, row))),
            _ if left.is_null(row) || right.is_null(row) => Ok(None),
            _ => {
                let Some(ordering) = order(left, right, row, row) else {
                    return exec_err!(
                        "Values of type {} with NULLs or maps have no order",
                        type_name(left.data_type())
                    );
                };
                Ok(Some(wanted(ordering)))
            }
        }
    }
}

fn alike(left: &ArrayRef, right: &ArrayRef) -> Result<(ArrayRef, ArrayRef)> {
    let (left_type, right_type) = (SqlType::of(left.data_type()), SqlType::of(right.data_type()));
    let Some(shared) = common_type(&left_type, &right_type) else {
        return refuse(Operator::Eq, left.data_type(), right.data_type());
    };
    let data_type = shared.data_type();
    Ok((cast_to_type(left, &shared, &data_type)?, cast_to_type(right, &shared, &data_type)?))
}
