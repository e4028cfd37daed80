//! The manifest: one row per source object, in Parquet files sorted by object, of which the newest names the live ones.

mod columns;
mod file;
mod merge;
mod policy;
mod row;

pub(crate) use columns::{Columns, binary_column, moment_column, number_column, text_column, uuid_column};
pub(crate) use file::{LiveFile, LiveLists, SortedFiles, SortedWriter};
pub(crate) use merge::{Keep, MergeInput, merge};
pub(crate) use policy::{MergePlan, plan_merge};
pub use row::{ManifestKey, ManifestRow, ObjectRange, ObjectStatus};
pub(crate) use row::{Sequenced, SortedRow};

#[cfg(test)]
mod tests;
