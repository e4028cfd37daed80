//! StartQuery: a statement, or a bundled query by its name with values for its parameters.

use std::time::Duration;

use traillake::{
    Error, ErrorCode, EventDataStoreArn, EventDataStoreId, QueryError, QueryOptions, QueryParameter, Sample,
    StatementRules,
};

use super::check_owner_account;
use super::shapes::{StartRequest, Started};
use crate::aws::{ApiError, ApiResult, Call};
use crate::delivery;
use crate::jobs::NewQuery;

/// Time in which a query must be planned to be started.
const PLANNING: Duration = Duration::from_mins(1);

/// Checks the query, writes it down and starts it.
///
/// The caller's place in the queue comes first: whoever has too many queries costs no planning.
pub(in crate::aws::operations) async fn start(call: &Call, request: StartRequest) -> ApiResult<Started> {
    check_owner_account(call, request.event_data_store_owner_account_id.as_deref())?;
    let jobs = &call.service.jobs;
    if !jobs.has_room() {
        let message = "the server keeps as many queries of the last 7 days as it may; hint: whoever runs it can raise `queries.kept`";
        return Err(ApiError::new(ErrorCode::Throttling, message));
    }
    let ticket = call.service.admission.enter(&call.principal.name)?;
    let asked = asked(call, &request)?;
    if let Some(uri) = &request.delivery_s3_uri {
        check_delivery(call, uri).await?;
    }
    let shape = call.service.lake.describe_query(&asked.sql, &asked.options).await.map_err(refused)?;
    let new = NewQuery {
        owner: call.principal.name.to_string(),
        sql: asked.sql,
        alias: request.query_alias,
        stores: shape.stores,
        region: call.region.clone(),
        delivery: request.delivery_s3_uri,
        options: asked.options,
    };
    let job = jobs.start(new, ticket).await?;
    let event_data_store_owner_account_id = request.event_data_store_owner_account_id;
    Ok(Started { query_id: job.id, event_data_store_owner_account_id })
}

/// A statement and how it is asked.
struct Asked {
    sql: String,
    options: QueryOptions,
}

fn asked(call: &Call, request: &StartRequest) -> ApiResult<Asked> {
    let options = QueryOptions {
        statements: StatementRules::QueryOnly,
        grants: call.principal.grants.as_ref().clone(),
        owner: Some(call.principal.name.to_string()),
        timeout: Some(PLANNING),
        ..QueryOptions::default()
    };
    match (&request.query_statement, &request.query_alias) {
        (Some(sql), None) if request.query_parameters.is_empty() => Ok(Asked { sql: sql.clone(), options }),
        (Some(_), None) => Err(ApiError::invalid_parameter("`QueryParameters` belong to a `QueryAlias`")),
        (None, Some(alias)) => by_alias(call, alias, &request.query_parameters, options),
        _ => Err(ApiError::invalid_parameter("either `QueryStatement` or `QueryAlias` must be given")),
    }
}

/// A bundled query. Its values are given in the order of its parameters, and the last ones may be left out; in front
/// of them may stand the ARN or id of the event data store.
fn by_alias(call: &Call, alias: &str, values: &[String], options: QueryOptions) -> ApiResult<Asked> {
    let sample = traillake::sample(alias).ok_or_else(|| no_sample(alias))?;
    let (store, values) = match values.split_first() {
        Some((first, rest)) if names_store(first) => (Some(first.clone()), rest),
        _ => (None, values),
    };
    if values.len() > sample.parameters.len() {
        return Err(too_many(sample));
    }
    let given = sample.parameters.iter().zip(values);
    let given: Vec<_> = given.map(|(parameter, value)| QueryParameter::text(&parameter.name, value)).collect();
    let parameters = sample
        .values(&given, call.service.clock.now())
        .map_err(|error| ApiError::invalid_parameter(error.to_string()))?;
    let options = QueryOptions { default_store: store, parameters, ..options };
    Ok(Asked { sql: sample.sql.to_owned(), options })
}

fn names_store(text: &str) -> bool {
    text.parse::<EventDataStoreId>().is_ok() || text.parse::<EventDataStoreArn>().is_ok()
}

fn no_sample(alias: &str) -> ApiError {
    let nearest = traillake::nearest_sample(alias).map(|sample| format!("; hint: did you mean `{}`?", sample.name));
    ApiError::invalid_parameter(format!("there is no query `{alias}`{}", nearest.unwrap_or_default()))
}

fn too_many(sample: &Sample) -> ApiError {
    let names: Vec<_> = sample.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    let message = format!("`{}` takes, after an event data store or none: {}", sample.name, names.join(", "));
    ApiError::invalid_parameter(message)
}

async fn check_delivery(call: &Call, uri: &str) -> ApiResult<()> {
    let checked = delivery::check(&call.service.config.places.delivery, uri, &call.service.lake).await;
    checked.map_err(|error| ApiError::new(error.code(), error.to_string()))
}

/// What is wrong with a statement that could not be planned, where AWS knows no other name for it.
fn refused(error: Error) -> ApiError {
    let code = error.code().unwrap_or(ErrorCode::InvalidQueryStatement);
    let message = match &error {
        Error::Query(QueryError::NoDefaultStore { stores, .. }) if !stores.is_empty() => {
            format!(
                "{error}; hint: write its id for `$EDS_ID`, or put it in front of the `QueryParameters` of an alias"
            )
        }
        _ => ApiError::from(error).message,
    };
    ApiError::new(code, message)
}
