//! That the planner understands the trees, not only that they read well.

use crate::testing::rows;

fn answers(cases: &[(&str, &[&str])]) {
    let wrong: Vec<_> = cases.iter().filter_map(|(sql, expected)| wrong(sql, expected)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wrong(sql: &str, expected: &[&str]) -> Option<String> {
    let found = rows(sql).map(|rows| rows.iter().map(|row| row.join("|")).collect::<Vec<_>>());
    let is_right = matches!(&found, Ok(found) if found == expected);
    (!is_right).then(|| format!("{sql}: expected {expected:?}, found {found:?}"))
}

#[test]
fn values_and_intervals_are_planned() {
    answers(&[
        ("SELECT 1e3, -1.5E-2, 1.5, .5, -9223372036854775808", &["1000.0|-0.015|1.5|0.5|-9223372036854775808"]),
        ("SELECT X'65', U&'\\00e9', 0x1f", &["65|é|31"]),
        ("SELECT timestamp '2024-03-01 00:00' - INTERVAL '1' DAY", &["2024-02-29 00:00:00.000"]),
        ("SELECT timestamp '2024-03-01 00:00' + INTERVAL '1 02:03:04.5' DAY TO SECOND", &["2024-03-02 02:03:04.500"]),
        ("SELECT timestamp '2024-03-01 00:00' + -INTERVAL '1 12' DAY TO HOUR", &["2024-02-28 12:00:00.000"]),
        ("SELECT date '2024-01-31' + INTERVAL '0-1' YEAR TO MONTH", &["2024-02-29"]),
    ]);
}

#[test]
fn queries_are_planned() {
    answers(&[
        ("VALUES 1, ROW(2), (3)", &["1", "2", "3"]),
        ("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3", &["1"]),
        ("(SELECT 1 UNION ALL SELECT 1) INTERSECT SELECT 1", &["1"]),
        ("SELECT a FROM (VALUES 3, 1, 2) AS t (a) ORDER BY a OFFSET 1 LIMIT 1", &["2"]),
        ("SELECT a FROM (VALUES 3, 1, 2) AS t (a) WHERE a = ANY (VALUES 1, 2) ORDER BY a", &["1", "2"]),
        ("SELECT a FROM (VALUES 3, 1, 2) AS t (a) WHERE a > ALL (VALUES 1, 2)", &["3"]),
        (
            "SELECT x.a FROM (VALUES 1, 2) x (a) JOIN (VALUES 2, 3) y (a) JOIN (VALUES 2) z (a) ON y.a = z.a ON x.a = y.a",
            &["2"],
        ),
        ("SELECT a FROM (VALUES 1, 2) x (a) NATURAL JOIN (VALUES 2, 3) y (a)", &["2"]),
        ("SELECT * FROM ((VALUES 1) x (a) CROSS JOIN (VALUES 2) y (b))", &["1|2"]),
        ("WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) SELECT count(*) FROM t", &["3"]),
        ("SELECT IF(1 > 2, 'a'), IF(1 < 2, 'b', 'c')", &["NULL|b"]),
    ]);
}

#[test]
fn grouping_and_windows_are_planned() {
    const DATA: &str = "(VALUES (1, 1, 10), (1, 2, 20), (2, 1, 30)) AS t (a, b, c)";
    let grouped = |by: &str| format!("SELECT a, b, sum(c) FROM {DATA} GROUP BY {by} ORDER BY a, b");
    let window = |over: &str| {
        format!(
            "SELECT sum(c) OVER {over} FROM {DATA} WINDOW w AS (PARTITION BY a), v AS (ORDER BY a, b) ORDER BY a, b"
        )
    };
    for (sql, expected) in [
        (grouped("ROLLUP ((a, b))"), vec!["1|1|10", "1|2|20", "2|1|30", "NULL|NULL|60"]),
        (grouped("GROUPING SETS ((a, b), ())"), vec!["1|1|10", "1|2|20", "2|1|30", "NULL|NULL|60"]),
        (grouped("a, ROLLUP (b)"), vec!["1|1|10", "1|2|20", "1|NULL|30", "2|1|30", "2|NULL|30"]),
        (
            grouped("DISTINCT ROLLUP (a, b), ROLLUP (a)"),
            vec!["1|1|10", "1|2|20", "1|NULL|30", "2|1|30", "2|NULL|30", "NULL|NULL|60"],
        ),
        (format!("SELECT count(*) FROM {DATA} GROUP BY ()"), vec!["3"]),
        (window("w"), vec!["30", "30", "30"]),
        (window("(w ORDER BY b)"), vec!["10", "30", "30"]),
        (window("(v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)"), vec!["10", "30", "50"]),
        (window("(v GROUPS UNBOUNDED PRECEDING)"), vec!["10", "30", "60"]),
        (window("(ORDER BY c RANGE BETWEEN 10 PRECEDING AND CURRENT ROW)"), vec!["10", "30", "50"]),
    ] {
        assert_eq!(wrong(&sql, &expected), None);
    }
}
