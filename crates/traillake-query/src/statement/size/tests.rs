use datafusion::sql::sqlparser::parser::Parser;

use super::*;
use traillake_sql::LakeDialect;

fn checked(sql: &str) -> Result<(), QueryError> {
    let sql = sql.to_owned();
    let parse_and_check = move || {
        let mut statements = Parser::parse_sql(&LakeDialect, &sql).unwrap();
        check(&statements.pop().unwrap())
    };
    std::thread::Builder::new().stack_size(256 << 20).spawn(parse_and_check).unwrap().join().unwrap()
}

/// `wrap` around `base` so many times; `@` is what stands inside.
fn nested(times: usize, wrap: &str, base: &str) -> String {
    (0..times).fold(base.to_owned(), |inner, _| wrap.replace('@', &inner))
}

#[test]
fn what_doubles_with_each_level_is_refused_before_it_is_large() {
    for (wrap, base) in [
        ("SELECT row(r, r) AS r FROM (@)", "SELECT 1 AS r"),
        ("SELECT t.r || t.r AS r FROM (@) t", "SELECT 'a' AS r"),
        ("SELECT coalesce(r, 'x') AS r FROM (@)", "SELECT eventname AS r FROM events"),
        ("SELECT x BETWEEN 1 AND x AS x FROM (@)", "SELECT 1 AS x"),
        ("SELECT 1 FROM t WHERE EXISTS (@)", "SELECT 1"),
        ("SELECT a + a AS x FROM (@) t(a)", "SELECT 1"),
        ("SELECT *, * FROM (@)", "SELECT 1 AS r"),
        ("SELECT u + u AS r FROM (@), UNNEST(r) AS t(u)", "SELECT array[1] AS r"),
        ("SELECT r || r AS r FROM (SELECT 'a' AS r UNION ALL @)", "SELECT 'b' AS r"),
    ] {
        let error = checked(&nested(25, wrap, base)).expect_err(wrap);
        assert!(matches!(error, QueryError::TooComplex { .. }), "{wrap}: {error}");
        checked(&nested(5, wrap, base)).unwrap();
    }
    for wrap in
        ["transform(array[1], x -> @)", "transform(@, x -> row(x, x))", "try(@ + 1)", "(SELECT @)", "coalesce(@, x)"]
    {
        checked(&format!("SELECT {}", nested(25, wrap, "x"))).expect_err(wrap);
        checked(&format!("SELECT {}", nested(8, wrap, "x"))).unwrap();
    }
}

#[test]
fn named_queries_count_wherever_they_are_named() {
    let chain =
        (1..12).map(|n| format!(", c{n} AS (SELECT a.x FROM c{0} a, \"c{0}\" b)", n - 1)).collect::<Vec<_>>().concat();
    let sql = format!("WITH c0 AS (SELECT x FROM events){chain} SELECT * FROM c11");
    let error = checked(&sql).unwrap_err().to_string();
    assert!(error.contains("more than 400 relations"), "{error}");
    checked(&sql.replace("FROM c11", "FROM c7")).unwrap();
    let used = (0..100).map(|n| format!(" UNION ALL SELECT x FROM c WHERE x = {n}")).collect::<Vec<_>>().concat();
    checked(&format!("WITH c AS (SELECT x FROM events) SELECT 1{used}")).unwrap();
}

#[test]
fn queries_without_from_count_where_they_are_joined() {
    let joined = |count: usize| format!("SELECT 1 FROM (SELECT 1){}", ", (SELECT 1)".repeat(count));
    checked(&joined(1_000)).unwrap_err();
    checked(&joined(50)).unwrap();
    checked(&format!("WITH c AS (SELECT 1) SELECT 1 FROM c{}", ", c".repeat(1_000))).unwrap_err();
}

#[test]
fn long_texts_are_no_growth() {
    checked(&format!("SELECT 1 FROM t WHERE a = 1{}", " OR a = 2".repeat(5_000))).unwrap();
    checked(&format!("SELECT 1 FROM t WHERE a IN (1{})", ", 2".repeat(100_000))).unwrap();
    checked(&format!("SELECT a FROM t WHERE a BETWEEN 1 AND 2{}", " OR a BETWEEN 3 AND 4".repeat(5_000))).unwrap();
}

#[test]
fn lists_that_are_planned_item_by_item_are_bounded() {
    checked(&format!("SELECT 1{}", ", 1".repeat(4_999))).unwrap();
    checked(&format!("SELECT 1{}", ", 1".repeat(5_000))).unwrap_err();
    checked(&format!("SELECT * FROM UNNEST(a{})", ", a".repeat(100))).unwrap_err();
    checked(&format!("SELECT 1 FROM t0{}", ", t".repeat(400))).unwrap_err();
}
