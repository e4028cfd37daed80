//! What a command can fail with, and how it ends the run.

use std::error::Error as StdError;
use std::io;
use std::path::{Path, PathBuf};

use traillake_server::{AccessError, NetError, ServerError};

use crate::config::ConfigError;
use crate::exit::ExitStatus;
use crate::generate::GenerateError;

/// Result of a command.
pub(crate) type Result<T, E = CliError> = std::result::Result<T, E>;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// The arguments make no sense together.
    #[error("{message}")]
    Usage { message: String, hint: Option<String> },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Lake(Box<traillake::Error>),
    #[error(transparent)]
    Server(Box<ServerError>),
    #[error(transparent)]
    Access(Box<AccessError>),
    #[error(transparent)]
    Generate(#[from] GenerateError),
    #[error("cannot read `{}`", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// Standard output or the output file took no more.
    #[error("cannot write the output")]
    Output { source: io::Error },
    /// The rows cannot be put in the format.
    #[error("cannot write the rows as {format}")]
    Format { format: &'static str, source: Box<dyn StdError + Send + Sync> },
    /// A file that is never overwritten.
    #[error("`{}` is already there", path.display())]
    Exists { path: PathBuf },
    #[error("there is no piece `{id}` in the quarantine")]
    PieceNotFound { id: String },
    #[error("`{name}` was not deleted")]
    Refused { name: String },
    #[error("interrupted")]
    Interrupted,
    #[error("internal error: {message}")]
    Internal { message: String },
}

impl CliError {
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: Some(hint.into()) }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Read { path, source }
    }

    pub(crate) fn write(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_path_buf();
        move |source| Self::Write { path, source }
    }

    /// What the user can do about it.
    pub(crate) fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } => hint.clone(),
            Self::Config(error) => Some(error.hint()),
            Self::Lake(error) => error.hint(),
            Self::Server(error) => error.hint(),
            Self::Access(error) => error.hint(),
            Self::Read { .. } => Some("check that the file exists and that you may read it".to_owned()),
            Self::Write { .. } => Some("check that the folder exists and that you may write to it".to_owned()),
            Self::Exists { .. } => Some("remove it, or name another file".to_owned()),
            Self::PieceNotFound { .. } => Some("`traillake quarantine list` shows the ids".to_owned()),
            Self::Refused { .. } => Some("answer `y`, or pass `--yes`".to_owned()),
            _ => None,
        }
    }

    /// How the run ends.
    pub(crate) fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Usage { .. } | Self::Config(_) | Self::Generate(GenerateError::OutOfRange { .. }) => {
                ExitStatus::Usage
            }
            Self::Server(error) if is_wrong_setting(error) => ExitStatus::Usage,
            Self::Access(error) if is_wrong_entry(error) => ExitStatus::Usage,
            Self::Interrupted | Self::Generate(GenerateError::Interrupted) => ExitStatus::Interrupted,
            _ if self.is_broken_pipe() => ExitStatus::Done,
            _ => ExitStatus::Failed,
        }
    }

    /// Whether the reader of the output has gone, as `head` does: nothing to complain about.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        let mut next: Option<&(dyn StdError + 'static)> = Some(self);
        while let Some(error) = next {
            if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return true;
            }
            next = error.source();
        }
        false
    }

    /// The message with its causes, one after the other.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut next = self.source();
        while let Some(error) = next {
            let cause = error.to_string();
            if !text.ends_with(&cause) {
                text.push_str(": ");
                text.push_str(&cause);
            }
            next = error.source();
        }
        text
    }
}

/// Whether a server was asked for what can never be, wherever it runs.
fn is_wrong_setting(error: &ServerError) -> bool {
    match error {
        ServerError::NoDoor => true,
        ServerError::Listen { source, .. } => source.kind() == io::ErrorKind::InvalidInput,
        ServerError::Net(error) => {
            matches!(error, NetError::Unprotected { .. } | NetError::Open { .. } | NetError::BadHost { .. })
        }
        _ => false,
    }
}

/// Whether a users file was to get an entry that can never be.
fn is_wrong_entry(error: &AccessError) -> bool {
    matches!(error, AccessError::Entry { .. } | AccessError::UnknownRole { .. })
}

impl From<ServerError> for CliError {
    fn from(error: ServerError) -> Self {
        Self::Server(Box::new(error))
    }
}

impl From<AccessError> for CliError {
    fn from(error: AccessError) -> Self {
        Self::Access(Box::new(error))
    }
}

impl From<traillake::Error> for CliError {
    fn from(error: traillake::Error) -> Self {
        Self::Lake(Box::new(error))
    }
}

impl From<io::Error> for CliError {
    fn from(source: io::Error) -> Self {
        Self::Output { source }
    }
}
