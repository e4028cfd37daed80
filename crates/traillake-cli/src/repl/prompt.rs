//! The prompt itself: a line editor with history, one statement at a time.

use std::path::PathBuf;

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{CompletionType, Config, Editor};

use super::helper::ShellHelper;
use super::shell::{Flow, Shell};
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::folders;
use crate::interrupt;

type LineEditor = Editor<ShellHelper, FileHistory>;

const HISTORY_LINES: usize = 10_000;

/// Reads and runs until the end of the input or `.exit`; failures are told and forgotten.
pub(super) async fn run(mut shell: Shell<'_>) -> Result<ExitStatus> {
    let mut editor = editor(&shell).await?;
    shell.context.printer.status(format_args!(
        "{} at {}; `.help` for help",
        concat!("traillake ", env!("CARGO_PKG_VERSION")),
        shell.asker.lake.url()
    ));
    loop {
        let (returned, line) = read_line(editor).await?;
        editor = returned;
        match line {
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                remember(&mut editor, &line);
                if run_input(&mut shell, &line).await == Flow::Exit {
                    return Ok(ExitStatus::Done);
                }
            }
            Err(ReadlineError::Interrupted) => {}
            Err(_) => return Ok(ExitStatus::Done),
        }
    }
}

/// Ctrl-C ends the query, not the prompt.
async fn run_input(shell: &mut Shell<'_>, line: &str) -> Flow {
    let printer = shell.context.printer.clone();
    let outcome = tokio::select! {
        outcome = shell.run_input(line) => outcome,
        () = interrupt::signalled() => Err(CliError::Interrupted),
    };
    outcome.unwrap_or_else(|error| {
        printer.error(&error);
        Flow::Continue
    })
}

/// The editor blocks, so it goes to a thread of its own and comes back with the line.
async fn read_line(mut editor: LineEditor) -> Result<(LineEditor, Result<String, ReadlineError>)> {
    let reading = tokio::task::spawn_blocking(move || {
        let line = editor.readline("traillake> ");
        (editor, line)
    });
    reading.await.map_err(|error| CliError::Internal { message: error.to_string() })
}

async fn editor(shell: &Shell<'_>) -> Result<LineEditor> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(HISTORY_LINES)
        .map(rustyline::config::Builder::build);
    let failed = |error: ReadlineError| CliError::Internal { message: error.to_string() };
    let mut editor = LineEditor::with_config(config.map_err(failed)?).map_err(failed)?;
    editor.set_helper(Some(ShellHelper::new(&shell.asker.lake.names().await?)));
    if let Some(history) = history_file() {
        // There is none the first time.
        let _ = editor.load_history(&history);
    }
    Ok(editor)
}

fn remember(editor: &mut LineEditor, line: &str) {
    // A prompt without history is still a prompt.
    let _ = editor.add_history_entry(line);
    if let Some(history) = history_file() {
        let _ = editor.append_history(&history);
    }
}

fn history_file() -> Option<PathBuf> {
    let history = folders::history_file()?;
    std::fs::create_dir_all(history.parent()?).ok()?;
    Some(history)
}
