//! What goes into a users file, and what comes out of it to be shown.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};

use super::super::{AccessError, Role, seal::random};

/// What a new entry may do and see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRights {
    pub(super) role: Role,
    pub(super) stores: Option<Vec<String>>,
    pub(super) accounts: Option<Vec<String>>,
}

/// A new access key, with its secret in the clear for the one time it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct NewAccessKey {
    /// The access key id.
    pub id: String,
    /// The secret access key.
    pub secret: String,
}

/// A new bearer token, in the clear for the one time it is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct NewToken(pub String);

/// The kinds of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserKind {
    /// For the AWS API and Flight.
    AccessKey,
    /// With a password, for Flight.
    User,
    /// A bearer token, for Flight.
    Token,
}

/// One entry as `traillake users list` shows it: no secrets, no hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserListing {
    /// The kind of entry.
    pub kind: UserKind,
    /// Access key id, or name: what [`UsersFile::remove`] takes.
    pub id: String,
    /// The caller this entry makes.
    pub name: String,
    /// What the caller may do.
    pub role: Role,
    /// The stores that may be seen; `None` is all.
    pub stores: Option<Vec<String>>,
    /// The accounts whose events may be seen; `None` is all.
    pub accounts: Option<Vec<String>>,
}

impl UserRights {
    /// Everything this role may do, in all stores and accounts.
    pub fn new(role: Role) -> Self {
        Self { role, stores: None, accounts: None }
    }

    /// The same, held to stores (by name or id) and accounts; `None` is all of them.
    #[must_use]
    pub fn held_to(self, stores: Option<Vec<String>>, accounts: Option<Vec<String>>) -> Self {
        Self { stores, accounts, ..self }
    }
}

impl NewAccessKey {
    /// A random pair: `TLAK` and 16 characters, and 40 characters of base64.
    ///
    /// # Errors
    /// When there are no random numbers.
    pub fn generate() -> Result<Self, AccessError> {
        const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let letter = |byte: u8| LETTERS.get(usize::from(byte % 32)).copied().map_or('A', char::from);
        let id = "TLAK".chars().chain(random::<16>()?.map(letter)).collect();
        Ok(Self { id, secret: BASE64.encode(random::<30>()?) })
    }
}

impl fmt::Debug for NewAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewAccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewToken(..)")
    }
}
