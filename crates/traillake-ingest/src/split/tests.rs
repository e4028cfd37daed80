use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::envelope::is_record;
use crate::{IngestError, OversizedPart, Piece, RecordPiece};

mod envelopes;
mod hostile;

/// A piece, small enough to be written down in a test.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Record { text: String, at: u64, account: Option<String> },
    Not { text: String, at: u64, reason: UnsplittableReason },
    Long { text: String, at: u64, length: u64 },
}

struct Walked {
    seen: Vec<Seen>,
    kind: ContentKind,
    envelope: Option<EnvelopeKind>,
}

const WALKED: Expectation = Expectation { records: false, named: false };
const EXPECTED: Expectation = Expectation { records: true, named: false };
const NAMED: Expectation = Expectation { records: false, named: true };

/// Takes nothing before it is split.
struct Splits;

impl TakePieces for Splits {
    fn pieces(&mut self, _pieces: Vec<Piece>) -> Result<(), IngestError> {
        Ok(())
    }
}

/// Takes every record where it stands.
#[derive(Default)]
struct Direct(Vec<Piece>);

impl TakePieces for Direct {
    fn pieces(&mut self, _pieces: Vec<Piece>) -> Result<(), IngestError> {
        Ok(())
    }

    fn record(&mut self, at: &TextAt<'_>) -> super::Direct {
        let mut values = serde_json::Deserializer::from_str(at.text).into_iter::<serde_json::Value>();
        let object = match values.next() {
            Some(Ok(serde_json::Value::Object(object))) => object,
            Some(Err(error)) if error.is_eof() => return super::Direct::Open,
            _ => return super::Direct::Unfit,
        };
        let length = values.byte_offset();
        if !is_record(object.keys().map(String::as_str), at.may_be_envelope) {
            return super::Direct::Unfit;
        }
        if length > at.limit_bytes {
            return super::Direct::Open;
        }
        self.0.push(Piece::Record(RecordPiece {
            json: Bytes::copy_from_slice(&at.text.as_bytes()[..length]),
            offset_bytes: at.offset_bytes,
            index: at.index,
            context: Arc::new(at.context.clone()),
        }));
        super::Direct::Taken(length)
    }
}

/// Walks a text; records that are taken where they stand must make no difference.
fn walk_chunks(text: &[u8], chunk_bytes: usize, limit: usize, expectation: Expectation, ending: &Ending) -> Walked {
    let split = split_chunks(text, chunk_bytes, limit, expectation, ending);
    let mut splitter = Splitter::new(limit, expectation);
    let (mut pieces, mut direct) = (Vec::new(), Direct::default());
    for chunk in text.chunks(chunk_bytes.max(1)) {
        splitter.push(&Bytes::copy_from_slice(chunk), &mut direct);
        pieces.append(&mut direct.0);
        pieces.append(&mut splitter.take_pieces());
    }
    splitter.finish(ending);
    pieces.append(&mut splitter.take_pieces());
    assert_eq!(split.seen, seen(pieces));
    assert_eq!((split.kind, split.envelope), (splitter.content_kind(), splitter.envelope()));
    split
}

fn split_chunks(text: &[u8], chunk_bytes: usize, limit: usize, expectation: Expectation, ending: &Ending) -> Walked {
    let mut splitter = Splitter::new(limit, expectation);
    let mut pieces = Vec::new();
    for chunk in text.chunks(chunk_bytes.max(1)) {
        splitter.push(&Bytes::copy_from_slice(chunk), &mut Splits);
        pieces.append(&mut splitter.take_pieces());
    }
    splitter.finish(ending);
    pieces.append(&mut splitter.take_pieces());
    Walked { seen: seen(pieces), kind: splitter.content_kind(), envelope: splitter.envelope() }
}

/// Numbers must run, and the parts of a long value must follow each other.
fn seen(pieces: Vec<Piece>) -> Vec<Seen> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut all = Vec::new();
    let mut long: Option<(u64, Vec<u8>)> = None;
    for piece in pieces {
        assert!(long.is_none() || matches!(piece, Piece::Oversized(_)), "a piece inside a long value");
        match piece {
            Piece::Record(record) => {
                assert_eq!(record.index, all.len() as u64);
                all.push(Seen::Record {
                    text: text(&record.json),
                    at: record.offset_bytes,
                    account: record.context.account.clone(),
                });
            }
            Piece::Unsplittable(piece) => {
                assert_eq!(piece.index, all.len() as u64);
                all.push(Seen::Not { text: text(&piece.bytes), at: piece.offset_bytes, reason: piece.reason });
            }
            Piece::Oversized(OversizedPart::Begin { offset_bytes, index }) => {
                assert_eq!(index, all.len() as u64);
                long = Some((offset_bytes, Vec::new()));
            }
            Piece::Oversized(OversizedPart::Data(bytes)) => long.as_mut().unwrap().1.extend_from_slice(&bytes),
            Piece::Oversized(OversizedPart::End { length_bytes, .. }) => {
                let (at, bytes) = long.take().unwrap();
                assert_eq!(bytes.len() as u64, length_bytes);
                all.push(Seen::Long { text: text(&bytes), at, length: length_bytes });
            }
        }
    }
    assert!(long.is_none());
    all
}

