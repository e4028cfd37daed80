//! Replays `fuzz/corpus` through the bodies of the fuzz targets.

use std::path::Path;

#[path = "../../../../fuzz/bodies.rs"]
mod bodies;

/// Runs `body` on every input of a target.
fn replay(target: &str, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut inputs: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    assert!(inputs.len() > 3, "the corpus of `{target}` is missing");
    for input in inputs {
        eprintln!("{}", input.display());
        body(&std::fs::read(input).unwrap());
    }
}

#[test]
fn no_log_file_of_the_corpus_breaks_the_reader() {
    replay("log_file", bodies::log_file);
}

#[test]
fn no_record_of_the_corpus_is_changed_on_its_way() {
    replay("record_json", bodies::record_json);
}

#[test]
fn no_selector_of_the_corpus_breaks_the_matcher() {
    replay("advanced_event_selector", bodies::advanced_event_selector);
}

#[test]
fn no_statement_of_the_corpus_breaks_the_engine() {
    replay("statement", bodies::statement);
}
