//! Texts of types.

use proptest::prelude::*;

use super::*;

fn name(text: &str) -> String {
    parse_type(text).map_or_else(|error| error.strip_backtrace(), |parsed| parsed.to_string())
}

#[test]
fn types_are_read_as_trino_writes_them() {
    for text in [
        "boolean",
        "tinyint",
        "smallint",
        "integer",
        "bigint",
        "real",
        "double",
        "decimal(10,2)",
        "varchar",
        "varchar(10)",
        "varbinary",
        "json",
        "ipaddress",
        "uuid",
        "date",
        "time(3)",
        "timestamp(3)",
        "timestamp(3) with time zone",
        "interval day to second",
        "array(bigint)",
        "map(varchar, json)",
        "row(a bigint, b array(varchar))",
        "row(bigint, varchar)",
        "row(array(bigint), a double)",
    ] {
        assert_eq!(name(text), text);
    }
}

#[test]
fn other_spellings_are_understood() {
    assert_eq!(name("INT"), "integer");
    assert_eq!(name("Double Precision"), "double");
    assert_eq!(name("decimal"), "decimal(38,0)");
    assert_eq!(name("numeric(5)"), "decimal(5,0)");
    assert_eq!(name("timestamp without time zone"), "timestamp(3)");
    assert_eq!(name("bigint array"), "array(bigint)");
    assert_eq!(name("array<map<varchar,array<json>>>"), "array(map(varchar, array(json)))");
    assert_eq!(name("row(\"A\" timestamp with time zone)"), "row(a timestamp(3) with time zone)");
    assert_eq!(name("row(timestamp with time zone)"), "row(timestamp(3) with time zone)");
}

#[test]
fn what_is_no_type_is_refused() {
    for text in
        ["", "nothing", "array", "array()", "map(varchar)", "row()", "bigint bigint", "varchar(x)", "decimal(1,2)"]
    {
        assert!(parse_type(text).is_err(), "{text}");
    }
    assert!(name(&"array(".repeat(5000)).contains("deeper"));
    assert!(name(&format!("bigint{}", " array".repeat(5000))).contains("deeper"));
}

proptest! {
    #[test]
    fn no_text_panics(text in "[a-z(),<> 0-9\"']{0,40}") {
        let _ = parse_type(&text);
    }
}
