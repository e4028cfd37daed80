//! Tags of event data stores and trails: `AddTags`, `ListTags`, `RemoveTags`.

use serde::{Deserialize, Serialize};
use traillake::{ErrorCode, EventDataStoreSettings, ModelError, Tags, TrailSettings};

use super::Empty;
use crate::aws::request::Request;
use crate::aws::tags::{self, Tag};
use crate::aws::validate::{self, Member, Shape, optional, required};
use crate::aws::{ApiError, ApiResult, Call, resources, shapes};

/// Resources of one `ListTags`.
const RESOURCES: Shape = validate::list(&shapes::ANY_TEXT, 1, 20);

/// `AddTags` and `RemoveTags`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TagsRequest {
    resource_id: String,
    tags_list: Vec<Tag>,
}

impl Request for TagsRequest {
    const MEMBERS: &'static [Member] = &[
        required("ResourceId", &shapes::ANY_TEXT),
        required("TagsList", &shapes::TAGS).or(ErrorCode::InvalidTagParameter),
    ];
}

/// `ListTags`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTagsRequest {
    resource_id_list: Vec<String>,
    next_token: Option<String>,
}

impl Request for ListTagsRequest {
    const MEMBERS: &'static [Member] =
        &[required("ResourceIdList", &RESOURCES), optional("NextToken", &shapes::ANY_TEXT)];
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ResourceTags {
    resource_id: String,
    tags_list: Vec<Tag>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListTagsAnswer {
    resource_tag_list: Vec<ResourceTags>,
}

pub(super) async fn add(call: &Call, request: TagsRequest) -> ApiResult<Empty> {
    let added = tags::read(request.tags_list)?;
    let resource = Resource::find(call, &request.resource_id).await?;
    resource.change(call, |tags| tags.with(&added)).await
}

pub(super) async fn remove(call: &Call, request: TagsRequest) -> ApiResult<Empty> {
    let keys: Vec<String> = request.tags_list.into_iter().map(|tag| tag.key).collect();
    let resource = Resource::find(call, &request.resource_id).await?;
    resource.change(call, |tags| Ok(tags.without(&keys))).await
}

pub(super) async fn list(call: &Call, request: ListTagsRequest) -> ApiResult<ListTagsAnswer> {
    super::refuse_reserved_token(request.next_token.as_deref())?;
    let mut resource_tag_list = Vec::new();
    for id in request.resource_id_list {
        let resource = Resource::find(call, &id).await?;
        resource_tag_list.push(ResourceTags { tags_list: tags::write(resource.tags()?), resource_id: id });
    }
    Ok(ListTagsAnswer { resource_tag_list })
}

/// What can have tags.
enum Resource {
    Store(Box<EventDataStoreSettings>),
    Trail(Box<TrailSettings>),
}

impl Resource {
    /// The resource of a full ARN.
    async fn find(call: &Call, arn: &str) -> ApiResult<Self> {
        let kind =
            arn.splitn(6, ':').nth(5).filter(|_| arn.starts_with("arn:")).and_then(|resource| resource.split_once('/'));
        let refused = |code, why: &str| Err(ApiError::new(code, format!("`{arn}` {why}")));
        match kind {
            Some(("eventdatastore", _)) => Ok(Self::Store(Box::new(resources::event_data_store(call, arn).await?))),
            Some(("trail", _)) => Ok(Self::Trail(Box::new(resources::trail(call, arn).await?))),
            Some(("channel" | "dashboard", _)) => refused(ErrorCode::ResourceNotFound, "is not there"),
            Some(_) => refused(ErrorCode::ResourceTypeNotSupported, "cannot have tags"),
            None => refused(ErrorCode::CloudTrailArnInvalid, "is not the ARN of an event data store or a trail"),
        }
    }

    fn tags(&self) -> ApiResult<&Tags> {
        match self {
            Self::Store(store) => {
                store.ensure_active()?;
                Ok(&store.tags)
            }
            Self::Trail(trail) => Ok(&trail.tags),
        }
    }

    async fn change(&self, call: &Call, change: impl Fn(Tags) -> Result<Tags, ModelError>) -> ApiResult<Empty> {
        let lake = &call.service.lake;
        match self {
            Self::Store(store) => {
                let change = |settings: &mut EventDataStoreSettings| {
                    settings.ensure_active()?;
                    settings.tags = change(std::mem::take(&mut settings.tags))?;
                    Ok(())
                };
                lake.update_event_data_store(&store.id.to_string(), change).await?;
            }
            Self::Trail(trail) => {
                lake.update_trail_tags(trail.name.as_str(), change).await?;
            }
        }
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use traillake::{Grants, NewTrail};

    use crate::access::Role;
    use crate::aws::testing::{Bench, caller};

    const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

    async fn bench() -> (Bench, String) {
        let bench = Bench::new().await;
        let store = bench.ask("CreateEventDataStore", json!({"Name": "events"})).await.unwrap();
        let (name, store_name) = ("main".parse().unwrap(), "events".parse().unwrap());
        let source = "/var/log/trail".to_owned();
        let trail = NewTrail { name, source, store: store_name, region: None, endpoint_url: None };
        bench.service.lake.put_trail(trail).await.unwrap();
        (bench, store["EventDataStoreArn"].as_str().unwrap().to_owned())
    }

    fn numbered(count: usize) -> Value {
        (0..count).map(|n| json!({"Key": format!("k{n}"), "Value": "v"})).collect()
    }

    #[tokio::test]
    async fn stores_and_trails_are_tagged_and_untagged() {
        let (bench, store) = bench().await;
        for arn in [store.as_str(), TRAIL] {
            let tags = json!([{"Key": "team", "Value": "blue"}, {"Key": "empty"}]);
            let added = bench.ask("AddTags", json!({"ResourceId": arn, "TagsList": tags})).await.unwrap();
            assert_eq!(added, json!({}));
            let tags = json!([{"Key": "team", "Value": "red"}]);
            bench.ask("AddTags", json!({"ResourceId": arn, "TagsList": tags})).await.unwrap();
        }
        let listed = bench.ask("ListTags", json!({"ResourceIdList": [TRAIL, store]})).await.unwrap();
        let tags = json!([{"Key": "empty"}, {"Key": "team", "Value": "red"}]);
        assert_eq!(
            listed["ResourceTagList"],
            json!([{"ResourceId": TRAIL, "TagsList": tags}, {"ResourceId": store, "TagsList": tags}])
        );
        let removed = json!({"ResourceId": store, "TagsList": [{"Key": "team", "Value": "ignored"}, {"Key": "other"}]});
        bench.ask("RemoveTags", removed).await.unwrap();
        let listed = bench.ask("ListTags", json!({"ResourceIdList": [store]})).await.unwrap();
        assert_eq!(listed["ResourceTagList"][0]["TagsList"], json!([{"Key": "empty"}]));
    }

    #[tokio::test]
    async fn what_cannot_be_tagged_is_told_apart() {
        let (bench, store) = bench().await;
        let unknown = "arn:aws:cloudtrail:eu-west-1:111122223333:";
        for (arn, code) in [
            (
                format!("{unknown}eventdatastore/0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa"),
                "EventDataStoreNotFoundException",
            ),
            (store.replace("eu-west-1", "eu-west-2"), "EventDataStoreARNInvalidException"),
            (format!("{unknown}trail/other"), "TrailNotFoundException"),
            (format!("{unknown}channel/x"), "ResourceNotFoundException"),
            (format!("{unknown}planet/x"), "ResourceTypeNotSupportedException"),
            ("events".to_owned(), "CloudTrailARNInvalidException"),
        ] {
            let request = json!({"ResourceId": arn, "TagsList": [{"Key": "k"}]});
            assert_eq!(bench.refused("AddTags", request).await, code, "{arn}");
        }
        for (tags, code) in [
            (json!([{"Key": "k"}, {"Key": "k"}]), "InvalidTagParameterException"),
            (json!([{"Key": "aws:k"}]), "InvalidTagParameterException"),
            (json!([{"Key": ""}]), "InvalidTagParameterException"),
            (numbered(201), "InvalidTagParameterException"),
            (numbered(51), "TagsLimitExceededException"),
        ] {
            let request = json!({"ResourceId": store, "TagsList": tags});
            assert_eq!(bench.refused("AddTags", request).await, code, "{tags}");
        }
    }

    #[tokio::test]
    async fn tags_are_changed_by_administrators_and_not_while_a_store_is_pending_deletion() {
        let (bench, store) = bench().await;
        let request = json!({"ResourceId": store, "TagsList": [{"Key": "k"}]});
        let reader = caller(Role::Ingest, Grants::all());
        let refused = bench.ask_as(&reader, "AddTags", request.clone()).await.unwrap_err();
        assert_eq!(refused.code, "AccessDeniedException");
        let off = json!({"EventDataStore": store, "TerminationProtectionEnabled": false});
        bench.ask("UpdateEventDataStore", off).await.unwrap();
        bench.ask("DeleteEventDataStore", json!({"EventDataStore": store})).await.unwrap();
        assert_eq!(bench.refused("AddTags", request.clone()).await, "InactiveEventDataStoreException");
        let listed = bench.refused("ListTags", json!({"ResourceIdList": [store]})).await;
        assert_eq!(listed, "InactiveEventDataStoreException");
    }
}
