//! Names after a dot, by the type of what stands before it.
//!
//! In Lake's SQL only rows have fields; the engine's own SQL also takes keys of maps so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::common::{Column, DFSchema, Result, TableReference, plan_err};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawFieldAccessExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, GetFieldAccess, lit};
use traillake_sql::athena::event_time_text;

use super::faults::{Denied, FieldFault, FieldFaults, NO_FIELD};
use crate::Dialect;

/// The field of `userIdentity` that is a time, a text in Athena's table.
const TIME: &str = "creationdate";

/// Fields of rows in any case.
#[derive(Debug)]
pub(crate) struct FieldPlanner {
    faults: FieldFaults,
    dialect: Dialect,
    times_as_text: Arc<AtomicBool>,
}

impl FieldPlanner {
    /// A planner that notes in `faults` why a field cannot be taken, and takes fields that are times as texts
    /// while `times_as_text` says so.
    pub(crate) fn new(faults: FieldFaults, dialect: Dialect, times_as_text: Arc<AtomicBool>) -> Self {
        Self { faults, dialect, times_as_text }
    }

    fn access(&self, expr: Expr, data_type: &DataType, path: &[String]) -> Result<(Expr, DataType)> {
        let name = path.last().map(String::as_str).unwrap_or_default();
        match self.member(data_type, name) {
            Ok((name, member_type)) => {
                Ok(self.shown(&name, get_field().call(vec![expr, lit(name.as_str())]), member_type))
            }
            Err(denied) => {
                self.faults.note(FieldFault { path: path.to_vec(), denied });
                plan_err!("{NO_FIELD}: {name}")
            }
        }
    }

    /// A field as it is, or as Athena's table has it.
    fn shown(&self, name: &str, field: Expr, data_type: DataType) -> (Expr, DataType) {
        let is_time = matches!(data_type, DataType::Timestamp(TimeUnit::Millisecond, None)) && name == TIME;
        if is_time && self.times_as_text.load(Ordering::Relaxed) {
            (event_time_text().call(vec![field]), DataType::Utf8View)
        } else {
            (field, data_type)
        }
    }

    /// The name and type of the member that `name` asks for.
    fn member(&self, data_type: &DataType, name: &str) -> Result<(String, DataType), Denied> {
        match data_type {
            DataType::Struct(fields) => {
                let field = fields.iter().find(|field| field.name().eq_ignore_ascii_case(name));
                let fields = || fields.iter().map(|field| field.name().clone()).collect();
                field
                    .map(|field| (field.name().clone(), field.data_type().clone()))
                    .ok_or_else(|| Denied::Unknown { fields: fields() })
            }
            DataType::Map(entries, _) if self.dialect == Dialect::DataFusion => match entries.data_type() {
                DataType::Struct(fields) => {
                    fields.get(1).map(|value| (name.to_owned(), value.data_type().clone())).ok_or(Denied::Plain)
                }
                _ => Err(Denied::Plain),
            },
            DataType::Map(..) => Err(Denied::Map),
            DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) => Err(Denied::Array),
            _ => Err(Denied::Plain),
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
            match self.access(expr, &data_type, &path) {
                Ok(found) => (expr, data_type) = found,
                // After an error the engine would ask other planners, which take any name.
                Err(_) => return Ok(PlannerResult::Planned(Expr::Column(Column::from_name(NO_FIELD)))),
            }
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
}
