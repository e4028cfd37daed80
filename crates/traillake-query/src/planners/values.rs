//! VALUES, each column of the common type of its values.

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::planner::RelationPlannerContext;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, col};
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, FunctionArg, FunctionArgExpr, Spanned};
use traillake_sql::{coerce, common_data_type, type_name};

use super::faults::refused;
use crate::error::Position;
use crate::text::position;

/// A row and where it starts.
struct Row {
    values: Vec<Expr>,
    place: Option<Position>,
}

/// Plans VALUES from its rows.
pub(super) fn plan(args: Vec<FunctionArg>, context: &mut dyn RelationPlannerContext) -> Result<LogicalPlan> {
    let rows = args.into_iter().filter_map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(SqlExpr::Tuple(values))) => Some(row(values, context)),
        _ => None,
    });
    let mut rows = rows.collect::<Result<Vec<_>>>()?;
    let types = common_types(&rows)?;
    let schema = DFSchema::empty();
    for value in rows.iter_mut().flat_map(|row| row.values.iter_mut().zip(&types)) {
        let (value, to) = value;
        let from = value.get_type(&schema)?;
        *value = coerce(std::mem::take(value), &from, to);
    }
    let values = LogicalPlanBuilder::values(rows.into_iter().map(|row| row.values).collect())?;
    let names = (0..types.len()).map(|place| col(format!("column{}", place + 1)).alias(format!("_col{place}")));
    values.project(names.collect::<Vec<_>>())?.build()
}

fn row(values: Vec<SqlExpr>, context: &mut dyn RelationPlannerContext) -> Result<Row> {
    let schema = DFSchema::empty();
    let place = values.first().and_then(|value| position(value.span().start));
    let values = values.into_iter().map(|value| context.sql_to_expr(value, &schema));
    Ok(Row { values: values.collect::<Result<_>>()?, place })
}

fn common_types(rows: &[Row]) -> Result<Vec<DataType>> {
    let width = rows.first().map_or(0, |row| row.values.len());
    let mut types = vec![DataType::Null; width];
    for row in rows {
        if row.values.len() != width {
            let found = row.values.len();
            return Err(refused(
                format!("rows of VALUES have different numbers of values: {width}, {found}"),
                row.place,
                "give every row as many values, NULL where there is none",
            ));
        }
        for (shared, value) in types.iter_mut().zip(&row.values) {
            let found = value.get_type(&DFSchema::empty())?;
            *shared = common_data_type(shared, &found).ok_or_else(|| mismatch(shared, &found, row.place))?;
        }
    }
    Ok(types)
}

fn mismatch(shared: &DataType, found: &DataType, place: Option<Position>) -> datafusion::error::DataFusionError {
    refused(
        format!("rows of VALUES have values of different types: {}, {}", type_name(shared), type_name(found)),
        place,
        "`CAST` the values of one row to the types of the others",
    )
}
