//! Queries on small lakes in memory.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot set up its lake must fail")]

mod athena;
mod by_codes;
mod dialect;
mod fields;
mod from_log;
mod hostile;
mod joins;
mod lake;
mod least_read;
mod limits;
mod names;
mod nasty;
mod published_shapes;
mod scope;
mod stores;
mod system;
mod texts;
mod unnest;
mod values;
mod wrong;
