use proptest::prelude::*;

use super::*;

const ID: &str = "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa";

fn read(sql: &str) -> Result<String, QueryError> {
    let text = read_statement(sql, 1 << 20, || Ok("the-store".into()))?;
    Ok(text.tokens.iter().map(|token| token.token.to_string()).collect())
}

#[test]
fn bare_ids_become_quoted_names() {
    for id in [
        ID,
        "1e10aaaa-1e10-1e10-1e10-1e10aaaa1e10",
        "12345678-1234-1234-1234-123456789012",
        "abcdef12-0e12-4e5e-9e99-00000000000e",
    ] {
        assert_eq!(read(&format!("SELECT 1 FROM {id}")).unwrap(), format!("SELECT 1 FROM \"{id}\""));
        assert_eq!(read(&format!("SELECT 1 FROM {id}, x")).unwrap(), format!("SELECT 1 FROM \"{id}\", x"));
    }
    let upper = ID.to_uppercase();
    assert_eq!(read(&format!("SELECT 1 FROM({upper})e")).unwrap(), format!("SELECT 1 FROM(\"{ID}\")e"));
}

#[test]
fn bare_ids_qualify_columns() {
    for id in [ID, "12345678-1234-1234-1234-123456789012", "1e101e10-1e10-1e10-1e10-00000001e100"] {
        let sql = format!("SELECT {id}.eventName, {id}.* FROM {id}");
        assert_eq!(read(&sql).unwrap(), format!("SELECT \"{id}\".eventName, \"{id}\".* FROM \"{id}\""));
    }
}

#[test]
fn bare_ids_stand_beside_any_sign() {
    let sql = format!("SELECT 1 FROM {ID}/**/e,{ID},({ID})\nJOIN {ID};");
    let expected = format!("SELECT 1 FROM \"{ID}\"/**/e,\"{ID}\",(\"{ID}\")\nJOIN \"{ID}\"");
    assert_eq!(read(&sql).unwrap(), expected);
}

#[test]
fn longer_words_are_not_ids() {
    for text in [format!("{ID}a"), format!("a{ID}"), format!("{ID}-1"), format!("_{ID}")] {
        let read = read(&format!("SELECT {text}")).unwrap();
        assert!(!read.contains('"'), "{read}");
    }
}

#[test]
fn ids_in_strings_comments_and_quoted_names_stay() {
    let sql = format!("SELECT '{ID}', \"{ID}\" /* {ID} */ FROM x -- {ID}");
    assert_eq!(read(&sql).unwrap(), sql);
}

#[test]
fn the_default_store_takes_the_place_of_eds_id() {
    assert_eq!(read("SELECT '$EDS_ID' FROM $eds_id e;").unwrap(), "SELECT '$EDS_ID' FROM \"the-store\" e");
    let unknown = read_statement("SELECT 1 FROM $EDS_ID", 99, || {
        Err(QueryError::NoDefaultStore { stores: vec![], position: None })
    });
    assert!(matches!(unknown, Err(QueryError::NoDefaultStore { .. })));
}

#[test]
fn placeholders_of_documents_are_named() {
    let error = read("SELECT a < b FROM <event_data_store_id>").unwrap_err();
    assert!(matches!(&error, QueryError::Placeholder { text, .. } if text == "<event_data_store_id>"));
    assert_eq!(error.position(), Some(Position { line: 1, column: 19 }));
}

#[test]
fn every_way_to_write_a_missing_store_is_named() {
    for written in ["<event_data_store_id>", "<your event data store>", "{eds_id}", "?", "$EventDataStoreId$"] {
        for sql in [format!("SELECT 1 FROM {written} e"), format!("SELECT 1 FROM a JOIN {written}")] {
            let error = read(&sql).unwrap_err();
            assert!(matches!(&error, QueryError::Placeholder { text, .. } if text == written), "{sql}: {error:?}");
        }
    }
    assert!(matches!(read("SELECT 1 FROM a, <b>"), Err(QueryError::Placeholder { .. })));
    assert!(matches!(read("SELECT {x}"), Err(QueryError::Placeholder { .. })));
    assert_eq!(read("SELECT 1 WHERE a < b AND c > $x$").unwrap(), "SELECT 1 WHERE a < b AND c > $x$");
}

#[test]
fn several_statements_are_refused_and_semicolons_at_the_end_are_not() {
    assert!(matches!(read("SELECT 1; DROP TABLE x"), Err(QueryError::SeveralStatements { count: 2, .. })));
    assert_eq!(read(" SELECT ';' ; ; -- done").unwrap().trim(), "SELECT ';'");
    assert!(matches!(read(" ; -- nothing"), Err(QueryError::Empty)));
}

