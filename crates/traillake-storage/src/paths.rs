//! Spells every path of a lake, relative to its root or to an event data store's folder.

use object_store::path::Path;
use traillake_model::{EventDataStoreId, TrailName};

/// The lake's document.
pub(crate) const LAKE: &str = "lake.json";
/// Folder of the event data stores.
pub(crate) const STORES: &str = "stores";
/// Folder of the trails.
pub(crate) const TRAILS: &str = "trails";
/// Folder of the imports.
pub(crate) const IMPORTS: &str = "imports";
/// Folder of the queries started over the AWS API.
pub(crate) const QUERIES: &str = "queries";
/// Folder of the keys that sign delivered results.
pub(crate) const KEYS: &str = "keys";
/// The Delta table, below an event data store's folder.
pub(crate) const EVENTS: &str = "events";
/// The manifest files, below an event data store's folder.
pub(crate) const MANIFEST: &str = "manifest";
/// What was set aside, below an event data store's folder.
pub(crate) const QUARANTINE: &str = "quarantine";
/// The Delta log, below the table.
pub(crate) const DELTA_LOG: &str = "_delta_log";

/// Folder of an event data store.
pub(crate) fn store(id: &EventDataStoreId) -> Path {
    Path::from_iter([STORES, &id.to_string()])
}

/// Folder of an event data store's settings; the versions are `<n>.json`.
pub(crate) fn settings(id: &EventDataStoreId) -> Path {
    store(id).join("settings")
}

/// Folder of a trail; the versions are `<n>.json`.
pub(crate) fn trail(name: &TrailName) -> Path {
    Path::from_iter([TRAILS, name.as_str()])
}

/// Folder of an import; the versions are `<n>.json`.
pub(crate) fn import(id: uuid::Uuid) -> Path {
    Path::from_iter([IMPORTS, &id.to_string()])
}

/// Folder of a query.
pub(crate) fn query(id: uuid::Uuid) -> Path {
    Path::from_iter([QUERIES, &id.to_string()])
}

/// Folder of a query's states; the versions are `<n>.json`.
pub(crate) fn query_state(id: uuid::Uuid) -> Path {
    query(id).join("state")
}

/// Folder of the parts of a query's result.
pub(crate) fn query_rows_folder(id: uuid::Uuid) -> Path {
    query(id).join("rows")
}

/// Part `n` of a query's result.
pub(crate) fn query_rows(id: uuid::Uuid, n: usize) -> Path {
    query_rows_folder(id).join(format!("{n}.parquet"))
}

/// Folder of a signing key; its document is version 1.
pub(crate) fn signing_key(fingerprint: &str) -> Path {
    Path::from_iter([KEYS, fingerprint])
}

/// Version `n` of a document in `folder`.
pub(crate) fn version(folder: &Path, n: u64) -> Path {
    folder.clone().join(format!("{n}.json"))
}

/// The number of a versioned document's path.
pub(crate) fn version_of(path: &Path) -> Option<u64> {
    numbered(path.filename()?, ".json")
}

/// Manifest or quarantine file `n`, below an event data store's folder. Twenty digits, so that names sort by number.
pub(crate) fn sorted_file(folder: &str, n: u64) -> Path {
    Path::from_iter([folder, &format!("{n:020}.parquet")])
}

/// The number of a manifest or quarantine file's path.
pub(crate) fn sorted_file_number(path: &Path) -> Option<u64> {
    numbered(path.filename()?, ".parquet")
}

/// A large piece that was set aside, below an event data store's folder.
pub(crate) fn quarantine_blob(name: uuid::Uuid) -> Path {
    Path::from_iter([QUARANTINE, &format!("{name}.bin")])
}

/// The path of a large piece as a row names it, if it is one.
pub(crate) fn quarantine_blob_of(text: &str) -> Option<Path> {
    let name = text.strip_prefix("quarantine/")?.strip_suffix(".bin")?;
    Some(quarantine_blob(name.parse().ok()?))
}

/// Commit `version`, below the table.
pub(crate) fn commit(version: u64) -> Path {
    Path::from_iter([DELTA_LOG, &format!("{version:020}.json")])
}

fn numbered(name: &str, suffix: &str) -> Option<u64> {
    let digits = name.strip_suffix(suffix)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_from_their_paths() {
        assert_eq!(version_of(&version(&Path::from("trails/x"), 7)), Some(7));
        assert_eq!(sorted_file_number(&sorted_file(MANIFEST, 42)), Some(42));
        assert_eq!(sorted_file(MANIFEST, 42).as_ref(), "manifest/00000000000000000042.parquet");
    }

    #[test]
    fn other_names_have_no_number() {
        for name in ["x.json", "+1.json", "1.json.tmp", ".json", "99999999999999999999999.json"] {
            assert_eq!(version_of(&Path::from(name)), None, "{name}");
        }
    }
}
