//! `system.trails`: the named sources and the store each feeds.
//!
//! A source may bring events of any account, so that a caller who is held to some sees none.

use futures::{StreamExt, TryStreamExt, stream};
use traillake_model::TrailSettings;

use super::cells::{COUNT, TEXT, TIME, count, optional_text, schema, text, time};
use super::{Row, Rows, SystemContext, SystemTable};
use crate::QueryError;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("name", TEXT),
        ("source", TEXT),
        ("event_data_store", TEXT),
        ("region", TEXT),
        ("endpoint_url", TEXT),
        ("settings_version", COUNT),
        ("created_at", TIME),
    ]);
    SystemTable { name: "trails", schema, rows }
}

fn rows(context: &SystemContext) -> Rows {
    let lake = context.tables.lake().clone();
    let grants = context.grants.clone();
    let trails = async move {
        let trails = lake.granted_trails(&grants).await?;
        let rows: Vec<Row> = trails.iter().map(row).collect();
        Ok::<_, QueryError>(stream::iter(rows.into_iter().map(Ok)))
    };
    stream::once(trails).try_flatten().boxed()
}

fn row(trail: &TrailSettings) -> Row {
    vec![
        text(trail.name.as_str()),
        text(trail.source.as_str()),
        text(trail.store.as_str()),
        optional_text(trail.region.as_deref()),
        optional_text(trail.endpoint_url.as_deref()),
        count(trail.version),
        time(Some(trail.created_at)),
    ]
}
