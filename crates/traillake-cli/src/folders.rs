//! Where the user's own files lie: configuration, data, history.

use std::path::{Path, PathBuf};

use directories::ProjectDirs;

/// The configuration file that is read when none is named.
pub(crate) fn config_file() -> Option<PathBuf> {
    project().map(|folders| folders.config_dir().join("config.toml"))
}

/// The lake that is used when none is named.
pub(crate) fn default_lake() -> Option<String> {
    project().map(|folders| folders.data_dir().join("lake").display().to_string())
}

/// Where ranges of remote data files are kept when no folder is named.
pub(crate) fn read_cache() -> Option<PathBuf> {
    project().map(|folders| folders.cache_dir().join("reads"))
}

/// The lines that were typed at the prompt.
pub(crate) fn history_file() -> Option<PathBuf> {
    project().map(|folders| folders.data_dir().join("history.txt"))
}

/// Who may speak to a server when no file is named.
pub(crate) fn users_file() -> Option<PathBuf> {
    project().map(|folders| folders.config_dir().join("users.toml"))
}

/// The key that seals the secrets of a users file when none is named.
pub(crate) fn sealing_key_beside(users: &Path) -> PathBuf {
    users.with_file_name("sealing.key")
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "traillake")
}
