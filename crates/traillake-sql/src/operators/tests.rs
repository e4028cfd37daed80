use crate::testing::{rows, value};

fn v(expression: &str) -> String {
    value(expression).unwrap_or_else(|error| error)
}

fn time(text: &str) -> String {
    format!("\"$cast\"('{text}', 'timestamp')")
}

fn all(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(v(expression), *expected, "{expression}");
    }
}

fn fails(expression: &str, text: &str) {
    let found = v(expression);
    assert!(found.contains(text), "{expression}: {found}");
}

#[test]
fn integers_divide_toward_zero() {
    all(&[
        ("7 / 2", "3"),
        ("-7 / 2", "-3"),
        ("7 % -2", "1"),
        ("-7 % 2", "-1"),
        ("1 + NULL", "NULL"),
        ("2 * 3 - 1", "5"),
    ]);
    fails("1 / 0", "Division by zero");
    fails("1 % 0", "Division by zero");
}

#[test]
fn overflow_is_an_error() {
    fails("9223372036854775807 + 1", "bigint addition overflow: 9223372036854775807 + 1");
    fails("-9223372036854775807 - 2", "bigint subtraction overflow: -9223372036854775807 - 2");
    fails("9223372036854775807 * 2", "bigint multiplication overflow: 9223372036854775807 * 2");
    fails("\"$cast\"(127, 'tinyint') + \"$cast\"(1, 'tinyint')", "tinyint addition overflow: 127 + 1");
    fails("-(-9223372036854775807 - 1)", "overflow");
}

#[test]
fn doubles_divide_by_zero() {
    let one = "\"$cast\"(1, 'double')";
    assert_eq!(v(&format!("{one} / 0")), "Infinity");
    assert_eq!(v(&format!("-{one} / 0")), "-Infinity");
    assert_eq!(v(&format!("0 * {one} / 0")), "NaN");
    assert_eq!(v(&format!("{one} / 3")), "0.3333333333333333");
}

#[test]
fn decimals_have_trinos_digits() {
    all(&[
        ("1.1 + 2.25", "3.35"),
        ("1.1 * 1.1", "1.21"),
        ("1.0 / 3.00", "0.33"),
        ("2.0 / 3.0", "0.7"),
        ("5.5 % 2", "1.5"),
        ("1.5 + 1", "2.5"),
        ("typeof(1.1 + 2.25)", "decimal(4,2)"),
        ("typeof(1.1 * 1.1)", "decimal(4,2)"),
    ]);
    fails("1.0 / 0", "Division by zero");
    fails("1.5 / 0.0", "Division by zero");
    let large = "9999999999999999999999999999999999999.0";
    fails(&format!("{large} * {large}"), "Decimal overflow");
}

#[test]
fn arithmetic_works_on_columns() {
    let sql = "SELECT x + 1, x / 2, 10 % x FROM (VALUES (3), (NULL), (4)) t(x)";
    assert_eq!(rows(sql).unwrap(), [["4", "1", "1"], ["NULL", "NULL", "NULL"], ["5", "2", "2"]]);
    let sql = "SELECT x FROM (VALUES (1, 0), (2, 1)) t(x, y) WHERE x / y > 1";
    assert!(rows(sql).unwrap_err().contains("Division by zero"));
    let sql = "SELECT \"$try\"(nobody -> 1 / x) FROM (VALUES 0, 1) t(x)";
    assert_eq!(rows(sql).unwrap(), [["NULL"], ["1"]]);
}

#[test]
fn months_end_with_their_last_day() {
    let time = time("2024-01-31 10:00:00");
    assert_eq!(v(&format!("{time} + INTERVAL '1' MONTH")), "2024-02-29 10:00:00.000");
    assert_eq!(v(&format!("{time} - INTERVAL '1' MONTH")), "2023-12-31 10:00:00.000");
    assert_eq!(v(&format!("INTERVAL '1' DAY + {time}")), "2024-02-01 10:00:00.000");
    assert_eq!(v(&format!("{time} - INTERVAL '90' MINUTE")), "2024-01-31 08:30:00.000");
    all(&[
        ("\"$cast\"('2024-01-31', 'date') + INTERVAL '1' MONTH", "2024-02-29"),
        ("\"$cast\"('2024-01-31', 'date') - INTERVAL '1' DAY", "2024-01-30"),
    ]);
    fails("\"$cast\"('2024-01-31', 'date') + INTERVAL '1' HOUR", "Cannot add hour, minutes or seconds to a date");
    fails(&format!("{time} + INTERVAL '2000000' YEAR"), "out of range");
}

