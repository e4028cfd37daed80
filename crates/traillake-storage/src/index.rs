//! The lookup index: which files, and which rows of them, may hold a value that is looked for.
//!
//! ```text
//!  rows being written ──> hashes of their values, by section ──> segment ──commit──> index/<uuid>.lookup
//!                                                                                       │ merged as they pile up
//!  value ──> its shard of every object (one range each) ──> sections that may hold it <─┘
//! ```
//!
//! A section is 16,384 rows of a file. A segment holds the pairs (value, section) of the files of one day that one
//! commit added, as sorted fingerprints, cut into regions by the hash of the value. An object holds segments region by
//! region, so that one value is looked up with one short range, however many files there are.
//!
//! It is never needed to be right: a file without a segment, or whose shard is damaged or gone, is read.

mod coding;
mod collect;
mod json;
mod known;
mod object;
mod occurrences;
mod publish;
mod rebuild;
mod search;
mod segment;
mod values;

#[cfg(test)]
mod tests;

pub use occurrences::{FOUND_IN, FoundIn};
pub use rebuild::{IndexOptions, IndexReport, build_index};

pub(crate) use collect::ValueCollector;
pub(crate) use known::LookupIndex;
pub(crate) use search::Wanted;
pub(crate) use segment::FileLookup;
pub(crate) use values::{hash_of, is_looked_up};

/// Rows of a section, the unit that a lookup drops.
pub(crate) const SECTION_ROWS: u64 = 16_384;

/// Sections of a file of so many rows.
pub(crate) fn sections_of(rows: u64) -> u64 {
    rows.div_ceil(SECTION_ROWS).max(1)
}
