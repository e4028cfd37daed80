//! A statement of a caller: its text, the values of its `?`, and what it is asked with.

use arrow::datatypes::SchemaRef;
use serde::{Deserialize, Serialize};
use tonic::Status;
use traillake::{Error, ParameterValue, QueryError, QueryOptions, QueryShape};

use super::caller::Caller;
use super::wire::wire_schema;
use super::{Flight, status};
use crate::admission::Permit;

/// What is run when a ticket is redeemed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Statement {
    pub(super) sql: String,
    /// The event data store `$EDS_ID` stands for.
    pub(super) store: Option<String>,
    /// Values of the `?`: the statement runs once for each row of them, or once when none were bound.
    pub(super) rows: Option<Vec<Vec<ParameterValue>>>,
}

impl Statement {
    pub(super) fn new(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), store: None, rows: None }
    }

    /// The statement of a caller, about the caller's default store.
    pub(super) fn of(caller: &Caller, sql: String) -> Self {
        Self { store: caller.store.clone(), ..Self::new(sql) }
    }

    /// How many times it runs.
    pub(super) fn runs(&self) -> usize {
        self.rows.as_ref().map_or(1, Vec::len)
    }

    /// What run number `run` is asked with: what the caller may see, under the caller's name.
    pub(super) fn options(&self, caller: &Caller, run: usize) -> QueryOptions {
        let values = self.rows.as_ref().and_then(|rows| rows.get(run)).cloned().unwrap_or_default();
        QueryOptions {
            default_store: self.store.clone(),
            values,
            grants: caller.principal.grants.as_ref().clone(),
            owner: Some(caller.principal.name.to_string()),
            ..QueryOptions::default()
        }
    }

    /// Bytes it takes to keep.
    pub(super) fn bytes(&self) -> usize {
        let values = self.rows.iter().flatten().flatten();
        self.sql.len() + values.map(ParameterValue::bytes).sum::<usize>()
    }
}

impl Flight {
    /// Plans a statement, for its columns and the number of its `?`; nothing of a store is read.
    pub(super) async fn describe(&self, caller: &Caller, statement: &Statement) -> Result<QueryShape, Status> {
        let limit = self.config.planning();
        let planned = async {
            let _turn = self.planning_turn(caller).await?;
            let options = QueryOptions { timeout: Some(limit), ..statement.options(caller, 0) };
            self.service.lake.describe_query(&statement.sql, &options).await.map_err(|error| status::of_lake(&error))
        };
        let late = |_| Status::deadline_exceeded("the statement was not planned in time; hint: try again later");
        tokio::time::timeout(limit, planned).await.map_err(late)?
    }

    /// A turn to plan, which callers get one after the other: one with many statements waits for itself.
    pub(super) async fn planning_turn(&self, caller: &Caller) -> Result<Permit, Status> {
        let ticket = self.planning.enter(caller.name()).map_err(status::of_refusal)?;
        Ok(ticket.admitted().await)
    }

    /// The columns of a statement that can be run as it is.
    pub(super) async fn columns(&self, caller: &Caller, statement: &Statement) -> Result<SchemaRef, Status> {
        let shape = self.describe(caller, statement).await?;
        let given = statement.rows.as_ref().map_or(0, |rows| rows.first().map_or(shape.values, Vec::len));
        match shape.schema {
            Some(schema) if given == shape.values => Ok(wire_schema(&schema)),
            _ => Err(wrong_count(shape.values, given)),
        }
    }
}

/// There are more or fewer values than `?`.
pub(super) fn wrong_count(expected: usize, given: usize) -> Status {
    status::of_lake(&Error::Query(QueryError::ValueCount { expected, given }))
}
