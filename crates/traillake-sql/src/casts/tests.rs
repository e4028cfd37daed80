use proptest::prelude::*;

use crate::testing::{rows, value};

fn cast(from: &str, to: &str) -> String {
    value(&format!("\"$cast\"({from}, '{to}')")).unwrap_or_else(|error| error)
}

fn try_cast(from: &str, to: &str) -> String {
    value(&format!("\"$try_cast\"({from}, '{to}')")).unwrap_or_else(|error| error)
}

fn fails(from: &str, to: &str, text: &str) {
    let found = cast(from, to);
    assert!(found.contains(text), "{from} as {to}: {found}");
    assert_eq!(try_cast(from, to), "NULL", "{from} as {to}");
}

#[test]
fn texts_become_numbers() {
    assert_eq!(cast("'12'", "bigint"), "12");
    assert_eq!(cast("'-12'", "tinyint"), "-12");
    assert_eq!(cast("' 1.5 '", "double"), "1.5");
    assert_eq!(cast("'1e10'", "double"), "1.0E10");
    assert_eq!(cast("'-Infinity'", "double"), "-Infinity");
    assert_eq!(cast("'1.255'", "decimal(5,2)"), "1.26");
    fails("'x'", "integer", "Cannot cast 'x' to INT");
    fails("' 12'", "bigint", "Cannot cast ' 12' to BIGINT");
    fails("'1.5'", "bigint", "Cannot cast '1.5' to BIGINT");
    fails("'300'", "tinyint", "Cannot cast '300' to TINYINT");
    fails("'inf'", "double", "Cannot cast 'inf' to DOUBLE");
    fails("''", "double", "Cannot cast '' to DOUBLE");
    fails("'1000'", "decimal(3,1)", "Cannot cast VARCHAR '1000' to DECIMAL(3, 1)");
}

#[test]
fn numbers_round_and_stay_in_range() {
    assert_eq!(cast("2.5", "bigint"), "3");
    assert_eq!(cast("-2.5", "bigint"), "-3");
    assert_eq!(cast("2.5e0", "bigint"), "3");
    assert_eq!(cast("3", "double"), "3.0");
    assert_eq!(cast("3", "decimal(4,2)"), "3.00");
    assert_eq!(cast("\"$cast\"('1e30', 'double')", "decimal(38,0)"), "1000000000000000019884624838656");
    assert_eq!(cast("\"$cast\"('1.005', 'double')", "decimal(5,2)"), "1.00");
    assert_eq!(cast("1.5", "real"), "1.5");
    fails("3000000000", "integer", "Out of range for integer: 3000000000");
    fails("\"$cast\"('NaN', 'double')", "bigint", "Unable to cast NaN to bigint");
    fails("\"$cast\"('1e30', 'double')", "bigint", "Unable to cast 1.0E30 to bigint");
    fails("123", "decimal(2,0)", "Cannot cast BIGINT '123' to DECIMAL(2, 0)");
}

#[test]
fn booleans_are_words_and_numbers() {
    for text in ["'true'", "'T'", "'1'", "1", "2.5", "true"] {
        assert_eq!(cast(text, "boolean"), "true", "{text}");
    }
    assert_eq!(cast("'f'", "boolean"), "false");
    assert_eq!(cast("true", "varchar"), "true");
    assert_eq!(cast("true", "bigint"), "1");
    fails("'yes'", "boolean", "Cannot cast 'yes' to BOOLEAN");
}

#[test]
fn values_become_texts() {
    assert_eq!(cast("1", "varchar"), "1");
    assert_eq!(cast("1.50", "varchar"), "1.50");
    assert_eq!(cast("\"$cast\"(1, 'double')", "varchar"), "1.0");
    assert_eq!(cast("\"$cast\"('2023-05-01 12:00:00', 'timestamp')", "varchar"), "2023-05-01 12:00:00.000");
    assert_eq!(
        cast("\"$cast\"('2023-05-01 12:00:00', 'timestamp with time zone')", "varchar"),
        "2023-05-01 12:00:00.000 UTC"
    );
    assert_eq!(cast("\"$cast\"('2023-05-01', 'date')", "varchar"), "2023-05-01");
    assert_eq!(cast("'abcdef'", "varchar(3)"), "abc");
    assert_eq!(cast("'äöü'", "varchar(2)"), "äö");
    assert_eq!(cast("NULL", "varchar"), "NULL");
    fails("12345", "varchar(3)", "Value 12345 cannot be represented as varchar(3)");
}

