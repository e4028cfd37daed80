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
        "row(a varchar(3), uuid, \"b c\" uuid, \"from\" map(varchar(2), uuid))",
        "row(date date, time time(3), array array(bigint), interval interval day to second)",
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
    assert_eq!(name("bigint ARRAY[3] array"), "array(array(bigint))");
    assert_eq!(name("array<map<varchar,array<json>>>"), "array(map(varchar, array(json)))");
    assert_eq!(name("row(\"A\" timestamp with time zone)"), "row(a timestamp(3) with time zone)");
    assert_eq!(name("row(timestamp with time zone)"), "row(timestamp(3) with time zone)");
}

#[test]
fn what_is_no_type_is_refused() {
    for text in [
        "",
        "nothing",
        "array",
        "array()",
        "map(varchar)",
        "row()",
        "bigint bigint",
        "varchar(x)",
        "decimal(1,2)",
        "decimal(0)",
        "timestamp(13)",
        "time with time zone",
        "row<a bigint>",
        "row(from bigint)",
        "array<array<bigint>",
        "array<bigint>>",
        "'x'",
    ] {
        assert!(parse_type(text).is_err(), "{text}");
    }
    assert!(name(&"array(".repeat(5000)).contains("deeper"));
    assert!(name(&format!("bigint{}", " array".repeat(5000))).contains("deeper"));
}

/// Any type.
fn any_type() -> impl Strategy<Value = SqlType> {
    let words = [
        "boolean",
        "bigint",
        "decimal(9,2)",
        "varchar",
        "varchar(7)",
        "uuid",
        "json",
        "double",
        "date",
        "time(3)",
        "timestamp(3)",
        "timestamp(3) with time zone",
        "interval day to second",
    ];
    let plain = prop::sample::select(words.to_vec()).prop_map(|word| parse_type(word).unwrap());
    plain.prop_recursive(3, 16, 3, |inner| {
        let field = ("[a-z_]{0,3}|array|interval|double|time|[A-Z \"é]{1,3}|row|from", inner.clone());
        prop_oneof![
            inner.clone().prop_map(|item| SqlType::Array(Box::new(item))),
            (inner.clone(), inner).prop_map(|(key, value)| SqlType::Map(Box::new(key), Box::new(value))),
            prop::collection::vec(field, 1..4)
                .prop_map(|fields| SqlType::Row(
                    fields
                        .into_iter()
                        .map(|(name, field)| (name.to_lowercase(), field))
                        .filter(|(name, _)| !name.is_empty())
                        .collect(),
                ))
                .prop_filter("a row has fields", |row| !matches!(row, SqlType::Row(fields) if fields.is_empty())),
        ]
    })
}

proptest! {
    #[test]
    fn a_type_is_read_as_it_is_written(data_type in any_type()) {
        prop_assert_eq!(parse_type(&data_type.to_string()).unwrap(), data_type);
    }

    #[test]
    fn no_text_panics(text in "[a-z(),<> 0-9\"']{0,40}") {
        let _ = parse_type(&text);
    }
}
