//! LookupEvents: event history, newest first.
//!
//! It answers from the CloudTrail (with `EventCategory` `insight`, from the Insights) event data stores the caller
//! may see. Without a start it goes back 90 days as event history does; a start may be earlier than that.
//!
//! Source: AWS CloudTrail API Reference, LookupEvents; user guide, "Viewing recent management events".

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use traillake::{ErrorCode, QueryOptions};

use crate::admission::Refusal;
use crate::aws::paging::Pager;
use crate::aws::request::Request;
use crate::aws::timestamp::Timestamp;
use crate::aws::validate::{Member, Shape, list, optional, required, text};
use crate::aws::{ApiError, ApiResult, Call};
use crate::lookup::{Attribute, Lookup, LookupEvent, LookupResource, Place};

/// How far back event history goes.
const DAYS: TimeDelta = TimeDelta::days(90);
/// Default and largest page.
const PAGE: i64 = 50;
/// Characters of a value, where some count twice.
const VALUE_CHARACTERS: usize = 2000;

const ATTRIBUTE: Shape =
    Shape::Structure(&[required("AttributeKey", &text(1, 100)), required("AttributeValue", &text(1, 2000))]);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LookupRequest {
    #[serde(default)]
    lookup_attributes: Vec<LookupAttribute>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    event_category: Option<String>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct LookupAttribute {
    attribute_key: String,
    attribute_value: String,
}

impl Request for LookupRequest {
    const MEMBERS: &'static [Member] = &[
        optional("LookupAttributes", &list(&ATTRIBUTE, 0, 100)).or(ErrorCode::InvalidLookupAttributes),
        optional("StartTime", &Shape::Timestamp),
        optional("EndTime", &Shape::Timestamp),
        optional("EventCategory", &Shape::Choice(&["insight"])).or(ErrorCode::InvalidEventCategory),
        optional("MaxResults", &Shape::Integer { min: 1, max: PAGE }).or(ErrorCode::InvalidMaxResults),
        optional("NextToken", &text(1, 4096)).or(ErrorCode::InvalidNextToken),
    ];
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LookupAnswer {
    events: Vec<Event>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_field_names, reason = "the names of the API")]
struct Event {
    event_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    read_only: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_key_id: Option<String>,
    event_time: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
    resources: Vec<LookupResource>,
    cloud_trail_event: String,
}

/// The events of one page.
pub(super) async fn lookup(call: &Call, request: LookupRequest) -> ApiResult<LookupAnswer> {
    let parameters = (&request.lookup_attributes, request.start_time, request.end_time, &request.event_category);
    let pager = Pager::new(call, "LookupEvents", &parameters, request.next_token.as_deref())?;
    let (start, end) = range(&request, call.service.clock.now())?;
    let lookup = Lookup {
        attribute: attribute(&request)?,
        start,
        end,
        insights: request.event_category.is_some(),
        region: call.service.config.lookup.caller_region_only.then(|| call.region.clone()),
        after: pager.position.as_deref().and_then(read_place),
        limit: request.max_results.unwrap_or(50),
    };
    // Clients try again by themselves, as at AWS, where lookups are throttled and not counted as queries.
    let throttled = |refusal: Refusal| ApiError::new(ErrorCode::Throttling, refusal.to_string());
    let permit = call.service.admission.enter(&call.principal.name).map_err(throttled)?.admitted().await;
    let options = permit.limit(QueryOptions::default());
    let (events, next) = lookup.run(&call.lake(), &options).await?;
    let next_token = next.map(|place| pager.token(&write_place(&place)));
    Ok(LookupAnswer { events: events.into_iter().map(Event::from).collect(), next_token })
}

fn range(request: &LookupRequest, now: DateTime<Utc>) -> ApiResult<(DateTime<Utc>, DateTime<Utc>)> {
    let end = request.end_time.map_or(now, |time| time.0);
    let start = request.start_time.map_or(now - DAYS, |time| time.0);
    if request.start_time.is_some() && start > end {
        return Err(ApiError::new(ErrorCode::InvalidTimeRange, "`StartTime` is after `EndTime`"));
    }
    Ok((start, end))
}

