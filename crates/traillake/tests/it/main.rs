//! The product's own tests, by promise: each module holds one of them against folders, S3 and failing stores.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "tests fail loudly")]

mod faults;
mod format_versions;
mod fuzz_corpora;
mod grants;
mod lake_suite;
mod network;
mod real_logs;
mod samples;
mod slt;
mod support;
