//! Invented log files for the tests: records that differ where a test needs it, under keys as trails spell them.

use std::ops::Range;

use serde_json::{Value, json};
use traillake_testing::{gzip, record};

pub(crate) use traillake_testing::record_with;

/// A gzip log file of these records.
pub(crate) fn log_of(records: &[Value]) -> Vec<u8> {
    gzip(json!({ "Records": records }).to_string().as_bytes())
}

/// The ids of the invented records `range`.
pub(crate) fn ids(range: Range<u64>) -> Vec<String> {
    range.map(|n| record(n)["eventID"].as_str().unwrap().to_owned()).collect()
}

/// The key of the `n`-th log file that a trail of `account` delivers for `region` on a day of January 2026.
pub(crate) fn key_of(account: &str, region: &str, day: u32, n: u64) -> String {
    format!(
        "AWSLogs/{account}/CloudTrail/{region}/2026/01/{day:02}/{account}_CloudTrail_{region}_202601{day:02}T0000Z_{n:016}.json.gz"
    )
}
