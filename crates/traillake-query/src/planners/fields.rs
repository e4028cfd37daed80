//! Names after a dot, by the type of what stands before it; and text against booleans.

use arrow::datatypes::{DataType, Field};
use datafusion::common::{Column, DFSchema, Result, ScalarValue, TableReference, plan_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr, RawFieldAccessExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, GetFieldAccess, lit};
use datafusion::sql::sqlparser::ast::BinaryOperator;

/// Fields of structs in any case, keys of maps as they are; comparisons of text with booleans.
#[derive(Debug)]
pub(crate) struct FieldPlanner;

impl ExprPlanner for FieldPlanner {
    fn plan_compound_identifier(
        &self,
        field: &Field,
        qualifier: Option<&TableReference>,
        nested_names: &[String],
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let column = Expr::Column(Column::from((qualifier, field)));
        let start = (column, field.data_type().clone());
        let (expr, _) = nested_names.iter().try_fold(start, |(expr, data_type), name| {
            let (name, member_type) = member(&data_type, name)?;
            Ok::<_, datafusion::error::DataFusionError>((access(expr, name), member_type))
        })?;
        Ok(PlannerResult::Planned(expr))
    }

    fn plan_field_access(
        &self,
        access_expr: RawFieldAccessExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawFieldAccessExpr>> {
        let GetFieldAccess::NamedStructField { name } = &access_expr.field_access else {
            return Ok(PlannerResult::Original(access_expr));
        };
        let Some(Some(name)) = name.try_as_str() else { return Ok(PlannerResult::Original(access_expr)) };
        let (name, _) = member(&access_expr.expr.get_type(schema)?, name)?;
        Ok(PlannerResult::Planned(access(access_expr.expr, name)))
    }

    fn plan_binary_op(&self, binary: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        if !is_comparison(&binary.op) {
            return Ok(PlannerResult::Original(binary));
        }
        let RawBinaryExpr { op, left, right } = binary;
        let fitted_right = fit(&right, &left, schema);
        let fitted_left = fit(&left, &right, schema);
        Ok(PlannerResult::Original(RawBinaryExpr {
            op,
            left: fitted_left.unwrap_or(left),
            right: fitted_right.unwrap_or(right),
        }))
    }
}

/// The name and type of the member that `name` asks for.
fn member(data_type: &DataType, name: &str) -> Result<(String, DataType)> {
    match data_type {
        DataType::Struct(fields) => {
            let Some(field) = fields.iter().find(|field| field.name().eq_ignore_ascii_case(name)) else {
                return plan_err!("no field named '{name}'; fields: {}", names(fields));
            };
            Ok((field.name().clone(), field.data_type().clone()))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => Ok((name.to_owned(), fields[1].data_type().clone())),
            _ => plan_err!("'{name}' cannot be taken from {data_type}"),
        },
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => {
            plan_err!("'{name}' is asked of an array: take an element first, element_at(array, 1).{name}, or UNNEST it")
        }
        _ => plan_err!("'{name}' is asked of a value without fields"),
    }
}

fn names(fields: &arrow::datatypes::Fields) -> String {
    fields.iter().map(|field| field.name().as_str()).collect::<Vec<_>>().join(", ")
}

fn access(expr: Expr, name: String) -> Expr {
    get_field().call(vec![expr, lit(ScalarValue::Utf8(Some(name)))])
}

fn is_comparison(op: &BinaryOperator) -> bool {
    use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    matches!(op, Eq | NotEq | Lt | LtEq | Gt | GtEq)
}

/// The literal as the type it is compared with has it: `'true'` beside a boolean is `true`, and
/// `true` beside text is `'true'`, as Lake has it.
fn fit(literal: &Expr, beside: &Expr, schema: &DFSchema) -> Option<Expr> {
    let Expr::Literal(value, _) = literal else { return None };
    match value {
        ScalarValue::Boolean(Some(value)) => {
            let is_text = beside.get_type(schema).ok()?.is_string();
            is_text.then(|| lit(value.to_string()))
        }
        ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => {
            let is_boolean = beside.get_type(schema).ok()? == DataType::Boolean;
            let value: bool = is_boolean.then(|| text.to_ascii_lowercase().parse().ok()).flatten()?;
            Some(lit(value))
        }
        _ => None,
    }
}
