//! The users file: TOML with one table per access key, user of Flight, and token.
//!
//! ```toml
//! [[access_key]]                            # for the AWS API, and for Flight as user and password
//! id = "TLAKIOSFODNN7EXAMPLE"
//! name = "reports"                          # optional: whose queries these are; several keys may share it
//! secret = "v1...."                         # sealed: see `SealingKey`
//! role = "read"                             # read, ingest or admin
//! stores = ["events"]                       # names or ids; without it, all
//! accounts = ["111122223333"]               # without it, all
//!
//! [[user]]                                  # for Flight alone
//! name = "alice"
//! password = "$argon2id$v=19$m=19456,t=2,p=1$..."
//! role = "admin"
//!
//! [[token]]                                 # a bearer token for Flight
//! name = "dashboard"
//! sha256 = "..."                            # of the token, in hexadecimal digits
//! role = "read"
//! ```

mod edit;
mod entry;
mod shown;

use std::path::Path;

use super::{AccessError, SealingKey, users::Users};

pub use edit::UsersFile;
pub(super) use entry::{AccessKeyEntry, Entries, Rights, TokenEntry, UserEntry};
pub use shown::{NewAccessKey, NewToken, UserKind, UserListing, UserRights};

/// A users file is read whole, so it has an end.
pub(super) const MAX_BYTES: u64 = 4 << 20;

/// Reads the text of a users file.
pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Entries, AccessError> {
    let malformed =
        |line, problem: &str| AccessError::Malformed { path: path.to_owned(), line, problem: problem.to_owned() };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| malformed(line_of(bytes, error.valid_up_to()), "the text is not UTF-8"))?;
    toml::from_str(text).map_err(|error| {
        let line = line_of(bytes, error.span().map_or(0, |span| span.start));
        malformed(line, &error.message().replace('\n', " "))
    })
}

/// The line of a place in a text, counted from 1.
fn line_of(bytes: &[u8], offset: usize) -> usize {
    1 + bytes.iter().take(offset).filter(|&&byte| byte == b'\n').count()
}

/// The users of a file's text.
pub(super) fn users(path: &Path, bytes: &[u8], sealing: Option<&SealingKey>) -> Result<Users, AccessError> {
    Users::from_entries(&parse(path, bytes)?, sealing).map_err(|(entry, problem)| AccessError::Entry {
        path: path.to_owned(),
        entry,
        problem,
    })
}

#[cfg(test)]
mod tests;
