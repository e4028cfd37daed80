//! `expire`: retention, made physical.

use std::time::Duration;

use serde_json::{Value, json};
use traillake::{EventDataStoreSettings, ExpireOptions, ExpireReport};

use super::maintain::{PLACE, partition};
use crate::args::ExpireArgs;
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::listing::Listing;
use crate::text;

/// Queries that began before an expiry can finish within it.
const GRACE: Duration = Duration::from_hours(1);

pub(super) async fn run(context: &Context, args: &ExpireArgs) -> Result<ExitStatus> {
    let lake = if args.dry_run { context.readable().await? } else { context.writable().await? };
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let name = store.name.as_str();
        let report = lake.expire(name, ExpireOptions { dry_run: args.dry_run, now: args.now }).await?;
        // The bytes of expiries that are over an hour old go as well.
        let swept = if args.dry_run { 0 } else { lake.vacuum(name, GRACE, false).await?.bytes };
        lines.push(line(&store, &report, swept));
        rows.extend(report.partitions.iter().map(|expired| {
            let mut row = partition(&store, &expired.partition);
            row.extend([
                ("files".to_owned(), json!(expired.files)),
                ("events".to_owned(), json!(expired.rows)),
                ("bytes".to_owned(), json!(expired.bytes)),
            ]);
            Value::Object(row)
        }));
    }
    Listing::new(rows).print(args.format, &[PLACE.as_slice(), &["files", "events", "bytes"]].concat())?;
    for line in lines {
        context.printer.status(line);
    }
    Ok(ExitStatus::Done)
}

fn line(store: &EventDataStoreSettings, report: &ExpireReport, swept: u64) -> String {
    let Some(first) = report.first_visible_date else { return format!("`{}` keeps its events for ever", store.name) };
    let done = if report.dry_run { "would expire" } else { "expired" };
    let events: u64 = report.partitions.iter().map(|partition| partition.rows).sum();
    let swept = if swept > 0 { format!("; {} of earlier expiries deleted", text::bytes(swept)) } else { String::new() };
    format!(
        "`{}` {done} {} before {first} in {}{swept}",
        store.name,
        text::counted(events, "event"),
        text::counted(report.partitions.len() as u64, "partition")
    )
}
