//! Ids of lakes and event data stores: UUIDs in lower-case hyphenated form.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use crate::{EventDataStoreName, ModelError};

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id with this UUID.
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID itself.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0.as_hyphenated(), f)
            }
        }

        impl FromStr for $name {
            type Err = ModelError;

            /// Accepts the hyphenated form of 36 characters only, in either case.
            fn from_str(text: &str) -> Result<Self, ModelError> {
                let uuid = hyphenated(text)
                    .ok_or_else(|| ModelError::InvalidId { what: $what, text: text.to_owned() })?;
                Ok(Self(uuid))
            }
        }
    };
}

uuid_id!(
    /// Identity of a lake, drawn once when the lake is made.
    LakeId,
    "lake id"
);
uuid_id!(
    /// Identity of an event data store; the last part of its ARN.
    EventDataStoreId,
    "event data store id"
);

impl LakeId {
    /// A fresh random id (UUID version 4).
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl EventDataStoreId {
    /// The `k`-th id of a store of this name in this lake.
    ///
    /// Derived, so that two processes that create the same name at once meet at the same
    /// object and one of them loses cleanly. `k` counts the stores of this name that were
    /// deleted before. The UUID holds the first 122 free bits of
    /// SHA-256(lake id ‖ name ‖ k as 4 big-endian bytes), version 8 (RFC 9562, custom).
    pub fn derive(lake: &LakeId, name: &EventDataStoreName, k: u32) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(lake.as_uuid().as_bytes());
        hasher.update(name.as_str().as_bytes());
        hasher.update(k.to_be_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut head = [0; 16];
        for (to, from) in head.iter_mut().zip(digest) {
            *to = from;
        }
        Self(Builder::from_custom_bytes(head).into_uuid())
    }
}

/// The UUID of a text of 36 characters; the braced, simple and URN forms are refused.
pub(crate) fn hyphenated(text: &str) -> Option<Uuid> {
    (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lake() -> LakeId {
        "6f9619ff-8b86-4011-b42d-00c04fc964ff".parse().unwrap()
    }

    #[test]
    fn ids_are_read_in_any_case_and_written_in_lower_case() {
        let id: EventDataStoreId = "0F4C9A1E-1234-4C6B-9F00-AAAAAAAAAAAA".parse().unwrap();
        assert_eq!(id.to_string(), "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa\"");
    }

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        for text in ["", "events", "0f4c9a1e12344c6b9f00aaaaaaaaaaaa", "{0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa}"] {
            assert!(text.parse::<EventDataStoreId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_derived_id_depends_on_lake_name_and_counter_only() {
        let name: EventDataStoreName = "events".parse().unwrap();
        let other: EventDataStoreName = "events2".parse().unwrap();
        let id = EventDataStoreId::derive(&lake(), &name, 0);
        assert_eq!(id, EventDataStoreId::derive(&lake(), &name, 0));
        assert_ne!(id, EventDataStoreId::derive(&lake(), &name, 1));
        assert_ne!(id, EventDataStoreId::derive(&lake(), &other, 0));
        assert_ne!(id, EventDataStoreId::derive(&LakeId::random(), &name, 0));
    }

    #[test]
    fn a_derived_id_never_changes_between_versions_of_this_program() {
        let name: EventDataStoreName = "events".parse().unwrap();
        let id = EventDataStoreId::derive(&lake(), &name, 0);
        assert_eq!(id.as_uuid().get_version_num(), 8);
        assert_eq!(id.to_string(), "b8b88658-2d4d-84bc-941e-c746a009a2a7");
    }
}
