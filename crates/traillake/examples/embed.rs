//! Records in memory, a question, an answer: no file but the lake itself.
//!
//! `cargo run --example embed`
#![expect(clippy::print_stdout, reason = "an example talks")]

use futures::StreamExt;
use traillake::{Lake, QueryOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let lake = Lake::open(&folder.path().display().to_string()).await?;

    let summary = lake.ingest_records("events", records()).await?;
    println!(
        "{} records read, {} stored, {} set aside",
        summary.events.read, summary.events.stored, summary.events.quarantined
    );

    let sql = "SELECT userIdentity.arn, eventName, count(*) AS calls FROM events WHERE readOnly = false GROUP BY 1, 2 ORDER BY calls DESC";
    let mut answer = lake.query(sql, &QueryOptions::default()).await?;
    while let Some(batch) = answer.next().await {
        println!("{}", arrow::util::pretty::pretty_format_batches(&[batch?])?);
    }
    println!("{} of {} files read", answer.stats().files_read, answer.stats().files_total);

    match lake.query("SELECT eventNam FROM events", &QueryOptions::default()).await {
        Err(error) => println!("{:?}: {error} ({})", error.code(), error.hint().unwrap_or_default()),
        Ok(_) => println!("that column should not be there"),
    }
    Ok(())
}

/// A hundred calls of two people.
fn records() -> impl Iterator<Item = String> {
    (0..100).map(|n| {
        let (person, call) = if n % 3 == 0 { ("anna", "PutObject") } else { ("ben", "DeleteObject") };
        format!(
            r#"{{"eventVersion":"1.11","eventTime":"2024-05-01T10:{:02}:00Z","eventSource":"s3.amazonaws.com","eventName":"{call}",
                "awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","readOnly":false,"eventType":"AwsApiCall","eventCategory":"Data",
                "userIdentity":{{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/{person}","userName":"{person}"}},
                "requestParameters":{{"bucketName":"reports","key":"2024/{n}.csv"}},
                "eventID":"00000000-0000-4000-8000-{n:012}","recipientAccountId":"111122223333"}}"#,
            n % 60
        )
    })
}
