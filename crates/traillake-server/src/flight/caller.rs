//! Who calls, and the credentials they give.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tonic::metadata::MetadataMap;
use tonic::{Code, Extensions, Status};

use crate::access::{Denied, Principal};

/// The metadata that names the event data store `$EDS_ID` stands for.
pub(super) const STORE: &str = "traillake-store";

/// The caller of one method.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) principal: Principal,
    /// The event data store `$EDS_ID` stands for, else the only one there is.
    pub(super) store: Option<String>,
}

impl Caller {
    /// The caller that [`answer`](super::exchange::answer) let in.
    pub(super) fn of(extensions: &Extensions, metadata: &MetadataMap) -> Result<Self, Status> {
        let principal = extensions.get::<Principal>().cloned().ok_or_else(unknown)?;
        let store = match metadata.get(STORE) {
            Some(name) => Some(name.to_str().map_err(|_| Status::invalid_argument("`traillake-store` is no name"))?),
            None => None,
        };
        Ok(Self { principal, store: store.map(str::to_owned) })
    }

    /// The name queries belong to.
    pub(super) fn name(&self) -> &str {
        &self.principal.name
    }
}

/// A name and password of a `Basic` header; Go's drivers leave the padding out.
pub(super) fn basic(header: &str) -> Option<(String, String)> {
    let text = STANDARD_NO_PAD.decode(scheme(header, "basic")?.trim_end_matches('=')).ok()?;
    let (name, password) = std::str::from_utf8(&text).ok()?.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// The token of a `Bearer` header.
pub(super) fn bearer(header: &str) -> Option<&str> {
    scheme(header, "bearer")
}

fn scheme<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let (scheme, value) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case(name).then(|| value.trim())
}

/// Nobody who is known.
pub(super) fn unknown() -> Status {
    Status::unauthenticated("no valid credentials; hint: give a name and password, or a bearer token")
}

/// Why credentials are not taken.
pub(super) fn denied(why: &Denied) -> Status {
    let hint = why.hint().map(|hint| format!("; hint: {hint}")).unwrap_or_default();
    let code = if why.is_transient() { Code::Unavailable } else { Code::Unauthenticated };
    Status::new(code, format!("{why}{hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_read_from_their_header() {
        for padded in ["Basic YW5uYTpwYXNzOndvcmQ=", "basic YW5uYTpwYXNzOndvcmQ"] {
            let (name, password) = basic(padded).unwrap();
            assert_eq!((name.as_str(), password.as_str()), ("anna", "pass:word"));
        }
        assert_eq!(bearer("bearer abc"), Some("abc"));
        for header in ["", "Basic", "Basic !", "Basic YQ==", "Bearer", "Basicabc"] {
            assert!(basic(header).is_none() && bearer(header).is_none(), "{header}");
        }
    }
}
