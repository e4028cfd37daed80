//! `system.partitions`: files, rows and bytes by account, region and date or month.

use std::sync::Arc;

use futures::{StreamExt, stream};
use traillake_model::PartitionValues;
use traillake_storage::DataFile;

use super::cells::{
    BOOLEAN, COUNT, DATE, TEXT, TIME, boolean, count, micros, optional_date, optional_text, schema, text,
};
use super::{Row, Rows, SystemContext, SystemTable, of_each_store};
use crate::QueryError;
use crate::catalog::StoreEntry;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("event_data_store", TEXT),
        ("account", TEXT),
        ("region", TEXT),
        ("date", DATE),
        ("month", DATE),
        ("files", COUNT),
        ("rows", COUNT),
        ("size_bytes", COUNT),
        ("first_event", TIME),
        ("last_event", TIME),
        ("expired", BOOLEAN),
    ]);
    SystemTable { name: "partitions", schema, rows: |context| of_each_store(context, of_store) }
}

async fn of_store(context: SystemContext, store: StoreEntry) -> Result<Rows, QueryError> {
    let (_, snapshot) = context.tables.open(&store.settings).await?;
    let first_visible = store.settings.retention.first_visible_date(context.tables.lake().clock().now());
    let rows: Vec<Row> = snapshot
        .files
        .partitions()
        .filter(|(values, _)| context.grants.allows_owner(values.account.as_deref()))
        .map(|(values, files)| {
            row(store.name(), values, files, first_visible.is_some_and(|first| values.period.last() < first))
        })
        .collect();
    Ok(stream::iter(rows.into_iter().map(Ok)).boxed())
}

fn row(store: &str, values: &PartitionValues, files: &[Arc<DataFile>], expired: bool) -> Row {
    let times = || files.iter().filter_map(|file| file.event_time_micros);
    vec![
        text(store),
        optional_text(values.account.as_deref()),
        optional_text(values.region.as_deref()),
        optional_date(values.period.as_day()),
        optional_date(values.period.as_month()),
        count(files.len() as u64),
        count(files.iter().map(|file| file.rows).sum()),
        count(files.iter().map(|file| file.size_bytes).sum()),
        micros(times().map(|(first, _)| first).min()),
        micros(times().map(|(_, last)| last).max()),
        boolean(expired),
    ]
}
