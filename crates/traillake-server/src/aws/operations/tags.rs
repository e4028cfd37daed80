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
mod tests;
