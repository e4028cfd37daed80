//! `find`.

use std::path::PathBuf;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use clap::Args;
use traillake::ByteSize;

use super::{AskArgs, Format, HumanDuration};

const LOOKED_INTO: &str = "\
Looked into are all text columns but eventName, eventSource, eventType, eventCategory, eventVersion, apiVersion, \
awsRegion, errorCode, errorMessage, userAgent, additionalEventData and tlsDetails; the values of maps; and the scalars \
of JSON in any of them. A value of 3 to 1,024 bytes is found through an index; for others every event is read.";

#[derive(Args, Debug)]
#[command(after_help = LOOKED_INTO)]
pub(crate) struct FindArgs {
    /// An address, ARN, user, access key, event or request id, name or id of a resource: exactly as it is stored
    #[arg(value_name = "VALUE")]
    pub(crate) value: String,
    /// The event data store to look into [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub(crate) store: Option<String>,
    /// First day (UTC) of the events
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) from: Option<NaiveDate>,
    /// Last day (UTC) of the events
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) to: Option<NaiveDate>,
    /// How to write the events [default: table]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = false)]
    pub(crate) format: Option<Format>,
    /// Write the events to a file; it appears when it is complete
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Stop with an error after so many events [default: no limit]
    #[arg(long, value_name = "N")]
    pub(crate) max_rows: Option<u64>,
    /// Stop with an error after so much time, e.g. `30s`
    #[arg(long, value_name = "TIME")]
    pub(crate) timeout: Option<HumanDuration>,
    /// Memory for sorting what is found [default: 2GiB]
    #[arg(long, value_name = "SIZE")]
    pub(crate) memory_limit: Option<ByteSize>,
}

impl FindArgs {
    /// The first moment, and the one after the last.
    pub(crate) fn times(&self) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let after = |day: NaiveDate| day.checked_add_days(Days::new(1)).map(midnight);
        (self.from.map(midnight), self.to.and_then(after))
    }

    /// The options of asking that it shares with `query`.
    pub(crate) fn ask(&self) -> AskArgs {
        AskArgs {
            store: self.store.clone(),
            format: self.format,
            max_rows: self.max_rows,
            timeout: self.timeout,
            memory_limit: self.memory_limit,
            ..AskArgs::default()
        }
    }
}
