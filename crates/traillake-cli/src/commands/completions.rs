//! `completions` and `version`.

use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::printer::Printer;

pub(super) fn run(args: &CompletionsArgs) -> Result<ExitStatus> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "traillake", &mut script);
    let mut out = Printer::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(ExitStatus::Done)
}

pub(super) fn version() -> Result<ExitStatus> {
    Printer::data(concat!("traillake ", env!("CARGO_PKG_VERSION"), "\n"))?;
    Ok(ExitStatus::Done)
}
