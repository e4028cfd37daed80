//! Conditions on one text, which a scan evaluates once for each distinct text, against the same conditions on rows.

use traillake_model::Retention;

use crate::lake::TestLake;

const NAMES: [&str; 7] = ["GetObject", "PutObject", "a_b", "a%b", "axb", "100%", "Größe"];

/// Record `n`: texts, maps and identities of all sorts, or none.
fn record(n: usize) -> String {
    let name = NAMES[n % NAMES.len()];
    let identity = match n % 4 {
        0 => String::new(),
        1 => r#""userIdentity":{"type":"Root"},"#.to_owned(),
        _ => format!(r#""userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111111111111:user/{}"}},"#, n % 5),
    };
    let parameters = match n % 6 {
        0 => "null".to_owned(),
        1 => "{}".to_owned(),
        2 => r#"{"bucketName":null,"key":"a_b"}"#.to_owned(),
        3 => format!(r#"{{"key":"{name}","bucketName":"bucket-{}"}}"#, n % 7),
        4 => format!(r#"{{"bucketName":"{name}","tags":{{"Name":"bucket-{n}"}}}}"#),
        _ => format!(r#"{{"key":"k{n}","list":["bucket-1","{n}"],"n":{n}}}"#),
    };
    format!(
        r#"{{"eventVersion":"1.08",{identity}"eventTime":"2023-07-10T11:{:02}:{:02}Z","eventSource":"s3.amazonaws.com","eventName":"{name}","awsRegion":"us-east-1","requestParameters":{parameters},"eventID":"00000000-0000-4000-8000-{n:012}","recipientAccountId":"111111111111"}}"#,
        n / 60 % 60,
        n % 60,
    )
}

const CONDITIONS: [&str; 34] = [
    "eventName = 'GetObject'",
    "eventName <> 'GetObject'",
    "eventName = 'getobject'",
    "lower(eventName) = 'getobject'",
    "eventName LIKE 'a_b'",
    "eventName LIKE 'a#_b' ESCAPE '#'",
    "eventName LIKE 'a#%b' ESCAPE '#'",
    r"eventName LIKE 'a\_b'",
    "eventName NOT LIKE '%Object'",
    "eventName LIKE '100%'",
    "eventName LIKE 'Gr__e'",
    "eventName IN ('GetObject', NULL)",
    "eventName NOT IN ('GetObject', NULL)",
    "starts_with(eventName, 'Get') OR eventName IS NULL",
    "regexp_like(eventName, '^[GP]')",
    "userIdentity.arn IS NULL",
    "userIdentity.arn IS NOT NULL AND userIdentity.type = 'IAMUser'",
    "userIdentity.arn LIKE '%user/3' OR userIdentity.arn IS NULL",
    "coalesce(userIdentity.arn, 'none') = 'none'",
    "element_at(requestParameters, 'bucketName') = 'bucket-3'",
    "element_at(requestParameters, 'bucketName') <> 'bucket-3'",
    "element_at(requestParameters, 'bucketName') IS NULL",
    "element_at(requestParameters, 'bucketName') LIKE 'bucket-%'",
    "element_at(requestParameters, 'nothing') IS NULL",
    "element_at(requestParameters, 'nothing') = 'x'",
    "element_at(requestParameters, 'key') IN ('a_b', 'k5', NULL)",
    "json_extract_scalar(element_at(requestParameters, 'tags'), '$.Name') = 'bucket-4'",
    "element_at(requestParameters, 'key') LIKE 'a%' AND element_at(requestParameters, 'bucketName') = 'bucket-3'",
    "any_match(map_values(requestParameters), v -> v LIKE '%bucket-1%')",
    "any_match(map_values(requestParameters), v -> v IS NULL)",
    "any_match(map_values(requestParameters), v -> v = 'a_b' OR length(v) > 20)",
    "any_match(map_values(requestParameters), v -> v LIKE '%nothing%')",
    "none_match(map_values(requestParameters), v -> v LIKE '%bucket%')",
    "any_match(map_values(requestParameters), v -> v = eventName)",
];

#[tokio::test]
async fn conditions_on_texts_hold_for_the_rows_that_have_them() {
    let lake = TestLake::empty().await;
    lake.create("events", Retention::Unlimited).await;
    for part in 0..3 {
        let records: Vec<String> = (part * 500..part * 500 + 100 + part * 400).map(record).collect();
        lake.store("events", &records.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    for condition in CONDITIONS {
        for others in ["", " AND eventTime >= '2023-07-10T11:10:00Z'"] {
            let ids = |condition: &str| format!("SELECT eventID FROM events WHERE {condition}{others} ORDER BY 1");
            let condition = &format!("({condition})");
            let rows = lake.rows(&ids(condition)).await;
            let expected = lake.rows(&ids(&format!("({condition} OR eventID = awsRegion)"))).await;
            assert!(rows == expected, "{condition}: {} rows instead of {}", rows.len(), expected.len());
            let count = format!("SELECT count(*) FROM events WHERE {condition}{others}");
            assert_eq!(lake.rows(&count).await, [rows.len().to_string()], "{condition}");
        }
    }
}

#[tokio::test]
async fn a_condition_that_fails_for_a_text_fails_only_where_its_row_is_asked_for() {
    let lake = TestLake::empty().await;
    lake.create("events", Retention::Unlimited).await;
    let records: Vec<String> = (0..60).map(record).collect();
    lake.store("events", &records.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let numbers = "CAST(element_at(requestParameters, 'n') AS integer) = 11";
    assert_eq!(lake.rows(&format!("SELECT count(*) FROM events WHERE {numbers}")).await, ["1"]);
    let failing = "CAST(element_at(requestParameters, 'key') AS integer) = 1";
    assert!(lake.error(&format!("SELECT eventID FROM events WHERE {failing}")).await.to_string().contains("a_b"));
    let none = format!("SELECT eventID FROM events WHERE eventName = 'nothing' AND {failing}");
    assert!(lake.rows(&none).await.is_empty());
}
