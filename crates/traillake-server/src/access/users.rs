//! The users of a server in memory: who has which credentials.

use std::{collections::HashMap, fmt};

use super::{
    EntryProblem, Principal, SealingKey, hex, password,
    secret::SigningSecret,
    tokens::{Credential, TokenHash, sha256},
    users_file::{AccessKeyEntry, Entries, Rights, TokenEntry, UserEntry},
};

/// Every credential a server knows.
#[derive(Debug, Default)]
pub(super) struct Users {
    access_keys: HashMap<String, AccessKey>,
    by_password: HashMap<String, User>,
    tokens: HashMap<TokenHash, Principal>,
}

/// An access key, ready to check signatures.
#[derive(Clone, Debug)]
pub(super) struct AccessKey {
    pub(super) secret: SigningSecret,
    pub(super) principal: Principal,
    version: [u8; 32],
}

/// A user of Flight alone.
#[derive(Clone)]
pub(super) struct User {
    pub(super) password_hash: String,
    pub(super) principal: Principal,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("principal", &self.principal).finish_non_exhaustive()
    }
}

/// An entry that cannot be used: its kind and name, and why.
pub(super) type BadEntry = (String, EntryProblem);

impl Users {
    /// One access key and nothing else.
    pub(super) fn of_one_key(id: &str, secret: &str, principal: Principal) -> Self {
        let key = AccessKey { secret: SigningSecret::new(secret), principal, version: [0; 32] };
        Self { access_keys: HashMap::from([(id.to_owned(), key)]), ..Self::default() }
    }

    /// The entries of a users file, each checked and its secret unsealed.
    pub(super) fn from_entries(entries: &Entries, sealing: Option<&SealingKey>) -> Result<Self, BadEntry> {
        let mut users = Self::default();
        let mut known = HashMap::new();
        for entry in &entries.access_key {
            users.add_access_key(entry, sealing, &mut known).map_err(|problem| (entry.to_string(), problem))?;
        }
        for entry in &entries.user {
            users.add_user(entry, &mut known).map_err(|problem| (entry.to_string(), problem))?;
        }
        for entry in &entries.token {
            users.add_token(entry, &mut known).map_err(|problem| (entry.to_string(), problem))?;
        }
        Ok(users)
    }

    fn add_access_key(
        &mut self,
        entry: &AccessKeyEntry,
        sealing: Option<&SealingKey>,
        known: &mut HashMap<String, Principal>,
    ) -> Result<(), EntryProblem> {
        entry.check()?;
        let principal = named(entry.name(), &entry.rights(), known)?;
        let sealing = sealing.ok_or(EntryProblem::NoSealingKey)?;
        let secret = sealing.unseal(&entry.id, &entry.secret).ok_or(EntryProblem::CannotUnseal)?;
        let version = sha256(entry.secret.as_bytes());
        let key = AccessKey { secret: SigningSecret::new(&secret), principal, version };
        fresh(self.access_keys.insert(entry.id.clone(), key).as_ref())
    }

    fn add_user(&mut self, entry: &UserEntry, known: &mut HashMap<String, Principal>) -> Result<(), EntryProblem> {
        entry.check()?;
        password::check_hash(&entry.password)?;
        let principal = named(&entry.name, &entry.rights(), known)?;
        fresh(
            self.by_password
                .insert(entry.name.clone(), User { password_hash: entry.password.clone(), principal })
                .as_ref(),
        )
    }

    fn add_token(&mut self, entry: &TokenEntry, known: &mut HashMap<String, Principal>) -> Result<(), EntryProblem> {
        entry.check()?;
        let hash = hex::decode(&entry.sha256).ok_or(EntryProblem::BadDigest)?;
        let principal = named(&entry.name, &entry.rights(), known)?;
        fresh(self.tokens.insert(hash, principal).as_ref())
    }

    /// The access key of this id.
    pub(super) fn access_key(&self, id: &str) -> Option<&AccessKey> {
        self.access_keys.get(id)
    }

    /// The user of this name.
    pub(super) fn user(&self, name: &str) -> Option<&User> {
        self.by_password.get(name)
    }

    /// Some user, whose hash is checked in place of that of a user who is not there.
    pub(super) fn any_user(&self) -> Option<&User> {
        self.by_password.values().next()
    }

    /// Who has the token of this hash in the users file.
    pub(super) fn token(&self, hash: &TokenHash) -> Option<&Principal> {
        self.tokens.get(hash)
    }

    /// Who has this credential, if it is still there and the same.
    pub(super) fn holder(&self, credential: &Credential) -> Option<Principal> {
        match credential {
            Credential::AccessKey(id, version) => {
                self.access_keys.get(id).filter(|key| key.version == *version).map(|key| key.principal.clone())
            }
            Credential::User(name, version) => {
                self.by_password.get(name).filter(|user| user.version() == *version).map(|user| user.principal.clone())
            }
            Credential::Anyone(_) => None,
        }
    }
}

impl AccessKey {
    /// What tokens issued for this key are bound to.
    pub(super) fn credential(&self, id: &str) -> Credential {
        Credential::AccessKey(id.to_owned(), self.version)
    }
}

impl User {
    /// Another one when the password is another one.
    pub(super) fn version(&self) -> [u8; 32] {
        sha256(self.password_hash.as_bytes())
    }

    /// What tokens issued for this user are bound to.
    pub(super) fn credential(&self, name: &str) -> Credential {
        Credential::User(name.to_owned(), self.version())
    }
}

/// The caller of this name, who has the same rights with every credential.
fn named(name: &str, rights: &Rights<'_>, known: &mut HashMap<String, Principal>) -> Result<Principal, EntryProblem> {
    let principal = Principal::new(name, rights.role, rights.grants()?);
    let first = known.entry(name.to_owned()).or_insert_with(|| principal.clone());
    if *first == principal { Ok(principal) } else { Err(EntryProblem::SharedName) }
}

fn fresh<T>(replaced: Option<&T>) -> Result<(), EntryProblem> {
    if replaced.is_none() { Ok(()) } else { Err(EntryProblem::Duplicate) }
}
