//! The tables of a users file as they are written.

use std::fmt;

use serde::{Deserialize, Serialize};
use traillake::Grants;

use super::super::{EntryProblem, Role};

const NAME_BYTES: std::ops::RangeInclusive<usize> = 1..=64;
/// As AWS has it.
const KEY_ID_BYTES: std::ops::RangeInclusive<usize> = 16..=128;

/// All of a users file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in super::super) struct Entries {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) access_key: Vec<AccessKeyEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) user: Vec<UserEntry>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) token: Vec<TokenEntry>,
}

/// An access key; its secret is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AccessKeyEntry {
    pub(in super::super) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) name: Option<String>,
    pub(in super::super) secret: String,
    pub(in super::super) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) stores: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) accounts: Option<Vec<String>>,
}

/// A user of Flight alone; the password is hashed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct UserEntry {
    pub(in super::super) name: String,
    pub(in super::super) password: String,
    pub(in super::super) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) stores: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) accounts: Option<Vec<String>>,
}

/// A bearer token of Flight; only its hash is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct TokenEntry {
    pub(in super::super) name: String,
    pub(in super::super) sha256: String,
    pub(in super::super) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) stores: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in super::super) accounts: Option<Vec<String>>,
}

/// What every kind of entry says about its rights.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Rights<'a> {
    pub(in super::super) role: Role,
    pub(in super::super) stores: Option<&'a [String]>,
    pub(in super::super) accounts: Option<&'a [String]>,
}

impl Rights<'_> {
    /// What may be seen; accounts are checked.
    pub(in super::super) fn grants(&self) -> Result<Grants, EntryProblem> {
        let mut grants = Grants::all();
        if let Some(stores) = self.stores {
            grants = grants.with_stores(stores);
        }
        match self.accounts {
            Some(accounts) => Ok(grants.with_accounts(accounts)?),
            None => Ok(grants),
        }
    }
}

macro_rules! rights {
    ($($entry:ident)*) => {$(
        impl $entry {
            pub(in super::super) fn rights(&self) -> Rights<'_> {
                Rights { role: self.role, stores: self.stores.as_deref(), accounts: self.accounts.as_deref() }
            }
        }
    )*};
}
rights!(AccessKeyEntry UserEntry TokenEntry);

impl AccessKeyEntry {
    /// Whose key it is: the name, else the id.
    pub(in super::super) fn name(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }

    pub(in super::super) fn check(&self) -> Result<(), EntryProblem> {
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if !KEY_ID_BYTES.contains(&self.id.len()) || !self.id.bytes().all(word) {
            return Err(EntryProblem::BadKeyId);
        }
        self.name.as_deref().map_or(Ok(()), check_name)
    }
}

impl UserEntry {
    pub(in super::super) fn check(&self) -> Result<(), EntryProblem> {
        check_name(&self.name)
    }
}

impl TokenEntry {
    pub(in super::super) fn check(&self) -> Result<(), EntryProblem> {
        check_name(&self.name)
    }
}

/// The characters of an IAM user's name. None of them is a `:`, which ends the name in basic authentication.
fn check_name(name: &str) -> Result<(), EntryProblem> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if NAME_BYTES.contains(&name.len()) && name.bytes().all(fits) { Ok(()) } else { Err(EntryProblem::BadName) }
}

impl fmt::Display for AccessKeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "access key `{}`", self.id)
    }
}

impl fmt::Display for UserEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "user `{}`", self.name)
    }
}

impl fmt::Display for TokenEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "token `{}`", self.name)
    }
}
