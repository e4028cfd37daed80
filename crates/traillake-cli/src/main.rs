//! The `traillake` binary; see the library of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    traillake_cli::run(std::env::args_os())
}
