//! Helpers of the tests: generators of records, the way there and back, and the real logs.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use flate2::read::MultiGzDecoder;
use proptest::prelude::*;
use traillake_model::EventDataStoreKind;

use crate::tape::{NodeKind, Piece, Tape, TapeBuffer, pieces};
use crate::{
    ColumnDefinition, EventBatchBuilder, EventJsonWriter, EventSchema, RecordError, RecordLimits, RecordReader,
};

/// The records as one batch of a kind's file schema.
pub(crate) fn batch_of(kind: EventDataStoreKind, records: &[&str]) -> Result<RecordBatch, RecordError> {
    let schema = EventSchema::of(kind);
    let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
    let mut builder = EventBatchBuilder::new(schema, records.len());
    for record in records {
        builder.append(&reader.read(record.as_bytes())?);
    }
    Ok(builder.finish())
}

/// A record as columns and back.
pub(crate) fn rebuilt(kind: EventDataStoreKind, record: &str) -> String {
    let batch = batch_of(kind, &[record]).unwrap();
    EventJsonWriter::new(EventSchema::of(kind)).write(&batch).unwrap().value(0).to_owned()
}

/// The shape and the rest of a record.
pub(crate) fn shape_of(record: &str) -> (String, Option<String>) {
    let mut reader = RecordReader::new(EventSchema::of(EventDataStoreKind::CloudTrail), RecordLimits::default());
    let record = reader.read(record.as_bytes()).unwrap();
    (record.shape().to_owned(), record.rest().map(str::to_owned))
}

/// The content of a text in its own order: names and strings unescaped, numbers as text, lone surrogates told apart.
pub(crate) fn content(json: &str) -> String {
    let mut buffer = TapeBuffer::default();
    let limits = RecordLimits { max_depth: 512, max_values: usize::MAX };
    let tape = buffer.parse(json.as_bytes(), limits).unwrap();
    let mut out = String::new();
    push_content(tape, 0, &mut out);
    out
}

fn push_content(tape: Tape<'_>, at: u32, out: &mut String) {
    match tape.kind(at) {
        NodeKind::Object => {
            out.push('{');
            for (name, value) in tape.members(at) {
                push_content(tape, name, out);
                push_content(tape, value, out);
            }
            out.push('}');
        }
        NodeKind::Array => {
            out.push('[');
            tape.elements(at).for_each(|element| push_content(tape, element, out));
            out.push(']');
        }
        NodeKind::String => {
            out.push('"');
            pieces(tape.inner(at), |piece| match piece {
                Piece::Text(text) => out.extend(text.escape_unicode()),
                Piece::Char(character) => out.extend(character.escape_unicode()),
                Piece::LoneSurrogate(unit) => write!(out, "<{unit}>").unwrap(),
            });
            out.push('"');
        }
        _ => write!(out, "{} ", tape.inner(at)).unwrap(),
    }
}

fn string_text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[a-zA-Z0-9 :/.,_-]{0,12}".prop_map(String::from),
        1 => prop::sample::select(vec!["\\u0041", "\\n", "\\\\", "\\\"", "\\/", "\\u0000", "\\b\\f\\r\\t", "\\uD83D\\uDE00", "\\ud800", "\\udc00x", "\\ud800\\u0041", "é", "\u{1F600}", "\u{7f}", "\u{fffd}"]).prop_map(String::from),
        1 => any::<char>().prop_filter("plain", |c| *c >= ' ' && *c != '"' && *c != '\\').prop_map(String::from),
    ];
    let special = prop::sample::select(vec![
        "2023-07-19T21:33:41Z",
        "20230719T213341Z",
        "2023-07-19T21:33:41.5Z",
        "2016-12-31T23:59:60Z",
        "TRUE",
        "false",
        "12",
        "-0",
        "",
    ]);
    prop_oneof![
        3 => prop::collection::vec(part, 0..4).prop_map(|parts| format!("\"{}\"", parts.concat())),
        1 => special.prop_map(|text| format!("\"{text}\"")),
    ]
}

