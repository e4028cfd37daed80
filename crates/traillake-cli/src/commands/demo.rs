//! `demo`: the tour. A generated trail, a fresh lake, a handful of investigations.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use traillake::{Error, IngestProgress, Lake, LakeOptions, StorageError};

use super::ask::{Asker, stats_text};
use super::generate::write_trail;
use super::ingest::DEFAULT_STORE;
use super::summary;
use crate::args::{AskArgs, DemoArgs, ListFormat};
use crate::config::{Origin, Setting};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::generate::{GenerateOptions, Shape};
use crate::printer::Printer;
use crate::progress::ProgressLine;
use crate::text::push;

/// A question and the SQL that answers it.
struct Investigation {
    question: &'static str,
    sql: &'static str,
}

const INVESTIGATIONS: &[Investigation] = &[
    Investigation {
        question: "What happens here all day, and what fails?",
        sql: "SELECT eventSource, count(*) AS events, count(errorCode) AS failed\nFROM events\nGROUP BY eventSource\nORDER BY events DESC\nLIMIT 8",
    },
    Investigation {
        question: "Did anyone sign in to the console without a second factor?",
        sql: "SELECT userIdentity.type AS who, sourceIPAddress, element_at(responseElements, 'ConsoleLogin') AS outcome,\n       count(*) AS times, max(eventTime) AS last\nFROM events\nWHERE eventName = 'ConsoleLogin' AND element_at(additionalEventData, 'MFAUsed') = 'No'\nGROUP BY 1, 2, 3\nORDER BY times DESC\nLIMIT 5",
    },
    Investigation {
        question: "Which long-lived access keys fail most often, and from where are they used?",
        sql: "SELECT userIdentity.userName AS user, userIdentity.accessKeyId AS key, sourceIPAddress,\n       count(*) AS calls, 100 * count(errorCode) / count(*) AS failed_percent\nFROM events\nWHERE userIdentity.accessKeyId LIKE 'AKIA%'\nGROUP BY 1, 2, 3\nORDER BY failed_percent DESC, calls DESC\nLIMIT 5",
    },
    Investigation {
        question: "One key is used from an unknown address: what was done from there?",
        sql: "SELECT eventName, count(*) AS calls, count(errorCode) AS failed, min(eventTime) AS first\nFROM events\nWHERE sourceIPAddress = '203.0.113.77'\nGROUP BY eventName\nORDER BY first\nLIMIT 20",
    },
    Investigation {
        question: "Which buckets were read from there, and how much left them?",
        sql: "SELECT element_at(requestParameters, 'bucketName') AS bucket, count(*) AS objects,\n       sum(CAST(element_at(additionalEventData, 'bytesTransferredOut') AS bigint)) AS bytes\nFROM events\nWHERE eventName = 'GetObject' AND sourceIPAddress = '203.0.113.77'\nGROUP BY 1\nORDER BY bytes DESC\nLIMIT 5",
    },
    Investigation {
        question: "Who opened a port to the whole world?",
        sql: "SELECT eventTime, userIdentity.arn AS who, element_at(requestParameters, 'groupId') AS security_group\nFROM events\nWHERE eventName = 'AuthorizeSecurityGroupIngress'\n  AND element_at(requestParameters, 'ipPermissions') LIKE '%0.0.0.0/0%'\nORDER BY eventTime\nLIMIT 5",
    },
];

pub(super) async fn run(context: &Context, args: &DemoArgs) -> Result<ExitStatus> {
    let scratch = Scratch::new(args.keep)?;
    let context = &with_lake(context, &scratch);
    refuse_existing(context).await?;
    let trail = scratch.folder.join("trail");
    let options = GenerateOptions { events: args.events, seed: args.seed, ..GenerateOptions::of(Shape::Busy) };
    write_trail(context, &trail, options).await?;
    ingest(context, &trail).await?;
    if !args.keep {
        // What stays is removed with the temporary folder.
        let _ = std::fs::remove_dir_all(&trail);
    }
    investigate(context).await?;
    say_what_next(context, &scratch, &trail)?;
    Ok(ExitStatus::Done)
}

