//! The configuration file: one TOML document, unknown keys refused, errors with file and line.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::Deserialize;
use traillake::{ByteSize, IngestLimits};
use traillake_server::ServerConfig;

use crate::args::{ColorChoice, Format, HumanDuration};
use crate::folders;

/// The keys of the file; all are optional.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConfigFile {
    pub(crate) lake: Option<String>,
    pub(crate) lake_account: Option<String>,
    pub(crate) lake_region: Option<String>,
    pub(crate) endpoint_url: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) quiet: Option<bool>,
    pub(crate) color: Option<ColorChoice>,
    #[serde(default)]
    pub(crate) query: QuerySection,
    #[serde(default)]
    pub(crate) ingest: IngestSection,
    #[serde(default)]
    pub(crate) serve: ServerConfig,
    #[serde(default)]
    pub(crate) read_cache: ReadCacheSection,
}

/// `[query]`: defaults of `query` and the REPL.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuerySection {
    pub(crate) store: Option<String>,
    pub(crate) format: Option<Format>,
    pub(crate) timeout: Option<HumanDuration>,
    pub(crate) max_rows: Option<u64>,
    pub(crate) memory_limit: Option<ByteSize>,
}

/// `[ingest]`: defaults of `ingest`, and how a server brings trails and imports in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IngestSection {
    pub(crate) store: Option<String>,
    pub(crate) memory_limit: Option<ByteSize>,
    pub(crate) max_record_size: Option<ByteSize>,
    pub(crate) compact_at: Option<usize>,
}

impl IngestSection {
    /// The limits of an ingest by these settings.
    pub(crate) fn limits(&self) -> IngestLimits {
        let mut limits = IngestLimits::default();
        if let Some(size) = self.memory_limit {
            limits.memory_bytes = size.as_u64();
        }
        if let Some(size) = self.max_record_size {
            limits.record_bytes = size.as_u64();
        }
        if let Some(files) = self.compact_at {
            limits.compact_at = NonZeroUsize::new(files);
        }
        limits
    }
}

/// `[read_cache]`: what was read of lakes in S3, kept on the local disk.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReadCacheSection {
    pub(crate) folder: Option<PathBuf>,
    pub(crate) size: Option<ByteSize>,
}

/// Why the configuration could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("cannot read the configuration file `{}`", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{}:{line}: {message}", path.display())]
    Invalid { path: PathBuf, line: usize, message: String },
}

impl ConfigError {
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check `--config` and TRAILLAKE_CONFIG".to_owned(),
            Self::Invalid { .. } => "`traillake config --help` lists the keys".to_owned(),
        }
    }
}

impl ConfigFile {
    /// The file that was named, else the user's own if there is one.
    pub(crate) fn find(named: Option<&Path>) -> Result<(Option<PathBuf>, Self), ConfigError> {
        if let Some(path) = named {
            return Ok((Some(path.to_path_buf()), Self::read(path)?));
        }
        match folders::config_file().filter(|path| path.is_file()) {
            Some(path) => Self::read(&path).map(|file| (Some(path), file)),
            None => Ok((None, Self::default())),
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|source| ConfigError::Unreadable { path: path.to_path_buf(), source })?;
        Self::parse(&text).map_err(|(line, message)| ConfigError::Invalid { path: path.to_path_buf(), line, message })
    }

    fn parse(text: &str) -> Result<Self, (usize, String)> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1;
            (line, error.message().trim().replace('\n', ", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_named_with_its_line() {
        let (line, message) = ConfigFile::parse("lake = \"x\"\n\n[query]\nformt = \"csv\"\n").unwrap_err();
        assert_eq!(line, 4);
        assert!(message.contains("formt"), "{message}");
    }

    #[test]
    fn every_key_is_read() {
        let text = "lake = 'a'\nlake_account = '111122223333'\nlake_region = 'eu-west-1'\nendpoint_url = 'b'\nregion = 'c'\nprofile = 'd'\nquiet = true\ncolor = 'never'\n\
                    [query]\nstore = 'e'\nformat = 'csv'\ntimeout = '5m'\nmax_rows = 7\nmemory_limit = '1GiB'\n\
                    [ingest]\nstore = 'f'\nmemory_limit = '256MB'\nmax_record_size = '1M'\n\
                    [read_cache]\nfolder = '/g'\nsize = '2GiB'\n";
        let file = ConfigFile::parse(text).unwrap();
        assert_eq!((file.lake.as_deref(), file.quiet, file.color), (Some("a"), Some(true), Some(ColorChoice::Never)));
        assert_eq!((file.query.format, file.query.max_rows), (Some(Format::Csv), Some(7)));
        assert_eq!(file.query.timeout.map(|timeout| timeout.0.as_secs()), Some(300));
        assert_eq!(file.ingest.max_record_size.map(ByteSize::as_u64), Some(1 << 20));
        assert_eq!(file.read_cache.size.map(ByteSize::as_u64), Some(2 << 30));
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused() {
        assert!(ConfigFile::parse("quiet = 3").is_err());
        assert!(ConfigFile::parse("[query]\ntimeout = 'soon'").is_err());
    }
}
