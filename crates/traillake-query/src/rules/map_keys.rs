//! Keys of maps inside rows, told from fields of rows.
//!
//! The engine flattens `get_field(get_field(eventdata, 'tags'), 'Name')` to `get_field(eventdata, 'tags', 'Name')`. A
//! scan would look for a column `eventdata.tags.Name`, of which files have none, and read nothing at all. The keys are
//! split off when all rules have run: those that move fields towards scans know flat ones only.

use std::sync::Arc;

use arrow::datatypes::DataType;
use async_trait::async_trait;
use datafusion::catalog::Session;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::execution::context::QueryPlanner;
use datafusion::functions::core::get_field;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_planner::{DefaultPhysicalPlanner, PhysicalPlanner};
use traillake_sql::{Budget, map_entry};

use super::constants::with_checks;

/// Splits off the keys of a plan, checks its large constants, and has the engine plan it.
#[derive(Debug)]
pub(crate) struct MapKeys;

#[async_trait]
impl QueryPlanner for MapKeys {
    async fn create_physical_plan(&self, plan: &LogicalPlan, session: &dyn Session) -> Result<Arc<dyn ExecutionPlan>> {
        if let Some(budget) = Budget::of(session.config_options()) {
            budget.check_time()?;
            budget.end_planning();
        }
        let plan = plan.clone().transform_down_with_subqueries(with_keys)?.data;
        let plan = plan.transform_down_with_subqueries(with_checks)?.data;
        DefaultPhysicalPlanner::default().create_physical_plan(&plan, session).await
    }
}

fn with_keys(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let schema = match &plan {
        // Filters that were pushed down know columns that the scan does not give back.
        LogicalPlan::TableScan(scan) => {
            DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?
        }
        _ => merge_schema(&plan.inputs()),
    };
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let split = expr.transform_up(|expr| split(expr, &schema))?;
        Ok(split.update_data(|expr| name.restore(expr)))
    })
}

fn split(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Some((base, names)) = path(&expr) else { return Ok(Transformed::no(expr)) };
    let place = place_of_key(base.get_type(schema)?, names);
    let Some((row, [key, rest @ ..])) = place.and_then(|place| names.split_at_checked(place)) else {
        return Ok(Transformed::no(expr));
    };
    let map = get_field().call(std::iter::once(base).chain(row).cloned().collect());
    let entry = map_entry(map, key.clone());
    if rest.is_empty() {
        return Ok(Transformed::yes(entry));
    }
    Ok(Transformed::yes(get_field().call(std::iter::once(&entry).chain(rest).cloned().collect())))
}

/// What a field is taken of, and the names on the way to it, if there are several.
fn path(expr: &Expr) -> Option<(&Expr, &[Expr])> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return None };
    let (base, names) = args.split_first()?;
    (names.len() > 1 && *func == get_field()).then_some((base, names))
}

/// Which of the names is a key of a map that fields of rows lead to.
fn place_of_key(mut data_type: DataType, names: &[Expr]) -> Option<usize> {
    for (place, name) in names.iter().enumerate() {
        let DataType::Struct(fields) = &data_type else {
            return (place > 0 && matches!(data_type, DataType::Map(..))).then_some(place);
        };
        let Expr::Literal(name, _) = name else { return None };
        let (_, field) = fields.find(name.try_as_str().flatten()?)?;
        data_type = field.data_type().clone();
    }
    None
}
