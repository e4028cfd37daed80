//! Asking one question: where the rows go, and what is said about them afterwards.

use std::fs::{self, File, OpenOptions};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use futures::StreamExt;
use traillake::{FindOptions, Lake, QueryLimits, QueryOptions, QueryResult, QueryStats};

use crate::args::{AskArgs, Format};
use crate::config::QuerySection;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::format::{Sink, row_writer};
use crate::printer::Printer;
use crate::text;

/// Where rows go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Target {
    #[default]
    Stdout,
    /// A file that appears when it is complete.
    File(PathBuf),
    /// A file that grows with every answer.
    Append(PathBuf),
}

/// A lake, and how questions to it are answered.
pub(crate) struct Asker {
    pub(crate) lake: Lake,
    pub(crate) options: QueryOptions,
    pub(crate) format: Format,
    pub(crate) target: Target,
}

impl Asker {
    /// Opens the lake for the questions of a command; flags win over the configuration file.
    pub(crate) async fn open(context: &Context, args: &AskArgs) -> Result<Self> {
        let section = &context.settings.query;
        let lake = context.asking(limits(section, args)).await?;
        let options = QueryOptions {
            default_store: args.store.clone().or_else(|| section.store.clone()),
            dialect: args.dialect.into(),
            schema: args.schema.into(),
            max_rows: args.max_rows.or(section.max_rows),
            timeout: args.timeout.or(section.timeout).map(|timeout| timeout.0),
            ..QueryOptions::default()
        };
        let format = args.format.or(section.format).unwrap_or_default();
        Ok(Self { lake, options, format, target: Target::Stdout })
    }

    /// Asks, writes the rows as they come, and says what it cost.
    pub(crate) async fn ask(&self, sql: &str) -> Result<QueryStats> {
        self.answered(self.lake.query(sql, &self.options)).await
    }

    /// Looks for a value, writes the events as they come, and says what it cost.
    pub(crate) async fn find(&self, value: &str, options: &FindOptions) -> Result<QueryStats> {
        self.answered(self.lake.find(value, options)).await
    }

    async fn answered(&self, question: impl Future<Output = traillake::Result<QueryResult>>) -> Result<QueryStats> {
        let answer = self.answer(question).await;
        if answer.is_err() {
            self.lake.settled().await;
        }
        answer
    }

    async fn answer(&self, question: impl Future<Output = traillake::Result<QueryResult>>) -> Result<QueryStats> {
        self.refuse_binary_on_terminal()?;
        let mut result = question.await.map_err(CliError::from)?;
        let output = Output::open(&self.target);
        let for_eyes = self.target == Target::Stdout && Printer::stdout_is_terminal();
        let mut writer = row_writer(self.format, &result.schema(), output.sink()?, for_eyes)?;
        while let Some(batch) = result.next().await {
            writer.write(&batch.map_err(traillake::Error::from)?)?;
        }
        writer.finish()?;
        drop(writer);
        output.complete()?;
        Ok(result.stats())
    }

    fn refuse_binary_on_terminal(&self) -> Result<()> {
        if self.format.is_binary() && self.target == Target::Stdout && Printer::stdout_is_terminal() {
            let message = format!("{} is not for a terminal", self.format.as_str());
            return Err(CliError::usage(message, "write it to a file with `--output FILE`, or redirect it"));
        }
        Ok(())
    }
}

fn limits(section: &QuerySection, args: &AskArgs) -> QueryLimits {
    let mut limits = QueryLimits::default();
    if let Some(size) = args.memory_limit.or(section.memory_limit) {
        limits.memory_bytes = Some(size.as_u64());
    }
    limits
}

/// Rows, time, events and bytes scanned, files read and ruled out by the lookup index, table version.
pub(crate) fn stats_text(stats: &QueryStats) -> String {
    let version = stats.table_version.map_or_else(String::new, |version| format!(", table version {version}"));
    let ruled_out = match stats.files_ruled_out {
        0 => String::new(),
        files => format!(" ({} ruled out by the index)", text::count(files)),
    };
    format!(
        "{} in {}; scanned {} and {}, read {} of {}{ruled_out}{version}",
        text::counted(stats.rows, "row"),
        text::time(stats.elapsed),
        text::counted(stats.events_scanned, "event"),
        text::bytes(stats.bytes_scanned),
        text::count(stats.files_read),
        text::counted(stats.files_total, "file"),
    )
}

/// An open target.
enum Output<'a> {
    Stdout,
    /// Written beside the file and renamed at the end.
    File {
        path: &'a Path,
        partial: PathBuf,
    },
    /// Written in place: devices, pipes, files that grow.
    InPlace {
        path: &'a Path,
        append: bool,
    },
}

impl<'a> Output<'a> {
    fn open(target: &'a Target) -> Self {
        match target {
            Target::Stdout => Self::Stdout,
            Target::Append(path) => Self::InPlace { path, append: true },
            Target::File(path) if fs::metadata(path).is_ok_and(|found| !found.is_file()) => {
                Self::InPlace { path, append: false }
            }
            Target::File(path) => {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".partial");
                Self::File { path, partial: path.with_file_name(name) }
            }
        }
    }

    fn sink(&self) -> Result<Sink> {
        let opened = match self {
            Self::Stdout => return Ok(Printer::stdout()),
            Self::File { partial, .. } => File::create(partial).map_err(CliError::write(partial)),
            Self::InPlace { path, append } => {
                OpenOptions::new().write(true).create(*append).append(*append).open(path).map_err(CliError::write(path))
            }
        };
        Ok(Box::new(BufWriter::with_capacity(1 << 16, opened?)))
    }

    /// Puts the finished file in its place.
    fn complete(self) -> Result<()> {
        if let Self::File { path, partial } = &self {
            fs::rename(partial, path).map_err(CliError::write(path))?;
        }
        Ok(())
    }
}

impl Drop for Output<'_> {
    /// What was not completed is not left lying about.
    fn drop(&mut self) {
        if let Self::File { partial, .. } = self {
            // It may never have been made.
            let _ = fs::remove_file(partial);
        }
    }
}
