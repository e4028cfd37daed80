//! A server on a real socket, and clients of it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

mod aws_api;
mod buckets;
mod flight;
mod imports;
mod lookup;
mod shutdown;
mod support;
mod trails;
