//! `system.files`: the data files of each store's newest snapshot.

use std::sync::Arc;

use futures::{StreamExt, stream};
use traillake_storage::DataFile;

use super::cells::{COUNT, DATE, TEXT, TIME, count, micros, millis, optional_date, optional_text, schema, text};
use super::{Row, Rows, SystemContext, SystemTable, of_each_store};
use crate::QueryError;
use crate::catalog::StoreEntry;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("event_data_store", TEXT),
        ("path", TEXT),
        ("account", TEXT),
        ("region", TEXT),
        ("date", DATE),
        ("month", DATE),
        ("rows", COUNT),
        ("size_bytes", COUNT),
        ("first_event", TIME),
        ("last_event", TIME),
        ("modified_at", TIME),
        ("table_version", COUNT),
    ]);
    SystemTable { name: "files", schema, rows: |context| of_each_store(context, of_store) }
}

async fn of_store(context: SystemContext, store: StoreEntry) -> Result<Rows, QueryError> {
    let (_, snapshot) = context.tables.open(&store.settings).await?;
    let granted = |file: &&Arc<DataFile>| context.grants.allows_owner(file.partition.account.as_deref());
    let files: Vec<_> = snapshot.files.iter().filter(granted).cloned().collect();
    let version = snapshot.version;
    Ok(stream::iter(files).map(move |file| Ok(row(store.name(), &file, version))).boxed())
}

fn row(store: &str, file: &DataFile, version: u64) -> Row {
    let (first, last) = file.event_time_micros.unzip();
    vec![
        text(store),
        text(file.path.as_str()),
        optional_text(file.partition.account.as_deref()),
        optional_text(file.partition.region.as_deref()),
        optional_date(file.partition.period.as_day()),
        optional_date(file.partition.period.as_month()),
        count(file.rows),
        count(file.size_bytes),
        micros(first),
        micros(last),
        millis(Some(file.modified_ms)),
        count(version),
    ]
}
