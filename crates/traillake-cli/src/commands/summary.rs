//! What an ingest did, in words that balance or as the exact JSON object.

use std::time::Duration;

use traillake::IngestSummary;

use crate::args::ListFormat;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::printer::Printer;
use crate::text;

/// Prints a summary and its notes; the status says how the run ends.
pub(super) fn print(
    context: &Context,
    store: &str,
    summary: &IngestSummary,
    format: ListFormat,
    dry_run: bool,
) -> Result<ExitStatus> {
    print_notes(context, summary);
    if format == ListFormat::Json {
        let json = serde_json::to_string(summary).map_err(|error| CliError::Internal { message: error.to_string() })?;
        Printer::data(&format!("{json}\n"))?;
    } else {
        context.printer.status(words(store, summary, dry_run));
    }
    if summary.interrupted {
        context
            .printer
            .note("interrupted; what is counted above is stored", Some("the same command goes on where it was"));
    }
    Ok(status(summary))
}

fn status(summary: &IngestSummary) -> ExitStatus {
    if summary.interrupted {
        ExitStatus::Interrupted
    } else if summary.needs_attention() {
        ExitStatus::Incomplete
    } else {
        ExitStatus::Done
    }
}

pub(super) fn print_notes(context: &Context, summary: &IngestSummary) {
    for note in &summary.notes {
        context.printer.note(&note.message, note.hint.as_deref());
    }
}

fn words(store: &str, summary: &IngestSummary, dry_run: bool) -> String {
    let (objects, events, bytes) = (&summary.objects, &summary.events, &summary.bytes);
    let done = if dry_run { "would ingest into" } else { "ingested into" };
    let head = format!("{done} `{store}` in {}", text::time(Duration::from_millis(summary.elapsed_ms)));
    let unfinished =
        objects.seen.saturating_sub(objects.ingested + objects.unchanged + objects.ignored + objects.failed);
    let objects = format!(
        "  objects  {} seen = {} ingested + {} unchanged + {} ignored + {} failed{}",
        text::count(objects.seen),
        text::count(objects.ingested),
        text::count(objects.unchanged),
        text::count(objects.ignored),
        text::count(objects.failed),
        if unfinished > 0 { format!(" + {} unfinished", text::count(unfinished)) } else { String::new() },
    );
    let events = format!(
        "  events   {} read = {} stored + {} duplicate + {} filtered + {} expired + {} quarantined",
        text::count(events.read),
        text::count(events.stored),
        text::count(events.duplicate),
        text::count(events.filtered),
        text::count(events.expired),
        text::count(events.quarantined),
    );
    let bytes = format!(
        "  bytes    {} read, {} decompressed, {} stored",
        text::bytes(bytes.compressed),
        text::bytes(bytes.decompressed),
        text::bytes(bytes.stored),
    );
    let reasons = summary.reasons.iter().map(|reason| {
        format!(
            "  {:<11} {} × {}, first in {}",
            reason.outcome,
            text::count(reason.count),
            reason.reason,
            reason.example
        )
    });
    [head, objects, events, bytes].into_iter().chain(reasons).collect::<Vec<_>>().join("\n")
}
