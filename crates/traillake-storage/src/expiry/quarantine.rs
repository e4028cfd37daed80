//! Set-aside pieces that are as old as expired events.
//!
//! What a piece held is unknown, so its age is that of its object: the delivery day in its key, else the day it was
//! set aside. A piece counts while its attempt is that of its object's latest manifest row (see `quarantine_rows`):
//! a new row of the same account under a new attempt lets all pieces of the object go at once.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate};
use futures::TryStreamExt as _;

use crate::{EventTable, ManifestRow, ObjectRange, Result, TableSnapshot};

/// Objects that one expiry lets go; the next takes the rest. Bounds the memory for their rows.
const MAX_OBJECTS: usize = 100_000;

/// Manifest rows that let the expired pieces go.
pub(super) async fn expired(
    table: &EventTable,
    snapshot: &TableSnapshot,
    first_visible: NaiveDate,
) -> Result<Vec<ManifestRow>> {
    let objects = old_objects(table, snapshot, first_visible).await?;
    let mut rows = Vec::new();
    if objects.is_empty() {
        return Ok(rows);
    }
    let mut manifest = table.manifest_rows(snapshot, ObjectRange::all()).await?;
    while let Some(row) = manifest.try_next().await? {
        if objects.contains(&row.object) && !delivered_since(&row, first_visible) {
            rows.push(ManifestRow { attempt: uuid::Uuid::new_v4(), ..row });
        }
    }
    Ok(rows)
}

/// Objects of which a piece was set aside before the first visible day.
async fn old_objects(
    table: &EventTable,
    snapshot: &TableSnapshot,
    first_visible: NaiveDate,
) -> Result<HashSet<String>> {
    let mut pieces = table.quarantine_rows(snapshot).await?;
    let mut objects = HashSet::new();
    while let Some(piece) = pieces.try_next().await? {
        let at = DateTime::from_timestamp_millis(piece.quarantined_at_ms);
        if at.is_some_and(|at| at.date_naive() < first_visible) && objects.len() < MAX_OBJECTS {
            objects.insert(piece.object);
        }
    }
    Ok(objects)
}

fn delivered_since(row: &ManifestRow, first_visible: NaiveDate) -> bool {
    let date = row.key.delivery_date.as_deref().and_then(|date| date.parse::<NaiveDate>().ok());
    date.is_some_and(|date| date >= first_visible)
}
