//! A lake of event data stores: partitioned Parquet under a Delta log, with a manifest that accounts for every source object.
//!
//! ```text
//!  open_location ──> Location ──> LakeStorage ──> EventTable ──> TableSnapshot ──> scans, compaction, expiry
//!  (path, s3://)     (any store)   lake.json       Delta log      files, manifest
//!                                  settings, trails    ^              head
//!                                                      │ commit: data files -> quarantine -> manifest -> log
//!                                                      └── TableChange (files, manifest rows, quarantine rows)
//! ```
//!
//! ```
//! # use std::sync::Arc;
//! # use traillake_storage::{LakeStorage, Location, OpenMode, StorageError};
//! # use traillake_model::SystemClock;
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let location = Location::in_memory("example");
//! let lake = LakeStorage::open(&location, OpenMode::Write, Arc::new(SystemClock)).await?;
//! assert!(lake.event_data_stores().await?.is_empty());
//! # Ok::<(), StorageError>(()) }).unwrap();
//! ```
//!
//! It does not read trail files (traillake-ingest), does not speak SQL (traillake-query) and takes no locks: every
//! change is one create-if-absent, and a writer that comes second reads what the first did and tries again.

mod commit;
mod documents;
mod error;
mod file_list;
mod imports;
mod index;
mod keys;
mod lake;
mod location;
mod log;
mod manifest;
mod object_reader;
mod paths;
mod quarantine;
mod queries;
mod snapshot;
mod stats;
mod stores;
mod table;
#[cfg(test)]
mod testing;
mod trails;
mod vacuum;
mod varint;

pub use commit::{CommitOutcome, Operation, TableChange};
pub use error::{Result, StorageError};
pub use index::{FOUND_IN, FoundIn, IndexOptions, IndexReport, build_index};
pub use lake::{LakeHome, LakeStorage, OpenMode};
pub use location::{Location, ObjectStoreOptions, ReadCache, StoreWrapper, open_location};
pub use manifest::{ManifestKey, ManifestRow, ObjectRange, ObjectStatus};
pub use quarantine::QuarantineRow;
pub use queries::QueryRowsWriter;
pub use snapshot::{DataFile, FileSet, NewFile, TableSnapshot};
pub use stats::{FileStats, LeafStats, LeafValue};
pub use stores::NewEventDataStore;
pub use table::EventTable;
pub use vacuum::{VacuumReport, VacuumedFile};

// ---- STORAGE-TABLE: modules and re-exports of the table half, edited by its owner only ----
// (layout, writer, provider, pruning, event_json, scan_report, lookup, compaction, expiry)
mod compaction;
mod event_json;
mod expiry;
mod footer;
mod granted;
mod layout;
mod lookup;
mod provider;
mod pruning;
mod scan_report;
#[cfg(test)]
mod table_testing;
mod writer;

pub use compaction::{CompactOptions, CompactReport, CompactedPartition, compact};
pub use expiry::{ExpireOptions, ExpireReport, ExpiredPartition, expire};
pub use layout::Effort;
pub use lookup::{Candidate, Candidates, StoredMatch, find_stored};
pub use provider::{
    EventTableProvider, ScanDescription, ScanPolicy, TallyNeeds, TimeOrder, describe_scans, group_by_codes,
};
pub use pruning::{DAY_FUNCTIONS, MONTH_FUNCTIONS};
pub use scan_report::{ScanMetrics, ScanReport, ScanTracker, scan_metrics};
pub use writer::{EventFileWriter, write_event_file};
// ---- end of STORAGE-TABLE ----
