//! The `traillake` binary; see the library of this crate.

mod heap;

use std::process::ExitCode;

fn main() -> ExitCode {
    heap::settle();
    traillake_cli::run(std::env::args_os())
}
