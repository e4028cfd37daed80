//! The binary from outside: exit code, standard output and standard error of every command.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests fail loudly")]

mod compliance;
mod config;
mod demo;
mod errors;
mod find;
mod formats;
mod help;
mod ingest;
mod kill;
mod memory;
mod process;
mod quarantine;
mod samples;
mod script;
mod serve;
mod slt;
mod start;
mod stores;
mod support;
mod trails;
mod two_processes;
mod users;