fn number_text() -> impl Strategy<Value = String> {
    let odd = vec![
        "0",
        "-0",
        "0.0",
        "-0.0",
        "1e400",
        "-1E+2",
        "1.10",
        "9.82222E-5",
        "123456789012345678901234567890",
        "2147483647",
        "2147483648",
        "0.1",
        "5.0",
        "5e0",
        "1e-400",
    ];
    prop_oneof![
        prop::sample::select(odd).prop_map(String::from),
        any::<i32>().prop_map(|number| number.to_string()),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(|number| format!("{number}")),
    ]
}

/// Names that collide with those of columns, and any others.
fn name_text() -> impl Strategy<Value = String> {
    let known = vec![
        "\"type\"",
        "\"ARN\"",
        "\"userIdentity\"",
        "\"event\\u0049D\"",
        "\"eventID\"",
        "\"attributes\"",
        "\"\"",
        "\"a.b:c\"",
        "\"eventContext\"",
        "\"accountId\"",
    ];
    prop_oneof![prop::sample::select(known).prop_map(String::from), string_text()]
}

fn scalar_text() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["null", "true", "false", "{}", "[]"]).prop_map(String::from);
    prop_oneof![3 => string_text(), 1 => number_text(), 1 => word]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![8 => Just(""), 1 => prop::sample::select(vec![" ", "\n\t", "\r\n  "])]
}

fn object_text(members: impl Strategy<Value = Vec<(String, String)>>) -> impl Strategy<Value = String> {
    (members, space(), space()).prop_map(|(members, before, after)| {
        let members: Vec<_> =
            members.iter().map(|(name, value)| format!("{before}{name}{after}:{after}{value}{before}")).collect();
        format!("{{{}}}", members.join(","))
    })
}

/// Any JSON value as text: odd escapes, repeated names, white space and all.
pub(crate) fn any_json() -> impl Strategy<Value = String> {
    scalar_text().prop_recursive(5, 40, 6, |inner| {
        let members = prop::collection::vec((name_text(), inner.clone()), 0..6);
        let elements = prop::collection::vec(inner, 0..5);
        prop_oneof![2 => object_text(members), 1 => (elements, space()).prop_map(|(elements, space)| format!("[{space}{}]", elements.join(&format!(",{space}"))))]
    })
}

fn value_for(column: &ColumnDefinition) -> BoxedStrategy<String> {
    let fitting = match column.r#type.as_str() {
        "string" => string_text().boxed(),
        "boolean" => prop::sample::select(vec!["true", "false", "\"True\"", "\"no\""]).prop_map(String::from).boxed(),
        "timestamp" => prop::sample::select(vec![
            "\"2023-07-19T21:33:41Z\"",
            "\"20230719T213341Z\"",
            "\"2023-07-19T21:33:41.123Z\"",
            "\"2023-02-30T00:00:00Z\"",
        ])
        .prop_map(String::from)
        .boxed(),
        "double" | "integer" => number_text().boxed(),
        "map<string,string>" => object_text(prop::collection::vec((name_text(), any_json()), 0..20)).boxed(),
        "struct" => members_of(&column.members).boxed(),
        _ => prop::collection::vec(prop_oneof![9 => members_of(&column.members), 1 => scalar_text()], 0..3)
            .prop_map(|elements| format!("[{}]", elements.join(",")))
            .boxed(),
    };
    prop_oneof![8 => fitting, 1 => Just("null".to_owned()), 1 => any_json()].boxed()
}

/// An object with some of the columns' members in any order, now and then one twice or an unknown one.
fn members_of(columns: &[ColumnDefinition]) -> BoxedStrategy<String> {
    object_text(members_list(columns)).boxed()
}

