//! What names mean in each clause: input columns, output names, places.

use crate::lake::{TestLake, events};

async fn said(lake: &TestLake, sql: &str) -> (String, String) {
    let error = lake.error(sql).await;
    (error.to_string(), error.hint().unwrap_or_default())
}

#[tokio::test]
async fn group_by_having_and_where_do_not_see_output_names() {
    let lake = events().await;
    let (error, hint) = said(&lake, "SELECT lower(eventName) AS x, count(*) FROM events GROUP BY x").await;
    assert_eq!(error, "line 1:61: column `x` cannot be resolved");
    assert_eq!(hint, "`x` is an output name: group by its expression or its place, `GROUP BY 1`");
    let (error, hint) =
        said(&lake, "SELECT awsRegion, count(*) AS n FROM events GROUP BY awsRegion HAVING n > 1").await;
    assert_eq!(error, "line 1:71: column `n` cannot be resolved");
    assert!(hint.starts_with("`n` is an output name, which HAVING does not see"), "{hint}");
    let (error, hint) = said(&lake, "SELECT lower(eventName) AS x FROM events WHERE x = 'a'").await;
    assert_eq!(error, "line 1:48: column `x` cannot be resolved");
    assert!(hint.starts_with("`x` is an output name, which WHERE does not see"), "{hint}");
    let (error, _) =
        said(&lake, "SELECT * FROM (SELECT lower(eventName) AS x, count(*) AS n FROM events GROUP BY x) WHERE n > 0")
            .await;
    assert_eq!(error, "line 1:81: column `x` cannot be resolved");
    let (error, _) =
        said(&lake, "SELECT awsRegion FROM events UNION SELECT lower(eventName) AS x FROM events GROUP BY x").await;
    assert_eq!(error, "line 1:86: column `x` cannot be resolved");
}

