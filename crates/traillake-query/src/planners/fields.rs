//! Names after a dot, by the type of what stands before it; and text against booleans.

use arrow::datatypes::{DataType, Field};
use datafusion::common::{Column, DFSchema, Result, ScalarValue, TableReference, plan_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr, RawFieldAccessExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, GetFieldAccess, lit};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::faults::{Denied, FieldFault, FieldFaults, NO_FIELD};

/// Fields of structs in any case, keys of maps as they are; comparisons of text with booleans.
#[derive(Debug)]
pub(crate) struct FieldPlanner {
    faults: FieldFaults,
}

impl FieldPlanner {
    /// A planner that notes in `faults` why a field cannot be taken.
    pub(crate) fn new(faults: FieldFaults) -> Self {
        Self { faults }
    }

    fn access(&self, expr: Expr, data_type: &DataType, path: &[String]) -> Result<(Expr, DataType)> {
        let name = path.last().map(String::as_str).unwrap_or_default();
        match member(data_type, name) {
            Ok((name, member_type)) => Ok((get_field().call(vec![expr, lit(name)]), member_type)),
            Err(denied) => {
                self.faults.note(FieldFault { path: path.to_vec(), denied });
                plan_err!("{NO_FIELD}: {name}")
            }
        }
    }
}

impl ExprPlanner for FieldPlanner {
    fn plan_compound_identifier(
        &self,
        field: &Field,
        qualifier: Option<&TableReference>,
        nested_names: &[String],
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let mut path = vec![field.name().clone()];
        let mut expr = Expr::Column(Column::from((qualifier, field)));
        let mut data_type = field.data_type().clone();
        for name in nested_names {
            path.push(name.clone());
            (expr, data_type) = self.access(expr, &data_type, &path)?;
        }
        Ok(PlannerResult::Planned(expr))
    }

    fn plan_field_access(
        &self,
        access: RawFieldAccessExpr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawFieldAccessExpr>> {
        let name = match &access.field_access {
            GetFieldAccess::NamedStructField { name } => name.try_as_str().flatten().map(str::to_owned),
            _ => None,
        };
        let Some(name) = name else { return Ok(PlannerResult::Original(access)) };
        let data_type = access.expr.get_type(schema)?;
        let (expr, _) = self.access(access.expr, &data_type, &[name])?;
        Ok(PlannerResult::Planned(expr))
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
fn member(data_type: &DataType, name: &str) -> Result<(String, DataType), Denied> {
    match data_type {
        DataType::Struct(fields) => {
            let field = fields.iter().find(|field| field.name().eq_ignore_ascii_case(name));
            let fields = || fields.iter().map(|field| field.name().clone()).collect();
            field
                .map(|field| (field.name().clone(), field.data_type().clone()))
                .ok_or_else(|| Denied::Unknown { fields: fields() })
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => Ok((name.to_owned(), fields[1].data_type().clone())),
            _ => Err(Denied::Plain),
        },
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => Err(Denied::Array),
        _ => Err(Denied::Plain),
    }
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
