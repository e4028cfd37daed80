//! Wrong queries: where, what, and what would work.

use crate::lake::events;

#[tokio::test]
async fn probe() {
    let lake = events().await;
    let mut out = String::new();
    for sql in WRONG {
        use std::fmt::Write;
        match lake.try_rows(sql).await {
            Ok(rows) => writeln!(out, "@@ {sql}\n   OK {rows:?}"),
            Err(error) => writeln!(out, "@@ {sql}\n   {error}\n   {:?}\n   {}", error.hint(), crate::lake::chain(&error)),
        }.unwrap();
    }
    std::fs::write("/tmp/q_probe.txt", out).unwrap();
}

const WRONG: [&str; 62] = [
    "SELECT evntName FROM events",
    "SELECT userIdentity.acountId FROM events",
    "SELECT e.nosuch FROM events e",
    "SELECT x.eventName FROM events e",
    "SELECT requestParameters.bucketName FROM events",
    "SELECT resources.arn FROM events",
    "SELECT eventName.x FROM events",
    "SELECT element_at(resources, 1).nosuch FROM events",
    "SELECT uper(eventName) FROM events",
    "SELECT array_length(resources) FROM events",
    "SELECT 1 FROM event",
    "SELECT 1 FROM nosuchstore",
    "SELECT eventName, count(*) FROM events",
    "SELECT lower(eventName) AS x, count(*) FROM events GROUP BY x",
    "SELECT eventName FROM events WHERE count(*) > 1",
    "SELECT eventName FROM events WHERE row_number() OVER () = 1",
    "SELECT sum(count(*)) FROM events",
    "SELECT count(*) FROM events GROUP BY count(*)",
    "SELECT count(*) FROM events HAVING rank() OVER () = 1",
    "SELECT a.eventName FROM events a JOIN events b ON count(*) = 1",
    "SELECT eventID FROM events a JOIN events b ON a.eventID = b.eventID",
    "SELECT * FROM events JOIN events ON true",
    "SELECT (SELECT eventID, eventName FROM events LIMIT 1)",
    "SELECT eventName FROM events WHERE eventID IN (SELECT eventID, eventName FROM events)",
    "SELECT (SELECT eventID FROM events)",
    "SELECT eventName FROM events e WHERE eventID = (SELECT eventID FROM events)",
    "SELECT 1 / 0",
    "SELECT cardinality(resources) / 0 FROM events",
    "SELECT 1 % 0",
    "SELECT requestParameters['nosuch'] FROM events",
    "SELECT resources[7] FROM events",
    "SELECT cast('x' AS bigint)",
    "SELECT cast('x' AS timestamp)",
    "SELECT eventName + 1 FROM events",
    "SELECT eventTime + 1 FROM events",
    "SELECT eventName FROM events WHERE eventName = 5",
    "SELECT eventName FROM events WHERE eventTime > 5",
    "SELECT eventName FROM events WHERE eventName",
    "SELECT eventName FROM events WHERE readOnly > 5",
    "SELECT lower(5)",
    "SELECT lower()",
    "SELECT lower('a', 'b')",
    "SELECT sum(eventName) FROM events",
    "SELECT count(1, 2, 3) FROM events",
    "SELECT 1 UNION SELECT 1, 2",
    "SELECT resources FROM events UNION SELECT eventName FROM events",
    "SELECT eventName FROM events WHERE WHERE 1",
    "SELECT eventName FROM events WHERE",
    "SELECT FROM events",
    "SELECT eventName events WHERE eventName = 'x'",
    "SELECT DISTINCT awsRegion FROM events ORDER BY eventName",
    "SELECT eventName FROM events ORDER BY 9",
    "SELECT eventName FROM events LIMIT x",
    "SELECT eventName FROM events LIMIT -1",
    "SELECT eventName FROM events WHERE eventTime > 'yesterday'",
    "SELECT * ",
    "SELECT 1 FROM UNNEST(1) AS t(a)",
    "SELECT 1 FROM UNNEST(ARRAY[1]) AS t(a, b)",
    "SELECT eventName IN ('a', 5) FROM events",
    "SELECT CASE WHEN readOnly THEN 1 ELSE 'x' END FROM events",
    "SELECT \"10.0.0.1\" FROM events WHERE eventName = \"GetObject\"",
    "SELECT filter(resources, r -> r.nosuch = 1) FROM events",
];
