//! `trail`.

use clap::{Args, Subcommand};
use traillake::{EventDataStoreName, TrailName};

use super::ListFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum TrailCommand {
    /// Name a source and the store it feeds
    Add(TrailAddArgs),
    /// List the trails
    List(super::store::FormatArgs),
    /// Show one trail
    Describe(super::store::NamedArgs),
    /// Forget a trail; its events stay
    Remove(super::store::NamedArgs),
}

#[derive(Args, Debug)]
pub(crate) struct TrailAddArgs {
    /// The name: 3 to 128 letters, digits, `.`, `-`, `_`
    pub(crate) name: TrailName,
    /// A folder, a pattern or `s3://bucket/prefix`
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    /// The event data store it feeds; made at the first ingest when missing
    #[arg(long, value_name = "NAME", default_value = "events")]
    pub(crate) store: EventDataStoreName,
    /// AWS region of the bucket
    #[arg(long, value_name = "REGION")]
    pub(crate) source_region: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}
