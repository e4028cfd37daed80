use datafusion::sql::sqlparser::parser::Parser;

use super::*;
use traillake_sql::LakeDialect;

use crate::text::read_statement;

fn rewritten(sql: &str, parameters: &[&str]) -> Result<(String, OutputNames), QueryError> {
    let text = read_statement(sql, 1 << 22, || Ok("store".into()))?;
    let mut statement = Parser::new(&LakeDialect).with_tokens_with_locations(text.tokens).parse_statement().unwrap();
    balance(&mut statement);
    let columns = HashMap::from([("events".to_owned(), vec!["eventname".to_owned(), "eventid".to_owned()])]);
    let context = RewriteContext {
        written: text.written,
        parameters: parameters.iter().map(|text| text.parse().unwrap()).collect(),
        values: vec![],
        kinds: Arc::new(FunctionKinds {
            aggregates: ["count", "sum", "max"].map(str::to_owned).into(),
            windows: ["rank"].map(str::to_owned).into(),
            scalars: ["lower"].map(str::to_owned).into(),
        }),
        column_types: Arc::new(HashMap::from([("useridentity".to_owned(), row_of(&["type", "arn"]))])),
        store_columns: if text.names_hidden_columns { columns } else { HashMap::new() },
    };
    let names = rewrite(&mut statement, &context)?;
    Ok((statement.to_string(), names.unwrap()))
}

fn row_of(names: &[&str]) -> DataType {
    DataType::Struct(names.iter().map(|name| arrow::datatypes::Field::new(*name, DataType::Utf8, true)).collect())
}

fn sql(text: &str) -> String {
    rewritten(text, &[]).unwrap().0
}

