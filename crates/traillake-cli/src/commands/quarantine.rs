//! `quarantine`: what was set aside, and why.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use serde_json::{Value, json};
use traillake::{EventDataStoreSettings, IngestProgress, Lake, QuarantineRow, RetryRequest};

use super::summary;
use crate::args::{ExportArgs, QuarantineCommand, QuarantineListArgs, QuarantineRetryArgs, ShowArgs};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::listing::{Listing, print_thing};
use crate::printer::{Printer, printable};
use crate::text;

/// Bytes of a piece that `show` prints beside its properties.
const SHOWN_BYTES: usize = 4096;

pub(super) async fn run(context: &Context, command: QuarantineCommand) -> Result<ExitStatus> {
    match command {
        QuarantineCommand::List(args) => list(context, &args).await,
        QuarantineCommand::Show(args) => show(context, &args).await,
        QuarantineCommand::Export(args) => export(context, &args).await,
        QuarantineCommand::Retry(args) => retry(context, &args).await,
    }
}

async fn list(context: &Context, args: &QuarantineListArgs) -> Result<ExitStatus> {
    let lake = context.readable().await?;
    let (mut rows, mut more) = (Vec::new(), 0);
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let mut pieces = lake.quarantine(store.name.as_str()).await?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if args.reason.as_deref().is_some_and(|reason| reason != piece.reason) {
                continue;
            }
            if rows.len() < args.limit { rows.push(shown(&store, &piece)) } else { more += 1 }
        }
    }
    Listing::new(rows).print(args.format, &["id", "store", "reason", "object", "offset_bytes", "length_bytes"])?;
    if more > 0 {
        context.printer.note(&format!("{} left out", text::counted(more, "more piece")), Some("raise `--limit`"));
    }
    Ok(ExitStatus::Done)
}

async fn show(context: &Context, args: &ShowArgs) -> Result<ExitStatus> {
    let lake = context.readable().await?;
    let (store, piece) = find(&lake, args).await?;
    let mut bytes = lake.quarantined_bytes(store.name.as_str(), &piece).await?;
    if args.raw {
        let mut out = Printer::stdout();
        while let Some(part) = bytes.next().await {
            out.write_all(&part?)?;
        }
        out.flush()?;
        return Ok(ExitStatus::Done);
    }
    let mut start = Vec::new();
    while start.len() < SHOWN_BYTES
        && let Some(part) = bytes.next().await
    {
        start.extend_from_slice(&part?);
    }
    start.truncate(SHOWN_BYTES);
    let mut thing = shown(&store, &piece);
    if let Value::Object(members) = &mut thing {
        members.insert("bytes".to_owned(), printable(&String::from_utf8_lossy(&start)).into());
    }
    print_thing(args.format, &thing)?;
    if piece.length_bytes > start.len() as u64 {
        context.printer.note("only the beginning of the bytes is shown", Some("`--raw` writes all of them"));
    }
    Ok(ExitStatus::Done)
}

async fn find(lake: &Lake, args: &ShowArgs) -> Result<(EventDataStoreSettings, QuarantineRow)> {
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let mut pieces = lake.quarantine(store.name.as_str()).await?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            if piece.id.to_string() == args.id.to_ascii_lowercase() {
                return Ok((store, piece));
            }
        }
    }
    Err(CliError::PieceNotFound { id: args.id.clone() })
}

async fn export(context: &Context, args: &ExportArgs) -> Result<ExitStatus> {
    let lake = context.readable().await?;
    fs::create_dir_all(&args.out).map_err(CliError::write(&args.out))?;
    let path = args.out.join("index.ndjson");
    let mut index = fs::File::create(&path).map(std::io::BufWriter::new).map_err(CliError::write(&path))?;
    let mut exported = 0;
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let mut pieces = lake.quarantine(store.name.as_str()).await?;
        while let Some(piece) = pieces.next().await {
            let piece = piece?;
            export_piece(&lake, &store, &piece, &args.out).await?;
            writeln!(index, "{}", shown(&store, &piece)).map_err(CliError::write(&path))?;
            exported += 1;
        }
    }
    index.flush().map_err(CliError::write(&path))?;
    context.printer.status(format_args!("exported {} to {}", text::counted(exported, "piece"), args.out.display()));
    Ok(ExitStatus::Done)
}

async fn export_piece(lake: &Lake, store: &EventDataStoreSettings, piece: &QuarantineRow, out: &Path) -> Result<()> {
    let path = out.join(piece.id.to_string());
    let mut file = fs::File::create(&path).map_err(CliError::write(&path))?;
    let mut bytes = lake.quarantined_bytes(store.name.as_str(), piece).await?;
    while let Some(part) = bytes.next().await {
        file.write_all(&part?).map_err(CliError::write(&path))?;
    }
    Ok(())
}

async fn retry(context: &Context, args: &QuarantineRetryArgs) -> Result<ExitStatus> {
    let lake = context.writable().await?;
    let mut status = ExitStatus::Done;
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let name = store.name.to_string();
        let progress = Arc::new(IngestProgress::new());
        let summary =
            lake.retry_quarantine(&name, RetryRequest::default(), progress, context.interrupt.token()).await?;
        if summary.events.read == 0 && args.store.is_none() {
            continue;
        }
        let ended = summary::print(context, &name, &summary, args.format, false)?;
        status = if ended == ExitStatus::Done { status } else { ended };
    }
    Ok(status)
}

fn shown(store: &EventDataStoreSettings, piece: &QuarantineRow) -> Value {
    json!({
        "id": piece.id.to_string(),
        "store": store.name.to_string(),
        "object": piece.object,
        "reason": piece.reason,
        "message": piece.message,
        "offset_bytes": piece.offset_bytes,
        "record_index": piece.record_index,
        "length_bytes": piece.length_bytes,
        "quarantined_at": chrono::DateTime::from_timestamp_millis(piece.quarantined_at_ms).map(text::moment),
    })
}