/// A temporary folder that is removed at the end unless it is to be kept.
struct Scratch {
    folder: PathBuf,
    temporary: Option<TempDir>,
}

impl Scratch {
    fn new(keep: bool) -> Result<Self> {
        let temporary = tempfile::Builder::new()
            .prefix("traillake-demo-")
            .tempdir()
            .map_err(CliError::write(&std::env::temp_dir()))?;
        let folder = temporary.path().to_path_buf();
        let guard = if keep {
            let _ = temporary.keep();
            None
        } else {
            Some(temporary)
        };
        Ok(Self { folder, temporary: guard })
    }

    fn keeps(&self) -> bool {
        self.temporary.is_none()
    }
}

/// The lake named by a flag; the tour never writes into the user's own one.
fn with_lake(context: &Context, scratch: &Scratch) -> Context {
    let mut settings = context.settings.clone();
    if settings.lake.origin != Origin::Flag {
        settings.lake =
            Setting { value: Some(scratch.folder.join("lake").display().to_string()), origin: Origin::Default };
    }
    Context { settings, printer: context.printer.clone(), interrupt: context.interrupt.clone() }
}

async fn refuse_existing(context: &Context) -> Result<()> {
    let location = context.location()?;
    match LakeOptions::new().object_store(context.object_store()).read_only().open(location).await {
        Err(Error::Storage(StorageError::LakeNotFound { .. })) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(CliError::usage(
            format!("there is a lake at `{location}` already"),
            "the tour needs a new one: name another place, or leave `--lake` out",
        )),
    }
}

async fn ingest(context: &Context, trail: &Path) -> Result<()> {
    let lake: Lake = context.writable().await?;
    let progress = Arc::new(IngestProgress::new());
    let line = ProgressLine::of_ingest(&context.printer, &progress);
    let request = lake.ingest_request(&trail.display().to_string())?;
    let summary = lake.ingest_with(DEFAULT_STORE, request, progress, context.interrupt.token()).await?;
    drop(line);
    summary::print(context, DEFAULT_STORE, &summary, ListFormat::Table, false)?;
    Ok(())
}

async fn investigate(context: &Context) -> Result<()> {
    let asker = Asker::open(context, &AskArgs::default()).await?;
    let printer = &context.printer;
    for (number, investigation) in INVESTIGATIONS.iter().enumerate() {
        printer.heading(&format!("\n{}. {}\n", number + 1, investigation.question))?;
        printer.faint(&format!("{};\n", investigation.sql))?;
        let stats = asker.ask(investigation.sql).await?;
        printer.status(stats_text(&stats));
    }
    Ok(())
}

fn say_what_next(context: &Context, scratch: &Scratch, trail: &Path) -> Result<()> {
    let location = context.location()?;
    let stays = context.settings.lake.origin == Origin::Flag || scratch.keeps();
    let mut lines = String::from("\n");
    if stays {
        push(
            &mut lines,
            format_args!(
                "The lake is at {location}. Go on there:\n\n  traillake --lake {location} repl\n  traillake --lake {location} store describe {DEFAULT_STORE}\n"
            ),
        );
    } else {
        lines.push_str("The lake was temporary. Keep the next one, and ask it yourself:\n\n  traillake --lake demo-lake demo\n  traillake --lake demo-lake repl\n");
    }
    if scratch.keeps() {
        push(&mut lines, format_args!("\nThe log files are at {}.\n", trail.display()));
    }
    lines.push_str("\nYour own trail:\n\n  traillake ingest s3://BUCKET/PREFIX\n  traillake query \"SELECT eventName, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT 10\"\n");
    Printer::data(&lines)?;
    Ok(())
}