#[test]
fn texts_become_times() {
    assert_eq!(cast("'2023-05-01 12:00:00'", "timestamp"), "2023-05-01 12:00:00.000");
    assert_eq!(
        cast("'2023-05-01 12:00:00.5 Europe/Berlin'", "timestamp with time zone"),
        "2023-05-01 12:00:00.500 Europe/Berlin"
    );
    assert_eq!(cast("'2023-5-1'", "date"), "2023-05-01");
    fails("'2023-05-01T12:00:00Z'", "timestamp", "Value cannot be cast to timestamp: 2023-05-01T12:00:00Z");
    fails("'x'", "timestamp", "Value cannot be cast to timestamp: x");
    fails("'2023-13-01'", "date", "Value cannot be cast to date: 2023-13-01");
}

#[test]
fn times_become_other_times() {
    let zoned = "\"$cast\"('2023-05-01 01:00:00 Europe/Berlin', 'timestamp with time zone')";
    assert_eq!(cast(zoned, "timestamp"), "2023-05-01 01:00:00.000");
    assert_eq!(cast(zoned, "date"), "2023-05-01");
    let time = "\"$cast\"('2023-05-01 23:00:00', 'timestamp')";
    assert_eq!(cast(time, "date"), "2023-05-01");
    assert_eq!(cast(time, "timestamp with time zone"), "2023-05-01 23:00:00.000 UTC");
    assert_eq!(cast("\"$cast\"('2023-05-01', 'date')", "timestamp"), "2023-05-01 00:00:00.000");
    assert_eq!(cast("\"$cast\"('1969-12-31 23:00:00', 'timestamp')", "date"), "1969-12-31");
}

#[test]
fn addresses_and_uuids_are_checked() {
    assert_eq!(cast("'::ffff:1.2.3.4'", "ipaddress"), "1.2.3.4");
    fails("'cloudtrail.amazonaws.com'", "ipaddress", "Cannot cast value to IPADDRESS: cloudtrail.amazonaws.com");
    assert_eq!(cast("'0F4C9A1E-1234-4c6b-9f00-aaaaaaaaaaaa'", "uuid"), "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa");
    fails("'x'", "uuid", "Invalid UUID");
}

#[test]
fn values_become_json() {
    assert_eq!(cast("'a\"b'", "json"), "\"a\\\"b\"");
    assert_eq!(cast("1.5", "json"), "1.5");
    assert_eq!(cast("ARRAY['a', NULL]", "json"), "[\"a\",null]");
    assert_eq!(cast("\"$cast\"(\"$row\"(1, 'x'), 'row(a bigint, b varchar)')", "json"), "{\"a\":1,\"b\":\"x\"}");
    assert_eq!(cast("\"$cast\"('2023-05-01 12:00:00', 'timestamp')", "json"), "\"2023-05-01 12:00:00.000\"");
    let map = "\"$cast\"(\"$cast\"(\"$row\"(2, 1), 'row(b bigint, a bigint)'), 'json')";
    assert_eq!(cast(&format!("\"$cast\"({map}, 'map(varchar, bigint)')"), "json"), "{\"a\":1,\"b\":2}");
}

fn json(text: &str) -> String {
    format!("\"$cast\"(\"$cast\"({text}, 'json'), 'json')")
}

#[test]
fn json_becomes_values() {
    let array = json("ARRAY['1', '2', NULL]");
    assert_eq!(cast(&array, "array(bigint)"), "[1, 2, null]");
    assert_eq!(cast(&array, "array(json)"), "[\"1\", \"2\", null]");
    assert_eq!(cast(&json("'12'"), "bigint"), "12");
    assert_eq!(cast(&json("1.0"), "varchar"), "1.0");
    let object = json("\"$cast\"(\"$row\"(1, ARRAY['x']), 'row(A bigint, b array(varchar))')");
    assert_eq!(cast(&object, "map(varchar, json)"), "{a=1, b=[\"x\"]}");
    assert_eq!(cast(&object, "row(B array(varchar), c double, a double)"), "{b=[x], c=null, a=1.0}");
    fails(&object, "array(bigint)", "Cannot cast to array(bigint). Expected a json array, but got {\"a\":1");
    fails(&object, "varchar", "Cannot cast '{\"a\":1,\"b\":[\"x\"]}' to varchar");
    fails(&array, "bigint", "to BIGINT");
}