#[test]
fn quoted_names_are_lowered_and_remembered() {
    let text = read_statement("SELECT\n \"UserIdentity\".\"ARN\"", 99, || Ok(String::new())).unwrap();
    assert_eq!(text.written.get(&Position { line: 2, column: 2 }), Some(&"UserIdentity".to_owned()));
    let all: String = text.tokens.iter().map(|token| token.token.to_string()).collect();
    assert_eq!(all, "SELECT\n \"useridentity\".\"arn\"");
}

#[test]
fn hidden_columns_are_noticed_with_and_without_quotes() {
    for (sql, named) in
        [("SELECT \"$Path\"", true), ("SELECT $path", true), ("SELECT '$path'", false), ("SELECT path", false)]
    {
        assert_eq!(read_statement(sql, 99, || Ok(String::new())).unwrap().names_hidden_columns, named, "{sql}");
    }
}

#[test]
fn long_texts_and_deep_shapes_are_refused() {
    assert!(matches!(read(&"x".repeat((1 << 20) + 1)), Err(QueryError::TextTooLong { .. })));
    let deep = [
        format!("SELECT {}1{}", "(".repeat(100_000), ")".repeat(100_000)),
        format!("SELECT {}", "[".repeat(1_000)),
        format!("SELECT 1{}", "+1".repeat(10_000)),
        format!("SELECT x{}", "::int".repeat(10_000)),
        format!("SELECT {} 1", "- ".repeat(10_000)),
        format!("SELECT {} true", "NOT ".repeat(10_000)),
        format!("SELECT a{}", "[1]".repeat(10_000)),
        format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(10_000)),
        format!("SELECT 1 FROM a{}", " JOIN b ON true".repeat(10_000)),
        format!("SELECT 1 WHERE x{}", " IS NULL".repeat(10_000)),
        format!("SELECT 1 WHERE x{}", " OR x".repeat(30_000)),
        format!("SELECT {}(1)", "x".repeat(900_000)),
    ];
    for sql in deep {
        let error = read(&sql).unwrap_err();
        assert!(matches!(error, QueryError::TooComplex { .. }), "{}: {error}", &sql[..40]);
    }
}

#[test]
fn long_lists_and_long_conditions_are_not_deep() {
    for sql in [
        format!("SELECT 1 WHERE x IN (-1{})", ", -1".repeat(50_000)),
        format!("SELECT 1 WHERE x = 1{}", " OR x = 1".repeat(10_000)),
        format!("SELECT CASE {} END", "WHEN a > 1 THEN -2 ".repeat(5_000)),
    ] {
        assert!(read(&sql).is_ok(), "{}", &sql[..40]);
    }
}

#[test]
fn scripts_split_at_semicolons_outside_strings() {
    let script = "SELECT ';' ;\n-- a;b\nSELECT \"é;\" /*;*/; ;";
    assert_eq!(split_statements(script).unwrap(), ["SELECT ';'", "-- a;b\nSELECT \"é;\" /*;*/"]);
    assert!(split_statements("SELECT 'open").is_err());
    assert!(is_complete_statement("SELECT 1; -- done"));
    assert!(is_complete_statement("  "));
    assert!(!is_complete_statement("SELECT ';"));
    assert!(!is_complete_statement("SELECT 1"));
}

proptest! {
    #[test]
    fn text_in_strings_comments_and_quoted_names_is_never_changed(inner in "[a-f0-9$;<> _.:é-]{0,60}") {
        for sql in [format!("SELECT '{inner}'"), format!("SELECT 1 /* {inner} */"), format!("SELECT 1 -- {inner}")] {
            prop_assert_eq!(read(&sql).unwrap(), sql);
        }
        let sql = format!("SELECT \"{inner}x\"");
        prop_assert_eq!(read(&sql).unwrap(), sql.to_lowercase().replace("select", "SELECT"));
    }

    #[test]
    fn any_text_is_read_or_refused(sql in "\\PC{0,80}") {
        let _ = read(&sql);
        let _ = split_statements(&sql);
    }

    #[test]
    fn every_id_is_found(id in "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}") {
        let sql = format!("SELECT 1 FROM {id} WHERE 1=1");
        let expected = format!("SELECT 1 FROM \"{id}\" WHERE 1=1");
        prop_assert_eq!(read(&sql).unwrap(), expected);
    }
}

#[test]
fn functions_of_the_rewrites_cannot_be_called() {
    for sql in ["SELECT \"$cast\"(1, 'bigint')", "SELECT a.\"$TRY\" /* */ (x -> 1)", "SELECT * FROM \"$values\"(1)"] {
        let error = read(sql).unwrap_err();
        assert!(matches!(&error, QueryError::UnknownFunction { name, .. } if name.starts_with('$')), "{sql}: {error}");
    }
    read("SELECT \"$path\", '$cast'('x') FROM \"$cast\"").unwrap();
}
