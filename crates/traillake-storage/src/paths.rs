//! Spells every path of a lake, relative to its root or to an event data store's folder.

use object_store::path::Path;
use traillake_model::{EventDataStoreId, PartitionValues, TrailName};
use uuid::Uuid;

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
/// What makes reading fast, below an event data store's folder.
pub(crate) const INDEX: &str = "index";
/// The compact file lists, below an event data store's folder.
pub(crate) const FILE_LISTS: &str = "index/files";
/// The objects of the lookup index, below an event data store's folder.
pub(crate) const LOOKUP_INDEX: &str = "index/lookup";
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
pub(crate) fn import(id: Uuid) -> Path {
    Path::from_iter([IMPORTS, &id.to_string()])
}

/// Folder of a query.
pub(crate) fn query(id: Uuid) -> Path {
    Path::from_iter([QUERIES, &id.to_string()])
}

/// Folder of a query's states; the versions are `<n>.json`.
pub(crate) fn query_state(id: Uuid) -> Path {
    query(id).join("state")
}

/// Folder of the parts of a query's result.
pub(crate) fn query_rows_folder(id: Uuid) -> Path {
    query(id).join("rows")
}

/// Part `n` of a query's result.
pub(crate) fn query_rows(id: Uuid, n: usize) -> Path {
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
pub(crate) fn quarantine_blob(name: Uuid) -> Path {
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

/// What the newest checkpoint is, below the table.
pub(crate) fn last_checkpoint() -> Path {
    Path::from_iter([DELTA_LOG, "_last_checkpoint"])
}

/// The folder of a partition's data files with a slash at its end, below the table, in the Hive layout that every
/// reader of Delta tables knows.
pub(crate) fn data_folder(values: &PartitionValues) -> String {
    let account = values.account.as_ref().map(|account| format!("account={account}/")).unwrap_or_default();
    let region = values.region.as_ref().map(|region| format!("region={region}/")).unwrap_or_default();
    format!("{account}{region}{}={}/", values.period.key(), values.period)
}

/// A data file in `folder`.
pub(crate) fn data_file(folder: &str, name: Uuid) -> String {
    let mut buffer = Uuid::encode_buffer();
    [folder, name.hyphenated().encode_lower(&mut buffer), ".parquet"].concat()
}

/// The name in the path of a data file in `folder`, if it is one as this crate makes them.
pub(crate) fn data_file_name(path: &str, folder: &str) -> Option<Uuid> {
    let name = Uuid::try_parse(path.strip_prefix(folder)?.strip_suffix(".parquet")?).ok()?;
    (data_file(folder, name) == path).then_some(name)
}

/// The file list of a table's version with this digest, below an event data store's folder.
pub(crate) fn file_list(version: u64, digest: u64) -> Path {
    Path::from(FILE_LISTS).join(format!("{version:020}-{digest:016x}.list"))
}

/// Version and digest of a file list.
pub(crate) fn file_list_of(path: &Path) -> Option<(u64, u64)> {
    let (version, digest) = path.filename()?.strip_suffix(".list")?.split_once('-')?;
    let (version, digest) = (version.parse().ok()?, u64::from_str_radix(digest, 16).ok()?);
    (file_list(version, digest) == *path).then_some((version, digest))
}

/// An object of the lookup index, below an event data store's folder.
pub(crate) fn lookup_object(name: Uuid) -> Path {
    Path::from(LOOKUP_INDEX).join(format!("{name}.lookup"))
}

/// Whether a path is one of [`lookup_object`].
pub(crate) fn is_lookup_object(path: &Path) -> bool {
    let name = path.filename().and_then(|name| name.strip_suffix(".lookup"));
    name.and_then(|name| name.parse().ok()).is_some_and(|name| lookup_object(name) == *path)
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
    fn a_file_list_is_known_by_its_path_alone() {
        assert_eq!(file_list_of(&file_list(7, 0xab)), Some((7, 0xab)));
        assert_eq!(file_list(7, 0xab).as_ref(), "index/files/00000000000000000007-00000000000000ab.list");
        for path in ["index/files/7-ab.list", "index/00000000000000000007-00000000000000ab.list", "index/files/x.list"]
        {
            assert_eq!(file_list_of(&Path::from(path)), None, "{path}");
        }
    }

    #[test]
    fn a_data_file_is_named_by_sixteen_bytes_unless_somebody_else_named_it() {
        let folder = "account=1/date=2023-06-11/";
        let name = Uuid::from_u128(0xabc);
        assert_eq!(data_file_name(&data_file(folder, name), folder), Some(name));
        let upper = data_file(folder, name).replace("abc", "ABC");
        for path in [upper.as_str(), "account=1/date=2023-06-11/x.parquet", "date=2023-06-11/x.parquet"] {
            assert_eq!(data_file_name(path, folder), None, "{path}");
        }
    }

    #[test]
    fn other_names_have_no_number() {
        for name in ["x.json", "+1.json", "1.json.tmp", ".json", "99999999999999999999999.json"] {
            assert_eq!(version_of(&Path::from(name)), None, "{name}");
        }
    }
}
