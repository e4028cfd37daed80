//! Parts that the product's own tests share: places, lakes on them, and a look past the engine.

mod audit;
mod lake;
mod place;

pub(crate) use audit::{assert_balanced, assert_exact, manifest, stored_ids};
pub(crate) use lake::{TestLake, new_store, noon, request};
pub(crate) use place::{Backend, Place};
