//! Nested fields, maps, arrays, times and booleans as Lake has them.

use crate::lake::events;

#[tokio::test]
async fn fields_are_reached_in_any_letter_case() {
    let lake = events().await;
    for path in [
        "userIdentity.sessionContext.sessionIssuer.userName",
        "USERIDENTITY.SESSIONCONTEXT.SESSIONISSUER.USERNAME",
        "\"userIdentity\".\"sessionContext\".\"sessionIssuer\".\"userName\"",
        "e.userIdentity.sessionContext.sessionIssuer.userName",
    ] {
        let rows = lake.rows(&format!("SELECT {path} FROM events e WHERE eventName = 'GetObject'")).await;
        assert_eq!(rows, ["ops"], "{path}");
    }
    assert_eq!(lake.rows("SELECT userIdentity[1] FROM Events WHERE EVENTNAME = 'Decrypt'").await, ["IAMUser"]);
    assert_eq!(lake.rows("SELECT count(userIdentity.sessionContext.sessionIssuer.userName) FROM events").await, ["1"]);
}

#[tokio::test]
async fn element_at_finds_keys_and_elements_or_null() {
    let lake = events().await;
    let sql = "SELECT element_at(requestParameters, 'bucketName'), requestParameters['bucketName'], \
               element_at(requestParameters, 'BUCKETNAME'), element_at(requestParameters, lower('KEY')) FROM events WHERE eventName = 'GetObject'";
    assert_eq!(lake.rows(sql).await, ["Logs|Logs|NULL|a/b"]);
    let sql = "SELECT element_at(resources, 1).arn, element_at(resources, -1).type, resources[2].accountId, element_at(resources, 3).arn \
               FROM events WHERE eventName = 'GetObject'";
    assert_eq!(lake.rows(sql).await, ["arn:aws:s3:::logs/a/b|AWS::S3::Bucket|111111111111|NULL"]);
    assert_eq!(lake.rows("SELECT count(element_at(requestParameters,'bucketName')) AS n FROM events").await, ["1"]);
    assert_eq!(
        lake.rows("SELECT count(*) FROM events WHERE element_at(requestParameters,'instanceType') = 't3.micro'").await,
        ["1"]
    );
    assert_eq!(
        lake.rows("SELECT element_at(ARRAY[1,2,3], 2), element_at(ARRAY[1], 5), element_at(ARRAY['a','b'], -2)").await,
        ["2|NULL|a"]
    );
    let error = lake.error("SELECT element_at(ARRAY[1,2], 0)").await;
    assert!(error.to_string().contains("array indices start at 1"), "{error}");
}

#[tokio::test]
async fn cardinality_is_a_signed_number() {
    let lake = events().await;
    let rows = lake
        .rows("SELECT cardinality(resources) - 3, cardinality(requestParameters) FROM events ORDER BY eventID")
        .await;
    assert_eq!(rows, ["-1|2", "-3|NULL", "NULL|2", "-2|1"]);
}

#[tokio::test]
async fn event_times_compare_with_text() {
    let lake = events().await;
    for (condition, count) in [
        ("eventTime > '2023-07-10 12:00:00'", "3"),
        ("eventTime > '2023-07-10 12:30:00.000'", "2"),
        ("eventTime >= '2023-07-10T12:30:00Z'", "3"),
        ("eventTime >= '2023-07-11'", "2"),
        ("'2023-07-11' > eventTime", "2"),
        ("eventTime BETWEEN '2023-07-11' AND '2023-07-12'", "2"),
        ("eventTime IN ('2023-07-12', '2023-07-10 11:00:00')", "2"),
        ("eventTime = '2023-07-11 08:00:00.250'", "1"),
        ("eventTime >= timestamp '2023-07-11 00:00:00'", "2"),
        ("eventTime >= date '2023-07-12'", "1"),
        ("eventTime > timestamp '2023-07-12 00:00:00' - INTERVAL '1' DAY", "2"),
        // The clock of the lake stands at 2023-07-20 10:00.
        ("eventTime >= current_timestamp - INTERVAL '9' DAY", "1"),
        ("eventTime < now() AND eventTime > now() - INTERVAL '1' MONTH", "4"),
        ("eventTime >= current_date - INTERVAL '9' DAY", "2"),
    ] {
        let rows = lake.rows(&format!("SELECT count(*) FROM events WHERE {condition}")).await;
        assert_eq!(rows, [count], "{condition}");
    }
    let rows = lake
        .rows("SELECT eventTime FROM events WHERE eventTime > '2023-07-10 12:00:00' ORDER BY eventTime LIMIT 1")
        .await;
    assert_eq!(rows, ["2023-07-10T12:30:00"]);
    assert!(!lake.error("SELECT 1 FROM events WHERE eventTime > 'yesterday'").await.to_string().is_empty());
}

#[tokio::test]
async fn booleans_compare_with_text_and_text_with_booleans() {
    let lake = events().await;
    for (condition, count) in [
        ("readOnly = true", "2"),
        ("readOnly = 'true'", "2"),
        ("'False' = readOnly", "2"),
        ("managementEvent <> 'true'", "1"),
        ("sessionCredentialFromConsole = true", "1"),
        ("true = sessionCredentialFromConsole", "1"),
        ("userIdentity.sessionContext.attributes.mfaAuthenticated = 'true'", "1"),
    ] {
        let rows = lake.rows(&format!("SELECT count(*) FROM events WHERE {condition}")).await;
        assert_eq!(rows, [count], "{condition}");
    }
}

