//! Queries in the shapes that people ask CloudTrail Lake every day.

use traillake_model::Retention;

use crate::lake::{EVENTS, TestLake, events};

/// Runs each query with `$ID` in the place of the store's id.
async fn check(shapes: &[(&str, &[&str])]) {
    let lake = events().await;
    let id = lake.storage.event_data_store("events").await.unwrap().id.to_string();
    let mut wrong = Vec::new();
    for (sql, expected) in shapes {
        match lake.try_rows(&sql.replace("$ID", &id)).await {
            Ok(rows) if rows == *expected => {}
            Ok(rows) => wrong.push(format!("{sql}\n  expected {expected:?}\n  found    {rows:?}")),
            Err(error) => wrong.push(format!("{sql}\n  {}", crate::lake::chain(&error))),
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), shapes.len(), wrong.join("\n"));
}

#[tokio::test]
async fn who_did_what() {
    check(&[
        (
            "SELECT eventID, eventName, eventSource, eventTime FROM $ID WHERE userIdentity.username = 'bob' \
             AND eventTime > '2023-07-11 12:00:00' AND eventTime < '2023-07-13 00:00:00'",
            &["00000000-0000-4000-8000-000000000004|Decrypt|kms.amazonaws.com|2023-07-12T00:00:00"],
        ),
        (
            "SELECT userIdentity.arn AS user, eventName, count(*) AS n FROM $ID WHERE userIdentity.arn IS NOT NULL \
             GROUP BY userIdentity.arn, eventName ORDER BY n DESC, user, eventName LIMIT 2",
            &["arn:aws:iam::111111111111:root|ConsoleLogin|1", "arn:aws:iam::222222222222:user/bob|Decrypt|1"],
        ),
        (
            "SELECT userIdentity.sessioncontext.sessionissuer.username role, count(*) FROM $ID \
             WHERE userIdentity.type = 'AssumedRole' GROUP BY userIdentity.sessionContext.sessionIssuer.userName",
            &["ops|1"],
        ),
        (
            "SELECT eventTime, useridentity.arn, awsRegion FROM $ID WHERE userIdentity.type = 'Root' AND eventName = 'ConsoleLogin'",
            &["2023-07-10T12:30:00|arn:aws:iam::111111111111:root|us-east-1"],
        ),
        (
            "SELECT split_part(userIdentity.arn, '/', -1 + 3) FROM $ID WHERE userIdentity.type LIKE 'Assumed%'",
            &["ops"],
        ),
        (
            "SELECT DISTINCT userIdentity.accountId account FROM $ID ORDER BY account",
            &["111111111111", "222222222222"],
        ),
        (
            "SELECT coalesce(userIdentity.userName, userIdentity.sessionContext.sessionIssuer.userName, 'nobody') AS who, count(*) FROM $ID GROUP BY 1 ORDER BY 1",
            &["bob|2", "nobody|1", "ops|1"],
        ),
        (
            "SELECT if(userIdentity.type = 'Root', 'root', 'other') AS kind, count(*) FROM $ID GROUP BY if(userIdentity.type = 'Root', 'root', 'other') ORDER BY 1",
            &["other|3", "root|1"],
        ),
        (
            "SELECT CASE WHEN userIdentity.type IN ('Root', 'IAMUser') THEN 'long-lived' ELSE 'session' END AS key, count(*) AS value FROM $ID GROUP BY 1 ORDER BY value DESC",
            &["long-lived|3", "session|1"],
        ),
        (
            "SELECT userIdentity.userName, max_by(eventName, eventTime) AS last, min_by(eventName, eventTime) AS first FROM $ID \
             WHERE userIdentity.userName IS NOT NULL GROUP BY userIdentity.userName",
            &["bob|Decrypt|RunInstances"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn when_it_happened() {
    check(&[
        ("SELECT count(*) FROM $ID WHERE eventTime BETWEEN '2023-07-10 00:00:00' AND '2023-07-10 23:59:59'", &["2"]),
        ("SELECT count(*) FROM $ID WHERE eventtime >= '2023-07-11 00:00:00.000'", &["2"]),
        ("SELECT count(*) FROM $ID WHERE eventTime > date_add('day', -9, now())", &["1"]),
        ("SELECT count(*) FROM $ID WHERE eventTime > DATE_ADD('week', -2, CURRENT_TIMESTAMP)", &["4"]),
        ("SELECT count(*) FROM $ID WHERE eventTime >= current_timestamp - INTERVAL '9' DAY", &["1"]),
        (
            "SELECT count(*) FROM $ID WHERE eventTime >= date_format(date_add('day', -9, now()), '%Y-%m-%d %H:%i:%s')",
            &["1"],
        ),
        (
            "SELECT date_trunc('day', eventTime) AS day, count(*) AS n FROM $ID GROUP BY date_trunc('day', eventTime) ORDER BY day",
            &["2023-07-10T00:00:00|2", "2023-07-11T00:00:00|1", "2023-07-12T00:00:00|1"],
        ),
        (
            "SELECT date(eventTime) AS d, count(*) FROM $ID GROUP BY date(eventTime) ORDER BY 1",
            &["2023-07-10|2", "2023-07-11|1", "2023-07-12|1"],
        ),
        (
            "SELECT date_format(eventTime, '%Y-%m-%d %H') AS hour, count(*) FROM $ID GROUP BY 1 ORDER BY 1 LIMIT 2",
            &["2023-07-10 11|1", "2023-07-10 12|1"],
        ),
        (
            "SELECT day_of_week(eventTime) weekday, count(*) FROM $ID WHERE day_of_week(eventTime) NOT IN (6, 7) GROUP BY day_of_week(eventTime) ORDER BY weekday",
            &["1|2", "2|1", "3|1"],
        ),
        (
            "SELECT eventName, date_diff('hour', eventTime, timestamp '2023-07-12 00:00:00') FROM $ID ORDER BY eventTime LIMIT 2",
            &["GetObject|37", "ConsoleLogin|35"],
        ),
        ("SELECT CAST(eventTime AS varchar) FROM $ID WHERE eventName = 'RunInstances'", &["2023-07-11 08:00:00.250"]),
        ("SELECT hour(eventTime), minute(eventTime) FROM $ID WHERE eventName = 'ConsoleLogin'", &["12|30"]),
        ("SELECT min(eventTime), max(eventTime) FROM $ID", &["2023-07-10T11:00:00|2023-07-12T00:00:00"]),
    ])
    .await;
}

#[tokio::test]
async fn what_was_asked_of_services() {
    check(&[
        (
            "SELECT element_at(requestParameters, 'bucketName') AS bucket, element_at(requestParameters, 'key') AS key FROM $ID \
             WHERE eventSource = 's3.amazonaws.com' AND eventName IN ('GetObject', 'PutObject')",
            &["Logs|a/b"],
        ),
        (
            "SELECT eventID, requestParameters['instanceType'] FROM $ID WHERE eventName = 'RunInstances'",
            &["00000000-0000-4000-8000-000000000003|t3.micro"],
        ),
        (
            "SELECT element_at(requestParameters, 'bucketName'), count(*) AS n FROM $ID WHERE eventName = 'GetObject' GROUP BY requestParameters",
            &["Logs|1"],
        ),
        (
            "SELECT eventName FROM $ID WHERE element_at(requestParameters, 'keyId') IS NOT NULL AND readOnly = true",
            &["Decrypt"],
        ),
        (
            "SELECT json_extract_scalar(eventJson, '$.requestParameters.instanceType') AS instance FROM $ID WHERE eventName = 'RunInstances'",
            &["t3.micro"],
        ),
        (
            "SELECT json_extract_scalar(eventjson, '$.resources[1].ARN') FROM $ID WHERE eventName = 'GetObject'",
            &["arn:aws:s3:::logs"],
        ),
        (
            "SELECT json_array_length(json_extract(eventJson, '$.resources')) FROM $ID ORDER BY eventID",
            &["2", "0", "NULL", "1"],
        ),
        (
            "SELECT map_keys(requestParameters) FROM $ID WHERE eventName = 'GetObject'",
            &["[bucketName, key]"],
        ),
        (
            "SELECT replace(eventSource, '.amazonaws.com') AS service, count(*) FROM $ID GROUP BY eventSource ORDER BY service LIMIT 2",
            &["ec2|1", "kms|1"],
        ),
        (
            "SELECT eventName FROM $ID WHERE regexp_like(eventName, '^(Run|Get)') ORDER BY eventName",
            &["GetObject", "RunInstances"],
        ),
        (
            "SELECT eventName FROM $ID WHERE eventName LIKE '%e%' AND eventName NOT LIKE 'Get%' AND lower(eventSource) <> 'kms.amazonaws.com' ORDER BY 1",
            &["ConsoleLogin", "RunInstances"],
        ),
        (
            "SELECT regexp_extract(userIdentity.arn, 'user/(.*)$', 1) FROM $ID WHERE userIdentity.type = 'IAMUser' ORDER BY 1 LIMIT 1",
            &["bob"],
        ),
        (
            "SELECT contains(map_keys(requestParameters), 'keyId') FROM $ID WHERE eventName = 'Decrypt'",
            &["true"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn which_resources_were_touched() {
    check(&[
        (
            "SELECT element_at(resources, 1).arn, element_at(resources, 1).accountId FROM $ID WHERE eventName = 'Decrypt'",
            &["arn:aws:kms:eu-west-1:222222222222:key/k|222222222222"],
        ),
        ("SELECT eventName FROM $ID WHERE any_match(resources, r -> r.type = 'AWS::KMS::Key')", &["Decrypt"]),
        (
            "SELECT cardinality(filter(resources, R -> r.ARN LIKE 'arn:aws:s3%')) FROM $ID WHERE eventName = 'GetObject'",
            &["2"],
        ),
        (
            "SELECT array_join(transform(resources, r -> r.type), ',') FROM $ID WHERE eventName = 'GetObject'",
            &["AWS::S3::Object,AWS::S3::Bucket"],
        ),
        (
            "SELECT eventName, r.arn FROM $ID CROSS JOIN UNNEST(resources) AS t(r) WHERE r.type LIKE '%Bucket'",
            &["GetObject|arn:aws:s3:::logs"],
        ),
        (
            "SELECT eventName, rt.type FROM $ID, unnest(resources) as rt WHERE rt.type LIKE '%Key'",
            &["Decrypt|AWS::KMS::Key"],
        ),
        (
            "SELECT t.unnested.arn, n FROM $ID CROSS JOIN UNNEST(resources) WITH ORDINALITY AS t(unnested, n) ORDER BY n DESC LIMIT 1",
            &["arn:aws:s3:::logs|2"],
        ),
        (
            "SELECT eventName, k, v FROM $ID CROSS JOIN UNNEST(requestParameters) AS t(k, v) ORDER BY k, eventName LIMIT 2",
            &["GetObject|bucketName|Logs", "RunInstances|bucketName|NULL"],
        ),
        (
            "SELECT count(*) FROM $ID e LEFT JOIN UNNEST(e.resources) AS t(r) ON TRUE",
            &["5"],
        ),
        (
            "SELECT json_extract_scalar(x, '$.ARN') FROM $ID CROSS JOIN UNNEST(CAST(json_extract(eventJson, '$.resources') AS array(json))) AS t(x) \
             WHERE eventName = 'Decrypt'",
            &["arn:aws:kms:eu-west-1:222222222222:key/k"],
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_failed_and_how_often() {
    check(&[
        (
            "SELECT errorCode, count(*) AS n, count(DISTINCT userIdentity.arn) FROM $ID WHERE errorCode IS NOT NULL GROUP BY errorCode",
            &["AccessDenied|1|1"],
        ),
        (
            "SELECT eventName, sum(CASE WHEN errorCode IS NULL THEN 0 ELSE 1 END) AS failed, count(*) AS n FROM $ID GROUP BY eventName HAVING sum(CASE WHEN errorCode IS NULL THEN 0 ELSE 1 END) > 0",
            &["RunInstances|1|1"],
        ),
        ("SELECT count_if(errorCode = 'AccessDenied'), count(*) FROM $ID", &["1|4"]),
        ("SELECT count(*) FILTER (WHERE errorCode IS NULL) FROM $ID", &["3"]),
        (
            "SELECT awsRegion, count(*) * 100 / sum(count(*)) OVER () AS share FROM $ID GROUP BY awsRegion ORDER BY 1",
            &["eu-west-1|50", "us-east-1|50"],
        ),
        ("SELECT approx_distinct(sourceIPAddress) FROM $ID", &["3"]),
        (
            "SELECT sourceIPAddress, array_agg(DISTINCT eventName ORDER BY eventName) FROM $ID GROUP BY sourceIPAddress HAVING count(*) > 1",
            &["10.0.0.3|[Decrypt, RunInstances]"],
        ),
        (
            "SELECT errorCode, eventName FROM $ID WHERE errorCode IS DISTINCT FROM 'AccessDenied' ORDER BY eventTime DESC LIMIT 1",
            &["NULL|Decrypt"],
        ),
        ("SELECT arbitrary(awsRegion), bool_or(readOnly) FROM $ID WHERE awsRegion = 'eu-west-1'", &["eu-west-1|true"]),
    ])
    .await;
}

#[tokio::test]
async fn shapes_around_the_question() {
    check(&[
        (
            "/* the first\n of each user */ SELECT eventName, rnk FROM (SELECT eventName, rank() over (partition by userIdentity.arn order by eventTime desc) as rnk FROM $ID) \
             WHERE rnk = 2 -- the one before the last\n;",
            &["RunInstances|2"],
        ),
        (
            "WITH bob AS (SELECT * FROM $ID WHERE userIdentity.userName = 'bob'), regions (region) AS (SELECT DISTINCT awsRegion FROM bob) SELECT Region FROM regions",
            &["eu-west-1"],
        ),
        (
            "SELECT a.eventName, lag(a.eventName) OVER (ORDER BY a.eventTime) AS before FROM $ID AS a ORDER BY a.eventTime OFFSET 2 LIMIT 1",
            &["RunInstances|ConsoleLogin"],
        ),
        ("SELECT * FROM (SELECT eventName n FROM $ID) WHERE n = 'Decrypt'", &["Decrypt"]),
        ("SELECT count(*) FROM $ID WHERE sessionCredentialFromConsole = true", &["1"]),
        ("SELECT count(*) FROM $ID WHERE readOnly=False AND managementEvent=True", &["2"]),
        ("SELECT eventName FROM $ID WHERE userIdentity.sessionContext.attributes.mfaAuthenticated = 'true'", &["GetObject"]),
        (
            "SELECT eventName FROM $ID WHERE contains('10.0.0.0/31', CAST(sourceIPAddress AS IPADDRESS)) ORDER BY 1",
            &["GetObject"],
        ),
        ("select EVENTNAME from $ID where AWSREGION = 'us-east-1' order by EVENTNAME", &["ConsoleLogin", "GetObject"]),
        ("SELECT eventName source, awsRegion region FROM $ID WHERE eventName IN (SELECT eventName FROM $ID WHERE readOnly) ORDER BY source LIMIT 1", &["Decrypt|eu-west-1"]),
        ("SELECT eventName FROM $ID EXCEPT SELECT eventName FROM $ID WHERE readOnly ORDER BY 1", &["ConsoleLogin", "RunInstances"]),
        ("SELECT eventName, eventSource FROM $ID ORDER BY eventTime DESC FETCH FIRST 1 ROW ONLY", &["Decrypt|kms.amazonaws.com"]),
        ("SELECT try_cast(element_at(requestParameters, 'keyId') AS bigint), try(1 / 0) FROM $ID WHERE eventName = 'Decrypt'", &["NULL|NULL"]),
        ("SELECT greatest(1, 3, 2), least('b', 'a'), 7 / 2, 7 % 2, 'a' || 'b'", &["3|a|3|1|ab"]),
    ])
    .await;
}

#[tokio::test]
async fn stores_side_by_side() {
    let lake: TestLake = events().await;
    let other = lake.create("other", Retention::Unlimited).await;
    lake.store("other", &EVENTS[..2]).await;
    let id = lake.storage.event_data_store("events").await.unwrap().id.to_string();
    for (sql, expected) in [
        (
            format!(
                "SELECT edsA.eventName FROM {id} AS edsA LEFT JOIN {other} AS edsB ON edsA.eventId = edsB.eventId WHERE edsB.eventId IS NULL ORDER BY 1"
            ),
            vec!["Decrypt", "RunInstances"],
        ),
        (
            format!(
                "SELECT region, sum(n) FROM (SELECT awsRegion AS region, count(*) AS n FROM {id} GROUP BY awsRegion UNION ALL SELECT awsRegion, count(*) FROM {other} GROUP BY awsRegion) GROUP BY region ORDER BY 2 DESC"
            ),
            vec!["us-east-1|4", "eu-west-1|2"],
        ),
        (
            format!("SELECT eventName FROM {id} INTERSECT SELECT eventName FROM {other} ORDER BY eventName"),
            vec!["ConsoleLogin", "GetObject"],
        ),
    ] {
        assert_eq!(lake.rows(&sql).await, expected, "{sql}");
    }
}
