//! Memory stays under its limit whatever the files hold.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::process::Command;
use traillake_testing::record;

use crate::process::{binary, json};
use crate::support::World;

/// The default limit of an ingest, in bytes.
const LIMIT: u64 = 512_000_000;

/// The most memory a child process has held, in bytes; what its program file takes is not counted.
struct Peak(u64);

/// Runs a command to its end while watching its memory.
async fn watched(command: &mut Command) -> (Output, Peak) {
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id().unwrap());
    let mut peak = 0;
    let mut output = std::pin::pin!(child.wait_with_output());
    loop {
        tokio::select! {
            output = &mut output => return (output.unwrap(), Peak(peak)),
            () = tokio::time::sleep(Duration::from_millis(10)) => peak = peak.max(held(Path::new(&status))),
        }
    }
}

/// `RssAnon` of a process, in bytes.
fn held(status: &Path) -> u64 {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Whether the process can be watched here; prints the reason when it cannot.
fn can_watch() -> bool {
    let can = held(Path::new("/proc/self/status")) > 0;
    if !can {
        eprintln!("skipped: the memory of a process is read from /proc, which is not there");
    }
    can
}

/// Writes one log file of `records` records; gives its size.
fn write_long_file(path: &Path, records: u64) -> u64 {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    file.write_all(b"{\"Records\":[").unwrap();
    let filler = "lorem ipsum ".repeat(60);
    for n in 0..records {
        let mut record = record(n);
        record["additionalEventData"] = json!({"filler": filler});
        let comma = if n == 0 { "" } else { "," };
        write!(file, "{comma}{record}").unwrap();
    }
    file.write_all(b"]}").unwrap();
    file.into_inner().unwrap().metadata().unwrap().len()
}

fn events(summary: &Value) -> (u64, u64, u64) {
    let count = |member: &str| summary["events"][member].as_u64().unwrap();
    (count("read"), count("stored"), count("quarantined"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_file_of_hundreds_of_megabytes_from_standard_input_stays_under_the_limit() {
    const RECORDS: u64 = 230_000;
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("long.json");
    let size_bytes = write_long_file(&file, RECORDS);
    assert!(size_bytes > 300_000_000, "{size_bytes}");
    let mut command = binary(folder.path());
    command.arg("--lake").arg(folder.path().join("lake")).args(["ingest", "-", "--format", "json"]);
    command.stdin(std::fs::File::open(&file).unwrap());
    let (output, Peak(peak)) = watched(&mut command).await;
    assert_eq!(events(&json(&output)), (RECORDS, RECORDS, 0));
    assert!(peak > 10_000_000, "the process was not watched");
    assert!(peak < LIMIT, "{peak} bytes were held");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_over_the_limit_goes_to_quarantine_by_streaming() {
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long-record.json");
    let mut file = BufWriter::new(std::fs::File::create(&path).unwrap());
    write!(file, "{{\"Records\":[{},{{\"eventName\":\"x\",\"eventSource\":\"y\",\"text\":\"", record(0)).unwrap();
    let megabyte = "long ".repeat(200_000);
    for _ in 0..300 {
        file.write_all(megabyte.as_bytes()).unwrap();
    }
    write!(file, "\"}},{}]}}", record(1)).unwrap();
    drop(file);
    let mut command = binary(folder.path());
    command.arg("--lake").arg(folder.path().join("lake")).args(["ingest", "--format", "json"]).arg(&path);
    let (output, Peak(peak)) = watched(&mut command).await;
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(events(&summary), (3, 2, 1));
    assert!(peak < 200_000_000, "{peak} bytes were held for a record of 300 MB");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gzip_bomb_is_refused_with_a_clear_error() {
    if !can_watch() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.json.gz");
    let mut bomb = flate2::write::GzEncoder::new(std::fs::File::create(&path).unwrap(), flate2::Compression::best());
    write!(bomb, "{{\"Records\":[{},", record(0)).unwrap();
    let megabyte = vec![b' '; 1 << 20];
    for _ in 0..1_024 {
        bomb.write_all(&megabyte).unwrap();
    }
    bomb.finish().unwrap();
    let mut command = binary(folder.path());
    command.arg("--lake").arg(folder.path().join("lake")).args(["ingest", "--format", "json"]).arg(&path);
    let (output, Peak(peak)) = watched(&mut command).await;
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("bomb.json.gz") && stderr.contains("decompression bomb"), "{stderr}");
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(events(&summary), (2, 1, 1), "the record before it is stored");
    assert!(peak < 200_000_000, "{peak} bytes were held");
    let lake = walk_bytes(&folder.path().join("lake"));
    assert!(lake < 10_000_000, "the lake holds {lake} bytes of the bomb");
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_that_would_make_gigabytes_stay_within_a_few_times_the_limit_of_a_query() {
    if !can_watch() {
        return;
    }
    let world = World::with_events();
    let many = "UNNEST(sequence(1, 20000)) AS t(value)";
    let statements = [
        "SELECT cardinality(transform(sequence(1, 1000000), x -> sequence(1, 1000)))".to_owned(),
        format!("SELECT sequence(1, 1000000) FROM {many}"),
        format!("SELECT lpad('a', 10000000, 'b') || CAST(value AS varchar) FROM {many}"),
        format!("SELECT lpad('a', 10000000, 'b'), count(*) FROM {many} GROUP BY value"),
    ];
    for sql in statements {
        let asked = ["query", "--memory-limit", "128MiB", "--timeout", "10s", &sql];
        let (output, Peak(peak)) = watched(&mut Command::from(world.command(&asked))).await;
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("too large") || stderr.contains("time limit"), "{sql}: {stderr}");
        assert!(peak > 1_000_000 && peak < 500_000_000, "{sql}: {peak} bytes were held");
    }
}

fn walk_bytes(folder: &Path) -> u64 {
    let size = |entry: std::fs::DirEntry| {
        let is_folder = entry.file_type().unwrap().is_dir();
        if is_folder { walk_bytes(&entry.path()) } else { entry.metadata().unwrap().len() }
    };
    std::fs::read_dir(folder).unwrap().map(|entry| size(entry.unwrap())).sum()
}