#[test]
fn months_keep_the_clock_of_a_zone() {
    let at = |text: &str| format!("timestamp '{text} America/New_York'");
    let later = v(&format!("to_iso8601({} + INTERVAL '1' MONTH)", at("2024-10-03 01:30:00")));
    assert_eq!(later, "2024-11-03T01:30:00.000-04:00");
    let winter = format!("at_timezone({}, 'America/New_York')", "timestamp '2024-12-03 06:30:00 UTC'");
    assert_eq!(v(&format!("to_iso8601({winter} - INTERVAL '1' MONTH)")), "2024-11-03T01:30:00.000-05:00");
    assert_eq!(
        v(&format!("to_iso8601({} + INTERVAL '1' MONTH)", at("2024-02-10 02:30:00"))),
        "2024-03-10T03:30:00.000-04:00"
    );
}

#[test]
fn intervals_are_cut_and_do_not_mix() {
    all(&[
        ("INTERVAL '1' SECOND * 0.0019", "0 00:00:00.001"),
        ("INTERVAL '1' SECOND / 3", "0 00:00:00.333"),
        ("INTERVAL '-1' SECOND * 0.0019e0", "-0 00:00:00.001"),
        ("INTERVAL '2' SECOND / 3", "0 00:00:00.666"),
        ("INTERVAL '5' MONTH / 2", "0-2"),
        ("1.5 * INTERVAL '1' MONTH", "0-1"),
        ("INTERVAL '49' HOUR / 49", "0 01:00:00.000"),
        ("time '23:00' + INTERVAL '2' HOUR", "01:00:00.000"),
    ]);
    let months_and_days = "Cannot apply operator: interval year to month + interval day to second";
    fails("INTERVAL '1' MONTH + INTERVAL '1' DAY", months_and_days);
    fails("INTERVAL '1' DAY - INTERVAL '1' YEAR", "interval day to second - interval year to month");
    fails("time '10:00' + INTERVAL '1' MONTH", "Cannot apply operator: time(3) + interval year to month");
    fails("INTERVAL '1' DAY / 0", "Division by zero");
    fails("INTERVAL '1' DAY * 1e300", "Interval out of range");
}

#[test]
fn the_first_and_last_moments_of_the_calendar_work() {
    for (day, other) in [("0001-01-01 00:00:00", "0001-01-02"), ("9999-12-31 23:59:59", "9999-12-30")] {
        let sql = format!(
            "SELECT t, t = '{day}', t BETWEEN '{day}' AND '{day}', t IN ('{day}'), t IS NOT DISTINCT FROM '{day}',
                t = date '{other}', t < current_timestamp, date_trunc('day', t) = CAST(CAST(t AS date) AS timestamp),
                date_diff('second', t, timestamp '{day}'), t - timestamp '{day}'
            FROM (VALUES timestamp '{day}', NULL) v(t) WHERE t = timestamp '{day}'"
        );
        let earlier = if day.starts_with('0') { "true" } else { "false" };
        let expected =
            [&format!("{day}.000"), "true", "true", "true", "true", "false", earlier, "true", "0", "0 00:00:00.000"];
        assert_eq!(rows(&sql).unwrap(), [expected]);
        let sql = format!(
            "SELECT t FROM (VALUES timestamp '{day}') v(t) UNION SELECT CAST(date '{other}' AS timestamp) ORDER BY t"
        );
        assert_eq!(rows(&sql).unwrap().len(), 2);
        assert_eq!(v(&format!("max(timestamp '{day}') = min(timestamp '{day}')")), "true");
        assert_eq!(v(&format!("year(timestamp '{day}' + INTERVAL '0' DAY)")), day[..4].trim_start_matches('0'));
    }
    let apart = "timestamp '9999-12-31 23:59:59' - timestamp '0001-01-01 00:00:00'";
    assert_eq!(v(apart), "3652058 23:59:59.000");
    assert_eq!(
        v("timestamp '0001-01-01 00:00:00' + INTERVAL '3652058 23:59:59' DAY TO SECOND"),
        "9999-12-31 23:59:59.000"
    );
}