#[tokio::test]
async fn nulls_come_last_in_both_directions() {
    let lake = events().await;
    let ascending = lake.rows("SELECT errorCode, eventID FROM events ORDER BY errorCode, eventID").await;
    let descending = lake.rows("SELECT errorCode, eventID FROM events ORDER BY errorCode DESC, eventID").await;
    assert!(ascending[0].starts_with("AccessDenied") && descending[0].starts_with("AccessDenied"));
}

#[tokio::test]
async fn records_come_back_as_they_were() {
    let lake = events().await;
    let rows = lake.rows("SELECT eventJson FROM events ORDER BY eventID").await;
    assert_eq!(rows, crate::lake::EVENTS);
}

#[tokio::test]
async fn clauses_and_operators_of_lake_are_understood() {
    let lake = events().await;
    for (sql, expected) in [
        ("SELECT eventName FROM events ORDER BY eventID OFFSET 1 LIMIT 1", vec!["ConsoleLogin"]),
        ("SELECT eventName FROM events ORDER BY eventID FETCH FIRST 1 ROWS ONLY", vec!["GetObject"]),
        ("SELECT eventName FROM (SELECT * FROM events) WHERE eventName LIKE 'Con%'", vec!["ConsoleLogin"]),
        ("SELECT awsRegion, count(*) FROM events GROUP BY 1 ORDER BY 1", vec!["eu-west-1|2", "us-east-1|2"]),
        (
            "SELECT eventName FROM events WHERE errorCode IS DISTINCT FROM 'AccessDenied' AND readOnly = false",
            vec!["ConsoleLogin"],
        ),
        (
            "SELECT DISTINCT userIdentity.arn FROM events WHERE userIdentity.type = 'IAMUser' ORDER BY userIdentity.arn",
            vec!["arn:aws:iam::222222222222:user/bob"],
        ),
        (
            "SELECT upper(eventName), count(*) FROM events GROUP BY upper(eventName) HAVING count(*) > 0 ORDER BY count(*) DESC, upper(eventName) LIMIT 1",
            vec!["CONSOLELOGIN|1"],
        ),
        ("SELECT DISTINCT upper(awsRegion) FROM events ORDER BY upper(awsRegion)", vec!["EU-WEST-1", "US-EAST-1"]),
        ("SELECT 5/2, 1 = 1 AND NOT false", vec!["2|true"]),
        (
            "SELECT cast(eventID AS varchar), cast(eventID AS varchar) FROM events WHERE eventName = 'Decrypt'",
            vec!["00000000-0000-4000-8000-000000000004|00000000-0000-4000-8000-000000000004"],
        ),
        (
            "SELECT any_match(resources, r -> r.type = 'AWS::S3::Bucket') FROM events WHERE eventName = 'GetObject'",
            vec!["true"],
        ),
        ("SELECT count(*) FROM events a JOIN events b ON a.userIdentity.arn = b.userIdentity.arn", vec!["6"]),
        (
            "SELECT eventName FROM events WHERE eventID IN (SELECT eventID FROM events WHERE readOnly) ORDER BY 1",
            vec!["Decrypt", "GetObject"],
        ),
        ("/* first */ SELECT eventname -- comment\n FROM events WHERE eventname = 'Decrypt';", vec!["Decrypt"]),
        (
            "WITH E AS (SELECT eventName AS Name FROM events) SELECT NAME FROM e ORDER BY name LIMIT 1",
            vec!["ConsoleLogin"],
        ),
        ("SELECT requestParameters, count(*) AS n FROM events GROUP BY requestParameters ORDER BY n LIMIT 0", vec![]),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn lambdas_see_their_parameters_first() {
    let lake = events().await;
    for (sql, expected) in [
        ("SELECT transform(ARRAY[1, 2], X -> x + 1)", vec!["[2, 3]"]),
        ("SELECT transform(ARRAY[1, 2], eventName -> eventName * 2) FROM events LIMIT 1", vec!["[2, 4]"]),
        (
            "SELECT transform(ARRAY[ARRAY[1, 2], ARRAY[3]], a -> transform(a, b -> b + cardinality(a)))",
            vec!["[[3, 4], [4]]"],
        ),
        ("SELECT transform(ARRAY[1, 2], x -> ARRAY[x, 1])", vec!["[[1, 1], [2, 1]]"]),
        (
            "SELECT filter(resources, R -> r.ARN LIKE '%logs')[1].type FROM events WHERE eventName = 'GetObject'",
            vec!["AWS::S3::Bucket"],
        ),
        (
            "SELECT transform(resources, r -> r.type || ' in ' || awsRegion) FROM events WHERE eventName = 'Decrypt'",
            vec!["[AWS::KMS::Key in eu-west-1]"],
        ),
        (
            "SELECT transform(resources, r -> r.type), count(*) FROM events WHERE eventName = 'Decrypt' GROUP BY transform(resources, R -> R.Type)",
            vec!["[AWS::KMS::Key]|1"],
        ),
        (
            "SELECT eventName FROM events ORDER BY cardinality(filter(resources, r -> r.type LIKE 'AWS%')) DESC LIMIT 1",
            vec!["GetObject"],
        ),
        ("SELECT reduce(ARRAY[1, 2, 3], 0, (s, x) -> s + x, s -> s)", vec!["6"]),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}
