//! UNNEST of arrays and maps in FROM.

use crate::lake::events;

#[tokio::test]
async fn resources_become_rows() {
    let lake = events().await;
    let arns = [
        "GetObject|arn:aws:s3:::logs",
        "GetObject|arn:aws:s3:::logs/a/b",
        "Decrypt|arn:aws:kms:eu-west-1:222222222222:key/k",
    ];
    let mut arns = arns.to_vec();
    arns.sort_unstable();
    for sql in [
        "SELECT eventName, r.arn FROM events CROSS JOIN UNNEST(resources) AS t(r) ORDER BY 1, 2",
        "SELECT eventName, t.r.ARN FROM events e CROSS JOIN UNNEST(e.resources) t (r) ORDER BY 1, 2",
        "SELECT eventName, rt.arn FROM events, UNNEST(resources) AS rt ORDER BY 1, 2",
        "SELECT e.eventName, rt.arn FROM events AS e, unnest(e.resources) as rt ORDER BY 1, 2",
        "SELECT eventName, a FROM events, UNNEST(resources) AS t(acc, ty, a, prefix) ORDER BY 1, 2",
        "SELECT eventName, arn FROM events JOIN UNNEST(resources) ON true ORDER BY 1, 2",
    ] {
        match lake.try_rows(sql).await {
            Ok(rows) => assert_eq!(rows, arns, "{sql}"),
            Err(error) => {
                assert!(sql.contains("prefix") && error.to_string().contains("names are given"), "{sql}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn rows_without_elements_disappear_unless_the_join_keeps_them() {
    let lake = events().await;
    assert_eq!(lake.rows("SELECT count(*) FROM events CROSS JOIN UNNEST(resources) AS t(r)").await, ["3"]);
    let kept = lake
        .rows("SELECT eventName, t.r.type FROM events LEFT JOIN UNNEST(resources) AS t(r) ON true ORDER BY eventID, 2")
        .await;
    assert_eq!(
        kept,
        [
            "GetObject|AWS::S3::Bucket",
            "GetObject|AWS::S3::Object",
            "ConsoleLogin|NULL",
            "RunInstances|NULL",
            "Decrypt|AWS::KMS::Key"
        ]
    );
}

#[tokio::test]
async fn conditions_aggregates_and_subqueries_work_on_the_rows() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT r.type, count(*) FROM events CROSS JOIN UNNEST(resources) AS t(r) GROUP BY r.type ORDER BY 1 LIMIT 1",
            vec!["AWS::KMS::Key|1"],
        ),
        (
            "SELECT eventName FROM events, UNNEST(resources) AS t(r) WHERE r.arn LIKE '%/b' AND readOnly",
            vec!["GetObject"],
        ),
        (
            "SELECT n FROM (SELECT eventName AS n, r FROM events CROSS JOIN UNNEST(resources) AS t(r)) WHERE r.type = 'AWS::KMS::Key'",
            vec!["Decrypt"],
        ),
        ("WITH x AS (SELECT r FROM events CROSS JOIN UNNEST(resources) AS t(r)) SELECT count(*) FROM x", vec!["3"]),
        (
            "SELECT eventName FROM events WHERE eventID IN (SELECT e.eventID FROM events e, UNNEST(e.resources) AS t(r) WHERE r.type = 'AWS::KMS::Key')",
            vec!["Decrypt"],
        ),
        ("SELECT count(*) FROM events JOIN UNNEST(resources) AS t(r) ON r.accountId = recipientAccountId", vec!["2"]),
        ("SELECT count(*) FROM events a, UNNEST(a.resources) AS t(r), UNNEST(a.resources) AS u(s)", vec!["5"]),
        (
            "SELECT count(*) FROM events a CROSS JOIN UNNEST(a.resources) AS t(r) JOIN events b ON a.eventID = b.eventID",
            vec!["3"],
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn maps_become_keys_and_values() {
    let lake = events().await;
    let sql = "SELECT k, v FROM events CROSS JOIN UNNEST(requestParameters) AS t(k, v) WHERE eventName = 'GetObject' ORDER BY k";
    assert_eq!(lake.rows(sql).await, ["bucketName|Logs", "key|a/b"]);
}

#[tokio::test]
async fn arrays_are_zipped_and_numbered() {
    let lake = events().await;
    for (sql, expected) in [
        ("SELECT * FROM UNNEST(ARRAY[1,2,3], ARRAY['a']) AS t(n, s)", vec!["1|a", "2|NULL", "3|NULL"]),
        ("SELECT * FROM UNNEST(ARRAY['a','b']) WITH ORDINALITY AS t(s, n)", vec!["a|1", "b|2"]),
        ("SELECT x FROM UNNEST(ARRAY[7]) AS x", vec!["7"]),
        (
            "SELECT r.type, n FROM events CROSS JOIN UNNEST(resources) WITH ORDINALITY AS t(r, n) WHERE eventName = 'GetObject' ORDER BY n",
            vec!["AWS::S3::Object|1", "AWS::S3::Bucket|2"],
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
    let error = lake.error("SELECT 1 FROM UNNEST(ARRAY[1]) AS t(a, b)").await;
    assert!(error.to_string().contains("names are given"), "{error}");
    assert!(lake.error("SELECT 1 FROM UNNEST(1) AS t(a)").await.to_string().contains("takes arrays and maps"));
}

#[tokio::test]
async fn unnests_follow_each_other_and_stand_in_sub_selects() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT x, y FROM (SELECT ARRAY[ARRAY[1, 2], ARRAY[3]] AS a) e, unnest(a) t(x), unnest(x) u(y)",
            vec!["[1, 2]|1", "[1, 2]|2", "[3]|3"],
        ),
        (
            "SELECT rt.type, u.c FROM events e, unnest(e.resources) AS rt, unnest(split(rt.arn, ':')) AS u(c) WHERE u.c = 'kms'",
            vec!["AWS::KMS::Key|kms"],
        ),
        (
            "SELECT u.n FROM events e CROSS JOIN unnest(e.resources) AS t(r) CROSS JOIN unnest(ARRAY[t.r.type]) AS u(n) ORDER BY 1",
            vec!["AWS::KMS::Key", "AWS::S3::Bucket", "AWS::S3::Object"],
        ),
        (
            "WITH w AS (SELECT eventName, resources AS r FROM events) SELECT w.eventName, t.x.type FROM w CROSS JOIN UNNEST(w.r) AS t(x) ORDER BY 2 LIMIT 1",
            vec!["Decrypt|AWS::KMS::Key"],
        ),
        (
            "SELECT e.eventName, r.type FROM events e CROSS JOIN UNNEST(e.resources) AS t(r) LEFT JOIN events c ON c.eventID = e.eventID AND c.readOnly = false WHERE c.eventID IS NULL ORDER BY 2 LIMIT 1",
            vec!["Decrypt|AWS::KMS::Key"],
        ),
        (
            "SELECT eventName FROM events WHERE eventName IN (SELECT x FROM UNNEST(ARRAY['Decrypt']) AS t(x))",
            vec!["Decrypt"],
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn expressions_are_unnested() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT k, v FROM events CROSS JOIN UNNEST(map_entries(requestParameters)) AS t(k, v) ORDER BY k DESC LIMIT 1",
            vec!["keyId|k"],
        ),
        (
            "SELECT k FROM events CROSS JOIN UNNEST(CAST(json_extract(eventJson, '$.requestParameters') AS map(varchar, json))) AS t(k, v) ORDER BY k DESC LIMIT 1",
            vec!["keyId"],
        ),
        (
            "SELECT x FROM events CROSS JOIN UNNEST(transform(resources, r -> r.type)) AS t(x) ORDER BY 1 LIMIT 1",
            vec!["AWS::KMS::Key"],
        ),
        ("SELECT n.x FROM UNNEST(CAST(ARRAY[ROW(1, 'a')] AS array(row(x bigint, y varchar)))) AS t(n)", vec!["1"]),
        ("SELECT * FROM UNNEST(ARRAY[ROW(1, 'a'), ROW(2, 'b')]) AS t(n, s)", vec!["1|a", "2|b"]),
        ("SELECT typeof(n) FROM UNNEST(ARRAY['a']) WITH ORDINALITY AS t(x, n)", vec!["bigint"]),
        (
            "SELECT eventName, n FROM events LEFT JOIN UNNEST(resources) WITH ORDINALITY AS t(r, n) ON TRUE ORDER BY 1, 2",
            vec!["ConsoleLogin|NULL", "Decrypt|1", "GetObject|1", "GetObject|2", "RunInstances|NULL"],
        ),
        (
            "SELECT eventName, k FROM events LEFT JOIN UNNEST(requestParameters) AS t(k, v) ON TRUE ORDER BY 1, 2 LIMIT 2",
            vec!["ConsoleLogin|NULL", "Decrypt|keyId"],
        ),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}