fn attribute(request: &LookupRequest) -> ApiResult<Option<(Attribute, String)>> {
    let invalid = |message: String| ApiError::new(ErrorCode::InvalidLookupAttributes, message);
    let asked = match request.lookup_attributes.as_slice() {
        [] => return Ok(None),
        [asked] => asked,
        _ => return Err(invalid("at most one of `LookupAttributes` can be looked up at a time".to_owned())),
    };
    let (key, value) = (&asked.attribute_key, &asked.attribute_value);
    let names = Attribute::ALL.map(Attribute::as_str).join(", ");
    let Some(attribute) = Attribute::ALL.into_iter().find(|attribute| attribute.as_str() == key) else {
        return Err(invalid(format!("`{key}` cannot be looked up; hint: one of {names}, spelled so")));
    };
    if weight(value) > VALUE_CHARACTERS {
        return Err(invalid(format!(
            "the value of `{key}` is longer than {VALUE_CHARACTERS} characters, where `_`, blank, `,` and line feed count twice"
        )));
    }
    let insight = matches!(attribute, Attribute::EventId | Attribute::EventName | Attribute::EventSource);
    if request.event_category.is_some() && !insight {
        return Err(invalid(format!(
            "Insights events cannot be looked up by `{key}`; hint: EventId, EventName or EventSource"
        )));
    }
    if attribute == Attribute::ReadOnly && !matches!(value.as_str(), "true" | "false") {
        return Err(invalid(format!("`ReadOnly` is `true` or `false`, not `{value}`")));
    }
    Ok(Some((attribute, value.clone())))
}

fn weight(value: &str) -> usize {
    value.chars().map(|c| if matches!(c, '_' | ' ' | ',' | '\n') { 2 } else { 1 }).sum()
}

fn write_place(place: &Place) -> String {
    format!("{}:{}:{}", place.time.timestamp_millis(), place.shown, place.event_id)
}

fn read_place(text: &str) -> Option<Place> {
    let (millis, rest) = text.split_once(':')?;
    let (shown, event_id) = rest.split_once(':')?;
    let time = DateTime::from_timestamp_millis(millis.parse().ok()?)?;
    Some(Place { time, event_id: event_id.to_owned(), shown: shown.parse().ok()? })
}

impl From<LookupEvent> for Event {
    fn from(event: LookupEvent) -> Self {
        Self {
            event_id: event.event_id,
            event_name: event.name,
            read_only: event.read_only,
            access_key_id: event.access_key_id,
            event_time: Timestamp(event.time),
            event_source: event.source,
            username: event.username,
            resources: event.resources,
            cloud_trail_event: event.record,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(json: &str) -> LookupRequest {
        serde_json::from_str(json).unwrap()
    }

    fn by(key: &str, value: &str) -> LookupRequest {
        let attributes = serde_json::json!([{"AttributeKey": key, "AttributeValue": value}]);
        request(&serde_json::json!({ "LookupAttributes": attributes }).to_string())
    }

    #[test]
    fn history_goes_back_ninety_days_and_further_when_asked() {
        let now = "2024-05-01T00:00:00Z".parse().unwrap();
        assert_eq!(range(&request("{}"), now).unwrap(), (now - DAYS, now));
        let (start, _) = range(&request(r#"{"StartTime": 0}"#), now).unwrap();
        assert_eq!(start, DateTime::UNIX_EPOCH);
        let error = range(&request(r#"{"StartTime": 2, "EndTime": 1}"#), now).unwrap_err();
        assert_eq!(error.code, "InvalidTimeRangeException");
    }

    #[test]
    fn attributes_are_spelled_exactly_and_looked_up_one_at_a_time() {
        assert_eq!(attribute(&by("EventName", "RunInstances")).unwrap().unwrap().0, Attribute::EventName);
        for bad in [by("eventName", "x"), by("ReadOnly", "yes"), by("Username", &"_".repeat(1001))] {
            assert_eq!(attribute(&bad).unwrap_err().code, "InvalidLookupAttributesException");
        }
        let mut two = by("EventName", "a");
        two.lookup_attributes.extend(by("EventId", "b").lookup_attributes);
        assert!(attribute(&two).is_err());
        let insight = LookupRequest { event_category: Some("insight".to_owned()), ..by("Username", "a") };
        assert!(attribute(&insight).is_err());
    }

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let time = DateTime::from_timestamp_millis(1_699_573_236_344).unwrap();
        let place = Place { time, event_id: "a:b".to_owned(), shown: 3 };
        assert_eq!(read_place(&write_place(&place)), Some(place));
        assert_eq!((read_place("x"), read_place("1:2")), (None, None));
    }
}
