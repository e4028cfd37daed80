//! What the lines mean: statements that end in `;`, and commands that start with a dot.

use std::path::Path;

use traillake::{is_complete_statement, split_statements};

use super::dot::DotCommand;
use crate::args::Format;
use crate::commands::{Asker, Target, read_text, show_or_search, stats_text};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::printer::Printer;

/// Scripts that read scripts: how deep.
const DEEPEST_READ: usize = 8;

const HELP: &str = "\
  SELECT ...;            ask; a statement ends in `;` and may span lines
  .stores                the event data stores
  .schema [STORE]        the columns and fields of a store
  .functions [PATTERN]   the functions, with an example each; all whose name holds the pattern
  .samples [WORDS]       the bundled example queries; those that hold the words, or the text of the one of this name
  .mode [FORMAT]         how rows are written: table, csv, tsv, json, ndjson, markdown, arrow, parquet
  .dialect [DIALECT]     whose SQL statements are: lake or datafusion
  .output [FILE]         write rows to a file; without one, to the screen again
  .timer on|off          say what a query cost
  .read FILE             run the statements of a file
  .help                  this text
  .exit                  leave
";

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Continue,
    Exit,
}

/// The state behind the prompt.
pub(super) struct Shell<'a> {
    pub(super) context: &'a Context,
    pub(super) asker: Asker,
    timer: bool,
    reading: usize,
}

impl<'a> Shell<'a> {
    pub(super) fn new(context: &'a Context, asker: Asker) -> Self {
        Self { context, asker, timer: true, reading: 0 }
    }

    /// Runs a text of lines to its end, to `.exit`, or to the first failure.
    pub(super) async fn run_script(&mut self, script: &str) -> Result<Flow> {
        let mut statement = String::new();
        for line in script.lines() {
            if statement.trim().is_empty() && line.trim_start().starts_with('.') {
                if self.dot(line).await? == Flow::Exit {
                    return Ok(Flow::Exit);
                }
                continue;
            }
            statement.push_str(line);
            statement.push('\n');
            if is_complete_statement(&statement) {
                self.run_statements(&std::mem::take(&mut statement)).await?;
            }
        }
        self.run_statements(&statement).await?;
        Ok(Flow::Continue)
    }

    /// Runs what was typed: a dot command or statements.
    pub(super) async fn run_input(&mut self, input: &str) -> Result<Flow> {
        if input.trim_start().starts_with('.') {
            return self.dot(input).await;
        }
        self.run_statements(input).await?;
        Ok(Flow::Continue)
    }

    async fn run_statements(&mut self, text: &str) -> Result<()> {
        for statement in split_statements(text).map_err(traillake::Error::from)? {
            let stats = self.asker.ask(&statement).await?;
            if self.timer {
                self.context.printer.status(stats_text(&stats));
            }
        }
        Ok(())
    }

    async fn dot(&mut self, line: &str) -> Result<Flow> {
        match line.parse::<DotCommand>().map_err(|message| CliError::usage(message, "`.help` lists the commands"))? {
            DotCommand::Exit => return Ok(Flow::Exit),
            DotCommand::Help => Printer::data(HELP)?,
            DotCommand::Stores => self.stores().await?,
            DotCommand::Functions(pattern) => self.functions(pattern.as_deref()).await?,
            DotCommand::Samples(words) => show_or_search(words.as_deref())?,
            DotCommand::Schema(store) => self.schema(store.as_deref()).await?,
            DotCommand::Dialect(None) => Printer::data(&format!("{}\n", self.asker.options.dialect.as_str()))?,
            DotCommand::Dialect(Some(dialect)) => self.asker.options.dialect = dialect.into(),
            DotCommand::Mode(None) => Printer::data(&format!("{}\n", self.asker.format.as_str()))?,
            DotCommand::Mode(Some(format)) => self.mode(format),
            DotCommand::Output(path) => self.output(path.as_deref())?,
            DotCommand::Timer(on) => self.timer = on,
            DotCommand::Read(path) => return Box::pin(self.read(Path::new(&path))).await,
        }
        Ok(Flow::Continue)
    }

    fn mode(&mut self, format: Format) {
        self.asker.format = format;
    }

    fn output(&mut self, path: Option<&str>) -> Result<()> {
        let Some(path) = path.map(Path::new) else {
            self.asker.target = Target::Stdout;
            return Ok(());
        };
        std::fs::File::create(path).map_err(CliError::write(path))?;
        self.asker.target = Target::Append(path.to_path_buf());
        Ok(())
    }

    async fn read(&mut self, path: &Path) -> Result<Flow> {
        if self.reading >= DEEPEST_READ {
            return Err(CliError::usage(
                format!("`{}` is read by files that read files, more than {DEEPEST_READ} deep", path.display()),
                "does it read itself?",
            ));
        }
        let script = read_text(path)?;
        self.reading += 1;
        let outcome = self.run_script(&script).await;
        self.reading -= 1;
        outcome
    }

    async fn stores(&mut self) -> Result<()> {
        self.inform("SELECT name, id, kind, status, retention_days, partition_by FROM system.stores ORDER BY name")
            .await
    }

    /// All functions, or those whose name holds the text or, if it has a `%`, is like it.
    async fn functions(&mut self, pattern: Option<&str>) -> Result<()> {
        let Some(pattern) = pattern else { return self.inform("SHOW FUNCTIONS").await };
        let pattern = pattern.replace('\'', "''");
        let pattern = if pattern.contains('%') { pattern } else { format!("%{pattern}%") };
        self.inform(&format!("SHOW FUNCTIONS LIKE '{pattern}'")).await
    }

    /// The columns of a store, the one of `--store`, or the only one.
    async fn schema(&mut self, store: Option<&str>) -> Result<()> {
        let names = self.asker.lake.names().await?;
        let wanted = store.or(self.asker.options.default_store.as_deref());
        let found = match wanted {
            Some(name) => names.stores.iter().find(|known| known.name == name || known.id == name),
            None => names.stores.first().filter(|_| names.stores.len() == 1),
        };
        let Some(found) = found else {
            let known: Vec<_> = names.stores.iter().map(|known| format!("`{}`", known.name)).collect();
            let message = wanted
                .map_or_else(|| "which store?".to_owned(), |name| format!("there is no event data store `{name}`"));
            return Err(CliError::usage(message, format!("`.schema STORE` with one of {}", known.join(", "))));
        };
        let lines = found.paths.join("\n");
        Ok(Printer::data(&format!("{lines}\n"))?)
    }

    /// A query of the shell itself, always shown on the screen.
    async fn inform(&mut self, sql: &str) -> Result<()> {
        let target = std::mem::take(&mut self.asker.target);
        let outcome = self.asker.ask(sql).await;
        self.asker.target = target;
        outcome.map(drop)
    }
}
