//! Editing a users file: `traillake users add|list|remove`.

use std::path::{Path, PathBuf};

use traillake::Grants;

use super::{
    super::{
        AccessError, EntryProblem, SealingKey,
        file::{Existing, read_private, write_private},
        hex, password,
        tokens::{self, TokenHash},
        users::Users,
    },
    AccessKeyEntry, Entries, MAX_BYTES, NewAccessKey, NewToken, Rights, TokenEntry, UserEntry, UserKind, UserListing,
    UserRights, parse,
};

const HEAD: &str = "# The users of a TrailLake server, written by `traillake users`. Comments are not kept.\n\n";
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 16..=128;

/// A users file that is being edited.
///
/// Nothing reaches the disk before [`save`](Self::save), which replaces the file in one step, for its owner alone
/// (0600). A running server takes the new file within seconds.
///
/// ```
/// use traillake_server::{Role, SealingKey, UserRights, UsersFile};
///
/// let folder = tempfile::tempdir()?;
/// let sealing = SealingKey::create_file(&folder.path().join("sealing.key"))?;
/// let mut users = UsersFile::open(&folder.path().join("users.toml"))?;
/// let key = users.add_access_key(Some("reports"), &UserRights::new(Role::Read), None, &sealing)?;
/// users.save()?;
/// // The only time the secret can be seen.
/// println!("{} {}", key.id, key.secret);
/// assert_eq!(users.list()[0].id, key.id);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct UsersFile {
    path: PathBuf,
    entries: Entries,
    found: Option<Vec<u8>>,
}

