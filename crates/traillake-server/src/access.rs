//! Who asks: credentials in, a [`Principal`] out.
//!
//! ```text
//!  users file (sealed secrets, hashes) ──read again on change──> users
//!                                                                  │
//!  AWS API: signed request ──begin──> SignedCall ──finish(body)──> Principal, region
//!  Flight:  name, password ──handshake──> bearer token             │
//!           bearer token ──bearer──────────────────────────────> Principal
//! ```
//!
//! Three ways to know who may come in: a users file; one access key made at start; or, for trials on loopback, anyone.

mod config;
mod denied;
mod error;
mod file;
mod gate;
pub(crate) mod hex;
mod password;
mod principal;
mod reload;
mod remembered;
mod seal;
mod secret;
mod sigv4;
mod throttle;
mod tokens;
mod users;
mod users_file;

use std::{path::Path, sync::Arc, time::Instant};

use axum::http::request::Parts;
use traillake::Clock;

pub use config::AccessConfig;
pub(crate) use denied::Denied;
pub use error::{AccessError, EntryProblem};
pub(crate) use file::read_private;
pub(crate) use principal::Principal;
pub use principal::Role;
pub use seal::{SEALING_KEY_VARIABLE, SealingKey};
pub(crate) use sigv4::SignatureError;
pub use users_file::{NewAccessKey, NewToken, UserKind, UserListing, UserRights, UsersFile};

use gate::PasswordGate;
use reload::WatchedUsers;
use sigv4::SignedHead;
use tokens::{Credential, Tokens};
use users::Users;

/// The service of every signature's scope.
const SERVICE: &str = "cloudtrail";
/// The name of whoever runs a server without a users file: that of their queries over all restarts, though each makes
/// another key. No user can have it.
const LOCAL: &str = "(local)";

/// Checks credentials; clones share what they know.
#[derive(Clone, Debug)]
pub(crate) struct Access(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    known: Known,
    clock: Arc<dyn Clock>,
    tokens: Tokens,
    gate: PasswordGate,
}

#[derive(Debug)]
enum Known {
    File(WatchedUsers),
    Key(Arc<Users>),
    Anyone,
}

/// A request of the AWS API whose head is in order.
#[derive(Debug)]
pub(crate) struct SignedCall {
    caller: Caller,
    /// `None` where any credentials are taken.
    head: Option<SignedHead>,
}

/// Who sent a request to the AWS API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) access_key_id: String,
    /// Of the credential scope.
    pub(crate) region: String,
}

/// A bearer token that was just issued.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct IssuedToken {
    pub(crate) token: String,
    pub(crate) principal: Principal,
}

impl std::fmt::Debug for IssuedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedToken").field("principal", &self.principal).finish_non_exhaustive()
    }
}

