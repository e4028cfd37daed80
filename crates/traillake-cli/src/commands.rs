//! One file per command.

mod ask;
mod completions;
mod config;
mod demo;
mod expire;
mod find;
mod generate;
mod index;
mod ingest;
mod maintain;
mod quarantine;
mod query;
mod samples;
mod serve;
mod store;
mod summary;
mod tls;
mod trail;
mod users;

use crate::args::{Command, ReplArgs};
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::repl;

pub(crate) use ask::{Asker, Target, stats_text};
pub(crate) use query::read_text;
pub(crate) use samples::show_or_search;

/// Runs a command; without one, the prompt or the script from standard input.
pub(crate) async fn run(context: &Context, command: Option<Command>) -> Result<ExitStatus> {
    match command {
        None => Box::pin(repl::run(context, &ReplArgs::default())).await,
        Some(Command::Repl(args)) => Box::pin(repl::run(context, &args)).await,
        Some(Command::Ingest(args)) => Box::pin(context.interrupt.finishing(ingest::run(context, &args))).await,
        Some(Command::Serve(args)) => Box::pin(context.interrupt.finishing(serve::run(context, &args))).await,
        Some(Command::Demo(args)) => Box::pin(context.interrupt.stopping(demo::run(context, &args))).await,
        Some(other) => Box::pin(context.interrupt.stopping(run_plain(context, other))).await,
    }
}

async fn run_plain(context: &Context, command: Command) -> Result<ExitStatus> {
    match command {
        Command::Generate(args) => generate::run(context, &args).await,
        Command::Trail(command) => trail::run(context, command).await,
        Command::Query(args) => query::run(context, &args).await,
        Command::Find(args) => find::run(context, &args).await,
        Command::Samples(args) => samples::run(context, &args).await,
        Command::Store(command) => store::run(context, command).await,
        Command::Quarantine(command) => quarantine::run(context, command).await,
        Command::Expire(args) => expire::run(context, &args).await,
        Command::Compact(args) => maintain::compact(context, &args).await,
        Command::Index(args) => index::run(context, &args).await,
        Command::Vacuum(args) => maintain::vacuum(context, &args).await,
        Command::Users(command) => users::run(context, command),
        Command::Tls(command) => tls::run(context, &command),
        Command::Completions(args) => completions::run(&args),
        Command::Version => completions::version(),
        Command::Config(args) => config::run(context, &args),
        Command::Demo(_) | Command::Ingest(_) | Command::Repl(_) | Command::Serve(_) => Ok(ExitStatus::Done),
    }
}
