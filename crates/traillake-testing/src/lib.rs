//! Test parts that every crate of TrailLake shares.
//!
//! ```text
//!  records ──> gzip log files ──> S3Server (real protocol, in process) ──┐
//!                            └──> folder                                 ├──> the code under test
//!                 FaultyStore (error, timeout, lost acknowledgement) ────┘
//!  Workload ──> MicroBench (criterion, or a number of runs whose instructions are counted)
//! ```
//!
//! # Example
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! use traillake_testing::{S3Server, record};
//!
//! let server = S3Server::start().await;
//! server.put("bucket", "AWSLogs/a.json", record(1).to_string());
//! assert_eq!(server.keys("bucket"), ["AWSLogs/a.json"]);
//! # }
//! ```
//!
//! What this crate does not do: it holds no tests and is never a dependency of the
//! product; it knows nothing of the crates it helps to test.
#![expect(clippy::unwrap_used, clippy::print_stderr, clippy::missing_panics_doc, reason = "test support fails loudly")]

mod faults;
mod micro_bench;
mod real_logs;
mod records;
mod s3_requests;
mod s3_server;
mod topics;
mod workload;

pub use faults::{Fault, FaultPlan, FaultyStore};
pub use micro_bench::{MicroBench, Work};
pub use real_logs::{RealLog, real_log_records, real_logs, shared_folder};
pub use records::{gzip, log_file, record, record_with, trail_key, write_trail};
pub use s3_requests::ServedRequest;
pub use s3_server::S3Server;
pub use topics::{topic_files, topic_logs};
pub use workload::Workload;
