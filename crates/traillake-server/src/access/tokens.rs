//! Bearer tokens: random, known here by their hash alone, with an end and a bounded number.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};

use super::{AccessError, seal::random};

const TOKEN_BYTES: usize = 32;

/// SHA-256 of a token. Tokens have 256 random bits, so their hash needs neither salt nor slowness, and looking it
/// up tells nothing by its timing.
pub(super) type TokenHash = [u8; 32];

/// The hash a token is known by.
pub(super) fn hash(token: &str) -> TokenHash {
    sha256(token.as_bytes())
}

/// SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, bytes).as_ref());
    hash
}

/// A new token.
pub(super) fn generate() -> Result<String, AccessError> {
    Ok(BASE64.encode(random::<TOKEN_BYTES>()?))
}

/// What a token was issued for: it holds as long as that credential is there and the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Credential {
    /// An access key, with the hash of its sealed secret.
    AccessKey(String, [u8; 32]),
    /// A user of Flight, with the hash of the password's hash.
    User(String, [u8; 32]),
    /// Any name, where any credentials are taken.
    Anyone(String),
}

/// The tokens in force.
#[derive(Debug)]
pub(super) struct Tokens {
    lifetime: Duration,
    most: usize,
    most_of_one: usize,
    issued: Mutex<HashMap<TokenHash, Issued>>,
}

#[derive(Debug)]
struct Issued {
    credential: Credential,
    expires: Instant,
}

impl Tokens {
    /// No tokens; `most` at once, and `most_of_one` for one credential.
    pub(super) fn new(lifetime: Duration, most: usize, most_of_one: usize) -> Self {
        Self { lifetime, most, most_of_one: most_of_one.max(1), issued: Mutex::default() }
    }

    /// A new token; the credential's oldest goes when it has too many, `None` when all together are too many.
    pub(super) fn issue(&self, credential: Credential, now: Instant) -> Result<Option<String>, AccessError> {
        let token = generate()?;
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        let mine = issued.iter().filter(|(_, other)| other.credential == credential);
        let (count, oldest) = mine.fold((0, None::<(Instant, TokenHash)>), |(count, oldest), (hash, token)| {
            let this = (token.expires, *hash);
            (count + 1, Some(oldest.map_or(this, |oldest| oldest.min(this))))
        });
        if let Some((_, hash)) = oldest.filter(|_| count >= self.most_of_one) {
            issued.remove(&hash);
        }
        if issued.len() >= self.most {
            issued.retain(|_, token| token.expires > now);
        }
        if issued.len() >= self.most {
            return Ok(None);
        }
        issued.insert(hash(&token), Issued { credential, expires: now + self.lifetime });
        Ok(Some(token))
    }

    /// What a token was issued for, until it expires.
    pub(super) fn find(&self, token: &str, now: Instant) -> Option<Credential> {
        let issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        issued.get(&hash(token)).filter(|token| token.expires > now).map(|token| token.credential.clone())
    }

    /// Takes a token back, e.g. because its credential is gone.
    pub(super) fn revoke(&self, token: &str) {
        self.issued.lock().unwrap_or_else(PoisonError::into_inner).remove(&hash(token));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    fn user(name: &str) -> Credential {
        Credential::User(name.to_owned(), [0; 32])
    }

    #[test]
    fn a_token_holds_until_it_expires_or_is_taken_back() {
        let (tokens, now) = (Tokens::new(HOUR, 10, 10), Instant::now());
        let token = tokens.issue(user("alice"), now).unwrap().unwrap();
        assert_eq!(token.len(), 43);
        assert_eq!(tokens.find(&token, now + Duration::from_secs(3_599)), Some(user("alice")));
        assert_eq!(tokens.find(&token, now + HOUR), None);
        assert_eq!(tokens.find(&token[1..], now), None);
        tokens.revoke(&token);
        assert_eq!(tokens.find(&token, now), None);
    }

    #[test]
    fn one_user_pushes_out_only_their_own_tokens() {
        let (tokens, now) = (Tokens::new(HOUR, 10, 2), Instant::now());
        let bob = tokens.issue(user("bob"), now).unwrap().unwrap();
        let alice: Vec<_> =
            (0..3).map(|n| tokens.issue(user("alice"), now + Duration::from_secs(n)).unwrap().unwrap()).collect();
        let held: Vec<_> = alice.iter().map(|token| tokens.find(token, now).is_some()).collect();
        assert_eq!(held, [false, true, true]);
        assert!(tokens.find(&bob, now).is_some());
    }

    #[test]
    fn the_number_of_tokens_is_bounded_and_expired_ones_make_room() {
        let (tokens, now) = (Tokens::new(HOUR, 2, 2), Instant::now());
        assert!(tokens.issue(user("a"), now).unwrap().is_some());
        assert!(tokens.issue(user("b"), now).unwrap().is_some());
        assert!(tokens.issue(user("c"), now).unwrap().is_none());
        assert!(tokens.issue(user("c"), now + HOUR).unwrap().is_some());
    }

    #[test]
    fn tokens_themselves_are_not_kept() {
        let tokens = Tokens::new(HOUR, 2, 2);
        let token = tokens.issue(user("a"), Instant::now()).unwrap().unwrap();
        assert!(!format!("{tokens:?}").contains(&token));
    }
}
