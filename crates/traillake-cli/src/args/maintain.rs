//! `quarantine`, `expire`, `compact`, `index` and `vacuum`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use traillake::ByteSize;

use super::{HumanDuration, ListFormat};

#[derive(Debug, Subcommand)]
pub(crate) enum QuarantineCommand {
    /// List what was set aside
    List(QuarantineListArgs),
    /// Show one piece: place, reason and bytes
    Show(ShowArgs),
    /// Write the pieces to files
    Export(ExportArgs),
    /// Read the objects again that hold quarantined pieces
    Retry(QuarantineRetryArgs),
}

#[derive(Args, Debug)]
pub(crate) struct QuarantineListArgs {
    /// Only of this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Only with this reason
    #[arg(long, value_name = "CODE")]
    pub(crate) reason: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) limit: usize,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ShowArgs {
    /// The piece's id
    pub(crate) id: String,
    /// Only of this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Write the bytes alone, as they were found
    #[arg(long)]
    pub(crate) raw: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ExportArgs {
    /// The folder to write `<id>` files and `index.ndjson` into
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// Only of this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct QuarantineRetryArgs {
    /// Only of this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// How to print the summary
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct ExpireArgs {
    /// Only this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Name the partitions and counts; remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Remove the bytes at once, not after the hour of grace
    #[arg(long)]
    pub(crate) now: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct CompactArgs {
    /// Only this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Name what would be merged; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Merge partitions of at least so many small files, 2 by default
    #[arg(long, value_name = "N")]
    pub(crate) min_files: Option<usize>,
    /// Size of the merged files
    #[arg(long, value_name = "SIZE")]
    pub(crate) target_size: Option<ByteSize>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct IndexArgs {
    /// Only this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Tell what it lacks; write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct VacuumArgs {
    /// Only this event data store
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Name the files; remove nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Keep files that are younger, for writers and readers at work
    #[arg(long, value_name = "TIME", default_value = "7d")]
    pub(crate) older_than: HumanDuration,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}