#[tokio::test]
async fn input_columns_win_where_output_names_are_not_seen() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT lower(eventname) AS eventname, count(*) FROM events GROUP BY eventname ORDER BY 1 LIMIT 2",
            vec!["consolelogin|1", "decrypt|1"],
        ),
        // Grouped by the name as it is, not by its first letter.
        (
            "SELECT substr(awsRegion, 1, 1) AS awsRegion, count(*) AS n FROM events GROUP BY awsRegion ORDER BY n, 1",
            vec!["e|2", "u|2"],
        ),
        (
            "SELECT x, n FROM (SELECT upper(awsRegion) AS awsRegion, count(*) AS n FROM events GROUP BY awsRegion) AS t(x, n) ORDER BY x",
            vec!["EU-WEST-1|2", "US-EAST-1|2"],
        ),
        (
            "SELECT awsregion FROM (SELECT upper(awsRegion) AS awsRegion FROM events GROUP BY awsRegion) ORDER BY 1",
            vec!["EU-WEST-1", "US-EAST-1"],
        ),
        ("SELECT upper(eventName) AS eventName FROM events WHERE eventName = 'Decrypt'", vec!["DECRYPT"]),
        (
            "SELECT max(eventName) AS eventName, awsRegion FROM events GROUP BY awsRegion HAVING max(eventName) > 'H' ORDER BY eventName",
            vec!["RunInstances|eu-west-1"],
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn order_by_sees_output_names_first() {
    let lake = events().await;
    for (sql, expected) in [
        ("SELECT a AS b, b AS a FROM (VALUES (1, 20), (2, 10)) AS t(a, b) ORDER BY a", vec!["2|10", "1|20"]),
        ("SELECT eventName AS n FROM events ORDER BY N DESC LIMIT 1", vec!["RunInstances"]),
        ("SELECT eventName AS n FROM events ORDER BY lower(n) LIMIT 1", vec!["ConsoleLogin"]),
        ("SELECT eventName FROM events ORDER BY eventTime DESC LIMIT 1", vec!["Decrypt"]),
        (
            "SELECT awsRegion AS r, count(*) AS n FROM events GROUP BY awsRegion ORDER BY n DESC, r",
            vec!["eu-west-1|2", "us-east-1|2"],
        ),
        (
            "SELECT awsRegion, count(*) FROM events GROUP BY awsRegion ORDER BY count(*), AWSREGION DESC",
            vec!["us-east-1|2", "eu-west-1|2"],
        ),
        (
            "SELECT userIdentity.type, count(*) FROM events GROUP BY USERIDENTITY.TYPE ORDER BY count(*) DESC, userIdentity.Type LIMIT 1",
            vec!["IAMUser|2"],
        ),
        ("SELECT DISTINCT upper(awsRegion) AS r FROM events ORDER BY r DESC", vec!["US-EAST-1", "EU-WEST-1"]),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
    let (error, hint) = said(&lake, "SELECT DISTINCT awsRegion FROM events ORDER BY eventName").await;
    assert_eq!(error, "line 1:48: for SELECT DISTINCT, ORDER BY expressions must be in the select list");
    assert!(hint.starts_with("add the expression"), "{hint}");
    let (error, _) = said(&lake, "SELECT awsRegion AS x, eventName AS x FROM events ORDER BY x").await;
    assert_eq!(error, "line 1:60: column `x` is ambiguous");
}

#[tokio::test]
async fn places_count_from_one_and_end_with_the_list() {
    let lake = events().await;
    for (sql, message) in [
        ("SELECT awsRegion FROM events ORDER BY 2", "line 1:39: ORDER BY position 2 is not in the select list"),
        ("SELECT awsRegion FROM events ORDER BY 0", "line 1:39: ORDER BY position 0 is not in the select list"),
        (
            "SELECT awsRegion, count(*) FROM events GROUP BY 3",
            "line 1:49: GROUP BY position 3 is not in the select list",
        ),
        (
            "SELECT awsRegion, count(*) FROM events GROUP BY 1, 2",
            "line 1:19: GROUP BY clause cannot contain aggregations or window functions: `count(*)`",
        ),
    ] {
        assert_eq!(said(&lake, sql).await.0, message, "{sql}");
    }
}

#[tokio::test]
async fn selected_expressions_are_built_from_grouping_expressions() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT useridentity.ARN, count(*) FROM events GROUP BY userIdentity.arn HAVING USERIDENTITY.arn LIKE '%bob'",
            vec!["arn:aws:iam::222222222222:user/bob|2"],
        ),
        (
            "SELECT upper(substr(EVENTNAME, 1, 3)) FROM events GROUP BY substr(eventName, 1, 3) ORDER BY Upper(Substr(eventName, 1, 3)) LIMIT 1",
            vec!["CON"],
        ),
        (
            "SELECT element_at(requestParameters, 'bucketName'), count(*) FROM events WHERE requestParameters IS NOT NULL \
             GROUP BY requestParameters ORDER BY 1 LIMIT 1",
            vec!["Logs|1"],
        ),
        (
            "SELECT cardinality(resources), count(*) FROM events GROUP BY resources ORDER BY 1",
            vec!["0|1", "1|1", "2|1", "NULL|1"],
        ),
        (
            "SELECT useridentity.username, count(*) FROM events GROUP BY userIdentity ORDER BY 2 DESC LIMIT 1",
            vec!["bob|2"],
        ),
        ("SELECT DISTINCT requestParameters FROM events WHERE eventName = 'Decrypt'", vec!["{keyId: k}"]),
        ("SELECT e.awsRegion, count(*) FROM events e GROUP BY awsRegion ORDER BY 1 LIMIT 1", vec!["eu-west-1|2"]),
        ("SELECT awsRegion, count(*) FROM events e GROUP BY e.AwsRegion ORDER BY 1 LIMIT 1", vec!["eu-west-1|2"]),
        ("SELECT count(*), 'x', 1 + 1 FROM events", vec!["4|x|2"]),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
    for (sql, message) in [
        (
            "SELECT eventName, count(*) FROM events",
            "line 1:8: 'eventName' must be an aggregate expression or appear in GROUP BY clause",
        ),
        (
            "SELECT awsRegion,\n  userIdentity.arn FROM events GROUP BY awsRegion",
            "line 2:3: 'userIdentity.arn' must be an aggregate expression or appear in GROUP BY clause",
        ),
        (
            "SELECT awsRegion FROM events GROUP BY awsRegion HAVING eventName = 'x'",
            "line 1:56: 'eventName' must be an aggregate expression or appear in GROUP BY clause",
        ),
        (
            "SELECT awsRegion FROM events GROUP BY awsRegion ORDER BY eventName",
            "line 1:58: 'eventName' must be an aggregate expression or appear in GROUP BY clause",
        ),
        (
            "SELECT max(eventName), eventName FROM events",
            "line 1:24: 'eventName' must be an aggregate expression or appear in GROUP BY clause",
        ),
    ] {
        assert_eq!(said(&lake, sql).await.0, message, "{sql}");
    }
}

