//! Questions that need few files, and that what they leave closed makes no difference to the answer.

use traillake_model::Retention;

use super::lake::{TestLake, as_text};

/// Files of the lake, a day each.
const FILES: usize = 12;
/// Events of a file.
const EVENTS: usize = 20;

fn record(file: usize, n: usize) -> String {
    let own = format!(r#"{{"accountId":"111111111111","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::bucket-{file}"}}"#);
    let object = format!(r#"{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::shared/{n}"}}"#);
    let resources = match n % 4 {
        0 => format!(r#","resources":[{own},{object}]"#),
        1 => format!(r#","resources":[{object}]"#),
        2 => r#","resources":[]"#.to_owned(),
        _ => String::new(),
    };
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser","userName":"user-{}"}},"eventTime":"2023-07-{:02}T10:{n:02}:00Z","eventSource":"s3.amazonaws.com","eventName":"{}","awsRegion":"us-east-1","requestParameters":{{"bucketName":"bucket-{file}"}}{resources},"eventID":"{:08}-0000-4000-8000-000000000000","recipientAccountId":"111111111111"}}"#,
        n % 3,
        file + 1,
        if n.is_multiple_of(2) { "GetObject" } else { "PutObject" },
        file * EVENTS + n,
    )
}

async fn lake() -> TestLake {
    let lake = TestLake::empty().await;
    lake.create("events", Retention::Unlimited).await;
    for file in 0..FILES {
        let records: Vec<String> = (0..EVENTS).map(|n| record(file, n)).collect();
        lake.store("events", &records.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    lake
}

/// Rows, and how many files were read for them.
async fn asked(lake: &TestLake, sql: &str) -> (Vec<String>, u64) {
    let result = lake.query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let (batches, stats) = result.collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    (batches.iter().flat_map(as_text).collect(), stats.files_read)
}

const BUCKET: &str = "arn:aws:s3:::bucket-7";

/// Conditions on elements, and whether they can hold in the file of bucket 7 alone.
const CONDITIONS: [(&str, bool); 24] = [
    ("any_match(resources, r -> r.arn = '{}')", true),
    ("any_match(resources, r -> '{}' = r.arn AND r.accountId = '111111111111')", true),
    ("any_match(resources, r -> r.arn IN ('{}', 'arn:aws:s3:::nowhere'))", true),
    ("any_match(transform(resources, r -> r.arn), a -> a = '{}')", true),
    ("any_match(filter(resources, r -> r.type LIKE '%Bucket'), x -> x.arn = '{}')", true),
    ("NOT none_match(resources, r -> r.arn = '{}')", true),
    ("cardinality(filter(resources, r -> r.arn = '{}')) > 0", true),
    ("1 <= cardinality(filter(resources, r -> r.arn = '{}'))", true),
    ("cardinality(filter(resources, r -> r.arn = '{}')) = 1", true),
    ("cardinality(filter(resources, r -> r.arn = '{}')) <> 0", true),
    ("contains(transform(resources, r -> r.arn), '{}')", true),
    ("any_match(map_values(requestParameters), v -> v = 'bucket-7')", true),
    ("element_at(resources, 1).arn = '{}'", true),
    ("any_match(resources, r -> r.arn = '{}') AND eventName = 'GetObject'", true),
    ("any_match(resources, r -> r.arn = '{}') OR requestParameters['bucketName'] = 'bucket-7'", true),
    ("any_match(resources, r -> r.arn = '{}') OR eventName = 'PutObject'", false),
    ("any_match(resources, r -> r.arn = '{}' OR r.type = 'AWS::S3::Object')", false),
    ("any_match(resources, r -> r.arn <> '{}')", false),
    ("any_match(resources, r -> lower(r.arn) = '{}')", false),
    ("none_match(resources, r -> r.arn = '{}')", false),
    ("all_match(resources, r -> r.arn = '{}')", false),
    ("cardinality(filter(resources, r -> r.arn = '{}')) = 0", false),
    ("cardinality(filter(resources, r -> r.arn = '{}')) < 2", false),
    ("any_match(transform(resources, r -> concat(r.arn, '')), a -> a = '{}')", false),
];

#[tokio::test]
async fn conditions_on_elements_open_the_files_of_their_values() {
    let lake = lake().await;
    for (condition, is_one) in CONDITIONS {
        let condition = condition.replace("{}", BUCKET);
        let (rows, files) = asked(&lake, &format!("SELECT eventID FROM events WHERE {condition} ORDER BY 1")).await;
        // In a sum nothing is told to the scan.
        let every = format!("SELECT eventID, ({condition}) AS held FROM events");
        let (expected, _) =
            asked(&lake, &format!("SELECT eventID FROM ({every}) WHERE coalesce(held, false) ORDER BY 1")).await;
        assert_eq!(rows, expected, "{condition}");
        assert!(!rows.is_empty(), "{condition}");
        assert_eq!(files, if is_one { 1 } else { FILES as u64 }, "{condition}");
    }
}

#[tokio::test]
async fn conditions_on_unnested_elements_open_the_files_of_their_values() {
    let lake = lake().await;
    for (from, condition, is_one) in [
        ("events CROSS JOIN UNNEST(resources) AS t(r)", "r.arn = '{}'", true),
        ("events e CROSS JOIN UNNEST(e.resources) AS t(r)", "r.arn = '{}' AND r.accountId IS NOT NULL", true),
        ("(SELECT eventID, resources AS rs FROM events) CROSS JOIN UNNEST(rs) AS t(r)", "'{}' = r.arn", true),
        ("events CROSS JOIN UNNEST(resources) AS t(r)", "r.arn LIKE '%-7'", false),
        ("events CROSS JOIN UNNEST(resources) AS t(r)", "r.arn = '{}' OR r.arn LIKE '%-8'", false),
    ] {
        let condition = condition.replace("{}", BUCKET);
        let (rows, files) = asked(&lake, &format!("SELECT eventID FROM {from} WHERE {condition} ORDER BY 1")).await;
        let every = format!("SELECT eventID, ({condition}) AS held FROM {from}");
        let (expected, _) =
            asked(&lake, &format!("SELECT eventID FROM ({every}) WHERE coalesce(held, false) ORDER BY 1")).await;
        assert_eq!(rows, expected, "{from}: {condition}");
        assert_eq!(files, if is_one { 1 } else { FILES as u64 }, "{from}: {condition}");
        assert!(!rows.is_empty(), "{from}: {condition}");
    }
}

#[tokio::test]
async fn the_first_events_by_time_open_few_files() {
    let lake = lake().await;
    let few = 3;
    for (rest, count, most) in [
        ("events ORDER BY eventTime DESC", 15, 1),
        ("events ORDER BY eventTime DESC, eventName, eventID", 25, 2),
        ("events ORDER BY eventTime, eventID", 21, 2),
        ("(SELECT eventTime, eventID FROM events) AS e ORDER BY e.eventTime DESC", 40, 2),
        ("(SELECT eventTime AS at, eventID FROM events) ORDER BY at", 5, 1),
        ("events WHERE eventName = 'PutObject' ORDER BY eventTime DESC", 8, few),
        ("events WHERE eventName = 'PutObject' ORDER BY eventTime", 8, few),
        ("events WHERE userIdentity.userName = 'user-1' ORDER BY eventTime DESC", 6, few),
        ("events WHERE eventName = 'nosuch' ORDER BY eventTime DESC", 6, FILES as u64),
        ("events WHERE eventJson LIKE '%bucket-0%' ORDER BY eventTime DESC", 6, FILES as u64),
        ("events ORDER BY eventID DESC", 6, FILES as u64),
    ] {
        let (mut all, _) = asked(&lake, &format!("SELECT eventID FROM {rest}")).await;
        let (rows, files) = asked(&lake, &format!("SELECT eventID FROM {rest} LIMIT {count}")).await;
        all.truncate(count);
        assert_eq!(rows, all, "{rest}");
        assert!((1..=most).contains(&files), "{rest}: {files}");
        let (after, _) = asked(&lake, &format!("SELECT eventID FROM {rest} OFFSET 3 LIMIT {}", count - 3)).await;
        assert_eq!(after, all.get(3..).unwrap_or_default(), "{rest}");
    }
}

#[tokio::test]
async fn a_limit_below_a_condition_stays_what_it_is() {
    let lake = lake().await;
    let latest = "SELECT * FROM events ORDER BY eventTime DESC LIMIT 30";
    let condition = "any_match(resources, r -> r.arn = 'arn:aws:s3:::bucket-11')";
    let (rows, _) = asked(&lake, &format!("SELECT eventID FROM ({latest}) WHERE {condition}")).await;
    assert_eq!(rows.len(), 5);
    let condition = "any_match(resources, r -> r.arn = 'arn:aws:s3:::bucket-7')";
    let (rows, _) = asked(&lake, &format!("SELECT eventID FROM ({latest}) WHERE {condition}")).await;
    assert!(rows.is_empty());
    let (rows, _) = asked(&lake, &format!("SELECT min(eventTime), count(*) FROM ({latest})")).await;
    assert_eq!(rows, ["2023-07-11T10:10:00|30"]);
}