#[test]
fn differences_of_times_are_intervals() {
    let (start, end) = (time("2024-01-01 00:00:00"), time("2024-01-08 01:02:03.004"));
    assert_eq!(v(&format!("{end} - {start}")), "7 01:02:03.004");
    assert_eq!(v(&format!("{start} - {end}")), "-7 01:02:03.004");
    assert_eq!(v("\"$cast\"('2024-03-01', 'date') - \"$cast\"('2024-02-01', 'date')"), "29 00:00:00.000");
    assert_eq!(v(&format!("typeof({end} - {start})")), "interval day to second");
    assert_eq!(v(&format!("{end} - {start} > INTERVAL '36' HOUR")), "true");
    assert_eq!(v("INTERVAL '24' HOUR = INTERVAL '1' DAY"), "true");
    all(&[
        ("INTERVAL '1' DAY * 2", "2 00:00:00.000"),
        ("INTERVAL '1' DAY / 2", "0 12:00:00.000"),
        ("INTERVAL '1' YEAR + INTERVAL '2' MONTH", "1-2"),
    ]);
}

#[test]
fn texts_and_arrays_are_joined() {
    all(&[
        ("'a' || 'b'", "ab"),
        ("'a' || NULL", "NULL"),
        ("ARRAY[1] || ARRAY[2, 3]", "[1, 2, 3]"),
        ("ARRAY[1] || 2", "[1, 2]"),
        ("1 || ARRAY[2]", "[1, 2]"),
        ("ARRAY[ARRAY[1]] || ARRAY[2]", "[[1], [2]]"),
        ("X'61' || X'62'", "61 62"),
    ]);
    fails("'a' || 1", "Cannot apply operator: varchar || bigint");
    fails("ARRAY['a'] || 1", "Cannot apply operator: array(varchar) || bigint");
    let sql = "SELECT x || 'b', ARRAY[x] || ARRAY['c'] FROM (VALUES ('a'), (NULL)) t(x)";
    assert_eq!(rows(sql).unwrap(), [["ab", "[a, c]"], ["NULL", "[null, c]"]]);
}

