//! Parts that the product's own tests share: places, lakes on them, invented logs, and a look past the engine.

mod audit;
mod lake;
mod logs;
mod place;

pub(crate) use audit::{assert_balanced, assert_exact, manifest, quarantine, stored_ids};
pub(crate) use lake::{TestLake, long_after, new_store, noon, request};
pub(crate) use logs::{ids, key_of, log_of, record_with};
pub(crate) use place::{Backend, Place};
