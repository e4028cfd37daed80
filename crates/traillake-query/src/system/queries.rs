//! `system.queries`: the queries of this process, or those of one owner.

use futures::{StreamExt, stream};

use super::cells::{COUNT, TEXT, TIME, count, optional_text, schema, text, time};
use super::{Row, Rows, SystemContext, SystemTable};
use crate::QueryRecord;

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("id", TEXT),
        ("sql", TEXT),
        ("state", TEXT),
        ("started_at", TIME),
        ("elapsed_ms", COUNT),
        ("rows", COUNT),
        ("bytes_scanned", COUNT),
        ("error", TEXT),
    ]);
    SystemTable { name: "queries", schema, rows }
}

fn rows(context: &SystemContext) -> Rows {
    let queries = context.registry.list(context.owner.as_deref(), context.tables.lake().clock().now());
    stream::iter(queries).map(|query| Ok(row(query))).boxed()
}

fn row(query: QueryRecord) -> Row {
    vec![
        text(query.id.to_string()),
        text(query.sql),
        text(query.state.as_str()),
        time(Some(query.started_at)),
        count(u64::try_from(query.elapsed.as_millis()).unwrap_or(u64::MAX)),
        count(query.rows),
        count(query.bytes_scanned),
        optional_text(query.error),
    ]
}