#[test]
fn a_timestamp_is_compared_with_any_text() {
    let time = time("2023-06-10 12:00:00");
    for text in [
        "2023-06-10",
        "2023-06-10 00:00:00",
        "2023-06-10 00:00:00.000",
        "2023-06-10T00:00:00Z",
        "2023-06-10T02:00:00+02:00",
    ] {
        assert_eq!(v(&format!("{time} > '{text}'")), "true", "{text}");
        assert_eq!(v(&format!("'{text}' < {time}")), "true", "{text}");
        assert_eq!(v(&format!("{time} BETWEEN '{text}' AND '2023-06-11'")), "true", "{text}");
    }
    let sql = format!("SELECT {time} > x, x < {time}, {time} IN (x, '2023-06-10 12:00:00'), x IN ({time}), {time} NOT BETWEEN x AND x,
        {time} IS DISTINCT FROM x, CASE {time} WHEN x THEN 1 ELSE 2 END FROM (VALUES ('2023-06-10'), (NULL)) t(x)");
    assert_eq!(
        rows(&sql).unwrap(),
        [["true", "true", "true", "false", "true", "true", "2"], ["NULL", "NULL", "true", "NULL", "NULL", "true", "2"]]
    );
    fails(&format!("{time} > 'yesterday'"), "Value cannot be cast to timestamp: yesterday");
    let sql = format!("SELECT {time} > x FROM (VALUES ('yesterday')) t(x)");
    assert!(rows(&sql).unwrap_err().contains("Value cannot be cast to timestamp: yesterday"));
}

#[test]
fn times_with_and_without_zone_and_dates_are_compared() {
    let time = time("2023-06-10 12:00:00");
    let zoned = "\"$cast\"('2023-06-10 14:00:00 Europe/Berlin', 'timestamp with time zone')";
    let date = "\"$cast\"('2023-06-10', 'date')";
    assert_eq!(v(&format!("{time} = {zoned}")), "true");
    assert_eq!(v(&format!("{zoned} = '2023-06-10 12:00:00'")), "true");
    assert_eq!(v(&format!("{zoned} > {date}")), "true");
    assert_eq!(v(&format!("{time} > {date}")), "true");
    assert_eq!(v(&format!("{date} = '2023-06-10'")), "true");
    assert_eq!(v(&format!("{date} < '2023-06-10 00:00:01'")), "true");
    assert_eq!(v(&format!("{time} IN ({zoned}, {date})")), "true");
}

#[test]
fn booleans_and_their_texts_are_equal() {
    let sql = "SELECT x = true, true = x, x <> false, x IN (true) FROM (VALUES ('true'), ('false'), (NULL)) t(x)";
    assert_eq!(
        rows(sql).unwrap(),
        [["true", "true", "true", "true"], ["false", "false", "false", "false"], ["NULL", "NULL", "NULL", "NULL"]]
    );
    let sql = "SELECT x = 'true', x = y, x = 'yes' FROM (VALUES (true, 'true'), (false, 'true')) t(x, y)";
    assert_eq!(rows(sql).unwrap(), [["true", "true", "false"], ["false", "false", "false"]]);
}

#[test]
fn distinction_goes_as_equality_does() {
    let sql = "SELECT x IS DISTINCT FROM true, true IS NOT DISTINCT FROM x, x IS DISTINCT FROM NULL \
               FROM (VALUES ('true'), ('false'), (NULL)) t(x)";
    assert_eq!(rows(sql).unwrap(), [["false", "true", "true"], ["true", "false", "true"], ["true", "false", "false"]]);
    all(&[
        ("date '2023-01-01' IS NOT DISTINCT FROM '2023-01-01'", "true"),
        ("ARRAY[1, NULL] IS NOT DISTINCT FROM ARRAY[1, NULL]", "true"),
        ("ROW(1, NULL) IS DISTINCT FROM ROW(1, NULL)", "false"),
        ("1.50 IS NOT DISTINCT FROM 1.5e0", "true"),
        ("NULL IS DISTINCT FROM NULL", "false"),
    ]);
    fails("'1' IS DISTINCT FROM 1", "Cannot apply operator: varchar IS DISTINCT FROM bigint");
    let sql = "SELECT x IS DISTINCT FROM true FROM (VALUES 'true') t(x) WHERE x IS NOT DISTINCT FROM true \
               GROUP BY x IS DISTINCT FROM true";
    assert_eq!(rows(sql).unwrap(), [["false"]]);
}

#[test]
fn dates_are_compared_with_texts_and_times() {
    let sql =
        "SELECT CAST(x AS date) = '2023-07-10', CAST(x AS date) >= '2023-07-11', CAST(x AS date) IN ('2023-07-10'),
        CAST(x AS date) BETWEEN '2023-07-01' AND '2023-07-31', date(x) <> y, date '2023-07-10' < x, CAST(x AS date) = x
        FROM (VALUES (timestamp '2023-07-10 11:00:00', '2023-07-10')) t(x, y)";
    assert_eq!(rows(sql).unwrap(), [["true", "false", "true", "true", "false", "true", "false"]]);
    all(&[
        ("date '2023-07-10' < timestamp '2023-07-10 00:00:01'", "true"),
        ("date '2023-07-10' = timestamp '2023-07-10 00:00:00 UTC'", "true"),
    ]);
    fails("date '2023-07-10' = 'x'", "Value cannot be cast to timestamp: x");
}

#[test]
fn numbers_of_any_type_are_compared() {
    let double = "\"$cast\"('1.1', 'double')";
    assert_eq!(v(&format!("{double} <= 1.1")), "true");
    assert_eq!(v(&format!("{double} BETWEEN 1 AND 1.1")), "true");
    all(&[("1 = 1.0", "true"), ("2 > 1.5", "true"), ("3 IN (1, 2.5, 3)", "true")]);
}

#[test]
fn other_types_are_not_compared() {
    fails("'1' = 1", "Cannot apply operator: varchar = bigint; CAST");
    fails("1 < 'a'", "Cannot apply operator: bigint < varchar");
    fails("'a' IN ('b', 1)", "Cannot apply operator: varchar = bigint");
    fails("'a' BETWEEN 1 AND 2", "Cannot apply operator: varchar >= bigint");
    fails("\"$cast\"('a', 'json') = 'a'", "Cannot apply operator: json = varchar");
    fails("true = 1", "Cannot apply operator: boolean = bigint");
    fails("'a' + 1", "Cannot apply operator: varchar + bigint");
    fails(&format!("{} + 1", time("2023-01-01")), "Cannot apply operator: timestamp(3) + bigint");
    fails("CASE WHEN true THEN 'a' ELSE 1 END", "All CASE results must be the same type or coercible to a common type");
    fails("CASE 1 WHEN 'a' THEN 1 END", "Cannot apply operator: bigint = varchar");
    assert!(
        rows("SELECT x IN (SELECT 1) FROM (VALUES 'a') t(x)")
            .unwrap_err()
            .contains("Cannot apply operator: varchar = bigint")
    );
}

#[test]
fn values_with_parts_are_compared_part_by_part() {
    all(&[
        ("ARRAY[1, 2] = ARRAY[1, 2]", "true"),
        ("ARRAY[1, 2] <> ARRAY[1]", "true"),
        ("ARRAY[1, NULL] = ARRAY[1, NULL]", "NULL"),
        ("ARRAY[1, NULL] = ARRAY[2, NULL]", "false"),
        ("ARRAY[1, NULL] IS DISTINCT FROM ARRAY[1, NULL]", "false"),
        ("ARRAY[1, 2] < ARRAY[1, 3]", "true"),
        ("\"$row\"(1, 'a') = \"$row\"(1, 'a')", "true"),
        ("\"$row\"(1, 'a') < \"$row\"(1, 'b')", "true"),
        ("\"$row\"(1, 'a') IN (\"$row\"(2, 'a'), \"$row\"(1, 'a'))", "true"),
        ("\"$row\"(1, NULL) NOT IN (\"$row\"(1, 2))", "NULL"),
    ]);
    fails("ARRAY['a'] = ARRAY[1]", "Cannot apply operator: array(varchar) = array(bigint)");
}

#[test]
fn a_column_beside_a_constant_stays_a_plain_comparison() {
    let sql = "EXPLAIN SELECT * FROM (SELECT \"$cast\"(x, 'timestamp') AS t FROM (VALUES ('2023-01-01')) v(x)) WHERE t > '2023-06-10 00:00:00'";
    let plan = rows(sql).unwrap().concat().join("\n");
    assert!(plan.contains("TimestampMillisecond(1686355200000, None)"), "{plan}");
}

#[test]
fn in_lists_keep_three_valued_logic() {
    all(&[("1 NOT IN (2, NULL)", "NULL"), ("1 IN (1, NULL)", "true"), ("NULL IN (1)", "NULL")]);
}

#[test]
fn case_results_share_a_type() {
    all(&[
        ("CASE WHEN false THEN 1 ELSE 2.5 END", "2.5"),
        ("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b"),
        ("CASE WHEN false THEN 1 END", "NULL"),
    ]);
}

#[test]
fn the_words_of_the_grammar_reach_casts_rows_and_tries() {
    all(&[
        ("CAST('2023-05-01 12:00:00' AS timestamp) > '2023-05-01T00:00:00Z'", "true"),
        ("TRY_CAST('x' AS double)", "NULL"),
        ("TRY(1 / 0)", "NULL"),
        ("ROW(1, 'a') = ROW(1, 'a')", "true"),
        ("timestamp '2024-01-31 00:00:00' + INTERVAL '1' MONTH", "2024-02-29 00:00:00.000"),
        ("date '2024-03-01' - date '2024-02-01'", "29 00:00:00.000"),
        ("CAST(ROW(1, 'x') AS row(a bigint, b varchar))", "{a=1, b=x}"),
        ("CAST(IPADDRESS '10.0.0.1' AS varchar)", "10.0.0.1"),
        ("CAST(json_parse('{\"k\": [1, 2.50]}') AS map(varchar, json))", "{k=[1,2.50]}"),
        ("current_timestamp - INTERVAL '90' DAY < current_timestamp", "true"),
    ]);
    let sql = "SELECT x, TRY(10 / x), TRY(CAST(y AS bigint)) FROM (VALUES (0, 'a'), (5, '7')) t(x, y)";
    assert_eq!(rows(sql).unwrap(), [["0", "NULL", "NULL"], ["5", "2", "7"]]);
}
