use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::deep_stack::STACK_BYTES;

fn parsed(sql: &str) -> Result<Parsed, QueryError> {
    let request = Request {
        sql: sql.to_owned(),
        text_bytes: 1 << 20,
        statements: StatementRules::CommandLine,
        default_store: Ok("store".into()),
        parameters: vec![],
        values: vec![],
        column_types: Arc::default(),
        kinds: Arc::default(),
        dialect: Dialect::Lake,
        store_columns: Box::new(|| HashMap::from([("t".to_owned(), vec!["a".to_owned()])])),
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(move || parse(request)).unwrap().join().unwrap()
}

#[test]
fn what_follows_a_statement_is_refused() {
    let error = parsed("SELECT 1 FROM t a b").unwrap_err();
    assert!(matches!(&error, QueryError::Syntax { message, .. } if message.contains("'b'")), "{error:?}");
}

#[test]
fn explained_queries_are_rewritten_and_keep_the_names_of_the_plan() {
    let parsed = parsed("EXPLAIN SELECT upper(a), upper(a) FROM t FETCH FIRST 1 ROWS ONLY").unwrap();
    assert_eq!(
        parsed.statement.to_string(),
        "EXPLAIN SELECT upper(a) AS \"_col0\", upper(a) AS \"_col1\" FROM t LIMIT 1"
    );
    assert!(parsed.names.is_none());
}

#[test]
fn mistakes_in_nested_texts_are_found_in_time() {
    let nested = |open: &str, depth: usize| format!("SELECT {} FROM", open.repeat(depth));
    let from = |open: &str, depth: usize| format!("SELECT 1 FROM {} 1", open.repeat(depth));
    let texts = [
        nested("(SELECT ", 60),
        nested("((SELECT ", 30),
        nested("f(", 60),
        nested("f((", 30),
        nested("CASE WHEN ", 200),
        nested("CASE ", 200),
        nested("EXISTS (SELECT ", 60),
        nested("a IN (SELECT ", 60),
        nested("ARRAY[", 60),
        nested("x -> (", 60),
        nested("(x, y) -> (", 30),
        nested("CAST(", 60),
        nested("INTERVAL ", 200),
        nested("a.(", 60),
        from("(", 60),
        from("(SELECT 1 FROM ", 60),
        from("((SELECT 1 FROM ", 6),
        from("(a JOIN ", 60),
        from("(a JOIN (SELECT 1 FROM ", 30),
        from("LATERAL (SELECT 1 FROM ", 60),
        from("(VALUES (", 30),
        from("UNNEST(", 60),
        from("(WITH a AS (SELECT 1 FROM ", 30),
    ];
    for text in texts {
        let started = Instant::now();
        let _ = parsed(&text);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}: {text}", started.elapsed());
    }
}

/// Pieces of queries; nonsense made of them must be answered, and soon.
const PIECES: [&str; 44] = [
    "SELECT",
    "FROM",
    "WHERE",
    "t",
    "a",
    "(",
    "(",
    "(",
    ")",
    ")",
    ",",
    "*",
    "'x'",
    "1",
    "AND",
    "OR",
    "NOT",
    "IN",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "JOIN",
    "ON",
    "UNNEST",
    "LATERAL",
    "WITH",
    "AS",
    "UNION",
    "->",
    "[",
    "]",
    ".",
    "::",
    "INTERVAL",
    "CAST",
    "BETWEEN",
    "IS",
    "VALUES",
    "ORDER BY",
    "\"$path\"",
    ":p",
    "EXISTS",
];

proptest! {
    #[test]
    fn nonsense_is_answered_soon(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 1..60)) {
        let text = format!("SELECT {}", pieces.join(" "));
        let started = Instant::now();
        let _ = parsed(&text);
        prop_assert!(started.elapsed() < Duration::from_secs(5), "{}", text);
    }
}
