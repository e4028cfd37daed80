//! Keeps a store up to date with a folder for a few seconds and asks about it meanwhile.
//!
//! `cargo run --example follow_folder [FOLDER_OR_S3_URL [LAKE]]`
#![expect(clippy::print_stdout, reason = "an example talks")]

use std::sync::Arc;
use std::time::Duration;

use traillake::{CancellationToken, FollowOptions, IngestProgress, Lake, QueryOptions};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let scratch = tempfile::tempdir()?;
    let mut arguments = std::env::args().skip(1);
    let source = arguments.next().unwrap_or_else(|| scratch.path().join("logs").display().to_string());
    let lake =
        Lake::open(&arguments.next().unwrap_or_else(|| scratch.path().join("lake").display().to_string())).await?;
    if source.starts_with(&scratch.path().display().to_string()) {
        write_log_file(&source, 1)?;
    }

    let cancel = CancellationToken::new();
    let options = FollowOptions {
        poll: Some(Duration::from_secs(1)),
        commit_every: Duration::from_secs(1),
        ..FollowOptions::default()
    };
    let following = {
        let (lake, request, cancel) = (lake.clone(), lake.ingest_request(&source)?, cancel.clone());
        tokio::spawn(
            async move { lake.follow("events", request, options, Arc::new(IngestProgress::new()), cancel).await },
        )
    };

    for minute in 2..6 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        if source.starts_with(&scratch.path().display().to_string()) {
            write_log_file(&source, minute)?;
        }
        println!("{} events so far", count(&lake).await?);
    }
    cancel.cancel();
    let summary = following.await??;
    println!("{} objects, {} events stored", summary.objects.ingested, summary.events.stored);
    Ok(())
}

async fn count(lake: &Lake) -> Result<i64, Box<dyn std::error::Error>> {
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;
    if lake.event_data_store("events").await.is_err() {
        return Ok(0);
    }
    let (batches, _) = lake.query("SELECT count(*) FROM events", &QueryOptions::default()).await?.collect().await?;
    Ok(batches.first().map_or(0, |batch| batch.column(0).as_primitive::<Int64Type>().value(0)))
}

fn write_log_file(folder: &str, minute: u32) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let record = format!(
        r#"{{"Records":[{{"eventTime":"2024-05-01T10:{minute:02}:00Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances",
            "awsRegion":"eu-west-1","eventID":"00000000-0000-4000-8000-{minute:012}","recipientAccountId":"111122223333"}}]}}"#
    );
    std::fs::write(format!("{folder}/111122223333_CloudTrail_eu-west-1_20240501T10{minute:02}Z_example.json"), record)
}
