//! The sole owner of standard output and standard error: data goes to the one, everything else to the other.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};

use crate::args::ColorChoice;
use crate::env_vars;
use crate::error::CliError;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const CYAN: &str = "\u{1b}[1;36m";
const RESET: &str = "\u{1b}[0m";

/// Writes what a run has to say.
#[derive(Clone, Debug)]
pub(crate) struct Printer {
    quiet: bool,
    /// Whether standard error takes colours.
    color: bool,
    /// Whether standard output takes colours.
    color_out: bool,
}

impl Printer {
    pub(crate) fn new(quiet: bool, choice: ColorChoice) -> Self {
        let plain = env_vars::value(env_vars::NO_COLOR).is_some() || env_vars::value("TERM").as_deref() == Some("dumb");
        let allowed = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => terminal && !plain,
        };
        Self { quiet, color: allowed(io::stderr().is_terminal()), color_out: allowed(io::stdout().is_terminal()) }
    }

    /// Whether standard output is a terminal.
    pub(crate) fn stdout_is_terminal() -> bool {
        io::stdout().is_terminal()
    }

    /// Whether standard error is a terminal, so that a progress line can be drawn.
    pub(crate) fn draws_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Whether the user can be asked: standard input and standard error are terminals.
    pub(crate) fn can_ask() -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Standard output, buffered; data only.
    pub(crate) fn stdout() -> Box<dyn Write + Send> {
        Box::new(BufWriter::with_capacity(1 << 16, io::stdout()))
    }

    /// Writes data and flushes it.
    pub(crate) fn data(text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    /// A heading among the data of a command that talks to people.
    pub(crate) fn heading(&self, text: &str) -> io::Result<()> {
        Self::data(&if self.color_out { format!("{BOLD}{text}{RESET}\n") } else { format!("{text}\n") })
    }

    /// Quiet text among the data of a command that talks to people.
    pub(crate) fn faint(&self, text: &str) -> io::Result<()> {
        Self::data(&if self.color_out { format!("{DIM}{text}{RESET}\n") } else { format!("{text}\n") })
    }

    /// A line about the run; nothing when quiet.
    pub(crate) fn status(&self, text: impl fmt::Display) {
        if !self.quiet {
            Self::line(format_args!("{text}"));
        }
    }

    /// A problem that did not stop the run; nothing when quiet.
    pub(crate) fn note(&self, message: &str, hint: Option<&str>) {
        if !self.quiet {
            self.labelled(YELLOW, "note", message);
            self.hint(hint);
        }
    }

    /// Why the run failed.
    pub(crate) fn error(&self, error: &CliError) {
        if !error.is_broken_pipe() {
            self.labelled(RED, "error", &error.chain());
            self.hint(error.hint().as_deref());
        }
    }

    /// Asks a question that is answered with yes or no.
    pub(crate) fn ask(question: &str) -> io::Result<bool> {
        let mut err = io::stderr().lock();
        write!(err, "{question} [y/N] ")?;
        err.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
    }

    fn hint(&self, hint: Option<&str>) {
        if let Some(hint) = hint {
            self.labelled(CYAN, "hint", hint);
        }
    }

    fn labelled(&self, color: &str, label: &str, text: &str) {
        let text = printable(text);
        if self.color {
            Self::line(format_args!("{color}{label}:{RESET} {text}"));
        } else {
            Self::line(format_args!("{label}: {text}"));
        }
    }

    /// When standard error is closed there is no one to tell.
    fn line(text: fmt::Arguments<'_>) {
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// Text without control characters but the line feed: names of files and records come from outside.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() && c != '\n' { c.escape_default().collect::<Vec<_>>() } else { vec![c] })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_sequences_in_names_are_spelled_out() {
        assert_eq!(printable("a\u{1b}[2Jb\tc\nd"), "a\\u{1b}[2Jb\\tc\nd");
    }
}
