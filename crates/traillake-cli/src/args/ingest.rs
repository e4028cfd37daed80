//! `ingest`.

use chrono::NaiveDate;
use clap::Args;
use traillake::{ByteSize, KeyFilter};

use super::{HumanDuration, ListFormat};

#[derive(Args, Debug)]
#[command(next_line_help = false)]
pub(crate) struct IngestArgs {
    /// Files, folders, patterns, `-` or `s3://bucket/prefix`; without any, all trails
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<String>,
    /// The event data store; made when missing, with no selectors and unlimited retention [default: events]
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// Tell what would be stored, filtered and why; write nothing
    #[arg(long, conflicts_with = "follow")]
    pub(crate) dry_run: bool,
    /// Read every object again, also those that are known
    #[arg(long)]
    pub(crate) retry: bool,
    /// Keep watching the sources; Ctrl-C ends it in good order
    #[arg(long)]
    pub(crate) follow: bool,
    /// How often to look for new objects
    #[arg(long, value_name = "TIME", default_value = "10s", requires = "follow")]
    pub(crate) poll: HumanDuration,
    /// First delivery day in the key
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Choose objects by their keys")]
    pub(crate) from: Option<NaiveDate>,
    /// Last delivery day in the key
    #[arg(long, value_name = "YYYY-MM-DD", help_heading = "Choose objects by their keys")]
    pub(crate) to: Option<NaiveDate>,
    /// Account in the key; may be repeated
    #[arg(long, value_name = "ID", help_heading = "Choose objects by their keys")]
    pub(crate) account: Vec<String>,
    /// Region in the key; may be repeated
    #[arg(long, value_name = "REGION", help_heading = "Choose objects by their keys")]
    pub(crate) region: Vec<String>,
    /// Organisation in the key (`o-...`); may be repeated
    #[arg(long, value_name = "ID", help_heading = "Choose objects by their keys")]
    pub(crate) org_id: Vec<String>,
    /// Memory to use [default: 512MB]
    #[arg(long, value_name = "SIZE", help_heading = "Limits")]
    pub(crate) memory_limit: Option<ByteSize>,
    /// Longest record to take; longer ones go to quarantine [default: 16MiB]
    #[arg(long, value_name = "SIZE", help_heading = "Limits")]
    pub(crate) max_record_size: Option<ByteSize>,
    /// Small files of a partition from which on they are merged at the end; 0 leaves them [default: 16]
    #[arg(long, value_name = "FILES", help_heading = "Limits")]
    pub(crate) compact_at: Option<usize>,
    /// How to print the summary: words on standard error, or one JSON object per store on standard output
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

impl IngestArgs {
    pub(crate) fn filter(&self) -> KeyFilter {
        KeyFilter {
            from: self.from,
            to: self.to,
            accounts: self.account.clone(),
            regions: self.region.clone(),
            org_ids: self.org_id.clone(),
        }
    }
}
