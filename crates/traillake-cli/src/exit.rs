//! Exit codes: the one table of how a run can end.

use std::process::ExitCode;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Everything was done, also when everything was expired, filtered or known.
    Done,
    /// Something failed.
    Failed,
    /// The command line, or a statement of the configuration, was wrong.
    Usage,
    /// Done, but something was quarantined or could not be read.
    Incomplete,
    /// Interrupted by the user.
    Interrupted,
}

impl ExitStatus {
    /// The number the shell sees.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
