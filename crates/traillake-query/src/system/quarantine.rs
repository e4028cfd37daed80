//! `system.quarantine`: what could not be read, with object, place and reason; the bytes are
//! shown by `traillake quarantine show`.

use futures::StreamExt;
use traillake_storage::QuarantineRow;

use super::cells::{COUNT, TEXT, TIME, count, millis, optional_count, optional_text, schema, text};
use super::{Row, Rows, SystemContext, SystemTable, of_each_store};
use crate::QueryError;
use crate::catalog::StoreEntry;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("event_data_store", TEXT),
        ("id", TEXT),
        ("object", TEXT),
        ("offset_bytes", COUNT),
        ("record_index", COUNT),
        ("length_bytes", COUNT),
        ("reason", TEXT),
        ("message", TEXT),
        ("etag", TEXT),
        ("blob", TEXT),
        ("quarantined_at", TIME),
    ]);
    SystemTable { name: "quarantine", schema, rows: |context| of_each_store(context, of_store) }
}

async fn of_store(context: SystemContext, store: StoreEntry) -> Result<Rows, QueryError> {
    let (table, snapshot) = context.tables.open(&store.settings).await?;
    let rows = table.granted_quarantine_rows(&snapshot, &context.grants).await?;
    Ok(rows.map(move |found| Ok(row(store.name(), &found?))).boxed())
}

fn row(store: &str, piece: &QuarantineRow) -> Row {
    vec![
        text(store),
        text(piece.id.to_string()),
        text(piece.object.as_str()),
        count(piece.offset_bytes),
        optional_count(piece.record_index),
        count(piece.length_bytes),
        text(piece.reason.as_str()),
        text(piece.message.as_str()),
        optional_text(piece.etag.as_deref()),
        optional_text(piece.blob.as_deref()),
        millis(Some(piece.quarantined_at_ms)),
    ]
}
