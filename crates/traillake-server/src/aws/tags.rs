//! Tags on the wire: a list of keys and values.

use serde::{Deserialize, Serialize};
use traillake::{ModelError, Tags};

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Tag {
    pub(crate) key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

/// The tags of a request.
pub(crate) fn read(list: Vec<Tag>) -> Result<Tags, ModelError> {
    Tags::try_new(list.into_iter().map(|tag| (tag.key, tag.value)))
}

/// The tags of an answer.
pub(crate) fn write(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.to_owned(), value: value.map(str::to_owned) }).collect()
}
