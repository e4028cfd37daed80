//! The sqllogictest files of the product, one per topic of CloudTrail Lake's SQL, and the records they ask about.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::records::{gzip, record, record_with};

/// The files of all topics, in order.
pub fn topic_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../traillake/tests/slt");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The log files that the topics ask about: event data store, name, bytes. `events` gets the records 0 to 19
/// and three others, `archive` the records 15 to 24 and what is no record.
pub fn topic_logs() -> [(&'static str, &'static str, Vec<u8>); 3] {
    let mut records: Vec<Value> = (0..20).map(record).collect();
    records.extend([assumed_role(), console_login(), of_another_account()]);
    let archive: Vec<Value> = (15..25).map(record).collect();
    [
        ("events", "a.json.gz", gzip(json!({ "Records": records }).to_string().as_bytes())),
        ("archive", "b.json.gz", gzip(json!({ "Records": archive }).to_string().as_bytes())),
        ("archive", "broken.json", b"{\"Records\":[17]}".to_vec()),
    ]
}

fn assumed_role() -> Value {
    let role = "arn:aws:iam::111122223333:role/Admin";
    record_with(
        100,
        &[
            ("eventTime", json!("2026-01-02T10:00:00Z")),
            ("eventSource", json!("sts.amazonaws.com")),
            ("eventName", json!("AssumeRole")),
            ("awsRegion", json!("eu-west-1")),
            ("errorCode", json!("AccessDenied")),
            ("errorMessage", json!("not you")),
            ("eventCategory", json!("Management")),
            ("managementEvent", json!(true)),
            (
                "userIdentity",
                json!({"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/Admin/me",
                "sessionContext": {"attributes": {"mfaAuthenticated": "true", "creationDate": "2026-01-02T09:59:00Z"},
                    "sessionIssuer": {"type": "Role", "userName": "Admin", "arn": role}}}),
            ),
            (
                "requestParameters",
                json!({"roleArn": role, "durationSeconds": 3600, "tags": [{"key": "a", "value": 1}],
                "dotted.key": "x", "nothing": null}),
            ),
            (
                "resources",
                json!([{"ARN": role, "accountId": "111122223333", "type": "AWS::IAM::Role"},
                {"ARN": "arn:aws:s3:::bucket-1", "type": "AWS::S3::Bucket"}]),
            ),
        ],
    )
}

fn console_login() -> Value {
    record_with(
        101,
        &[
            ("eventTime", json!("2026-01-03T23:59:59Z")),
            ("eventName", json!("ConsoleLogin")),
            ("eventType", json!("AwsConsoleSignIn")),
            ("responseElements", json!({"ConsoleLogin": "Failure"})),
            ("requestParameters", Value::Null),
            ("readOnly", Value::Null),
        ],
    )
}

fn of_another_account() -> Value {
    record_with(102, &[("eventTime", json!("2026-01-04T00:00:00Z")), ("recipientAccountId", json!("999988887777"))])
}
