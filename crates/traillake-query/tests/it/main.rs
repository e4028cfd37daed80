//! Queries on small lakes in memory.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up its lake must fail")]

mod fields;
mod hostile;
mod lake;
mod limits;
mod names;
mod stores;
mod system;
mod unnest;
