//! `index`: the lookup index, made whole.

use serde_json::json;
use traillake::{IndexOptions, IndexReport};

use crate::args::IndexArgs;
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::listing::Listing;
use crate::text;

pub(super) async fn run(context: &Context, args: &IndexArgs) -> Result<ExitStatus> {
    let lake = if args.dry_run { context.readable().await? } else { context.writable().await? };
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let report = lake.build_index(store.name.as_str(), IndexOptions { dry_run: args.dry_run }).await?;
        lines.push(format!("`{}` {}", store.name, line(&report)));
        rows.push(json!({
            "store": store.name.to_string(),
            "files": report.files,
            "files_missing": report.files_missing,
            "objects_replaced": report.objects_replaced,
            "objects": report.objects,
            "bytes": report.bytes,
        }));
    }
    Listing::new(rows)
        .print(args.format, &["store", "files", "files_missing", "objects_replaced", "objects", "bytes"])?;
    for line in lines {
        context.printer.status(line);
    }
    Ok(ExitStatus::Done)
}

fn line(report: &IndexReport) -> String {
    let done = if report.dry_run { "lacks" } else { "took in" };
    format!(
        "{done} {} of {}; its index has {} in {}",
        text::count(report.files_missing as u64),
        text::counted(report.files as u64, "file"),
        text::bytes(report.bytes),
        text::counted(report.objects as u64, "object")
    )
}
