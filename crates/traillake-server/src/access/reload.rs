//! The users file of a running server: read again when it changes, so that a removed key stops working.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, TryLockError},
    time::{Duration, Instant},
};

use super::{
    AccessError, SealingKey,
    file::read_private,
    tokens::sha256,
    users::Users,
    users_file::{self, MAX_BYTES},
};

/// How often the file is looked at, at most.
const EVERY: Duration = Duration::from_secs(2);

/// Users as their file has them.
///
/// Whoever asks for them looks at the file first, at most every two seconds. A file that has become unreadable or
/// wrong leaves the users as they were, so that a slip of the pen does not lock everybody out; it is logged, and
/// [`problem`](Self::problem) tells it.
#[derive(Debug)]
pub(super) struct WatchedUsers {
    path: PathBuf,
    sealing: Option<SealingKey>,
    current: RwLock<Arc<Users>>,
    last: Mutex<Look>,
}

/// The last look at the file.
#[derive(Debug)]
struct Look {
    at: Instant,
    /// SHA-256 of what was read; the file is small, and its time of change is too coarse to tell two edits apart.
    digest: [u8; 32],
    problem: Option<String>,
}

impl WatchedUsers {
    pub(super) fn open(path: &Path, sealing: Option<SealingKey>, now: Instant) -> Result<Self, AccessError> {
        let bytes = read_private(path, MAX_BYTES)?;
        let users = users_file::users(path, &bytes, sealing.as_ref())?;
        let last = Look { at: now, digest: sha256(&bytes), problem: None };
        Ok(Self { path: path.to_owned(), sealing, current: RwLock::new(Arc::new(users)), last: Mutex::new(last) })
    }

    /// The users as of now.
    pub(super) fn current(&self, now: Instant) -> Arc<Users> {
        match self.last.try_lock() {
            Ok(mut last) => self.look(&mut last, now),
            Err(TryLockError::Poisoned(poisoned)) => self.look(&mut poisoned.into_inner(), now),
            // Another caller is looking.
            Err(TryLockError::WouldBlock) => {}
        }
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Why the file as it is now is not in force.
    pub(super) fn problem(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).problem.clone()
    }

    fn look(&self, last: &mut MutexGuard<'_, Look>, now: Instant) {
        if now.duration_since(last.at) < EVERY {
            return;
        }
        last.at = now;
        let problem = match self.read(last) {
            Ok(None) => return,
            Ok(Some(users)) => {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(users);
                tracing::info!(path = %self.path.display(), "users file read again");
                None
            }
            Err(error) => Some(error.to_string()),
        };
        if let Some(problem) = problem.as_ref().filter(|problem| last.problem.as_ref() != Some(problem)) {
            tracing::error!(%problem, "users file not taken; the users stay as they were");
        }
        last.problem = problem;
    }

    /// The users of the file; `None` when they are in force already.
    fn read(&self, last: &mut Look) -> Result<Option<Users>, AccessError> {
        let bytes = read_private(&self.path, MAX_BYTES)?;
        let digest = sha256(&bytes);
        if digest == last.digest && last.problem.is_none() {
            return Ok(None);
        }
        let users = users_file::users(&self.path, &bytes, self.sealing.as_ref())?;
        last.digest = digest;
        Ok(Some(users))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{Role, UserRights, UsersFile, tokens};

    struct Fixture {
        _folder: tempfile::TempDir,
        path: PathBuf,
        token: String,
        now: Instant,
    }

    impl Fixture {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("users.toml");
            let mut file = UsersFile::open(&path).unwrap();
            let token = file.add_token("dashboard", &UserRights::new(Role::Read)).unwrap().0;
            file.save().unwrap();
            Self { _folder: folder, path, token, now: Instant::now() }
        }

        fn watched(&self) -> WatchedUsers {
            WatchedUsers::open(&self.path, None, self.now).unwrap()
        }

        fn holds(&self, users: &WatchedUsers, after: Duration) -> bool {
            users.current(self.now + after).token(&tokens::hash(&self.token)).is_some()
        }
    }

    #[test]
    fn a_removed_token_stops_working_within_seconds() {
        let fixture = Fixture::new();
        let users = fixture.watched();
        let mut file = UsersFile::open(&fixture.path).unwrap();
        file.remove("dashboard").unwrap();
        file.save().unwrap();
        assert!(fixture.holds(&users, EVERY / 2));
        assert!(!fixture.holds(&users, EVERY));
    }

    #[test]
    fn a_wrong_file_changes_nothing_until_it_is_mended() {
        let fixture = Fixture::new();
        let users = fixture.watched();
        let good = std::fs::read(&fixture.path).unwrap();
        std::fs::write(&fixture.path, "[[tokens]]").unwrap();
        assert!(fixture.holds(&users, EVERY));
        assert!(users.problem().unwrap().contains("unknown field `tokens`"));
        std::fs::remove_file(&fixture.path).unwrap();
        assert!(fixture.holds(&users, EVERY * 2));
        assert!(users.problem().unwrap().contains("cannot read"));
        crate::access::file::write_private(&fixture.path, &good, crate::access::file::Existing::Keep).unwrap();
        assert!(fixture.holds(&users, EVERY * 3));
        assert_eq!(users.problem(), None);
        crate::access::file::write_private(&fixture.path, b"", crate::access::file::Existing::Replace).unwrap();
        assert!(!fixture.holds(&users, EVERY * 4));
    }
}
