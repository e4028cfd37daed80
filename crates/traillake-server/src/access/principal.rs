//! Who asks, and what that lets them do.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use traillake::Grants;

use super::AccessError;

/// What a caller may do; each role includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Queries, their results and cancellation, `LookupEvents`, and everything that describes or lists.
    Read,
    /// Also imports, and starting and stopping the ingestion of a store.
    Ingest,
    /// Everything: also creating, changing and deleting stores, and tags.
    Admin,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Read, Self::Ingest, Self::Admin];

    /// The role as it is written in the users file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ingest => "ingest",
            Self::Admin => "admin",
        }
    }

    /// Whether this role includes the needed one.
    pub fn may(self, needed: Self) -> bool {
        self >= needed
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = AccessError;

    fn from_str(text: &str) -> Result<Self, AccessError> {
        let role = Self::ALL.into_iter().find(|role| role.as_str() == text);
        role.ok_or_else(|| AccessError::UnknownRole { text: text.to_owned() })
    }
}

/// A caller whose credentials were checked; cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Principal {
    /// The name queries belong to and logs show: that of the users file, else the access key id.
    pub(crate) name: Arc<str>,
    /// What the caller may do.
    pub(crate) role: Role,
    /// What the caller may see.
    pub(crate) grants: Arc<Grants>,
}

impl Principal {
    /// A caller of this name, role and sight.
    pub(crate) fn new(name: &str, role: Role, grants: Grants) -> Self {
        Self { name: name.into(), role, grants: Arc::new(grants) }
    }

    /// A caller who may do and see everything.
    pub(crate) fn admin(name: &str) -> Self {
        Self::new(name, Role::Admin, Grants::all())
    }

    /// Whether the caller may do what needs this role.
    pub(crate) fn may(&self, needed: Role) -> bool {
        self.role.may(needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_includes_the_ones_before_it() {
        for (n, role) in Role::ALL.into_iter().enumerate() {
            for (needed, other) in Role::ALL.into_iter().enumerate() {
                assert_eq!(role.may(other), n >= needed, "{role} {other}");
            }
        }
    }

    #[test]
    fn a_role_is_read_as_it_is_written() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse::<Role>().unwrap(), role);
        }
        assert!("Admin".parse::<Role>().unwrap_err().hint().unwrap().contains("read, ingest"));
    }
}