fn walk(text: &str) -> Walked {
    let whole = walk_chunks(text.as_bytes(), usize::MAX, 1 << 20, WALKED, &Ending::Complete);
    let bytewise = walk_chunks(text.as_bytes(), 1, 1 << 20, WALKED, &Ending::Complete);
    assert_eq!(whole.seen, bytewise.seen);
    assert_eq!((whole.kind, whole.envelope), (bytewise.kind, bytewise.envelope));
    whole
}

fn records(walked: &Walked) -> Vec<&str> {
    walked
        .seen
        .iter()
        .filter_map(|seen| if let Seen::Record { text, .. } = seen { Some(text.as_str()) } else { None })
        .collect()
}

fn rejects(walked: &Walked) -> Vec<(&str, UnsplittableReason)> {
    walked
        .seen
        .iter()
        .filter_map(
            |seen| if let Seen::Not { text, reason, .. } = seen { Some((text.as_str(), *reason)) } else { None },
        )
        .collect()
}

/// A record whose strings hold every structural character.
fn record(n: u32) -> String {
    format!(
        r#"{{"eventName":"N{n}","eventSource":"s.amazonaws.com","requestParameters":{{"a,b":["]}}\"[{{",{{"Records":[1]}}],"é\\":"\\"}},"readOnly":true}}"#
    )
}

#[test]
fn records_are_ranges_of_the_bytes_they_came_in() {
    let text = Bytes::from(format!("{{\"Records\":[{}]}}", record(1)));
    let mut splitter = Splitter::new(1 << 20, WALKED);
    splitter.push(&text, &mut Splits);
    let [Piece::Record(piece)] = &splitter.take_pieces()[..] else { panic!("one record") };
    assert_eq!(piece.json.as_ptr(), text[12..].as_ptr());
    assert_eq!(piece.offset_bytes, 12);
}

#[test]
fn a_value_longer_than_the_limit_is_streamed_and_the_walk_goes_on() {
    let long = format!(r#"{{"eventName":"x","eventSource":"y","z":"{}"}}"#, "z".repeat(300));
    let text = format!("{{\"Records\":[{0},{long},{0}]}}", record(1));
    for chunk_bytes in [1, 7, 64, usize::MAX] {
        let walked = walk_chunks(text.as_bytes(), chunk_bytes, 200, WALKED, &Ending::Complete);
        let [Seen::Record { .. }, Seen::Long { text, length, .. }, Seen::Record { .. }] = &walked.seen[..] else {
            panic!("{:?}", walked.seen)
        };
        assert_eq!((text.as_str(), *length), (long.as_str(), long.len() as u64));
    }
}

#[test]
fn an_unrelated_long_value_is_swallowed_in_a_walk_and_streamed_when_named() {
    let text = format!(r#"{{"some":"{}"}}"#, "x".repeat(5_000));
    let walked = walk_chunks(text.as_bytes(), 100, 200, WALKED, &Ending::Complete);
    assert_eq!((walked.seen.len(), walked.kind), (0, ContentKind::OtherJson));
    let named = walk_chunks(text.as_bytes(), 100, 200, NAMED, &Ending::Complete);
    assert!(matches!(&named.seen[..], [Seen::Long { text: seen, at: 0, .. }] if *seen == text));
}

#[test]
fn a_run_of_rubbish_becomes_one_piece_after_a_thousand() {
    let text = format!("{{\"Records\":[{}{}]}}", "17,".repeat(5_000), record(1));
    let walked = walk(&text);
    assert_eq!(walked.seen.len(), 1_002);
    let Seen::Not { at, text: bytes, .. } = &walked.seen[1_000] else { panic!("a run") };
    assert_eq!((*at, bytes.len()), (12 + 3_000, 4_000 * 3 - 1));
    assert_eq!(records(&walked).len(), 1);
}

/// How a list of records lies in an object, and what the first one's envelope is called.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Records,
    PrettyRecords,
    Array,
    Lines,
    CarriageLines,
    Concatenated,
    EventBridgeLines,
    CloudWatch,
    LookupEvents,
    QueryRows,
    Wrapped,
}

fn any_shape() -> impl Strategy<Value = Shape> {
    prop::sample::select(vec![
        Shape::Records,
        Shape::PrettyRecords,
        Shape::Array,
        Shape::Lines,
        Shape::CarriageLines,
        Shape::Concatenated,
        Shape::EventBridgeLines,
        Shape::CloudWatch,
        Shape::LookupEvents,
        Shape::QueryRows,
        Shape::Wrapped,
    ])
}

fn put_together(shape: Shape, records: &[String]) -> String {
    let text = |record: &String| serde_json::to_string(record).unwrap();
    let each =
        |form: &dyn Fn(&String) -> String, between: &str| records.iter().map(form).collect::<Vec<_>>().join(between);
    match shape {
        Shape::Records => format!("{{\"Records\":[{}]}}", records.join(",")),
        Shape::PrettyRecords => format!("{{\n  \"Records\" : [\n    {}\n  ]\n}}\n", records.join(",\n    ")),
        Shape::Array => format!("[{}]", records.join(" , ")),
        Shape::Lines => records.join("\n"),
        Shape::CarriageLines => records.join("\r\n") + "\r\n",
        Shape::Concatenated => records.concat(),
        Shape::EventBridgeLines => {
            each(&|r| format!("{{\"account\":\"1\",\"detail\":{r},\"detail-type\":\"x\"}}"), "\n")
        }
        Shape::CloudWatch => {
            format!(
                "{{\"messageType\":\"DATA_MESSAGE\",\"owner\":\"1\",\"logEvents\":[{}]}}",
                each(&|r| format!("{{\"id\":\"i\",\"message\":{}}}", text(r)), ",")
            )
        }
        Shape::LookupEvents => format!(
            "{{\"Events\":[{}]}}",
            each(&|r| format!("{{\"EventName\":\"x\",\"CloudTrailEvent\":{}}}", text(r)), ",")
        ),
        Shape::QueryRows => format!(
            "{{\"QueryResultRows\":[{}]}}",
            each(&|r| format!("[{{\"eventID\":\"x\"}},{{\"eventJson\":{}}}]", text(r)), ",")
        ),
        Shape::Wrapped => format!("[{{\"data\":{{\"Records\":[{}]}}}}]", records.join(",")),
    }
}

/// A JSON object that looks like a record, with any JSON below it.
fn any_record() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<f64>().prop_filter("finite", |n| n.is_finite()).prop_map(|n| n.to_string()),
        "[\\PC\\\\\"{}\\[\\],:]{0,12}".prop_map(|s| serde_json::to_string(&s).unwrap()),
    ];
    let any_json = leaf.prop_recursive(4, 24, 4, |inner| {
        let name = "[a-zA-Z\\\\\"{\\[]{0,8}".prop_map(|s| serde_json::to_string(&s).unwrap());
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(" ,"))),
            prop::collection::vec((name, inner), 0..4).prop_map(|members| format!(
                "{{{}}}",
                members.iter().map(|(k, v)| format!("{k}: {v}")).collect::<Vec<_>>().join(",")
            )),
        ]
    });
    (any_json, any::<bool>()).prop_map(|(value, first)| {
        let names = "\"eventName\":\"x\",\"eventSource\":\"y\"";
        if first {
            format!("{{{names},\"requestParameters\":{value}}}")
        } else {
            format!("{{\"requestParameters\":{value}, {names}}}")
        }
    })
}

