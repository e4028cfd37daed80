//! Paging: tokens that only the caller who got them can use, for the request they were given for.
//!
//! ```text
//! token = base64url( HMAC(key of this process; operation, caller, parameters, position) ‖ position )
//! ```
//!
//! A token says where the next page begins and that this server said so; nothing is kept for it. A restarted server
//! refuses the tokens of the one before.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use traillake::ErrorCode;
use uuid::Uuid;

use super::{ApiError, ApiResult, Call};

/// Bytes of the HMAC in a token.
const TAG_BYTES: usize = 16;

/// Signs and reads the tokens of a server.
#[derive(Clone, Debug)]
pub(crate) struct Paging(hmac::Key);

impl Paging {
    /// With a key of its own, of 244 random bits.
    pub(crate) fn new() -> Self {
        let key = [Uuid::new_v4().into_bytes(), Uuid::new_v4().into_bytes()].concat();
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    fn tag(&self, scope: &PageScope, position: &str) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [scope.0.as_slice(), position.as_bytes()] {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign()
    }

    fn token(&self, scope: &PageScope, position: &str) -> String {
        let tag = self.tag(scope, position);
        let mut bytes: Vec<u8> = tag.as_ref().iter().take(TAG_BYTES).copied().collect();
        bytes.extend_from_slice(position.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn position(&self, scope: &PageScope, token: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (given, position) = bytes.split_at_checked(TAG_BYTES)?;
        let position = std::str::from_utf8(position).ok()?;
        let expected = self.tag(scope, position);
        let expected = expected.as_ref().get(..TAG_BYTES)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(expected, given).ok()?;
        Some(position.to_owned())
    }
}

/// The request a token belongs to: its operation, its caller, and what it asks for.
#[derive(Clone, Debug)]
pub(crate) struct PageScope(Vec<u8>);

impl PageScope {
    fn new(operation: &str, caller: &str, parameters: &impl Serialize) -> ApiResult<Self> {
        let scope = serde_json::to_vec(&(operation, caller, parameters));
        scope.map(Self).map_err(|error| {
            ApiError::new(ErrorCode::InternalFailure, format!("the parameters cannot be written: {error}"))
        })
    }
}

/// One request for a page.
#[derive(Clone, Debug)]
pub(crate) struct Pager {
    paging: Paging,
    scope: PageScope,
    /// Where the page begins; `None` for the first.
    pub(crate) position: Option<String>,
}

impl Pager {
    /// Reads the token of a request. `parameters` are those that must be the same for every page, so neither the
    /// token nor the size of a page.
    ///
    /// # Errors
    /// `InvalidNextTokenException` for a token that was not given for this.
    pub(crate) fn new(
        call: &Call,
        operation: &'static str,
        parameters: &impl Serialize,
        token: Option<&str>,
    ) -> ApiResult<Self> {
        let scope = PageScope::new(operation, &call.principal.name, parameters)?;
        let paging = call.service.paging.clone();
        let position = token.map(|token| paging.position(&scope, token).ok_or_else(invalid)).transpose()?;
        Ok(Self { paging, scope, position })
    }

    /// The token for the page that begins at `position`.
    pub(crate) fn token(&self, position: &str) -> String {
        self.paging.token(&self.scope, position)
    }

    /// The page of a list that is sorted by `key`: what comes after the position, at most `size` of it, and the token
    /// for the rest.
    pub(crate) fn page<T>(&self, items: Vec<T>, size: usize, key: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        let is_before = |item: &T| self.position.as_ref().is_some_and(|position| key(item) <= *position);
        let mut rest = items.into_iter().skip_while(is_before).peekable();
        let page: Vec<T> = rest.by_ref().take(size).collect();
        let token = rest.peek().and(page.last()).map(|last| self.token(&key(last)));
        (page, token)
    }
}

fn invalid() -> ApiError {
    let message = "the token was not given by this server for this caller and these parameters; hint: ask for the first page again, without `NextToken`";
    ApiError::new(ErrorCode::InvalidNextToken, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(operation: &str, caller: &str, parameter: &str) -> PageScope {
        PageScope::new(operation, caller, &parameter).unwrap()
    }

    fn pager(paging: &Paging, position: Option<&str>) -> Pager {
        let scope = scope("ListQueries", "ann", "x");
        Pager { paging: paging.clone(), scope, position: position.map(str::to_owned) }
    }

    #[test]
    fn a_token_is_good_for_the_request_it_was_given_for_alone() {
        let paging = Paging::new();
        let mine = scope("ListQueries", "ann", "x");
        let token = paging.token(&mine, "position 7");
        assert_eq!(paging.position(&mine, &token).as_deref(), Some("position 7"));
        for other in
            [scope("ListTrails", "ann", "x"), scope("ListQueries", "bob", "x"), scope("ListQueries", "ann", "y")]
        {
            assert_eq!(paging.position(&other, &token), None);
        }
        assert_eq!(Paging::new().position(&mine, &token), None);
    }

    #[test]
    fn a_token_that_was_changed_in_any_place_is_refused() {
        let paging = Paging::new();
        let mine = scope("ListQueries", "ann", "x");
        let token = paging.token(&mine, "7");
        for n in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[n] = if bytes[n] == b'A' { b'B' } else { b'A' };
            assert_eq!(paging.position(&mine, &String::from_utf8(bytes).unwrap()), None, "{n}");
        }
        for text in ["", "AAAA", "ä", "no token at all"] {
            assert_eq!(paging.position(&mine, text), None, "{text}");
        }
    }

    #[test]
    fn pages_hold_everything_once_and_the_last_has_no_token() {
        let paging = Paging::new();
        let all: Vec<String> = (0..10).map(|n| format!("{n:02}")).collect();
        for size in [1, 3, 10, 11] {
            let (mut found, mut position) = (Vec::new(), None);
            loop {
                let pager = pager(&paging, position.as_deref());
                let (page, token) = pager.page(all.clone(), size, Clone::clone);
                assert!(page.len() <= size);
                found.extend(page);
                let Some(token) = token else { break };
                position = paging.position(&pager.scope, &token);
            }
            assert_eq!(found, all, "{size}");
        }
    }
}