impl UsersFile {
    /// Reads a users file; one that is not there yet is empty.
    ///
    /// # Errors
    /// When it cannot be read, may be read by others, or is no users file.
    pub fn open(path: &Path) -> Result<Self, AccessError> {
        let found = match read_private(path, MAX_BYTES) {
            Ok(bytes) => Some(bytes),
            Err(AccessError::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let entries = found.as_deref().map_or(Ok(Entries::default()), |bytes| parse(path, bytes))?;
        Ok(Self { path: path.to_owned(), entries, found })
    }

    /// Adds an access key, a random one unless it is given. Its caller is `name`, else the id.
    ///
    /// # Errors
    /// When id, secret, name or rights are not well formed, or the id is taken.
    pub fn add_access_key(
        &mut self,
        name: Option<&str>,
        rights: &UserRights,
        given: Option<NewAccessKey>,
        sealing: &SealingKey,
    ) -> Result<NewAccessKey, AccessError> {
        let key = given.map_or_else(NewAccessKey::generate, Ok)?;
        let secret = sealing.seal(&key.id, &key.secret)?;
        let UserRights { role, stores, accounts } = rights.clone();
        let entry =
            AccessKeyEntry { id: key.id.clone(), name: name.map(str::to_owned), secret, role, stores, accounts };
        if !SECRET_BYTES.contains(&key.secret.len()) || !key.secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(self.problem(&entry, EntryProblem::BadSecret));
        }
        entry.check().map_err(|problem| self.problem(&entry, problem))?;
        self.check_free(&entry, self.entries.access_key.iter().any(|other| other.id == entry.id))?;
        self.check_rights(&entry, entry.name(), rights)?;
        self.entries.access_key.push(entry);
        Ok(key)
    }

    /// Adds a user of Flight with this password, of 12 to 1024 bytes. Hashing it takes a moment.
    ///
    /// # Errors
    /// When name, password or rights are not well formed, or the name is taken.
    pub fn add_user(&mut self, name: &str, rights: &UserRights, password: &str) -> Result<(), AccessError> {
        let UserRights { role, stores, accounts } = rights.clone();
        let mut entry = UserEntry { name: name.to_owned(), password: String::new(), role, stores, accounts };
        let checked = entry.check().and_then(|()| password::check_new(password));
        checked.map_err(|problem| self.problem(&entry, problem))?;
        self.check_free(&entry, self.entries.user.iter().any(|other| other.name == name))?;
        self.check_rights(&entry, name, rights)?;
        entry.password = password::hash(password)?;
        self.entries.user.push(entry);
        Ok(())
    }

    /// Adds a random bearer token of Flight.
    ///
    /// # Errors
    /// When name or rights are not well formed, or the name is taken.
    pub fn add_token(&mut self, name: &str, rights: &UserRights) -> Result<NewToken, AccessError> {
        let token = tokens::generate()?;
        let hash: TokenHash = tokens::hash(&token);
        let UserRights { role, stores, accounts } = rights.clone();
        let entry = TokenEntry { name: name.to_owned(), sha256: hex::encode(&hash), role, stores, accounts };
        entry.check().map_err(|problem| self.problem(&entry, problem))?;
        self.check_free(&entry, self.entries.token.iter().any(|other| other.name == name))?;
        self.check_rights(&entry, name, rights)?;
        self.entries.token.push(entry);
        Ok(NewToken(token))
    }

    /// Every entry, access keys first.
    pub fn list(&self) -> Vec<UserListing> {
        macro_rules! listed {
            ($entries:expr, $kind:ident, $id:ident, $name:expr) => {
                $entries.iter().map(|entry| UserListing {
                    kind: UserKind::$kind,
                    id: entry.$id.clone(),
                    name: $name(entry).to_owned(),
                    role: entry.role,
                    stores: entry.stores.clone(),
                    accounts: entry.accounts.clone(),
                })
            };
        }
        let keys = listed!(self.entries.access_key, AccessKey, id, AccessKeyEntry::name);
        let users = listed!(self.entries.user, User, name, |user: &UserEntry| user.name.clone());
        let tokens = listed!(self.entries.token, Token, name, |token: &TokenEntry| token.name.clone());
        keys.chain(users).chain(tokens).collect()
    }

    /// Removes every access key of this id, and every user and token of this name; says what went.
    ///
    /// # Errors
    /// [`AccessError::NoSuchEntry`] when there is none.
    pub fn remove(&mut self, id: &str) -> Result<Vec<UserListing>, AccessError> {
        let removed: Vec<_> = self.list().into_iter().filter(|entry| entry.id == id).collect();
        if removed.is_empty() {
            return Err(AccessError::NoSuchEntry { path: self.path.clone(), name: id.to_owned() });
        }
        self.entries.access_key.retain(|entry| entry.id != id);
        self.entries.user.retain(|entry| entry.name != id);
        self.entries.token.retain(|entry| entry.name != id);
        Ok(removed)
    }

    /// Checks the whole as a server would, with the sealing key it has.
    ///
    /// # Errors
    /// The first entry that cannot be used.
    pub fn check(&self, sealing: Option<&SealingKey>) -> Result<(), AccessError> {
        let users = Users::from_entries(&self.entries, sealing);
        users.map(drop).map_err(|(entry, problem)| AccessError::Entry { path: self.path.clone(), entry, problem })
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written, or was changed since it was opened.
    pub fn save(&mut self) -> Result<(), AccessError> {
        let write_error = |error: toml::ser::Error| AccessError::Write {
            path: self.path.clone(),
            source: std::io::Error::other(error),
        };
        let text = format!("{HEAD}{}", toml::to_string(&self.entries).map_err(write_error)?);
        if Self::open(&self.path)?.found != self.found {
            return Err(AccessError::Changed { path: self.path.clone() });
        }
        let existing = if self.found.is_some() { Existing::Replace } else { Existing::Keep };
        write_private(&self.path, text.as_bytes(), existing)?;
        self.found = Some(text.into_bytes());
        Ok(())
    }

    fn check_free(&self, entry: &impl ToString, taken: bool) -> Result<(), AccessError> {
        if taken { Err(self.problem(entry, EntryProblem::Duplicate)) } else { Ok(()) }
    }

    /// Accounts are accounts, and other entries of the name have the same rights.
    fn check_rights(&self, entry: &impl ToString, name: &str, rights: &UserRights) -> Result<(), AccessError> {
        let rights_of =
            |stores: &Option<Vec<String>>, accounts: &Option<Vec<String>>| -> Result<Grants, EntryProblem> {
                Rights { role: rights.role, stores: stores.as_deref(), accounts: accounts.as_deref() }.grants()
            };
        let grants = rights_of(&rights.stores, &rights.accounts).map_err(|problem| self.problem(entry, problem))?;
        let differs = |other: &UserListing| {
            other.role != rights.role || rights_of(&other.stores, &other.accounts).is_ok_and(|theirs| theirs != grants)
        };
        if self.list().iter().any(|other| other.name == name && differs(other)) {
            return Err(self.problem(entry, EntryProblem::SharedName));
        }
        Ok(())
    }

    fn problem(&self, entry: &impl ToString, problem: EntryProblem) -> AccessError {
        AccessError::Entry { path: self.path.clone(), entry: entry.to_string(), problem }
    }
}
