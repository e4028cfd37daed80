//! `system.conflicts`: events of one account and event id with different content.
//!
//! Equal events are stored once, so an id that is stored twice in an account is a conflict: a
//! planted id, or a record that was changed on its way. The table is a view over the stores.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::catalog::{TableProvider, view::ViewTable};
use datafusion::datasource::provider_as_source;
use datafusion::error::Result;
use datafusion::functions_aggregate::expr_fn::{count, max, min};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast, lit};
use datafusion::prelude::ident;

use super::SystemContext;
use super::cells::{COUNT, TEXT, TIME, schema};
use crate::QueryError;
use crate::catalog::{StoreEntry, open_store};

pub(super) const NAME: &str = "conflicts";

/// The view over the stores as they are now.
pub(super) async fn view(context: &SystemContext) -> Result<Arc<dyn TableProvider>, QueryError> {
    let mut plan: Option<LogicalPlan> = None;
    for store in context.stores.active() {
        let provider = open_store(&context.tables, &store.settings, true, &context.grants).await?;
        let conflicts = of_store(store, Arc::new(provider)).map_err(engine)?;
        plan = Some(match plan {
            None => conflicts,
            Some(before) => {
                LogicalPlanBuilder::from(before).union(conflicts).and_then(LogicalPlanBuilder::build).map_err(engine)?
            }
        });
    }
    let plan = plan.map_or_else(none, Ok).map_err(engine)?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

fn of_store(store: &StoreEntry, provider: Arc<dyn TableProvider>) -> Result<LogicalPlan> {
    let events = || count(lit(1_i64));
    LogicalPlanBuilder::scan(store.id(), provider_as_source(provider), None)?
        .filter(ident("eventid").is_not_null())?
        .aggregate(
            vec![ident("$account"), ident("eventid")],
            vec![
                events().alias("events"),
                min(ident("eventtime")).alias("first_event"),
                max(ident("eventtime")).alias("last_event"),
            ],
        )?
        .filter(ident("events").gt(lit(1_i64)))?
        .project(columns(store.name()))?
        .build()
}

fn columns(store: &str) -> Vec<Expr> {
    vec![
        lit(store).alias("event_data_store"),
        ident("$account").alias("account"),
        cast(ident("eventid"), DataType::Utf8).alias("eventid"),
        ident("events"),
        ident("first_event"),
        ident("last_event"),
    ]
}

/// A lake without stores has no conflicts.
fn none() -> Result<LogicalPlan> {
    let schema = schema(&[
        ("event_data_store", TEXT),
        ("account", TEXT),
        ("eventid", TEXT),
        ("events", COUNT),
        ("first_event", TIME),
        ("last_event", TIME),
    ]);
    let empty = datafusion::datasource::empty::EmptyTable::new(schema);
    LogicalPlanBuilder::scan(NAME, provider_as_source(Arc::new(empty)), None)?.build()
}

fn engine(source: datafusion::error::DataFusionError) -> QueryError {
    QueryError::Engine { source: Box::new(source) }
}
