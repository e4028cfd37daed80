//! `CAST` and `TRY_CAST`: every value as another type.
//!
//! `columns` turns a whole column, `scalars` one value without parts, `json_*` go from and to JSON.

mod allowed;
mod columns;
mod decimals;
mod function;
mod json_read;
mod json_scalar;
mod json_write;
mod leaf;
mod moments;
mod rescue;
mod scalars;
pub(crate) mod times;

pub(crate) use columns::{cast_column, cast_to_type, is_native};
pub(crate) use decimals::{divided, power_of_ten, rescaled};
pub(crate) use function::{hidden, implicit};
pub(crate) use leaf::{DAY, Leaf, leaf, plain_list};
pub(crate) use rescue::rescue;

#[cfg(test)]
mod tests;
