//! The SQL of one page of one event data store. Values are parameters, never text of the statement.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use traillake::{EventDataStoreSettings, ParameterKind, QueryParameter};

use super::resources::RESOURCE_PARAMETERS;
use super::{Attribute, Lookup, Part, Place};

/// Management events; records of the years before `eventCategory` say it by `managementEvent`, or not at all.
const MANAGEMENT: &str =
    "(eventCategory = 'Management' OR (eventCategory IS NULL AND managementEvent IS DISTINCT FROM false))";

/// The name under which AWS shows who called: the user, `root`, or the session of a role.
const USERNAME: &str = "CASE userIdentity.type WHEN 'Root' THEN 'root' \
    WHEN 'AssumedRole' THEN split_part(userIdentity.principalId, ':', 2) ELSE userIdentity.userName END";

/// Statement and parameters; one event more than the page holds tells whether there is a next one.
pub(super) fn of(lookup: &Lookup, store: &EventDataStoreSettings, part: Part<'_>) -> (String, Vec<QueryParameter>) {
    let mut parameters = vec![moment("start", lookup.start), moment("end", lookup.end)];
    let mut conditions = vec!["eventTime >= :start".to_owned(), "eventTime <= :end".to_owned()];
    if !lookup.insights {
        conditions.push(MANAGEMENT.to_owned());
    }
    if let Some(region) = &lookup.region {
        conditions.push("awsRegion = :region".to_owned());
        parameters.push(QueryParameter::text("region", region));
    }
    if let Some((attribute, value)) = &lookup.attribute {
        conditions.push(condition(*attribute, lookup.insights));
        parameters.push(QueryParameter::text("value", value));
    }
    let (at, order, skipped) = match part {
        Part::Rest => (lookup.after.as_ref(), "eventTime DESC, coalesce(eventID, '')", 0),
        Part::Twins(place) => (Some(place), "eventJson", place.shown),
    };
    if let Some(place) = at {
        conditions.push(where_at(part).to_owned());
        parameters.extend(place_parameters(place));
    }
    let sql = format!(
        "SELECT eventTime, eventID, eventJson FROM \"{}\" WHERE {} ORDER BY {order} LIMIT {}",
        store.id,
        conditions.join(" AND "),
        lookup.limit.saturating_add(1).saturating_add(skipped)
    );
    (sql, parameters)
}

/// The condition on `:time` and `:id`; the first term is there to leave out files.
fn where_at(part: Part<'_>) -> &'static str {
    match part {
        Part::Rest => "eventTime <= :time AND (eventTime < :time OR coalesce(eventID, '') > :id)",
        Part::Twins(_) => "eventTime = :time AND coalesce(eventID, '') = :id",
    }
}

fn place_parameters(place: &Place) -> [QueryParameter; 2] {
    [moment("time", place.time), QueryParameter::text("id", &place.event_id)]
}

fn moment(name: &str, time: DateTime<Utc>) -> QueryParameter {
    let value = time.format("%Y-%m-%d %H:%M:%S%.3f").to_string();
    QueryParameter { name: name.to_owned(), kind: ParameterKind::Timestamp, value }
}

fn condition(attribute: Attribute, insights: bool) -> String {
    match (attribute, insights) {
        (Attribute::EventId, _) => "eventID = :value".to_owned(),
        (Attribute::EventName, false) => "eventName = :value".to_owned(),
        (Attribute::EventName, true) => "insightEventName = :value".to_owned(),
        (Attribute::EventSource, false) => "eventSource = :value".to_owned(),
        (Attribute::EventSource, true) => "insightEventSource = :value".to_owned(),
        (Attribute::ReadOnly, _) => "readOnly = (:value = 'true')".to_owned(),
        (Attribute::AccessKeyId, _) => "userIdentity.accessKeyId = :value".to_owned(),
        (Attribute::Username, _) => format!("({USERNAME}) = :value"),
        (Attribute::ResourceType, _) => resource_type(),
        (Attribute::ResourceName, _) => resource_name(),
    }
}

/// A resource of the record, or one that a request parameter names, has this type.
fn resource_type() -> String {
    let mut sql = "(any_match(resources, r -> r.type = :value)".to_owned();
    for (parameter, kind) in RESOURCE_PARAMETERS {
        let _ = write!(sql, " OR (:value = '{kind}' AND element_at(requestParameters, '{parameter}') IS NOT NULL)");
    }
    sql.push(')');
    sql
}

/// A resource of the record has this ARN, or one that ends in this name; or a request parameter has this value.
fn resource_name() -> String {
    let mut sql =
        "(any_match(resources, r -> r.arn = :value OR r.arn LIKE '%:' || :value OR r.arn LIKE '%/' || :value)"
            .to_owned();
    for (parameter, _) in RESOURCE_PARAMETERS {
        let _ = write!(sql, " OR element_at(requestParameters, '{parameter}') = :value");
    }
    sql.push(')');
    sql
}
