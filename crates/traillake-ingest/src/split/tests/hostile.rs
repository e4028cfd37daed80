//! Input that is broken, cut off or made to mislead.

use super::*;

#[test]
fn elements_that_are_no_records_do_not_stop_a_file() {
    let text = format!("{{\"Records\":[{0},17,{{\"eventName\":null}},null,\"x\",[1,{{}}],{0}]}}", record(1));
    let walked = walk(&text);
    assert_eq!(records(&walked).len(), 2);
    assert_eq!(
        rejects(&walked),
        [
            ("17", UnsplittableReason::NotAnObject),
            ("{\"eventName\":null}", UnsplittableReason::NotARecord),
            ("null", UnsplittableReason::NotAnObject),
            ("\"x\"", UnsplittableReason::NotAnObject),
            ("[1,{}]", UnsplittableReason::NotAnObject),
        ]
    );
}

#[test]
fn a_broken_record_keeps_what_came_before_and_gives_up_the_rest() {
    let text = format!("{{\"Records\":[\n{0},\n{{\"a\":}},\n{{\"a\":{{{{,\n{0}]}}", record(1));
    let walked = walk(&text);
    assert_eq!(records(&walked).len(), 1);
    let rejected = rejects(&walked);
    assert_eq!(rejected[0].1, UnsplittableReason::NotJson);
    assert!(rejected[1].0.starts_with("{\"a\":{{") && rejected[1].0.ends_with("]}"));
}

#[test]
fn one_bad_line_does_not_spoil_its_neighbours() {
    let good = record(1);
    for bad in [
        "{\"a\":\"cut off",
        "{\"a\":1,",
        "{\"a\":]}",
        "nonsense",
        "{\"eventName\":\"x\"} trailing",
        "17",
        "}",
        "{\"Records\":[{\"a\":1,",
        "\"text\"",
    ] {
        for end in ["\n", "\r\n", "\n\n"] {
            let walked = walk(&[good.as_str(), bad, good.as_str(), ""].join(end));
            assert_eq!(records(&walked), [good.as_str(), good.as_str()], "{bad:?}");
            assert!(!rejects(&walked).is_empty(), "{bad:?}");
        }
    }
}

#[test]
fn nothing_inside_a_broken_value_of_many_lines_passes_for_a_record() {
    let planted = r#"{"eventName":"planted","eventSource":"x"}"#;
    let text = format!(
        "{{\"Records\":[\n{{\"eventName\":\"x\",\"eventSource\":\"y\",\"requestParameters\":}} {{\n\"items\":[\n{planted}\n]}}}}]}}"
    );
    assert!(records(&walk(&text)).iter().all(|text| !text.contains("planted\"") || text.contains("items")));
}

#[test]
fn a_file_cut_anywhere_gives_its_complete_records_and_one_rest() {
    let text = format!("{{\"Records\":[{0},{0},{0}]}}", record(1));
    let ends: Vec<usize> = text.match_indices(&record(1)).map(|(at, found)| at + found.len()).collect();
    for cut in 12..text.len() {
        let walked = walk_chunks(&text.as_bytes()[..cut], 10, 1 << 20, WALKED, &Ending::Complete);
        assert_eq!(records(&walked).len(), ends.iter().filter(|end| **end <= cut).count(), "{cut}");
        assert_eq!(walked.seen.len() - records(&walked).len(), 1, "{cut}: {:?}", walked.seen);
    }
}

#[test]
fn damage_that_the_decoder_met_is_one_piece_with_its_reason() {
    let damage = Ending::Broken(UnsplittableReason::TruncatedCompression, "cut".into());
    for (text, rest) in
        [("", ""), ("{\"Rec", "{\"Rec"), ("{\"Records\":[", ""), ("{\"eventName\":1,", "{\"eventName\":1,")]
    {
        let walked = walk_chunks(text.as_bytes(), 3, 1 << 20, WALKED, &damage);
        assert_eq!(rejects(&walked), [(rest, UnsplittableReason::TruncatedCompression)], "{text}");
    }
    let text = record(1);
    assert_eq!(walk_chunks(text.as_bytes(), 3, 1 << 20, WALKED, &damage).seen.len(), 2);
    assert!(walk_chunks(b"some text\nthat is no JSON", 3, 1 << 20, WALKED, &damage).seen.is_empty());
}

#[test]
fn control_characters_in_strings_do_not_end_a_record() {
    let text = "{\"Records\":[{\"eventName\":\"a\nb\",\"eventSource\":\"c\u{0}\"},{\"eventName\":\"x\",\"eventSource\":\"y\"}]}";
    assert_eq!(records(&walk(text)).len(), 2);
}

#[test]
fn invalid_utf8_is_for_the_reader_of_the_record_to_judge() {
    let walked = walk_chunks(b"{\"eventName\":\"\xff\",\"eventSource\":\"x\"}", 2, 1 << 20, WALKED, &Ending::Complete);
    assert_eq!(records(&walked).len(), 1);
}

#[test]
fn nesting_without_end_costs_no_stack_and_no_record() {
    let deep = format!("{{\"Records\":[{{\"a\":{}1{}}},{}]}}", "[".repeat(200_000), "]".repeat(200_000), record(1));
    let walked = walk_chunks(deep.as_bytes(), 4_096, 1 << 20, WALKED, &Ending::Complete);
    assert_eq!((records(&walked).len(), walked.seen.len()), (1, 2));
    let open = "[".repeat(100_000);
    assert_eq!(walk_chunks(open.as_bytes(), 4_096, 1 << 20, EXPECTED, &Ending::Complete).seen.len(), 1);
    let objects = "{\"a\":".repeat(100_000);
    assert_eq!(walk_chunks(objects.as_bytes(), 4_096, 1 << 20, EXPECTED, &Ending::Complete).seen.len(), 1);
}

#[test]
fn repeated_and_later_envelope_arrays_are_all_walked() {
    let text = format!(
        "{{\"Records\":[{0}],\"x\":{{\"Records\":[{0}]}},\"Records\":[{0}],\"y\":1}}\n{{\"Records\":[{0}]}}",
        record(1)
    );
    assert_eq!(records(&walk(&text)).len(), 3);
}

#[test]
fn an_array_inside_a_record_is_not_an_envelope() {
    let text = r#"{"eventName":"x","eventSource":"y","Records":[{"eventName":"planted","eventSource":"z"}]}"#;
    assert_eq!(records(&walk(text)), [text]);
}

#[test]
fn what_a_key_promises_is_never_ignored() {
    for (text, pieces) in [("not json", 1), ("{\"a\":1}", 1), ("[1,2]", 2), ("{\"a\":", 1)] {
        let walked = walk_chunks(text.as_bytes(), 2, 1 << 20, EXPECTED, &Ending::Complete);
        assert_eq!(walked.seen.len(), pieces, "{text}: {:?}", walked.seen);
    }
}
