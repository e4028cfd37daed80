//! The effective settings: configuration file, then environment, then flags.

mod file;

use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use traillake_server::ServerConfig;

pub(crate) use file::{ConfigError, ConfigFile, IngestSection, QuerySection, ReadCacheSection};

use crate::args::{ColorChoice, GlobalArgs};
use crate::folders;

/// Where a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Flag,
    Environment,
    File,
    Default,
}

impl Origin {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::File => "file",
            Self::Default => "default",
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug)]
pub(crate) struct Setting<T> {
    pub(crate) value: T,
    pub(crate) origin: Origin,
}

/// Everything that is not about one command.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) lake: Setting<Option<String>>,
    pub(crate) lake_account: Setting<Option<String>>,
    pub(crate) lake_region: Setting<Option<String>>,
    pub(crate) endpoint_url: Setting<Option<String>>,
    pub(crate) region: Setting<Option<String>>,
    pub(crate) profile: Setting<Option<String>>,
    pub(crate) quiet: Setting<bool>,
    pub(crate) color: Setting<ColorChoice>,
    /// The configuration file that was read.
    pub(crate) config: Option<PathBuf>,
    pub(crate) query: QuerySection,
    pub(crate) ingest: IngestSection,
    pub(crate) serve: ServerConfig,
    pub(crate) read_cache: ReadCacheSection,
}

impl Settings {
    /// Reads the configuration file and lays environment and flags over it.
    pub(crate) fn load(args: &GlobalArgs, matches: &ArgMatches) -> Result<Self, ConfigError> {
        let (config, file) = ConfigFile::find(args.config.as_deref())?;
        let pick = Pick { matches };
        let lake = pick.text("lake", args.lake.as_ref(), file.lake.as_ref());
        let lake = if lake.value.is_some() { lake } else { Setting { value: folders::default_lake(), ..lake } };
        Ok(Self {
            lake,
            lake_account: pick.text("lake_account", args.lake_account.as_ref(), file.lake_account.as_ref()),
            lake_region: pick.text("lake_region", args.lake_region.as_ref(), file.lake_region.as_ref()),
            endpoint_url: pick.text("endpoint_url", args.endpoint_url.as_ref(), file.endpoint_url.as_ref()),
            region: pick.text("aws_region", args.aws_region.as_ref(), file.region.as_ref()),
            profile: pick.text("profile", args.profile.as_ref(), file.profile.as_ref()),
            quiet: pick.value("quiet", args.quiet.then_some(true), file.quiet, false),
            color: pick.value("color", args.color, file.color, ColorChoice::Auto),
            config,
            query: file.query,
            ingest: file.ingest,
            serve: file.serve,
            read_cache: file.read_cache,
        })
    }
}

struct Pick<'a> {
    matches: &'a ArgMatches,
}

impl Pick<'_> {
    fn text(&self, id: &str, argument: Option<&String>, file: Option<&String>) -> Setting<Option<String>> {
        let setting = self.value(id, argument.cloned().map(Some), file.cloned().map(Some), None);
        Setting { value: setting.value.filter(|value: &String| !value.is_empty()), origin: setting.origin }
    }

    fn value<T>(&self, id: &str, argument: Option<T>, file: Option<T>, default: T) -> Setting<T> {
        match (argument, file) {
            (Some(value), _) => Setting { value, origin: self.origin(id) },
            (None, Some(value)) => Setting { value, origin: Origin::File },
            (None, None) => Setting { value: default, origin: Origin::Default },
        }
    }

    fn origin(&self, id: &str) -> Origin {
        match self.matches.value_source(id) {
            Some(ValueSource::EnvVariable) => Origin::Environment,
            _ => Origin::Flag,
        }
    }
}
