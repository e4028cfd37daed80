//! Several stores in one query: joins and set operations, their names and types.

use traillake_model::Retention;

use crate::lake::{EVENTS, TestLake, events};

/// `events` with all four records, `copy` with the first two.
async fn two_stores() -> (TestLake, String, String) {
    let lake = events().await;
    let copy = lake.create("copy", Retention::Unlimited).await;
    lake.store("copy", &EVENTS[..2]).await;
    let events = lake.storage.event_data_store("events").await.unwrap().id.to_string();
    (lake, events, copy)
}

#[tokio::test]
async fn stores_join_by_id_name_and_alias() {
    let (lake, events, copy) = two_stores().await;
    for (sql, expected) in [
        (
            format!("SELECT edsA.eventId, edsB.eventName FROM {events} AS edsA LEFT JOIN {copy} AS edsB ON edsA.eventId = edsB.eventId ORDER BY edsA.eventId LIMIT 3"),
            vec![
                "00000000-0000-4000-8000-000000000001|GetObject",
                "00000000-0000-4000-8000-000000000002|ConsoleLogin",
                "00000000-0000-4000-8000-000000000003|NULL",
            ],
        ),
        ("SELECT events.eventName FROM events JOIN copy ON events.eventID = copy.eventID ORDER BY 1".into(), vec!["ConsoleLogin", "GetObject"]),
        (format!("SELECT count({events}.eventName) FROM {events} JOIN {copy} ON {events}.eventId = {copy}.eventId"), vec!["2"]),
        ("SELECT e.userIdentity.type FROM events e, copy c WHERE e.eventID = c.eventID ORDER BY 1".into(), vec!["AssumedRole", "Root"]),
        ("SELECT count(*) FROM events RIGHT JOIN copy ON events.eventID = copy.eventID".into(), vec!["2"]),
        ("SELECT count(*), count(c.eventID) FROM events e FULL OUTER JOIN copy c ON e.eventID = c.eventID".into(), vec!["4|2"]),
        ("SELECT count(*) FROM events CROSS JOIN copy".into(), vec!["8"]),
        ("SELECT eventID, e.eventName FROM events e JOIN copy c USING (eventID) ORDER BY eventid LIMIT 1".into(), vec!["00000000-0000-4000-8000-000000000001|GetObject"]),
        (
            "SELECT count(*) FROM (SELECT eventID, awsRegion FROM events) a NATURAL JOIN (SELECT eventID FROM copy) b".into(),
            vec!["2"],
        ),
        ("SELECT a.eventName, b.eventName FROM events a JOIN events b ON a.eventTime < b.eventTime AND a.awsRegion = b.awsRegion ORDER BY 1".into(), vec!["GetObject|ConsoleLogin", "RunInstances|Decrypt"]),
        ("SELECT eventName FROM events e WHERE NOT EXISTS (SELECT 1 FROM copy c WHERE c.eventID = e.eventID) ORDER BY 1".into(), vec!["Decrypt", "RunInstances"]),
        ("SELECT eventName FROM events e WHERE EXISTS (SELECT 1 FROM copy c WHERE c.userIdentity.arn = e.userIdentity.arn) ORDER BY 1".into(), vec!["ConsoleLogin", "GetObject"]),
        ("SELECT eventName FROM events WHERE eventID NOT IN (SELECT eventID FROM copy) ORDER BY 1".into(), vec!["Decrypt", "RunInstances"]),
        ("SELECT eventName, (SELECT max(c.awsRegion) FROM copy c WHERE c.eventID = e.eventID) AS r FROM events e ORDER BY eventName LIMIT 2".into(), vec!["ConsoleLogin|us-east-1", "Decrypt|NULL"]),
        ("SELECT eventName FROM events WHERE eventTime = (SELECT max(eventTime) FROM events)".into(), vec!["Decrypt"]),
        ("SELECT count(*) FROM events WHERE eventTime > ALL (SELECT eventTime FROM copy)".into(), vec!["2"]),
        ("SELECT count(*) FROM events WHERE eventID = ANY (SELECT eventID FROM copy)".into(), vec!["2"]),
    ] {
        assert_eq!(lake.rows(&sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn set_operations_work_across_stores_with_trinos_precedence() {
    let (lake, events, copy) = two_stores().await;
    for (sql, expected) in [
        (format!("SELECT eventName FROM {events} UNION SELECT eventName FROM {copy} ORDER BY eventName"), vec!["ConsoleLogin", "Decrypt", "GetObject", "RunInstances"]),
        (format!("SELECT count(*) FROM (SELECT eventName FROM {events} UNION ALL SELECT eventName FROM {copy})"), vec!["6"]),
        ("SELECT eventName FROM events EXCEPT SELECT eventName FROM copy ORDER BY 1".into(), vec!["Decrypt", "RunInstances"]),
        ("SELECT eventName FROM events INTERSECT SELECT eventName FROM copy ORDER BY 1".into(), vec!["ConsoleLogin", "GetObject"]),
        ("SELECT 1 UNION SELECT 2 INTERSECT SELECT 3".into(), vec!["1"]),
        ("SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2) ORDER BY x DESC".into(), vec!["2", "1"]),
        ("SELECT eventName AS n, eventTime AS t FROM events UNION ALL SELECT eventName, eventTime FROM copy ORDER BY t DESC LIMIT 1".into(), vec!["Decrypt|2023-07-12T00:00:00"]),
    ] {
        assert_eq!(lake.rows(&sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn types_of_both_sides_are_unified() {
    let lake = events().await;
    for (sql, expected) in [
        (
            "SELECT eventName FROM events WHERE eventName = 'Decrypt' UNION ALL SELECT 'x' ORDER BY 1",
            vec!["Decrypt", "x"],
        ),
        (
            "SELECT userIdentity.arn FROM events WHERE eventName = 'Decrypt' UNION ALL SELECT eventName FROM events WHERE eventName = 'Decrypt' ORDER BY 1",
            vec!["Decrypt", "arn:aws:iam::222222222222:user/bob"],
        ),
        ("SELECT 1 AS n UNION ALL SELECT 2.5 ORDER BY n", vec!["1.0", "2.5"]),
        ("SELECT 1 AS n UNION ALL SELECT count(*) FROM events ORDER BY n", vec!["1", "4"]),
        ("SELECT NULL AS n UNION ALL SELECT 'a' ORDER BY n", vec!["a", "NULL"]),
        ("SELECT count(*) FROM (SELECT eventTime FROM events UNION ALL SELECT current_timestamp)", vec!["5"]),
        ("SELECT count(*) FROM (SELECT eventTime FROM events UNION ALL SELECT date '2023-01-01')", vec!["5"]),
        ("SELECT count(*) FROM events a JOIN (SELECT 'Decrypt' AS n) b ON a.eventName = b.n", vec!["1"]),
        (
            "SELECT count(*) FROM events a JOIN (SELECT element_at(requestParameters, 'bucketName') AS b FROM events) x ON x.b = 'Logs'",
            vec!["4"],
        ),
        ("SELECT resources FROM events WHERE eventName = 'ConsoleLogin' UNION ALL SELECT NULL", vec!["[]", "NULL"]),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn conditions_with_subqueries_are_values_too() {
    let (lake, ..) = two_stores().await;
    for (sql, expected) in [
        (
            "SELECT eventName, EXISTS (SELECT 1 FROM copy c WHERE c.eventID = e.eventID) FROM events e ORDER BY 1 LIMIT 2",
            vec!["ConsoleLogin|true", "Decrypt|false"],
        ),
        (
            "SELECT eventName, eventID IN (SELECT eventID FROM copy) FROM events ORDER BY 1 LIMIT 2",
            vec!["ConsoleLogin|true", "Decrypt|false"],
        ),
        (
            "SELECT eventName, eventID NOT IN (SELECT eventID FROM copy UNION SELECT 'x') FROM events ORDER BY 1 LIMIT 2",
            vec!["ConsoleLogin|false", "Decrypt|true"],
        ),
        ("SELECT sum(CASE WHEN eventID IN (SELECT eventID FROM copy) THEN 1 ELSE 0 END) FROM events", vec!["2"]),
        (
            "SELECT 1 IN (SELECT 2), NULL IN (SELECT 2), 1 IN (SELECT NULL), 1 IN (SELECT 1 WHERE false), NULL IN (SELECT 1 WHERE false)",
            vec!["false|NULL|NULL|false|false"],
        ),
        ("SELECT EXISTS (SELECT 1 WHERE false), EXISTS (SELECT 1), NOT EXISTS (SELECT 1)", vec!["false|true|false"]),
    ] {
        assert_eq!(lake.rows(sql).await, expected, "{sql}");
    }
}
