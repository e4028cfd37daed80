//! Real logs that others published, read from `../shared/data` beside the project.

use std::io::Read;
use std::path::{Path, PathBuf};

/// One real file: its path below `trail-logs` and its bytes, gunzipped where they were gzip.
#[derive(Debug, Clone)]
pub struct RealLog {
    /// Path relative to the `trail-logs` folder, with `/`.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Its uncompressed bytes.
    pub bytes: Vec<u8>,
}

/// The `shared` folder beside the project, or `None` with the reason printed.
pub fn shared_folder() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = workspace.join("../shared").canonicalize().ok();
    if shared.is_none() {
        eprintln!("skipped: the folder `../shared` is not there, so there are no real logs to read");
    }
    shared
}

/// Every real log file, sorted by name; `None` (with the reason printed) where the folder is absent.
pub fn real_logs() -> Option<Vec<RealLog>> {
    let root = shared_folder()?.join("data/trail-logs");
    let mut logs = Vec::new();
    walk(&root, &root, &mut logs);
    logs.sort_by(|a, b| a.name.cmp(&b.name));
    Some(logs)
}

/// The top-level records of every real `{"Records":[…]}` file, as their JSON values.
pub fn real_log_records() -> Option<Vec<serde_json::Value>> {
    let logs = real_logs()?;
    let mut records = Vec::new();
    for log in logs {
        if let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(&log.bytes)
            && let Some(found) = value.get_mut("Records").and_then(|r| r.as_array_mut())
        {
            records.append(found);
        }
    }
    Some(records)
}

fn walk(root: &Path, folder: &Path, logs: &mut Vec<RealLog>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(root, &path, logs);
        } else if path.file_name().is_some_and(|name| name != "README.md") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            logs.push(RealLog { name, bytes: read(&path), path });
        }
    }
}

fn read(path: &Path) -> Vec<u8> {
    let raw = std::fs::read(path).unwrap();
    let mut text = Vec::new();
    match flate2::read::MultiGzDecoder::new(raw.as_slice()).read_to_end(&mut text) {
        Ok(_) if raw.starts_with(&[0x1f, 0x8b]) => text,
        _ => raw,
    }
}
