//! `lake.json`: what a lake is, written once when it is made.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{LakeId, ModelError, arn::partition_of};

/// Version of the layout of a lake that this program writes and reads.
pub const FORMAT_VERSION: u32 = 1;

/// Content of `lake.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LakeMetadata {
    /// Version of the layout; [`FORMAT_VERSION`] when this program made the lake.
    pub format_version: u32,
    /// Identity of the lake.
    pub id: LakeId,
    /// When the lake was made.
    pub created_at: DateTime<Utc>,
    /// Region in the ARNs of its stores.
    pub region: String,
    /// Account in the ARNs of its stores, 12 digits.
    pub account: String,
}

impl LakeMetadata {
    /// A lake made now.
    pub fn new(id: LakeId, region: &str, account: &str, created_at: DateTime<Utc>) -> Self {
        Self { format_version: FORMAT_VERSION, id, created_at, region: region.to_owned(), account: account.to_owned() }
    }

    /// The AWS partition of its region: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        partition_of(&self.region)
    }

    /// Reads `lake.json`. The format version is checked before anything else, so that a lake
    /// of a later version is named as such and not as broken.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::UnreadableMetadata { what: "lake.json", source };
        let head: FormatHead = serde_json::from_slice(json).map_err(unreadable)?;
        if head.format_version != FORMAT_VERSION {
            return Err(ModelError::UnknownFormatVersion { found: head.format_version });
        }
        serde_json::from_slice(json).map_err(unreadable)
    }

    /// The text of `lake.json`.
    pub fn to_json(&self) -> Result<Vec<u8>, ModelError> {
        to_json("lake.json", self)
    }
}

#[derive(Deserialize)]
struct FormatHead {
    format_version: u32,
}

/// Indented JSON with a line end, as all settings are stored.
pub(crate) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<Vec<u8>, ModelError> {
    let unwritable = |source| ModelError::UnwritableMetadata { what, source };
    let mut json = serde_json::to_vec_pretty(value).map_err(unwritable)?;
    json.push(b'\n');
    Ok(json)
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{
  "format_version": 1,
  "id": "6f9619ff-8b86-4011-b42d-00c04fc964ff",
  "created_at": "2024-01-02T03:04:05Z",
  "region": "us-east-1",
  "account": "111122223333"
}
"#;

    #[test]
    fn the_stored_form_of_version_1_is_read_and_written_unchanged() {
        let lake = LakeMetadata::from_json(JSON.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(lake.to_json().unwrap()).unwrap(), JSON);
    }

    #[test]
    fn a_lake_of_a_later_format_is_named_as_such_whatever_else_it_holds() {
        let json = br#"{"format_version":2,"shape":"new"}"#;
        let error = LakeMetadata::from_json(json).unwrap_err();
        assert!(matches!(error, ModelError::UnknownFormatVersion { found: 2 }));
        assert!(error.hint().is_some());
    }

    #[test]
    fn unknown_members_and_other_files_are_refused() {
        let more = JSON.replace("\"region\"", "\"colour\": 1, \"region\"");
        for json in [more.as_str(), "", "[]", "{}", "{\"Records\":[]}"] {
            assert!(LakeMetadata::from_json(json.as_bytes()).is_err(), "{json}");
        }
    }
}
