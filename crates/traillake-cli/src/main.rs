//! The `traillake` binary; see the library of this crate.

use std::process::ExitCode;

/// Batches come and go by the megabyte on several threads: the system's allocator would keep twice
/// the memory that lives.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    traillake_cli::run(std::env::args_os())
}
