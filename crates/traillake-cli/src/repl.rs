//! The prompt, and the same words as a script from standard input.

mod dot;
mod helper;
mod prompt;
mod shell;

use std::io::{IsTerminal, stdin};
use std::path::Path;

use crate::args::ReplArgs;
use crate::commands::{Asker, read_text};
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;

use shell::Shell;

/// A prompt on a terminal; else the script from standard input, which stops at the first failure.
pub(crate) async fn run(context: &Context, args: &ReplArgs) -> Result<ExitStatus> {
    if stdin().is_terminal() {
        let shell = Shell::new(context, Asker::open(context, &args.ask).await?);
        return prompt::run(shell).await;
    }
    let script = read_text(Path::new("-"))?;
    let work = async {
        let mut shell = Shell::new(context, Asker::open(context, &args.ask).await?);
        shell.run_script(&script).await
    };
    context.interrupt.stopping(work).await?;
    Ok(ExitStatus::Done)
}
