//! `system.stores`: the event data stores with their settings.

use futures::{StreamExt, stream};
use traillake_model::Retention;

use super::cells::{BOOLEAN, COUNT, TEXT, TIME, boolean, count, optional_count, optional_text, schema, text, time};
use super::{Row, Rows, SystemContext, SystemTable};
use crate::catalog::StoreEntry;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("id", TEXT),
        ("arn", TEXT),
        ("name", TEXT),
        ("kind", TEXT),
        ("status", TEXT),
        ("retention_days", COUNT),
        ("partition_by", TEXT),
        ("termination_protection", BOOLEAN),
        ("selectors", TEXT),
        ("settings_version", COUNT),
        ("created_at", TIME),
        ("updated_at", TIME),
        ("deleted_at", TIME),
    ]);
    SystemTable { name: "stores", schema, rows }
}

fn rows(context: &SystemContext) -> Rows {
    let rows: Vec<Row> = context.stores.all().iter().map(row).collect();
    stream::iter(rows.into_iter().map(Ok)).boxed()
}

fn row(store: &StoreEntry) -> Row {
    let settings = &store.settings;
    let retention_days = match settings.retention {
        Retention::Days(days) => Some(u64::from(days)),
        Retention::Unlimited => None,
    };
    let selectors = settings.selectors.as_ref().and_then(|selectors| serde_json::to_string(selectors).ok());
    vec![
        text(settings.id.to_string()),
        text(settings.arn.to_string()),
        text(settings.name.as_str()),
        text(settings.kind.as_str()),
        text(settings.status.as_str()),
        optional_count(retention_days),
        text(settings.partition_by.to_string()),
        boolean(settings.termination_protection),
        optional_text(selectors),
        count(settings.version),
        time(Some(settings.created_at)),
        time(Some(settings.updated_at)),
        time(settings.deleted_at),
    ]
}
