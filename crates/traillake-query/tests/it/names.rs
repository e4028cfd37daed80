//! Output names, and errors that name what is wrong, where, and what was meant.

use traillake_query::{Position, QueryError, QueryOptions};

use crate::lake::{TestLake, events};

async fn columns(lake: &TestLake, sql: &str) -> Vec<String> {
    let result = lake.query(sql).await.unwrap();
    let schema = result.schema();
    let (batches, _) = result.collect().await.unwrap();
    assert!(batches.iter().all(|batch| batch.schema() == schema), "{sql}");
    schema.fields().iter().map(|field| field.name().clone()).collect()
}

#[tokio::test]
async fn columns_are_named_as_the_query_spells_them() {
    let lake = events().await;
    for (sql, expected) in [
        ("SELECT eventName, awsRegion FROM events", vec!["eventName", "awsRegion"]),
        ("SELECT userIdentity.arn, e.userIdentity.sessionContext.sessionIssuer.ARN FROM events e", vec!["arn", "ARN"]),
        ("SELECT count(*), max(eventTime) AS \"Last Seen\" FROM events", vec!["_col0", "Last Seen"]),
        (
            "SELECT a.eventID, b.eventID FROM events a JOIN events b ON a.eventID = b.eventID",
            vec!["eventID", "eventID"],
        ),
        ("SELECT element_at(resources, 1).ARN, element_at(resources, 1) FROM events", vec!["ARN", "_col1"]),
        ("SELECT Name FROM (SELECT eventName AS name FROM events) x", vec!["Name"]),
        ("SELECT eventName FROM events UNION SELECT eventSource FROM events", vec!["eventName"]),
        ("VALUES (1, 'a')", vec!["_col0", "_col1"]),
        ("SELECT 1, 1, 1", vec!["_col0", "_col1", "_col2"]),
        ("SELECT 1 AS a, 2 AS A", vec!["a", "A"]),
        ("SELECT -1, (eventName), cast(eventID AS varchar) FROM events", vec!["_col0", "eventName", "_col2"]),
        ("SELECT count(*) count, max(eventName) max FROM events", vec!["count", "max"]),
        ("SELECT * FROM (SELECT eventName AS Name, userIdentity.ARN, 1 FROM events)", vec!["Name", "ARN", "_col2"]),
        ("SELECT * FROM (VALUES (1, 2)) AS t(A, b)", vec!["A", "b"]),
        ("WITH w(Aa) AS (SELECT 1) SELECT * FROM w", vec!["Aa"]),
        (
            "SELECT a.*, b.eventID FROM (SELECT eventID AS Id FROM events) a JOIN events b ON a.id = b.eventID",
            vec!["Id", "eventID"],
        ),
        (
            "SELECT * FROM (SELECT eventID FROM events) a JOIN (SELECT eventID FROM events) b ON a.eventID = b.eventID",
            vec!["eventID", "eventID"],
        ),
        (
            "SELECT * FROM (SELECT eventID FROM events) a JOIN (SELECT eventID, eventName FROM events) b USING (eventID)",
            vec!["eventID", "eventName"],
        ),
        ("SELECT eventName FROM events UNION ALL SELECT 'x' AS other", vec!["eventName"]),
        ("SELECT element_at(resources, 1).* FROM events", vec!["accountid", "type", "arn", "arnprefix"]),
        ("SELECT lower(eventName) AS EventName FROM events GROUP BY eventName", vec!["EventName"]),
    ] {
        assert_eq!(columns(&lake, sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_wildcard_gives_the_schema_without_hidden_columns() {
    let lake = events().await;
    let all = columns(&lake, "SELECT * FROM events").await;
    assert_eq!(all.first().map(String::as_str), Some("eventversion"));
    assert!(all.contains(&"eventjson".to_owned()) && !all.iter().any(|name| name.starts_with('$')), "{all:?}");
    let with_path = columns(&lake, "SELECT *, \"$path\" FROM events").await;
    assert_eq!(with_path.len(), all.len() + 1);
    assert_eq!(with_path.last().map(String::as_str), Some("$path"));
    let with_name = columns(&lake, "SELECT *, eventName, upper(eventName) FROM events").await;
    assert_eq!(with_name[all.len()..], ["eventName".to_owned(), format!("_col{}", all.len() + 1)]);
}

#[tokio::test]
async fn hidden_columns_are_reached_by_name() {
    let lake = events().await;
    let sql =
        "SELECT DISTINCT \"$account\", $region, \"$date\" FROM events WHERE \"$date\" >= date '2023-07-11' ORDER BY 3";
    assert_eq!(lake.rows(sql).await, ["222222222222|eu-west-1|2023-07-11", "222222222222|eu-west-1|2023-07-12"]);
    let paths = lake.rows("SELECT \"$path\" FROM events WHERE eventName = 'Decrypt'").await;
    assert!(paths[0].ends_with(".parquet"), "{paths:?}");
}

#[tokio::test]
async fn unknown_columns_are_named_placed_and_corrected() {
    let lake = events().await;
    let error = lake.error("SELECT 1,\n  evntName FROM events").await;
    assert_eq!(error.to_string(), "line 2:3: column `evntName` cannot be resolved");
    assert_eq!(error.hint().unwrap(), "did you mean `eventname`?");
    assert_eq!(error.position(), Some(Position { line: 2, column: 3 }));
    let error = lake.error("SELECT userIdentity.acountId FROM events").await;
    assert!(
        matches!(&error, QueryError::UnknownColumn { nearest: Some(nearest), .. } if nearest == "useridentity.accountid"),
        "{error:?}"
    );
    let error = lake.error("SELECT userIdentity.foo FROM events").await;
    assert_eq!(error.to_string(), "line 1:8: column `userIdentity.foo` cannot be resolved");
    assert!(error.hint().unwrap().starts_with("fields: `type`, `principalid`"), "{error:?}");
    for (sql, message) in [
        ("SELECT resources.arn FROM events", "line 1:8: `resources` is an array"),
        ("SELECT eventName.x FROM events", "line 1:8: `eventName` has no fields"),
        ("SELECT element_at(resources, 1).nosuch FROM events", "line 1:33: column `nosuch` cannot be resolved"),
        ("SELECT sum(eventName) FROM events", "line 1:8: unexpected parameters (varchar) for function sum"),
        (
            "SELECT eventName FROM events GROUP BY awsRegion",
            "line 1:8: 'eventName' must be an aggregate expression or appear in GROUP BY clause",
        ),
    ] {
        let error = lake.error(sql).await;
        assert!(error.to_string().starts_with(message), "{sql}: {error}");
    }
    let error = lake.error("SELECT nosuch FROM events").await;
    assert!(error.to_string().contains("nosuch"), "{error}");
    let error = lake.error("SELECT sessionIssuer FROM events").await;
    assert_eq!(error.hint().unwrap(), "did you mean `useridentity.sessioncontext.sessionissuer`?");
    let error = lake.error("SELECT \"10.0.0.1\" FROM events").await;
    assert!(matches!(error, QueryError::UnknownColumn { .. }), "{error:?}");
}

#[tokio::test]
async fn unknown_functions_and_stores_are_named_and_corrected() {
    let lake = events().await;
    let error = lake.error("SELECT uper(eventName) FROM events").await;
    assert!(
        matches!(&error, QueryError::UnknownFunction { name, nearest: Some(nearest), .. } if name == "uper" && nearest == "upper"),
        "{error:?}"
    );
    let error = lake.error("SELECT 1 FROM event").await;
    assert!(
        matches!(&error, QueryError::StoreNotFound { name, nearest: Some(nearest), position: Some(_), .. } if name == "event" && nearest == "events"),
        "{error:?}"
    );
    let error = lake.error("SELECT 1 FROM system.querys").await;
    assert!(
        matches!(&error, QueryError::StoreNotFound { nearest: Some(nearest), .. } if nearest == "system.queries"),
        "{error:?}"
    );
}

#[tokio::test]
async fn syntax_errors_say_where() {
    let lake = events().await;
    let error = lake.error("SELECT eventName\nFROM events WHERE WHERE 1").await;
    assert_eq!(error.position().map(|position| position.line), Some(2), "{error}");
    let error = lake.error("SELECT 'open").await;
    assert!(matches!(error, QueryError::Syntax { .. }), "{error:?}");
    assert!(matches!(lake.error("SELECT 1 FROM events events2 events3").await, QueryError::Syntax { .. }));
}

#[tokio::test]
async fn parameters_stand_in_every_clause() {
    let lake = events().await;
    let options = QueryOptions {
        parameters: ["n:number=2", "text=Decrypt", "key=keyId", "since:timestamp=2023-07-11 00:00:00", "days=9"]
            .map(|text| text.parse().unwrap())
            .into(),
        ..QueryOptions::default()
    };
    for (sql, count) in [
        ("SELECT eventName FROM events ORDER BY 1 LIMIT :n", 2),
        ("SELECT eventName FROM events OFFSET :n", 2),
        ("SELECT eventName FROM events ORDER BY 1 FETCH FIRST :n ROWS ONLY", 2),
        ("SELECT eventName FROM events WHERE eventName IN ('x', :text)", 1),
        ("SELECT eventName FROM events WHERE eventTime BETWEEN :since AND now()", 2),
        ("SELECT eventName FROM events WHERE eventTime >= now() - INTERVAL :days DAY", 1),
        ("SELECT eventName FROM events WHERE element_at(requestParameters, :key) = 'k'", 1),
        ("SELECT eventName FROM events WHERE any_match(ARRAY['a', 'Decrypt'], x -> x = :text AND x = eventName)", 1),
        ("SELECT awsRegion FROM events GROUP BY awsRegion HAVING count(*) >= :n", 2),
        ("SELECT eventName FROM events WHERE eventName LIKE :text || '%'", 1),
        ("SELECT CASE eventName WHEN :TEXT THEN 1 ELSE :n END AS x FROM events GROUP BY 1", 2),
        ("SELECT x FROM UNNEST(ARRAY[:text, 'b']) AS t(x)", 2),
        ("SELECT eventName FROM events WHERE eventID IN (SELECT eventID FROM events WHERE eventName = :text)", 1),
    ] {
        let result = lake.engine().query(sql, &options).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert_eq!(result.collect().await.unwrap().1.rows, count, "{sql}");
    }
}

#[tokio::test]
async fn parameters_are_literals_of_their_kind() {
    let lake = events().await;
    let options = |parameters: &[&str]| QueryOptions {
        parameters: parameters.iter().map(|text| text.parse().unwrap()).collect(),
        ..QueryOptions::default()
    };
    for (condition, parameters, count) in [
        ("eventName = :name", ["name=GetObject"], 1),
        ("eventName = :name", ["name=' OR 1=1 --"], 0),
        ("eventTime > :since", ["since=2023-07-11"], 2),
        ("eventTime > :since", ["since:timestamp=2023-07-11 08:00:00.250"], 1),
        ("eventTime < :until", ["until:timestamp=9999-12-31 23:59:59"], 4),
        ("hour(eventTime AT TIME ZONE :zone) = 8", ["zone=America/New_York"], 1),
        ("readOnly = :flag", ["flag:boolean=true"], 2),
        ("cardinality(resources) = :n", ["n:number=2"], 1),
    ] {
        let sql = format!("SELECT * FROM events WHERE {condition}");
        let (batches, stats) = lake.engine().query(&sql, &options(&parameters)).await.unwrap().collect().await.unwrap();
        assert_eq!(stats.rows, count, "{condition} {parameters:?}");
        assert_eq!(batches.iter().map(|batch| batch.num_rows() as u64).sum::<u64>(), count);
    }
    let error = lake.error("SELECT :missing").await;
    assert_eq!(error.hint().unwrap(), "give it: `--param missing=VALUE`");
}

#[tokio::test]
async fn completion_knows_stores_fields_functions_and_system_tables() {
    let lake = events().await;
    let names = lake.engine().names(&QueryOptions::default()).await.unwrap();
    assert_eq!(names.stores[0].name, "events");
    assert!(names.stores[0].paths.contains(&"useridentity.sessioncontext.sessionissuer.arn".to_owned()));
    assert!(names.functions.contains(&"element_at".to_owned()));
    assert!(names.system_tables.contains(&"system.quarantine".to_owned()));
}
