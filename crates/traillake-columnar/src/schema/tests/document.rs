//! `docs/schema.md`, generated from the definitions; `TRAILLAKE_BLESS=1` writes it anew.

use std::fmt::Write;
use std::path::Path;

use traillake_model::EventDataStoreKind;

use super::{ColumnDefinition, EventSchema};

const HEAD: &str = "\
<!-- Generated from schema/ by the tests of traillake-columnar; TRAILLAKE_BLESS=1 cargo test -p traillake-columnar writes it anew. -->

# Columns of event data stores

A store's kind decides its columns. Names are matched in any case; order and types are those of CloudTrail Lake, with a few columns added at the
end of their list. `Record member` is where a value comes from; a further place after \"or\" counts when the ones before it are absent or null.

| type | in SQL | in the Parquet files |
|---|---|---|
| string | varchar | UTF-8 text |
| timestamp | timestamp(3), UTC | microseconds, UTC |
| boolean | boolean | boolean |
| double | double | 64-bit float |
| integer | integer | 32-bit integer |
| map<string,string> | map(varchar, varchar) | map; strings bare, other values as compact JSON text, null as null |
| struct | row | nested columns |
| array<struct> | array(row) | list of nested columns |

Text columns hold numbers and booleans as their text, arrays and objects as compact JSON text. Elements of a list that are no objects are null.
A value that does not fit its column gives null there. `eventjson` holds every record in full all the same: it is rebuilt from the columns and two
further columns of the files, `recordshape` (how the record was written) and `recordrest` (what no column could give back exactly), which SQL does not show.
";

fn document() -> String {
    let mut out = HEAD.to_owned();
    for kind in EventDataStoreKind::ALL {
        let schema = EventSchema::of(kind);
        write!(out, "\n## {}: {}\n\n", kind, schema.definition.title).unwrap();
        out.push_str("| column | type | record member | meaning |\n|---|---|---|---|\n");
        schema.definitions().iter().for_each(|column| push_column(column, "", "", &mut out));
    }
    out
}

fn push_column(column: &ColumnDefinition, columns_above: &str, members_above: &str, out: &mut String) {
    let path = format!("{columns_above}{}", column.name);
    let member = column.record.as_ref().map(|record| format!("{members_above}{record}"));
    let places: Vec<_> = member.iter().chain(&column.alternates).map(|place| format!("`{place}`")).collect();
    writeln!(out, "| {path} | {} | {} | {} |", column.r#type, places.join(" or "), column.doc).unwrap();
    let brackets = if column.r#type == "array<struct>" { "[]." } else { "." };
    for below in &column.members {
        push_column(below, &format!("{path}."), &format!("{}{brackets}", member.as_deref().unwrap_or_default()), out);
    }
}

#[test]
fn the_schema_document_follows_the_definitions() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schema.md");
    if std::env::var_os("TRAILLAKE_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, document()).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == document(), "docs/schema.md is out of date; run the tests with TRAILLAKE_BLESS=1");
}
