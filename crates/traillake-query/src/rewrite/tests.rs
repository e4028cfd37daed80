use datafusion::sql::sqlparser::parser::Parser;

use super::*;
use traillake_sql::LakeDialect;
use crate::text::read_statement;

fn rewritten(sql: &str, parameters: &[&str]) -> Result<(String, OutputNames), QueryError> {
    let text = read_statement(sql, 1 << 22, || Ok("store".into()))?;
    let mut statement =
        Parser::new(&LakeDialect::default()).with_tokens_with_locations(text.tokens).parse_statement().unwrap();
    balance(&mut statement);
    let columns = HashMap::from([("events".to_owned(), vec!["eventname".to_owned(), "eventid".to_owned()])]);
    let context = RewriteContext {
        written: text.written,
        parameters: parameters.iter().map(|text| text.parse().unwrap()).collect(),
        map_columns: HashSet::from(["requestparameters".to_owned()]),
        store_columns: if text.names_hidden_columns { columns } else { HashMap::new() },
    };
    let names = rewrite(&mut statement, &context)?;
    Ok((statement.to_string(), names.unwrap()))
}

fn sql(text: &str) -> String {
    rewritten(text, &[]).unwrap().0
}

/// Names the first columns would have.
fn names(text: &str, planned: &[&str]) -> Vec<String> {
    use arrow::datatypes::{DataType, Field, Schema};
    let fields: Vec<_> = planned.iter().map(|name| Field::new(*name, DataType::Null, true)).collect();
    let schema = rewritten(text, &[]).unwrap().1.apply(&std::sync::Arc::new(Schema::new(fields)));
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
    assert_eq!(sql("SELECT a, a, A FROM t"), "SELECT a, a AS \"a#2\", A AS \"a#3\" FROM t");
    assert_eq!(sql("SELECT upper(a), upper(a) FROM t"), "SELECT upper(a) AS \"_col0\", upper(a) AS \"_col1\" FROM t");
    assert_eq!(sql("SELECT 1 AS x, 2 AS X"), "SELECT 1 AS x, 2 AS \"x#2\"");
    assert_eq!(sql("SELECT *, a FROM t"), "SELECT *, a AS \"a#2\" FROM t");
    assert_eq!(sql("SELECT s.f, t.f FROM t"), "SELECT s.f AS \"f\", t.f AS \"f#2\" FROM t");
}

#[test]
fn set_operations_are_named_by_their_first_branch_and_values_by_place() {
    assert_eq!(names("SELECT A FROM t UNION ALL SELECT B FROM t", &["a"]), ["A"]);
    assert_eq!(names("(SELECT A FROM t) ORDER BY 1", &["a"]), ["A"]);
    assert_eq!(names("VALUES (1, 2)", &["column1", "column2"]), ["_col0", "_col1"]);
}

#[test]
fn fields_after_calls_and_subscripts_become_subscripts() {
    assert_eq!(
        sql("SELECT element_at(resources, 1).ARN FROM t WHERE r[1].b.c = 1"),
        "SELECT element_at(resources, 1)['ARN'] AS \"arn\" FROM t WHERE r[1]['b']['c'] = 1"
    );
    assert_eq!(sql("SELECT a.b[1].c"), "SELECT a.b[1]['c'] AS \"c\"");
    assert_eq!(
        sql("SELECT any_match(resources, r -> r.arn = 'x')"),
        "SELECT any_match(resources, r -> r['arn'] = 'x') AS \"_col0\""
    );
}

#[test]
fn keys_of_maps_keep_their_case() {
    assert_eq!(sql("SELECT requestParameters.bucketName"), "SELECT requestParameters.\"bucketName\" AS \"bucketname\"");
    assert_eq!(
        sql("SELECT 1 WHERE e.\"requestParameters\".\"aB\" = 1"),
        "SELECT 1 AS \"_col0\" WHERE e.\"requestparameters\".\"aB\" = 1"
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
