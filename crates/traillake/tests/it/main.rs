//! The product's own tests, by promise: each module holds one of them against folders, S3 and failing stores.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod faults;
mod lake_suite;
mod real_logs;
mod slt;
mod support;