fn members_list(columns: &[ColumnDefinition]) -> BoxedStrategy<Vec<(String, String)>> {
    let known: Vec<_> =
        columns.iter().filter(|column| column.record.is_some() && column.name != "eventtime").cloned().collect();
    let member = |column: &ColumnDefinition| {
        let name = format!("\"{}\"", column.record.as_deref().unwrap_or_default());
        value_for(column).prop_map(move |value| (name.clone(), value)).boxed()
    };
    let members: Vec<_> = known.iter().map(member).collect();
    let alternates = columns.iter().flat_map(|column| column.alternates.iter().map(move |path| (column, path)));
    let alternates: Vec<_> = alternates.map(|(column, path)| alternate(path, value_for(column))).collect();
    let most = members.len();
    let chosen = prop::sample::subsequence(members, 0..=most).prop_flat_map(|members| members).prop_shuffle();
    let repeated = prop_oneof![8 => Just(None), 1 => any::<prop::sample::Index>().prop_map(Some)];
    let odd = prop::collection::vec((name_text(), any_json()), 0..2);
    let alternates =
        prop::sample::subsequence(alternates.clone(), 0..=alternates.len().min(2)).prop_flat_map(|members| members);
    (chosen, alternates, repeated, odd)
        .prop_map(|(mut members, alternates, repeated, odd)| {
            members.extend(alternates);
            if let Some(index) = repeated.filter(|_| !members.is_empty()) {
                let again = index.get(&members).clone();
                members.insert(0, again);
            }
            members.extend(odd);
            members
        })
        .boxed()
}

fn alternate(path: &str, value: impl Strategy<Value = String> + 'static) -> BoxedStrategy<(String, String)> {
    let names: Vec<_> = path.split('.').map(str::to_owned).collect();
    value
        .prop_map(move |value| {
            let inner = names[1..].iter().rev().fold(value, |value, name| format!("{{\"{name}\":{value}}}"));
            (format!("\"{}\"", names[0]), inner)
        })
        .boxed()
}

/// A record with a readable event time and anything else.
pub(crate) fn any_record(kind: EventDataStoreKind) -> BoxedStrategy<String> {
    let schema = EventSchema::of(kind);
    let time = Just(("\"eventTime\"".to_owned(), "\"2023-07-19T21:33:41Z\"".to_owned()));
    let members = (members_list(schema.definitions()), time, any::<prop::sample::Index>()).prop_map(
        |(mut members, time, place)| {
            members.insert(place.index(members.len() + 1), time);
            members
        },
    );
    object_text(members).boxed()
}

/// Every JSON text under `../shared/data/trail-logs`, unpacked; empty with a printed reason when it is not there.
pub(crate) fn real_logs() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/trail-logs");
    if !root.is_dir() {
        println!("skipped: no real logs in {}", root.display());
        return Vec::new();
    }
    let (mut folders, mut logs) = (vec![root], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension != "md") {
                let bytes = unpacked(std::fs::read(&path).unwrap());
                logs.push((path, bytes));
            }
        }
    }
    logs
}

fn unpacked(bytes: Vec<u8>) -> Vec<u8> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes;
    }
    let mut out = Vec::new();
    MultiGzDecoder::new(&bytes[..]).read_to_end(&mut out).unwrap();
    out
}

/// The records of a log: of `Records`, of an array, or of the text itself, also one per line.
pub(crate) fn records_in(log: &[u8]) -> Vec<String> {
    let mut buffer = TapeBuffer::default();
    let limits = RecordLimits { max_depth: 512, max_values: usize::MAX };
    if let Ok(tape) = buffer.parse(log, limits) {
        return records_of(tape);
    }
    let lines = log.split(|&byte| byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    lines.filter(|line| TapeBuffer::default().parse(line.as_bytes(), limits).is_ok()).map(str::to_owned).collect()
}

fn records_of(tape: Tape<'_>) -> Vec<String> {
    let list = match tape.kind(0) {
        NodeKind::Array => Some(0),
        NodeKind::Object => tape
            .members(0)
            .find(|&(name, value)| tape.string(name) == "Records" && tape.kind(value) == NodeKind::Array)
            .map(|(_, value)| value),
        _ => None,
    };
    match list {
        Some(list) => tape.elements(list).map(|element| tape.source(element).to_owned()).collect(),
        None => vec![tape.source(0).to_owned()],
    }
}
