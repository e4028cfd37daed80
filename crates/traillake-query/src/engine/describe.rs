//! What a query would answer with, known from its plan alone.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::LogicalPlan;
use traillake_model::EventDataStoreId;
use traillake_sql::Budget;
use traillake_storage::EventTableProvider;

use super::{QueryEngine, within};
use crate::error::Translator;
use crate::output::OutputNames;
use crate::result::Ending;
use crate::{ParameterValue, QueryError, QueryOptions, deep_stack, parse, session, values};

/// The form of a query and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryShape {
    /// The columns of the answer; `None` when they depend on values of `?` that were not given.
    pub schema: Option<SchemaRef>,
    /// The number of `?` in the text.
    pub values: usize,
    /// The event data stores it reads; empty where the schema is `None`.
    pub stores: Vec<EventDataStoreId>,
}

/// The columns of an answer, and the event data stores it comes from.
type Described = (SchemaRef, Vec<EventDataStoreId>);

impl QueryEngine {
    /// Checks and plans a query and reads no event for it; `system.queries` does not list it.
    ///
    /// A `?` may be without its value here. What is wrong with the query is reported as [`query`](Self::query) does,
    /// except for types that may fit once the values are known.
    pub async fn describe(&self, sql: &str, options: &QueryOptions) -> Result<QueryShape, QueryError> {
        let values = values::count(sql)?;
        let mut options = options.clone();
        let is_open = options.values.is_empty() && values > 0;
        if is_open {
            options.values = vec![ParameterValue::unknown(); values];
        }
        match self.described(sql, options).await {
            Ok((schema, stores)) => Ok(QueryShape { schema: Some(schema), values, stores }),
            Err(QueryError::Invalid { .. } | QueryError::Failed { .. } | QueryError::Engine { .. }) if is_open => {
                Ok(QueryShape { schema: None, values, stores: Vec::new() })
            }
            Err(error) => Err(error),
        }
    }

    async fn described(&self, sql: &str, options: QueryOptions) -> Result<Described, QueryError> {
        let timeout = options.timeout.or(self.limits.timeout);
        let deadline = timeout.and_then(|limit| Instant::now().checked_add(limit));
        let budget = session::budget(&self.limits, deadline);
        let ending = Ending::new(budget.clone());
        let (engine, sql) = (self.clone(), sql.to_owned());
        let text_bytes = sql.len();
        let work = move || async move { Box::pin(engine.schema(&sql, &options, budget)).await };
        let failed = || QueryError::Failed { message: "the query could not be planned".into(), position: None };
        let planned = async { deep_stack::run(text_bytes, work).await.unwrap_or_else(|| Err(failed())) };
        within(timeout, planned).await.map_err(|error| ending.explained(error, timeout))
    }

    async fn schema(&self, sql: &str, options: &QueryOptions, budget: Budget) -> Result<Described, QueryError> {
        let mut session = self.open_session(options, budget).await?;
        let parsed = parse::read(parse::Request::new(sql, &session, options, self.limits.text_bytes))?;
        session.show_hidden_columns(parsed.names_hidden_columns);
        session.show_times(&parsed.statement);
        session.register_calls(&parsed.calls);
        let translator = Translator::new(sql, &session, &self.limits, options.dialect);
        let planned = self.logical_plan(&session, parsed.statement, options.dialect).await;
        let optimized = planned.and_then(|(plan, explains)| {
            let stores = stores_of(&plan)?;
            Ok((session.optimized(&plan)?, explains, stores))
        });
        let (plan, explains, stores) = optimized.map_err(|error| translator.translate(error))?;
        session.close();
        let schema = plan.schema().inner();
        let names = parsed.names.filter(|_| !explains);
        Ok((names.map_or_else(|| Arc::clone(schema), |names: OutputNames| names.apply(schema)), stores))
    }
}

/// The event data stores that a plan scans, subqueries included.
fn stores_of(plan: &LogicalPlan) -> datafusion::error::Result<Vec<EventDataStoreId>> {
    let mut stores = BTreeSet::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node
            && let Ok(provider) = source_as_provider(&scan.source)
            && let Some(table) = provider.downcast_ref::<EventTableProvider>()
        {
            stores.insert(*table.event_data_store());
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(stores.into_iter().collect())
}