impl Access {
    /// Those of a users file, which is read again when it changes.
    ///
    /// # Errors
    /// When the file cannot be read, may be read by others, or has an entry that cannot be used.
    pub(crate) fn with_users_file(
        path: &Path,
        sealing: Option<SealingKey>,
        config: &AccessConfig,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, AccessError> {
        let users = WatchedUsers::open(path, sealing, Instant::now())?;
        Ok(Self::new(Known::File(users), config, clock))
    }

    /// Whoever has this access key, as admin.
    pub(crate) fn with_key(key: &NewAccessKey, config: &AccessConfig, clock: Arc<dyn Clock>) -> Self {
        let users = Users::of_one_key(&key.id, &key.secret, Principal::admin(LOCAL));
        Self::new(Known::Key(Arc::new(users)), config, clock)
    }

    /// Anyone with credentials of the right form, as admin of that name. For trials on loopback.
    pub(crate) fn insecure_open(config: &AccessConfig, clock: Arc<dyn Clock>) -> Self {
        Self::new(Known::Anyone, config, clock)
    }

    fn new(known: Known, config: &AccessConfig, clock: Arc<dyn Clock>) -> Self {
        let tokens = Tokens::new(config.token_lifetime(), config.tokens, config.tokens_of_one);
        let gate = PasswordGate::new(config.password_checks);
        Self(Arc::new(Shared { known, clock, tokens, gate }))
    }

    /// Why the users file as it is now is not in force, if so; for readiness and logs.
    pub(crate) fn users_file_problem(&self) -> Option<String> {
        match &self.0.known {
            Known::File(users) => users.problem(),
            Known::Key(_) | Known::Anyone => None,
        }
    }

    fn users(&self) -> Option<Arc<Users>> {
        match &self.0.known {
            Known::File(users) => Some(users.current(Instant::now())),
            Known::Key(users) => Some(Arc::clone(users)),
            Known::Anyone => None,
        }
    }

    /// Checks all of a request to the AWS API that can be checked without its body, which need not be read when this
    /// fails.
    ///
    /// # Errors
    /// What AWS answers.
    pub(crate) fn begin(&self, parts: &Parts) -> Result<SignedCall, SignatureError> {
        let authorization = sigv4::authorization(parts)?;
        let (id, region) = (authorization.access_key_id.clone(), authorization.scope.region.clone());
        let Some(users) = self.users() else {
            let caller = Caller { principal: Principal::admin(&id), access_key_id: id, region };
            return Ok(SignedCall { caller, head: None });
        };
        let key = users.access_key(&id).filter(|_| !sigv4::has_session_token(&parts.headers));
        let key = key.ok_or(SignatureError::UnknownKey)?;
        let head = SignedHead::read(parts, &authorization, &key.secret, SERVICE, self.0.clock.now())?;
        let caller = Caller { principal: key.principal.clone(), access_key_id: id, region };
        Ok(SignedCall { caller, head: Some(head) })
    }

    /// Exchanges a name and a password for a bearer token of Flight: a user and their password, or an access key id
    /// and its secret.
    ///
    /// # Errors
    /// [`Denied`]; wrong names and wrong passwords look alike and take alike.
    pub(crate) async fn handshake(&self, name: &str, password: &str) -> Result<IssuedToken, Denied> {
        let (credential, principal) = match self.users() {
            None => (Credential::Anyone(name.to_owned()), Principal::admin(name)),
            Some(users) => match users.access_key(name) {
                Some(key) if key.secret.is(password) => (key.credential(name), key.principal.clone()),
                // Nobody guesses 240 random bits, so nobody needs to wait.
                Some(_) => return Err(Denied::Wrong),
                None => self.check_password(&users, name, password).await?,
            },
        };
        let token = self.0.tokens.issue(credential, Instant::now()).map_err(|_| Denied::Unavailable)?;
        Ok(IssuedToken { token: token.ok_or(Denied::TooManyTokens)?, principal })
    }

    async fn check_password(
        &self,
        users: &Users,
        name: &str,
        password: &str,
    ) -> Result<(Credential, Principal), Denied> {
        let user = users.user(name);
        // A user who is not there costs a check as well, of somebody else's hash.
        let stand_in = user.or(users.any_user()).ok_or(Denied::Wrong)?;
        let matches = self.0.gate.check(name, password, user, stand_in).await?;
        let user = user.filter(|_| matches).ok_or(Denied::Wrong)?;
        Ok((user.credential(name), user.principal.clone()))
    }

    /// Who has a bearer token of Flight: one of a handshake, or one of the users file. The rights are those of now.
    ///
    /// # Errors
    /// [`Denied::UnknownToken`], also when it expired or its user was removed.
    pub(crate) fn bearer(&self, token: &str) -> Result<Principal, Denied> {
        let issued = self.0.tokens.find(token, Instant::now());
        let Some(users) = self.users() else {
            return Ok(match issued {
                Some(Credential::Anyone(name)) => Principal::admin(&name),
                _ => Principal::admin("anyone"),
            });
        };
        let Some(credential) = issued else {
            return users.token(&tokens::hash(token)).cloned().ok_or(Denied::UnknownToken);
        };
        users.holder(&credential).ok_or_else(|| {
            self.0.tokens.revoke(token);
            Denied::UnknownToken
        })
    }
}

impl SignedCall {
    /// Checks the signature with the body.
    ///
    /// # Errors
    /// What AWS answers.
    pub(crate) fn finish(self, body: &[u8]) -> Result<Caller, SignatureError> {
        self.head.map_or(Ok(()), |head| head.verify(body))?;
        Ok(self.caller)
    }
}

#[cfg(test)]
mod tests;