#[tokio::test]
async fn maps_with_the_same_entries_are_one_group() {
    let lake = events().await;
    let sql = "SELECT m, count(*) FROM (VALUES (map(ARRAY['a', 'b'], ARRAY[1, 2])), (map(ARRAY['b', 'a'], ARRAY[2, 1])), \
               (map(ARRAY['a'], ARRAY[1]))) AS t(m) GROUP BY m ORDER BY 2";
    let rows = lake.rows(sql).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(rows[1].ends_with("|2"), "{rows:?}");
}

#[tokio::test]
async fn grouping_sets_give_subtotals() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT awsRegion, count(*) FROM events GROUP BY ROLLUP(awsRegion) ORDER BY 1",
            vec!["eu-west-1|2", "us-east-1|2", "NULL|4"],
        ),
        (
            "SELECT awsRegion, readOnly, count(*) FROM events GROUP BY CUBE(awsRegion, readOnly) ORDER BY 1, 2",
            vec![
                "eu-west-1|false|1",
                "eu-west-1|true|1",
                "eu-west-1|NULL|2",
                "us-east-1|false|1",
                "us-east-1|true|1",
                "us-east-1|NULL|2",
                "NULL|false|2",
                "NULL|true|2",
                "NULL|NULL|4",
            ],
        ),
        (
            "SELECT awsRegion, readOnly, count(*) FROM events GROUP BY GROUPING SETS ((awsRegion), (readOnly), ()) ORDER BY 1, 2",
            vec!["eu-west-1|NULL|2", "us-east-1|NULL|2", "NULL|false|2", "NULL|true|2", "NULL|NULL|4"],
        ),
        (
            "SELECT awsRegion, readOnly, count(*) FROM events GROUP BY awsRegion, ROLLUP(readOnly) ORDER BY 1, 2",
            vec![
                "eu-west-1|false|1",
                "eu-west-1|true|1",
                "eu-west-1|NULL|2",
                "us-east-1|false|1",
                "us-east-1|true|1",
                "us-east-1|NULL|2",
            ],
        ),
        ("SELECT awsRegion, count(*) FROM events GROUP BY ROLLUP(1) ORDER BY 2 DESC, 1 LIMIT 1", vec!["NULL|4"]),
        (
            "SELECT awsRegion, grouping(awsRegion) AS g, count(*) FROM events GROUP BY ROLLUP(awsRegion) ORDER BY g, 1",
            vec!["eu-west-1|0|2", "us-east-1|0|2", "NULL|1|4"],
        ),
        (
            "SELECT awsRegion, readOnly, count(*) FROM events GROUP BY (awsRegion, readOnly) ORDER BY 1, 2 LIMIT 1",
            vec!["eu-west-1|false|1"],
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn rows_are_limited_in_every_spelling() {
    let lake = events().await;
    for (sql, count) in [
        ("SELECT * FROM events LIMIT ALL", 4),
        ("SELECT * FROM events OFFSET 1 ROW", 3),
        ("SELECT * FROM events OFFSET 1 ROWS LIMIT 2", 2),
        ("SELECT * FROM events OFFSET 3 ROWS FETCH NEXT 2 ROWS ONLY", 1),
        ("SELECT * FROM events FETCH FIRST ROW ONLY", 1),
        ("SELECT * FROM events FETCH FIRST 2 ROWS ONLY", 2),
        ("TABLE events", 4),
        ("SELECT * FROM (TABLE events) t LIMIT 3", 3),
    ] {
        assert_eq!(lake.rows(sql).await.len(), count, "{sql}");
    }
}
