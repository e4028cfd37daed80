//! `compact` and `vacuum`.

use serde_json::{Map, Value, json};
use traillake::{CompactOptions, EventDataStoreSettings, PartitionValues};

use crate::args::{CompactArgs, VacuumArgs};
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::listing::Listing;
use crate::text;

pub(super) async fn compact(context: &Context, args: &CompactArgs) -> Result<ExitStatus> {
    let lake = if args.dry_run { context.readable().await? } else { context.writable().await? };
    let default = CompactOptions::default();
    let options = CompactOptions {
        dry_run: args.dry_run,
        min_files: args.min_files.unwrap_or(default.min_files),
        target_bytes: args.target_size.map_or(default.target_bytes, traillake::ByteSize::as_u64),
        ..default
    };
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let report = lake.compact(store.name.as_str(), options).await?;
        let before: usize = report.partitions.iter().map(|partition| partition.files_before).sum();
        let after: usize = report.partitions.iter().map(|partition| partition.files_after).sum();
        let done = if args.dry_run { "would merge" } else { "merged" };
        lines.push(format!("`{}` {done} {} into {after}", store.name, text::counted(before as u64, "file")));
        rows.extend(report.partitions.iter().map(|done| {
            let mut row = partition(&store, &done.partition);
            row.extend([
                ("files_before".to_owned(), json!(done.files_before)),
                ("files_after".to_owned(), json!(done.files_after)),
                ("events".to_owned(), json!(done.rows)),
                ("bytes_before".to_owned(), json!(done.bytes_before)),
                ("bytes_after".to_owned(), json!(done.bytes_after)),
                ("skipped".to_owned(), json!(done.skipped)),
            ]);
            Value::Object(row)
        }));
    }
    let figures = ["files_before", "files_after", "events", "bytes_before", "bytes_after"];
    let columns = [PLACE.as_slice(), &figures].concat();
    Listing::new(rows).print(args.format, &columns)?;
    for line in lines {
        context.printer.status(line);
    }
    Ok(ExitStatus::Done)
}

pub(super) async fn vacuum(context: &Context, args: &VacuumArgs) -> Result<ExitStatus> {
    let lake = if args.dry_run { context.readable().await? } else { context.writable().await? };
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for store in lake.event_data_stores_or_all(args.store.as_deref()).await? {
        let report = lake.vacuum(store.name.as_str(), args.older_than.0, args.dry_run).await?;
        let done = if args.dry_run { "would remove" } else { "removed" };
        lines.push(format!(
            "`{}` {done} {} of {}",
            store.name,
            text::counted(report.files, "unreferenced file"),
            text::bytes(report.bytes)
        ));
        rows.extend(
            report
                .removed
                .iter()
                .map(|file| json!({"store": store.name.to_string(), "path": file.path, "bytes": file.size_bytes})),
        );
    }
    if args.store.is_none() {
        let report = lake.vacuum_gone_stores(args.dry_run).await?;
        rows.extend(report.removed.iter().map(|file| json!({"path": file.path, "bytes": file.size_bytes})));
        if report.files > 0 {
            let done = if args.dry_run { "would remove" } else { "removed" };
            let files = text::counted(report.files, "file");
            lines.push(format!("{done} {files} of {} of stores deleted for good", text::bytes(report.bytes)));
        }
    }
    Listing::new(rows).print(args.format, &["store", "path", "bytes"])?;
    for line in lines {
        context.printer.status(line);
    }
    Ok(ExitStatus::Done)
}

/// Columns of [`partition`].
pub(super) const PLACE: [&str; 5] = ["store", "account", "region", "date", "month"];

/// The store and the values of a partition.
pub(super) fn partition(store: &EventDataStoreSettings, values: &PartitionValues) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("store".to_owned(), store.name.to_string().into());
    row.insert("account".to_owned(), json!(values.account));
    row.insert("region".to_owned(), json!(values.region));
    row.insert("date".to_owned(), json!(values.period.as_day().map(|date| date.to_string())));
    row.insert("month".to_owned(), json!(values.period.as_month().map(|month| month.to_string())));
    row
}
