//! The house's own rules, read from `cargo metadata`: which crate may use which, and under which licences.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its metadata fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Our crates with their layer; a crate may use crates of lower layers only.
const LAYERS: [(&str, u8); 10] = [
    ("traillake-model", 0),
    ("traillake-columnar", 1),
    ("traillake-sql", 2),
    ("traillake-storage", 2),
    ("traillake-ingest", 3),
    ("traillake-query", 3),
    ("traillake", 4),
    ("traillake-server", 5),
    ("traillake-cli", 6),
    ("traillake-testing", 0),
];

/// Dependencies that only the named crates may use.
const RESERVED: [(&str, &[&str]); 4] = [
    ("deltalake-core", &["traillake-storage"]),
    ("datafusion", &["traillake-sql", "traillake-storage", "traillake-query", "traillake"]),
    ("axum", &["traillake-server"]),
    ("tonic", &["traillake-server"]),
];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn metadata(extra: &[&str]) -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(extra)
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// Our crates with the names of their normal dependencies.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata(&["--no-deps"]);
    let packages = metadata["packages"].as_array().unwrap();
    let normal = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap();
        all.iter().filter(|d| d["kind"].is_null()).map(|d| text(d, "name").to_owned()).collect()
    };
    packages.iter().map(|package| (text(package, "name").to_owned(), normal(package))).collect()
}

#[test]
fn crates_use_crates_of_lower_layers_only() {
    let layers = BTreeMap::from(LAYERS);
    for (name, uses) in dependencies() {
        let layer = layers.get(name.as_str()).unwrap_or_else(|| panic!("`{name}` has no layer"));
        for used in uses.iter().filter_map(|used| layers.get_key_value(used.as_str())) {
            assert!(used.1 < layer, "`{name}` (layer {layer}) uses `{}` (layer {})", used.0, used.1);
            assert_ne!(*used.0, "traillake-testing", "`{name}` uses the test support in the product");
        }
    }
}

#[test]
fn engines_are_named_in_their_own_rooms_alone() {
    for (name, uses) in dependencies() {
        for (reserved, allowed) in RESERVED {
            assert!(!uses.contains(reserved) || allowed.contains(&name.as_str()), "`{name}` uses `{reserved}`");
        }
    }
}

#[test]
fn every_dependency_has_an_allowed_licence() {
    let deny = std::fs::read_to_string(workspace().join("deny.toml")).unwrap();
    let allowed: BTreeSet<&str> = deny
        .lines()
        .skip_while(|line| !line.starts_with("allow = ["))
        .skip(1)
        .take_while(|line| *line != "]")
        .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
        .collect();
    assert!(allowed.contains("MIT") && allowed.len() > 5, "the list in deny.toml was not found: {allowed:?}");
    for package in metadata(&[])["packages"].as_array().unwrap() {
        let licence = text(package, "license").replace('/', " OR ");
        assert!(permits(&licence, &allowed), "`{}` has licence `{licence}`", text(package, "name"));
    }
}

/// Whether an SPDX expression can be met with the `allowed` licences.
fn permits(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let expression = expression.trim();
    let either = split(expression, " OR ");
    if either.len() > 1 {
        return either.iter().any(|part| permits(part, allowed));
    }
    let both = split(expression, " AND ");
    if both.len() > 1 {
        return both.iter().all(|part| permits(part, allowed));
    }
    match expression.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => permits(inner, allowed),
        None => allowed.contains(expression),
    }
}

/// Splits at `word` outside parentheses.
fn split<'a>(expression: &'a str, word: &str) -> Vec<&'a str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, character) in expression.char_indices() {
        depth += i32::from(character == '(') - i32::from(character == ')');
        if depth == 0 && at >= start && expression[at..].starts_with(word) {
            parts.push(&expression[start..at]);
            start = at + word.len();
        }
    }
    parts.push(&expression[start..]);
    parts
}

#[test]
fn spdx_expressions_are_met_by_either_side_of_or_and_both_sides_of_and() {
    let allowed = BTreeSet::from(["MIT", "ISC"]);
    assert!(permits("MIT OR GPL-3.0", &allowed));
    assert!(permits("ISC AND (GPL-3.0 OR MIT)", &allowed));
    assert!(!permits("MIT AND GPL-3.0", &allowed));
    assert!(!permits("GPL-3.0", &allowed));
}
