//! The command line, in clap's words; nothing here does anything.

mod comment;
mod find;
mod generate;
mod ingest;
mod maintain;
mod query;
mod samples;
mod serve;
mod store;
mod trail;
mod value;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::Deserialize;

pub(crate) use comment::as_value;
pub(crate) use find::FindArgs;
pub(crate) use generate::{DemoArgs, GenerateArgs};
pub(crate) use ingest::IngestArgs;
pub(crate) use maintain::{
    CompactArgs, ExpireArgs, ExportArgs, IndexArgs, QuarantineCommand, QuarantineListArgs, QuarantineRetryArgs,
    ShowArgs, VacuumArgs,
};
pub(crate) use query::{AskArgs, DialectArg, Format, QueryArgs, ReplArgs};
pub(crate) use samples::SamplesArgs;
pub(crate) use serve::{
    AddKeyArgs, AddTokenArgs, AddUserArgs, RightsArgs, SelfSignedArgs, ServeArgs, TlsCommand, UsersCommand,
    UsersFileArgs, UsersListArgs, UsersRemoveArgs,
};
pub(crate) use store::{CreateArgs, DeleteArgs, NamedArgs, OnOff, StoreCommand, UpdateArgs};
pub(crate) use trail::{TrailAddArgs, TrailCommand};
pub(crate) use value::HumanDuration;

use crate::env_vars;

const AFTER_HELP: &str = "\
Without a command: an interactive prompt on a terminal, else the SQL script from standard input.
Exit codes: 0 done; 1 failed; 2 wrong usage; 3 done, but something was quarantined or could not be read; 130 interrupted.
Settings: flags win over the environment, the environment over the configuration file (`traillake config`).";

/// A lake for AWS CloudTrail: trail files in, SQL answers out
#[derive(Debug, Parser)]
#[command(name = "traillake", version, after_help = AFTER_HELP, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: GlobalArgs,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// The lake: a folder, `file://...` or `s3://bucket/prefix` [default: in the user's data folder]
    #[arg(long, global = true, value_name = "URL", env = env_vars::LAKE, hide_env_values = true)]
    pub(crate) lake: Option<String>,
    /// The configuration file (TOML)
    #[arg(long, global = true, value_name = "FILE", env = env_vars::CONFIG, hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,
    /// Endpoint of an S3-compatible service
    #[arg(long, global = true, value_name = "URL", env = env_vars::ENDPOINT_URL, hide_env_values = true)]
    pub(crate) endpoint_url: Option<String>,
    /// AWS region of the buckets; goes before the command
    #[arg(long = "region", id = "aws_region", value_name = "REGION", env = env_vars::REGION, hide_env_values = true)]
    pub(crate) aws_region: Option<String>,
    /// Account in the ARNs of a lake that is made by this command; goes before it [default: 000000000000]
    #[arg(long, value_name = "ACCOUNT", env = env_vars::LAKE_ACCOUNT, hide_env_values = true)]
    pub(crate) lake_account: Option<String>,
    /// Region in the ARNs of a lake that is made by this command; goes before it [default: us-east-1]
    #[arg(long, value_name = "REGION", env = env_vars::LAKE_REGION, hide_env_values = true)]
    pub(crate) lake_region: Option<String>,
    /// Profile of the AWS configuration
    #[arg(long, global = true, value_name = "NAME", env = env_vars::PROFILE, hide_env_values = true)]
    pub(crate) profile: Option<String>,
    /// Say nothing but errors on standard error
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", env = env_vars::COLOR, hide_env_values = true)]
    pub(crate) color: Option<ColorChoice>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ColorChoice {
    #[default]
    Auto,
    Always,
    Never,
}

impl ColorChoice {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

/// How a listing is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    #[default]
    Table,
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take the tour: a generated trail, a fresh lake, a handful of investigations
    Demo(DemoArgs),
    /// Write a synthetic trail tree, deterministic by seed
    Generate(GenerateArgs),
    /// Named sources and the store each feeds
    #[command(subcommand)]
    Trail(TrailCommand),
    /// Bring log files into an event data store
    Ingest(IngestArgs),
    /// Ask a question in SQL
    Query(QueryArgs),
    /// Find every event in which a value stands
    Find(FindArgs),
    /// Ask questions at a prompt
    Repl(ReplArgs),
    /// List, show and run the bundled example queries
    Samples(SamplesArgs),
    /// Event data stores
    #[command(subcommand)]
    Store(StoreCommand),
    /// What was set aside, and why
    #[command(subcommand)]
    Quarantine(QuarantineCommand),
    /// Remove events beyond the retention
    Expire(ExpireArgs),
    /// Merge small files
    Compact(CompactArgs),
    /// Complete the index by which values are found
    Index(IndexArgs),
    /// Remove files that nothing refers to
    Vacuum(VacuumArgs),
    /// Answer Arrow Flight SQL and the AWS API
    Serve(ServeArgs),
    /// Who may speak to a server
    #[command(subcommand)]
    Users(UsersCommand),
    /// Certificates for trials
    #[command(subcommand)]
    Tls(TlsCommand),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Print the version
    Version,
    /// Print the effective settings and where each comes from
    Config(ConfigArgs),
}

#[derive(Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

const CONFIG_HELP: &str = "\
Keys of the configuration file:
  lake, lake_account, lake_region, endpoint_url, region, profile, quiet, color
  [query]   store, format, timeout, max_rows, memory_limit
  [ingest]  store, memory_limit, max_record_size, compact_at
  [serve]   see docs/serve.md
  [read_cache]  folder, size (of lakes in S3; size 0 keeps nothing)";

#[derive(Args, Debug)]
#[command(after_help = CONFIG_HELP)]
pub(crate) struct ConfigArgs {
    /// How to print them
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}
