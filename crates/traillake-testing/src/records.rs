//! Small invented records and log files for tests.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// The `n`-th invented record: account 111122223333, `us-east-1`, one second apart from
/// 2026-01-01T00:00:00Z, with an id that depends on `n` alone.
pub fn record(n: u64) -> Value {
    let time = chrono::DateTime::from_timestamp(1_767_225_600 + i64::try_from(n).unwrap(), 0).unwrap();
    json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "arn": format!("arn:aws:iam::111122223333:user/user{}", n % 7),
            "accountId": "111122223333",
            "accessKeyId": format!("AKIAEXAMPLE{:05}", n % 11),
            "userName": format!("user{}", n % 7),
        },
        "eventTime": time.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "eventSource": "s3.amazonaws.com",
        "eventName": if n.is_multiple_of(2) { "GetObject" } else { "PutObject" },
        "awsRegion": "us-east-1",
        "sourceIPAddress": format!("203.0.113.{}", n % 200),
        "userAgent": "aws-cli/2.15",
        "requestParameters": {"bucketName": format!("bucket-{}", n % 5), "key": format!("object/{n}")},
        "responseElements": null,
        "requestID": format!("REQUEST{n:08}"),
        "eventID": format!("00000000-0000-4000-8000-{n:012}"),
        "readOnly": n.is_multiple_of(2),
        "eventType": "AwsApiCall",
        "managementEvent": false,
        "recipientAccountId": "111122223333",
        "eventCategory": "Data",
    })
}

/// The `n`-th invented record with members set; a null takes the member out.
pub fn record_with(n: u64, members: &[(&str, Value)]) -> Value {
    let mut record = record(n);
    let object = record.as_object_mut().unwrap();
    for (name, value) in members {
        if value.is_null() {
            object.shift_remove(*name);
        } else {
            object.insert((*name).to_owned(), value.clone());
        }
    }
    record
}

/// `bytes` as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A gzip log file (`{"Records":[…]}`) of the records `range`.
pub fn log_file(range: std::ops::Range<u64>) -> Vec<u8> {
    let records: Vec<Value> = range.map(record).collect();
    gzip(json!({ "Records": records }).to_string().as_bytes())
}

/// The key under which a trail delivers its `n`-th log file.
pub fn trail_key(n: u64) -> String {
    format!(
        "AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/01/111122223333_CloudTrail_us-east-1_20260101T{:02}{:02}Z_{n:016}.json.gz",
        n / 60 % 24,
        n % 60
    )
}

/// Writes `files` log files of `per_file` records each as a trail tree below `folder`;
/// gives their paths in delivery order.
pub fn write_trail(folder: &Path, files: u64, per_file: u64) -> Vec<PathBuf> {
    (0..files)
        .map(|n| {
            let path = folder.join(trail_key(n));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, log_file(n * per_file..(n + 1) * per_file)).unwrap();
            path
        })
        .collect()
}
