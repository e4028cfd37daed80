//! `cargo fuzz run advanced_event_selector`; what it does is in `bodies.rs`.
#![no_main]

#[allow(dead_code, reason = "each target runs one body")]
#[path = "../bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|input: &[u8]| bodies::advanced_event_selector(input));