#[test]
fn json_numbers_keep_their_text() {
    let from = |json: &str| format!("json_extract('{{\"n\": {json}}}', '$.n')");
    assert_eq!(cast(&from("12345678901234567.891"), "decimal(20,3)"), "12345678901234567.891");
    assert_eq!(cast(&from("1E5"), "decimal(10,1)"), "100000.0");
    assert_eq!(cast(&from("[1E5, 1.50]"), "array(json)"), "[1E5, 1.50]");
    assert_eq!(cast(&from("{\"a\": 1E5}"), "map(varchar, json)"), "{a=1E5}");
    assert_eq!(cast(&from("[12345678901234567.891]"), "array(decimal(20,3))"), "[12345678901234567.891]");
    assert_eq!(cast(&from("1.50"), "varchar"), "1.50");
    assert_eq!(cast(&from("1E5"), "varchar"), "100000.0");
    assert_eq!(cast(&from("1E5"), "bigint"), "100000");
    assert_eq!(cast(&from("2.5"), "bigint"), "3");
    assert_eq!(cast("json_parse('9223372036854775807')", "bigint"), "9223372036854775807");
    fails("json_parse('1E50')", "bigint", "Unable to cast 1.0E50 to bigint");
    fails("json_parse('123.4')", "decimal(3,1)", "Cannot cast VARCHAR '123.4' to DECIMAL(3, 1)");
}

