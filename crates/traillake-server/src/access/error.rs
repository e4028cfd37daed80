//! What is wrong with users files, sealing keys and what is written into them.

use std::{io, path::PathBuf};

use traillake::ModelError;

/// Why users cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccessError {
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file with secrets that more than its owner may use.
    #[error("`{}` is open to others than its owner (mode {mode:03o})", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file that is too large to be what it should be, or no file at all.
    #[error("`{}` is not a file of at most {limit} bytes", path.display())]
    NotAFile {
        /// The file.
        path: PathBuf,
        /// The most bytes that are read.
        limit: u64,
    },
    /// Not TOML, or not with these members.
    #[error("`{}`, line {line}: {problem}", path.display())]
    Malformed {
        /// The users file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What the reader met.
        problem: String,
    },
    /// One entry of the users file is wrong.
    #[error("`{}`: {entry}: {problem}", path.display())]
    Entry {
        /// The users file.
        path: PathBuf,
        /// Kind and name of the entry.
        entry: String,
        /// What is wrong.
        problem: EntryProblem,
    },
    /// No entry of this name.
    #[error("`{}` has no access key, user or token `{name}`", path.display())]
    NoSuchEntry {
        /// The users file.
        path: PathBuf,
        /// The name asked for.
        name: String,
    },
    /// Somebody else wrote the file in the meantime.
    #[error("`{}` changed while it was edited", path.display())]
    Changed {
        /// The users file.
        path: PathBuf,
    },
    /// Not a sealing key.
    #[error("{origin} is not a sealing key")]
    BadSealingKey {
        /// The file or variable, in backticks.
        origin: String,
    },
    /// Not a role.
    #[error("`{text}` is not a role")]
    UnknownRole {
        /// What was given.
        text: String,
    },
    /// The library for cryptography refused, e.g. for want of random numbers.
    #[error("cannot {what}")]
    Cryptography {
        /// What was tried.
        what: &'static str,
    },
}

/// What is wrong with one entry of the users file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EntryProblem {
    /// Another entry has this id, name or digest.
    #[error("it is there twice")]
    Duplicate,
    /// Not an access key id.
    #[error("the id is not 16 to 128 ASCII letters, digits or `_`")]
    BadKeyId,
    /// Not a name.
    #[error("the name is not 1 to 64 ASCII letters, digits or any of `+=,.@_-`")]
    BadName,
    /// A name shared by entries that may do different things.
    #[error("an entry of the same name has another role, other stores or other accounts")]
    SharedName,
    /// Access keys need a sealing key.
    #[error("its secret is sealed and there is no sealing key")]
    NoSealingKey,
    /// Another key sealed it, for another id, or the text was changed.
    #[error("its secret cannot be unsealed with this sealing key")]
    CannotUnseal,
    /// Not a secret that can be given.
    #[error("the secret is not 16 to 128 printable ASCII characters without spaces")]
    BadSecret,
    /// A password that is too short or too long.
    #[error("the password is not 12 to 1024 bytes long")]
    BadPassword,
    /// Not a hash of a password.
    #[error("the password is not an argon2id hash")]
    BadHash,
    /// A hash whose parameters would eat the machine.
    #[error("the password's hash takes more than 256 MiB, 16 passes or 8 lanes")]
    CostlyHash,
    /// Not a digest.
    #[error("`sha256` is not 64 lower-case hexadecimal digits")]
    BadDigest,
    /// Accounts that are none.
    #[error(transparent)]
    Grants(Box<ModelError>),
}

impl From<ModelError> for EntryProblem {
    fn from(error: ModelError) -> Self {
        Self::Grants(Box::new(error))
    }
}

impl AccessError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Exposed { path, .. } => return Some(format!("chmod 600 {}", path.display())),
            Self::Malformed { .. } => {
                "tables are [[access_key]] (id, secret), [[user]] (name, password) and [[token]] (name, sha256), each \
                 with role and, to restrict it, stores and accounts; `traillake users` writes them"
            }
            Self::Entry { problem, .. } => return problem.hint().map(str::to_owned),
            Self::NoSuchEntry { .. } => "`traillake users list` shows what is there",
            Self::Changed { .. } => "nothing was written; run the command again",
            Self::BadSealingKey { .. } => "a sealing key is 32 random bytes as base64 or 64 hexadecimal digits",
            Self::UnknownRole { .. } => "roles are read, ingest and admin",
            Self::Read { .. } | Self::Write { .. } | Self::NotAFile { .. } | Self::Cryptography { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

impl EntryProblem {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Duplicate => Some("remove one of them"),
            Self::SharedName => Some("entries of one name are one caller: give them the same rights or other names"),
            Self::NoSealingKey => Some("name the file with the sealing key, or set TRAILLAKE_SEALING_KEY"),
            Self::CannotUnseal => Some("use the sealing key the entry was made with, or remove and add the entry"),
            Self::BadHash | Self::CostlyHash => Some("`traillake users add-user` makes a hash that fits"),
            Self::BadDigest => Some("it is the SHA-256 of the token; `traillake users add-token` makes both"),
            _ => None,
        }
    }
}
