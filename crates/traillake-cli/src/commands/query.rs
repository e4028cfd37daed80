//! `query`: one statement.

use std::fs;
use std::io::Read;
use std::path::Path;

use super::ask::{Asker, Target, stats_text};
use crate::args::QueryArgs;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;

/// Longest statement that is read from a file; the engine has a limit of its own below it.
const LONGEST_TEXT: u64 = 64 << 20;

pub(super) async fn run(context: &Context, args: &QueryArgs) -> Result<ExitStatus> {
    let sql = match (&args.sql, &args.file) {
        (Some(sql), _) => sql.clone(),
        (None, Some(path)) => read_text(path)?,
        (None, None) => String::new(),
    };
    let mut asker = Asker::open(context, &args.ask).await?;
    asker.options.parameters.clone_from(&args.parameters);
    if let Some(path) = &args.output {
        asker.target = Target::File(path.clone());
    }
    let stats = asker.ask(&sql).await?;
    context.printer.status(stats_text(&stats));
    Ok(ExitStatus::Done)
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let mut text = String::new();
    let read = if path == Path::new("-") {
        std::io::stdin().lock().take(LONGEST_TEXT).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(LONGEST_TEXT).read_to_string(&mut text))
    };
    read.map_err(CliError::read(path))?;
    Ok(text)
}