/// Names the first columns would have.
fn names(text: &str, planned: &[&str]) -> Vec<String> {
    use arrow::datatypes::{Field, Schema};
    let fields: Vec<_> = planned.iter().map(|name| Field::new(*name, DataType::Null, true)).collect();
    let schema = rewritten(text, &[]).unwrap().1.apply(&Arc::new(Schema::new(fields)));
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

#[test]
fn output_names_are_those_of_the_query() {
    let text = "SELECT eventName, userIdentity.ARN, e.\"eventID\", (awsRegion), count(*), 1 AS \"One\", userIdentity.arn \
                , element_at(resources, 1).accountId, requestParameters['k'] FROM events e";
    let planned = ["eventname", "arn", "eventid", "awsregion", "_col4", "one", "arn#2", "accountid", "_col8"];
    let expected = ["eventName", "ARN", "eventID", "awsRegion", "_col4", "One", "arn", "accountId", "_col8"];
    assert_eq!(names(text, &planned), expected);
}

#[test]
fn every_item_has_a_name_of_its_own() {
    assert_eq!(sql("SELECT a, a, A FROM t"), "SELECT a AS \"a#2\", a AS \"a#3\", A AS \"a#4\" FROM t");
    assert_eq!(sql("SELECT upper(a), upper(a) FROM t"), "SELECT upper(a) AS \"_col0\", upper(a) AS \"_col1\" FROM t");
    assert_eq!(sql("SELECT 1 AS x, 2 AS X"), "SELECT 1 AS \"x#2\", 2 AS \"x#3\"");
    assert_eq!(sql("SELECT *, a FROM t"), "SELECT *, a AS \"a#2\" FROM t");
    assert_eq!(sql("SELECT s.f, t.f FROM t"), "SELECT s.f AS \"f#2\", t.f AS \"f#3\" FROM t");
}

#[test]
fn set_operations_are_named_by_their_first_branch_and_values_by_place() {
    assert_eq!(names("SELECT A FROM t UNION ALL SELECT B FROM t", &["a"]), ["A"]);
    assert_eq!(names("(SELECT A FROM t) ORDER BY 1", &["a"]), ["A"]);
    assert_eq!(names("VALUES (1, 2)", &["column1", "column2"]), ["_col0", "_col1"]);
}

#[test]
fn subscripts_are_calls_and_fields_after_them_stay_fields() {
    assert_eq!(
        sql("SELECT element_at(resources, 1).ARN FROM t WHERE r[1].b.c = 1"),
        "SELECT element_at(resources, 1)['ARN'] AS \"arn\" FROM t WHERE \"$subscript\"(r, 1)['b']['c'] = 1"
    );
    assert_eq!(sql("SELECT a.b[1].c"), "SELECT \"$subscript\"(a.b, 1)['c'] AS \"c\"");
    assert_eq!(sql("SELECT m['k']"), "SELECT \"$subscript\"(m, 'k') AS \"_col0\"");
    assert_eq!(sql("SELECT m['k'][2]"), "SELECT \"$subscript\"(\"$subscript\"(m, 'k'), 2) AS \"_col0\"");
}

#[test]
fn fields_of_lambda_parameters_are_told_from_columns() {
    for (text, expected) in [
        ("any_match(resources, r -> r.arn = 'x')", "any_match(resources, r -> r['arn'] = 'x')"),
        ("f(a, X -> x.b.c)", "f(a, X -> x['b']['c'])"),
        ("f(a, x -> g(x.b, y -> y.c = x.d AND t.c))", "f(a, x -> g(x['b'], y -> y['c'] = x['d'] AND t.c))"),
        ("f(a, (k, v) -> v.b[1].c)", "f(a, (k, v) -> \"$subscript\"(v['b'], 1)['c'])"),
        ("f(a, x -> x) || x.b", "f(a, x -> x) || x.b"),
    ] {
        assert_eq!(sql(&format!("SELECT {text} AS z")), format!("SELECT {expected} AS z"), "{text}");
    }
}

#[test]
fn output_names_are_hidden_from_grouping() {
    assert_eq!(
        sql("SELECT lower(a) AS x FROM t GROUP BY x ORDER BY x"),
        "SELECT lower(a) AS \"x#2\" FROM t GROUP BY x ORDER BY 1"
    );
    assert_eq!(
        sql("SELECT x FROM (SELECT lower(a) AS x, b FROM t GROUP BY x, b) s"),
        "SELECT x FROM (SELECT \"x#2\" AS \"x\", \"b\" AS \"b\" FROM (SELECT lower(a) AS \"x#2\", b FROM t GROUP BY x, b)) s"
    );
    assert_eq!(sql("SELECT lower(a) AS x FROM t GROUP BY 1"), "SELECT lower(a) AS x FROM t GROUP BY 1");
}

#[test]
fn fields_of_outer_columns_are_spelled_out_in_subqueries() {
    assert_eq!(
        sql("SELECT 1 AS a WHERE EXISTS (SELECT 1 AS b FROM u WHERE u.x = t.userIdentity.arn)"),
        "SELECT 1 AS a WHERE EXISTS (SELECT 1 AS b FROM u WHERE u.x = t.userIdentity['arn'])"
    );
}

#[test]
fn values_become_lists_and_rows_of_columns_one_value() {
    assert_eq!(sql("SELECT a FROM t WHERE x NOT IN (VALUES 1, (2))"), "SELECT a FROM t WHERE x NOT IN (1, 2)");
    assert_eq!(
        sql("SELECT a FROM t WHERE (x, y) IN (SELECT c, d FROM u)"),
        "SELECT a FROM t WHERE \"$row\"(x, y) IN (SELECT \"$row\"(c0, c1) AS \"_col0\" FROM (SELECT c, d FROM u) AS members (c0, c1))"
    );
}

#[test]
fn fields_of_columns_of_queries_around_are_spelled_out() {
    assert_eq!(
        sql(
            "SELECT a FROM t, UNNEST(t.xs) AS v (r) WHERE EXISTS (SELECT 1 AS b FROM u WHERE u.x = r.arn ORDER BY u.y)"
        ),
        "SELECT a FROM t, UNNEST(t.xs) AS v (r) WHERE EXISTS (SELECT 1 AS b FROM u WHERE u.x = r['arn'] ORDER BY u.y)"
    );
}

#[test]
fn the_fields_of_a_row_are_written_out() {
    assert_eq!(
        sql("SELECT userIdentity.*, a FROM t"),
        "SELECT userIdentity.\"type\" AS \"type\", userIdentity.\"arn\" AS \"arn\", a FROM t"
    );
}

#[test]
fn places_inside_grouping_sets_are_their_items() {
    assert_eq!(
        sql("SELECT a, lower(b) AS c FROM t GROUP BY ROLLUP(1, 2)"),
        "SELECT a, lower(b) AS c FROM t GROUP BY ROLLUP (a, lower(b))"
    );
}

#[test]
fn fetch_first_is_a_limit() {
    assert_eq!(sql("SELECT a FROM t OFFSET 2 FETCH FIRST 3 ROWS ONLY"), "SELECT a FROM t LIMIT 3 OFFSET 2");
    assert_eq!(sql("SELECT a FROM t FETCH NEXT ROW ONLY"), "SELECT a FROM t LIMIT 1");
}

#[test]
fn parameters_become_literals() {
    let text = "SELECT a FROM t WHERE a = :name AND b > :n LIMIT :n";
    let (sql, _) = rewritten(text, &["NAME=it's", "n:number=3"]).unwrap();
    assert_eq!(sql, "SELECT a FROM t WHERE a = 'it''s' AND b > 3 LIMIT 3");
    let error = rewritten(text, &["n:number=3"]).unwrap_err();
    assert!(matches!(&error, QueryError::UnboundParameter { name, .. } if name == "name"), "{error}");
    assert!(matches!(rewritten("SELECT ?", &[]), Err(QueryError::Placeholder { .. })));
}

#[test]
fn a_wildcard_beside_a_hidden_column_is_written_out() {
    assert_eq!(
        sql("SELECT *, $path FROM events e"),
        "SELECT \"e\".\"eventname\", \"e\".\"eventid\", \"$path\" FROM events e"
    );
    assert_eq!(
        sql("SELECT e.*, \"$path\" FROM events e, other o"),
        "SELECT \"e\".\"eventname\", \"e\".\"eventid\", \"$path\" FROM events e, other o"
    );
}

#[test]
fn long_conditions_become_flat_and_keep_their_order() {
    let conditions: Vec<String> = (0..10_000).map(|n| format!("x = {n}")).collect();
    let text = format!("SELECT 1 AS a WHERE {}", conditions.join(" OR "));
    assert_eq!(sql(&text), text);
    assert_eq!(
        sql("SELECT 1 AS a WHERE a AND b OR c AND (d OR e) OR f"),
        "SELECT 1 AS a WHERE a AND b OR c AND (d OR e) OR f"
    );
}

#[test]
fn sorting_by_an_item_of_the_list_is_sorting_by_its_place() {
    assert_eq!(
        sql("SELECT DISTINCT s.F, upper('x') AS u FROM t ORDER BY S.f DESC, upper('x'), upper('X'), b"),
        "SELECT DISTINCT s.F AS \"f\", upper('x') AS u FROM t ORDER BY 1 DESC, 2, upper('X'), b"
    );
    assert_eq!(sql("SELECT *, a + 1 AS c FROM t ORDER BY a + 1"), "SELECT *, a + 1 AS c FROM t ORDER BY a + 1");
}

#[test]
fn very_long_conjunctions_are_grouped() {
    let conditions: Vec<String> = (0..1_000).map(|n| format!("x = {n}")).collect();
    let text = format!("SELECT 1 AS a WHERE {} AND x IN (SELECT 1 AS b)", conditions.join(" AND "));
    let grouped = sql(&text);
    assert_eq!(grouped.matches("all_true(").count(), 9);
    assert_eq!(grouped.matches(" AND ").count(), 109);
    assert!(grouped.contains(" AND x IN (SELECT 1 AS b) AND all_true(x = 100, x = 101"), "{grouped}");
}
