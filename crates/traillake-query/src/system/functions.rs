//! `system.functions`: what can be called in a query, with an example each.

use futures::{StreamExt, stream};
use traillake_sql::FunctionDoc;

use super::cells::{TEXT, optional_text, schema, text};
use super::{Row, Rows, SystemContext, SystemTable};

pub(super) fn table() -> SystemTable {
    let schema = schema(&[
        ("name", TEXT),
        ("aliases", TEXT),
        ("category", TEXT),
        ("usage", TEXT),
        ("description", TEXT),
        ("origin", TEXT),
        ("example", TEXT),
        ("example_result", TEXT),
    ]);
    SystemTable { name: "functions", schema, rows }
}

fn rows(_context: &SystemContext) -> Rows {
    stream::iter(traillake_sql::functions()).map(|function| Ok(row(&function.doc))).boxed()
}

fn row(doc: &FunctionDoc) -> Row {
    let (example, result) = doc.examples.first().copied().unzip();
    vec![
        text(doc.name),
        optional_text((!doc.aliases.is_empty()).then(|| doc.aliases.join(", "))),
        text(doc.group.title()),
        text(doc.usage.join("; ")),
        text(doc.text),
        text(doc.origin.to_string()),
        optional_text(example),
        optional_text(result),
    ]
}
