//! Aggregates. NULL values are ignored unless the documentation says otherwise; the result for no rows is NULL.
//!
//! Each is a `Definition`; `Aggregate` gives all of them DISTINCT, ORDER BY and moving frames.

mod aggregate;
mod bits;
mod buffered;
mod call;
mod collections;
mod counts;
mod definitions;
mod extremes;
mod frequencies;
mod maps;
mod native;
mod parameters;
mod percentile;
mod reduce;
mod sliding;
mod statistics;
#[cfg(test)]
mod testing;
mod totals;

use crate::functions::Function;

pub(super) fn functions() -> Vec<Function> {
    let chapters = [
        bits::functions,
        collections::functions,
        counts::functions,
        extremes::functions,
        frequencies::functions,
        maps::functions,
        percentile::functions,
        reduce::functions,
        statistics::functions,
        totals::functions,
    ];
    chapters.into_iter().flat_map(|chapter| chapter()).collect()
}
