//! The `traillake` command: arguments in, data on standard output, everything else on standard error.
//!
//! ```text
//!  argv ─clap─> args ─┐                       ┌─> format (rows) ──> standard output, --output
//!  environment ───────┼─> Settings ─> command ┤
//!  config.toml ───────┘      │                └─> Printer (words) ─> standard error
//!                            └─> traillake::Lake                       exit code
//! ```
//!
//! ```
//! use std::process::ExitCode;
//!
//! assert_eq!(traillake_cli::run(["traillake", "version"]), ExitCode::SUCCESS);
//! assert_eq!(traillake_cli::run(["traillake", "nosuchcommand"]), ExitCode::from(2));
//! ```
//!
//! It also holds the generator of synthetic trails ([`generate`]), which tests and benches use. It does not
//! know how a lake is laid out: everything goes through the crate `traillake`.

mod args;
mod commands;
mod config;
mod context;
mod env_vars;
mod error;
mod exit;
mod folders;
mod format;
mod generate;
mod interrupt;
mod listing;
mod printer;
mod progress;
mod repl;
mod text;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::thread;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

pub use generate::{GenerateError, GenerateOptions, GenerateProgress, GeneratedTrail, Shape, generate};

use args::Cli;
use config::Settings;
use context::Context;
use error::{CliError, Result};
use exit::ExitStatus;
use printer::Printer;

/// Long chains of operators nest deeply in plans; the stack is only reserved, not used.
const STACK_BYTES: usize = 64 << 20;
const WORKER_STACK_BYTES: usize = 8 << 20;

/// Runs the command line and says how the process should end.
pub fn run<I, T>(arguments: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let arguments = arguments.into_iter().map(|argument| args::as_value(argument.into()));
    let parsed = Cli::command().try_get_matches_from(arguments);
    let parsed = parsed.and_then(|matches| Cli::from_arg_matches(&matches).map(|cli| (cli, matches)));
    match parsed {
        Ok((cli, matches)) => run_on_deep_stack(cli, matches).into(),
        Err(error) => explain(&error).into(),
    }
}

/// Help and version are answers; everything else is wrong usage.
fn explain(error: &clap::Error) -> ExitStatus {
    // Nobody is left to tell when this fails.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitStatus::Done,
        _ => ExitStatus::Usage,
    }
}

fn run_on_deep_stack(cli: Cli, matches: ArgMatches) -> ExitStatus {
    let worker =
        thread::Builder::new().name("main".to_owned()).stack_size(STACK_BYTES).spawn(move || run_parsed(cli, &matches));
    worker.ok().and_then(|worker| worker.join().ok()).unwrap_or(ExitStatus::Failed)
}

fn run_parsed(cli: Cli, matches: &ArgMatches) -> ExitStatus {
    let settings = match Settings::load(&cli.globals, matches) {
        Ok(settings) => settings,
        Err(error) => return end(&Printer::new(false, cli.globals.color.unwrap_or_default()), &error.into()),
    };
    let printer = Printer::new(settings.quiet.value, settings.color.value);
    start_logging();
    let context = Context::new(settings, printer.clone());
    match in_runtime(&context, cli) {
        Ok(status) => status,
        Err(error) => end(&printer, &error),
    }
}

fn in_runtime(context: &Context, cli: Cli) -> Result<ExitStatus> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .thread_stack_size(WORKER_STACK_BYTES)
        .enable_all()
        .build()
        .map_err(|source| CliError::Internal { message: format!("no runtime: {source}") })?;
    let outcome = runtime.block_on(commands::run(context, cli.command));
    match &outcome {
        // The process ends now, and its threads with it: waking each of them to end by itself takes longer.
        Ok(_) => std::mem::forget(runtime),
        // What was given up may still have something to tidy.
        Err(_) => runtime.shutdown_background(),
    }
    outcome
}

fn end(printer: &Printer, error: &CliError) -> ExitStatus {
    printer.error(error);
    error.exit_status()
}

/// Logs go to standard error, and only when asked for; without colours where they go into a file.
fn start_logging() {
    if let Some(filter) = env_vars::value(env_vars::LOG) {
        let filter = tracing_subscriber::EnvFilter::new(filter);
        // A second run in one process keeps the first one's logging.
        let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        let log = if std::io::stderr().is_terminal() { log } else { log.with_ansi(false) };
        let _ = log.try_init();
    }
}
