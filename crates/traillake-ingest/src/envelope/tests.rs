use bytes::Bytes;

use super::*;
use crate::{EnvelopeContext, UnsplittableReason};

fn dig_text(text: &str) -> Result<usize, UnsplittableReason> {
    dig(&Bytes::copy_from_slice(text.as_bytes()), 0, &EnvelopeContext::default().into(), false).map(|found| found.len())
}

#[test]
fn what_holds_no_record_says_why() {
    for (text, reason) in [
        ("{\"a\":1}", UnsplittableReason::NotARecord),
        ("[1,2]", UnsplittableReason::NotAnObject),
        ("\"text\"", UnsplittableReason::NotAnObject),
        ("{\"a\":}", UnsplittableReason::NotJson),
        ("[1,,2]", UnsplittableReason::NotJson),
        ("{\"detail\":{\"state\":\"pending\"}}", UnsplittableReason::NotARecord),
        ("{\"Message\":\"{cut off\"}", UnsplittableReason::NotARecord),
    ] {
        assert_eq!(dig_text(text), Err(reason), "{text}");
    }
}

#[test]
fn records_beside_other_elements_leave_none_of_them_out() {
    let record = r#"{"eventName":"x","eventSource":"y"}"#;
    assert_eq!(dig_text(&format!("{{\"data\":[{record},17,{{\"a\":1}}]}}")), Ok(3));
    assert_eq!(dig_text("{\"data\":{\"Records\":[17]}}"), Ok(1));
    assert_eq!(dig_text("{\"data\":[17]}"), Err(UnsplittableReason::NotARecord));
}

#[test]
fn a_query_row_without_the_record_is_told() {
    let rows = |rows: &str| dig_text(&format!("{{\"data\":{{\"QueryResultRows\":{rows}}}}}"));
    assert_eq!(rows(r#"[[{"eventID":"x"},{"eventName":"y"}]]"#), Ok(1));
    assert_eq!(rows(r#"[[{"eventID":"x"},{"eventJson":"{\"eventName\":\"x\",\"eventSource\":\"y\"}"}]]"#), Ok(1));
}

#[test]
fn a_header_may_be_anything() {
    for text in ["", "{", "{\"owner\":\"1\",\"logEvents\":", "{\"owner\":{},\"x\":", "\u{0}"] {
        let told = header(text.as_bytes());
        assert_eq!(told.context.account.is_some(), text.contains("\"1\""), "{text}");
    }
}

#[test]
fn millions_of_elements_and_members_cost_no_memory_of_their_own() {
    let elements = format!("{{\"data\":{{\"Records\":[{}{{}}]}}}}", "1,".repeat(2_000_000));
    let found = dig(&Bytes::from(elements.clone()), 0, &EnvelopeContext::default().into(), false).unwrap();
    assert_eq!(found.len(), 1_000);
    let last = found.last().unwrap();
    assert!(elements.ends_with(&format!("{}]}}}}", std::str::from_utf8(&last.json).unwrap())));
    let members = format!("{{{}\"data\":{{\"eventName\":1,\"eventSource\":2}}}}", "\"x\":1,".repeat(2_000_000));
    assert_eq!(dig_text(&members), Ok(1));
}