proptest! {
    #[test]
    fn any_records_in_any_envelope_and_any_chunks_come_back_as_they_went_in(
        records in prop::collection::vec(any_record(), 1..6),
        shape in any_shape(),
        chunk_bytes in prop_oneof![1_usize..9, 9_usize..200, Just(usize::MAX)],
    ) {
        let text = put_together(shape, &records);
        let walked = walk_chunks(text.as_bytes(), chunk_bytes, 1 << 20, WALKED, &Ending::Complete);
        let came: Vec<&str> = walked.seen.iter().map(|seen| match seen {
            Seen::Record { text, .. } => text.as_str(),
            other => panic!("{other:?}"),
        }).collect();
        prop_assert_eq!(came, records.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(walked.kind, ContentKind::Records);
    }

    #[test]
    fn any_bytes_in_any_chunks_give_the_same_pieces(
        parts in prop::collection::vec(prop_oneof![
            Just("{\"Records\":[".to_owned()), Just("{\"eventName\":1,\"eventSource\":2}".to_owned()), Just("\n".to_owned()),
            "[{}\\[\\]\",:\\\\ \n17a]{1,4}", Just("\"Records\":[".to_owned()), Just("},{".to_owned()), Just("]}".to_owned()),
        ], 0..24),
        chunk_bytes in 1_usize..9,
        limit in prop_oneof![8_usize..64, Just(1 << 20)],
        expected in any::<bool>(),
    ) {
        let text = parts.concat();
        let expectation = if expected { EXPECTED } else { WALKED };
        // Whether a long value is held back depends on what was known of it when it grew too long.
        let limit = if expected { limit } else { 1 << 20 };
        let whole = walk_chunks(text.as_bytes(), usize::MAX, limit, expectation, &Ending::Complete);
        let cut = walk_chunks(text.as_bytes(), chunk_bytes, limit, expectation, &Ending::Complete);
        prop_assert_eq!(&whole.seen, &cut.seen);
        prop_assert_eq!((whole.kind, whole.envelope), (cut.kind, cut.envelope));
        // Every byte of a piece that lies in place is the source's byte, and pieces never overlap.
        let mut end = 0;
        for seen in &whole.seen {
            let (text_of, at) = match seen {
                Seen::Record { text, at, .. } | Seen::Not { text, at, .. } | Seen::Long { text, at, .. } => (text, usize::try_from(*at).unwrap()),
            };
            if text[at..].starts_with(text_of.as_str()) {
                prop_assert!(at >= end);
                end = at + text_of.len();
            }
        }
    }
}
