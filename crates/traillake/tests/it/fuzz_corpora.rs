//! Replays `fuzz/corpus` through the bodies of the fuzz targets.

use std::path::Path;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

#[path = "../../../../fuzz/bodies.rs"]
mod bodies;

/// Mutations of every input; `TRAILLAKE_FUZZ_ROUNDS` asks for more than a test run has time for.
fn rounds(default: u64) -> u64 {
    std::env::var("TRAILLAKE_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(default)
}

/// Runs `body` on every input of a target, and on so many mutations of each.
fn replay(target: &str, mutations: u64, body: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 3, "the corpus of `{target}` is missing");
    let inputs: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    let mut random = SmallRng::seed_from_u64(7);
    for (path, input) in paths.iter().zip(&inputs) {
        eprintln!("{}", path.display());
        body(input);
        for _ in 0..rounds(mutations) {
            let other = &inputs[random.random_range(0..inputs.len())];
            let mutated = mutate(input.clone(), other, &mut random);
            if let Err(panic) = std::panic::catch_unwind(|| body(&mutated)) {
                eprintln!("{}", mutated.escape_ascii());
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// Changes, removes, repeats or splices some bytes.
fn mutate(mut input: Vec<u8>, other: &[u8], random: &mut SmallRng) -> Vec<u8> {
    const ODD: &[u8] = b"\"{}[]:,\\ \x00\xff0-.eE\n\ru/'();$@";
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..=input.len());
        let end = (at + random.random_range(0..16)).min(input.len());
        match random.random_range(0..5) {
            0 => drop(input.drain(at..end)),
            1 => input.insert(at, ODD[random.random_range(0..ODD.len())]),
            2 if at < input.len() => input[at] = random.random(),
            3 => {
                let piece = input[at..end].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let from = random.random_range(0..=other.len());
                let until = (from + random.random_range(0..64)).min(other.len());
                input.splice(at..end, other[from..until].iter().copied());
            }
        }
    }
    input
}

#[test]
fn no_log_file_of_the_corpus_breaks_the_reader() {
    replay("log_file", 100, bodies::log_file);
}

#[test]
fn no_record_of_the_corpus_is_changed_on_its_way() {
    replay("record_json", 200, bodies::record_json);
}

#[test]
fn no_selector_of_the_corpus_breaks_the_matcher() {
    replay("advanced_event_selector", 200, bodies::advanced_event_selector);
}

#[test]
fn no_statement_of_the_corpus_breaks_the_engine() {
    replay("statement", 4, bodies::statement);
}