#[test]
fn json_members_may_have_any_name_and_texts_any_escape() {
    for name in ["$serde_json::private::Number", "$serde_json::private::RawValue"] {
        let json = format!("json_extract('{{\"x\": {{\"{name}\": \"7\"}}}}', '$.x')");
        assert_eq!(cast(&json, "map(varchar, varchar)"), format!("{{{name}=7}}"));
        assert_eq!(cast(&json, "map(varchar, json)"), format!("{{{name}=\"7\"}}"));
        fails(&json, "bigint", "Cannot cast '{\"$serde");
        assert_eq!(cast(&json, &format!("row(\"{name}\" varchar)")), format!("{{{}=7}}", name.to_lowercase()));
    }
    let lone = r#"json_extract('{"a\ud800": ["\udc00x"]}', '$')"#;
    assert_eq!(cast(lone, "map(varchar, array(varchar))"), "{a\u{FFFD}=[\u{FFFD}x]}");
    assert_eq!(cast(r#"json_extract('["\ud800"]', '$[0]')"#, "varchar"), "\u{FFFD}");
    let repeated = r#"json_extract('{"a":1,"b":2,"a":3}', '$')"#;
    assert_eq!(cast(repeated, "map(varchar, bigint)"), "{a=3, b=2}");
    assert_eq!(cast(repeated, "row(A bigint)"), "{a=3}");
}

#[test]
fn messages_show_the_beginning_of_long_values() {
    let long = format!("'{}'", "é".repeat(5_000));
    let shown = format!("{}...", "é".repeat(100));
    for to in ["bigint", "double", "decimal(3,1)", "boolean", "date", "timestamp", "ipaddress", "uuid"] {
        let found = cast(&long, to);
        assert!(found.contains(&shown), "{to}: {found}");
        assert!(found.chars().count() < 400, "{to}: {found}");
    }
    let json = format!("\"$cast\"({long}, 'json')");
    let listed = format!("\"$cast\"(ARRAY[{long}], 'json')");
    for (from, to) in [(&json, "bigint"), (&listed, "varchar"), (&listed, "map(varchar, json)"), (&json, "array(json)")]
    {
        let found = cast(from, to);
        assert!(found.contains("éé...") && found.chars().count() < 400, "{to}: {found}");
    }
}

#[test]
fn zones_are_found_in_any_spelling() {
    let zoned = |text: &str| cast(&format!("'2023-05-01 12:00:00 {text}'"), "timestamp with time zone");
    assert_eq!(zoned("europe/berlin"), "2023-05-01 12:00:00.000 Europe/Berlin");
    assert_eq!(zoned("UTC+2"), "2023-05-01 12:00:00.000 +02:00");
    assert_eq!(zoned("+0530"), "2023-05-01 12:00:00.000 +05:30");
    assert_eq!(zoned("Etc/UTC"), "2023-05-01 12:00:00.000 UTC");
    assert_eq!(value("timestamp '2023-05-01 12:00:00 utc+2' = timestamp '2023-05-01 10:00:00 UTC'").unwrap(), "true");
}

#[test]
fn the_first_and_last_days_of_the_calendar_are_cast() {
    for day in ["0001-01-01 00:00:00.000", "9999-12-31 23:59:59.999"] {
        assert_eq!(cast(&format!("'{day}'"), "timestamp"), day);
        assert_eq!(cast(&format!("timestamp '{day}'"), "timestamp with time zone"), format!("{day} UTC"));
        assert_eq!(cast(&format!("timestamp '{day}'"), "varchar"), day);
        assert_eq!(cast(&format!("timestamp '{day}'"), "date"), day[..10]);
        assert_eq!(cast(&format!("timestamp '{day}'"), "json"), format!("\"{day}\""));
        assert_eq!(cast(&format!("date '{}'", &day[..10]), "timestamp"), format!("{} 00:00:00.000", &day[..10]));
    }
}

#[test]
fn parts_are_cast_one_by_one() {
    assert_eq!(cast("ARRAY['1', '2']", "array(bigint)"), "[1, 2]");
    assert_eq!(cast("\"$row\"('1', 2)", "row(a bigint, b varchar)"), "{a=1, b=2}");
    fails("ARRAY['1', 'x']", "array(bigint)", "Cannot cast 'x' to BIGINT");
}

#[test]
fn columns_are_cast_row_by_row() {
    let sql = "SELECT \"$try_cast\"(x, 'bigint'), \"$try_cast\"(ARRAY[x], 'array(bigint)') FROM (VALUES ('1'), ('x'), (NULL)) t(x)";
    assert_eq!(rows(sql).unwrap(), [["1", "[1]"], ["NULL", "NULL"], ["NULL", "[null]"]]);
    assert!(
        rows("SELECT \"$cast\"(x, 'bigint') FROM (VALUES ('1'), ('x')) t(x)")
            .unwrap_err()
            .contains("Cannot cast 'x' to BIGINT")
    );
}

#[test]
fn columns_of_times_become_the_dates_of_their_zones() {
    let times = "(VALUES (timestamp '1969-12-31 23:59:59.999'), (NULL), (timestamp '2024-03-01 00:00:00')) AS v(t)";
    let dates = |time: &str| {
        let of = |cast: &str| format!("SELECT \"{cast}\"({time}, 'date') FROM {times}");
        let found = rows(&of("$cast")).unwrap().concat();
        assert_eq!(rows(&of("$try_cast")).unwrap().concat(), found);
        found
    };
    assert_eq!(dates("t"), ["1969-12-31", "NULL", "2024-03-01"]);
    assert_eq!(dates("at_timezone(t, '+02:00')"), ["1970-01-01", "NULL", "2024-03-01"]);
    assert_eq!(dates("at_timezone(t, 'America/New_York')"), ["1969-12-31", "NULL", "2024-02-29"]);
}

#[test]
fn casts_that_do_not_exist_are_refused() {
    for (from, to) in
        [("1", "date"), ("ARRAY[1]", "varchar"), ("'a'", "array(varchar)"), ("'a'", "varbinary"), ("true", "date")]
    {
        assert!(cast(from, to).contains("Cannot cast"), "{from} {to}: {}", cast(from, to));
    }
    assert!(cast("1", "nothing").contains("Unknown type: nothing"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn numbers_survive_their_texts(number in any::<i64>()) {
        prop_assert_eq!(cast(&format!("'{number}'"), "bigint"), number.to_string());
    }
}
