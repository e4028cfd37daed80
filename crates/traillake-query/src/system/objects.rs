//! `system.objects`: the manifest, one row for each source object of each store.

use futures::{StreamExt, TryStreamExt};
use traillake_storage::{ManifestRow, ObjectRange};

use super::cells::{COUNT, TEXT, TIME, count, micros, millis, optional_text, schema, text};
use super::{Row, Rows, SystemContext, SystemTable, of_each_store};
use crate::QueryError;
use crate::catalog::StoreEntry;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("event_data_store", TEXT),
        ("object", TEXT),
        ("status", TEXT),
        ("etag", TEXT),
        ("size_bytes", COUNT),
        ("sha256", TEXT),
        ("last_modified", TIME),
        ("kind", TEXT),
        ("account", TEXT),
        ("region", TEXT),
        ("delivery_date", TEXT),
        ("envelope", TEXT),
        ("read", COUNT),
        ("stored", COUNT),
        ("duplicate", COUNT),
        ("filtered", COUNT),
        ("expired", COUNT),
        ("quarantined", COUNT),
        ("decompressed_bytes", COUNT),
        ("first_event", TIME),
        ("last_event", TIME),
        ("ingested_at", TIME),
        ("settings_version", COUNT),
        ("detail", TEXT),
    ]);
    SystemTable { name: "objects", schema, rows: |context| of_each_store(context, of_store) }
}

async fn of_store(context: SystemContext, store: StoreEntry) -> Result<Rows, QueryError> {
    let (table, snapshot) = context.tables.open(&store.settings).await?;
    let rows = table.manifest_rows(&snapshot, ObjectRange::all()).await?;
    let granted = move |object: &ManifestRow| context.grants.allows_owner(object.key.account.as_deref());
    let rows = rows.try_filter(move |object| std::future::ready(granted(object)));
    Ok(rows.map(move |found| Ok(row(store.name(), &found?))).boxed())
}

fn row(store: &str, object: &ManifestRow) -> Row {
    vec![
        text(store),
        text(object.object.as_str()),
        text(object.status.as_str()),
        optional_text(object.etag.as_deref()),
        count(object.size_bytes),
        optional_text(object.sha256.as_deref()),
        millis(object.last_modified_ms),
        optional_text(object.key.kind.as_deref()),
        optional_text(object.key.account.as_deref()),
        optional_text(object.key.region.as_deref()),
        optional_text(object.key.delivery_date.as_deref()),
        optional_text(object.envelope.as_deref()),
        count(object.read),
        count(object.stored),
        count(object.duplicate),
        count(object.filtered),
        count(object.expired),
        count(object.quarantined),
        count(object.decompressed_bytes),
        micros(object.first_event_micros),
        micros(object.last_event_micros),
        millis(Some(object.ingested_at_ms)),
        count(object.settings_version),
        optional_text(object.detail.as_deref()),
    ]
}
