//! What questions cost over a network: the requests and bytes of each, in a process that has never seen the lake.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;
use traillake_model::FixedClock;
use traillake_query::{QueryEngine, QueryLimits, QueryOptions};
use traillake_storage::{LakeStorage, ObjectStoreOptions, OpenMode, ReadCache, open_location};
use traillake_testing::{S3Server, ServedRequest};

use crate::support::{Backend, Place, TestLake, key_of, log_of, noon, record_with};

const ACCOUNT: &str = "111122223333";
const REGIONS: [&str; 5] = ["ap-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-west-2"];
const DAYS: u32 = 10;
/// Events of a region and day.
const EVENTS: u64 = 80;
/// What every request takes longer than on this machine.
const DELAY: Duration = Duration::from_millis(30);

/// A question, its number of rows, and the requests it may take without and with what an earlier process has kept.
struct Question {
    name: &'static str,
    sql: &'static str,
    rows: usize,
    requests: usize,
    kept: usize,
}

const QUESTIONS: [Question; 7] = [
    Question {
        name: "needle: event id",
        sql: "SELECT eventJson FROM events WHERE eventID = '00000000-0000-4000-8000-000000001234'",
        rows: 1,
        requests: 10,
        kept: 8,
    },
    Question {
        name: "needle: access key",
        sql: "SELECT eventTime, eventName FROM events WHERE userIdentity.accessKeyId = 'AKIANEEDLE'",
        rows: 1,
        requests: 10,
        kept: 8,
    },
    Question {
        name: "events of a day by name",
        sql: "SELECT eventName, COUNT(*) FROM events \
              WHERE eventTime >= '2026-01-04 00:00:00' AND eventTime < '2026-01-05 00:00:00' GROUP BY eventName",
        rows: 2,
        requests: 13,
        kept: 8,
    },
    Question { name: "count", sql: "SELECT COUNT(*) FROM events", rows: 1, requests: 8, kept: 8 },
    Question {
        name: "latest 100",
        sql: "SELECT eventTime, eventName FROM events ORDER BY eventTime DESC LIMIT 100",
        rows: 100,
        requests: 10,
        kept: 8,
    },
    Question {
        name: "oldest 100",
        sql: "SELECT eventTime, eventName FROM events ORDER BY eventTime, eventID LIMIT 100",
        rows: 100,
        requests: 10,
        kept: 8,
    },
    Question {
        name: "latest 100 of a user",
        sql: "SELECT eventTime, eventName FROM events WHERE userIdentity.userName = 'user3' \
              ORDER BY eventTime DESC LIMIT 100",
        rows: 100,
        requests: 19,
        kept: 8,
    },
];

/// Events of the file of [`large_lake`].
const MANY: u64 = 60_000;

/// What is asked of a large file, and the requests and bytes it may take.
const NEEDLES: [(Question, u64); 2] = [
    (
        Question {
            name: "needle in a large file: record of an event id",
            sql: "SELECT eventJson FROM events WHERE eventID = '00000000-0000-4000-8000-000000051234'",
            rows: 1,
            requests: 12,
            kept: 8,
        },
        800_000,
    ),
    (
        Question {
            name: "needle in a large file: access key",
            sql: "SELECT eventTime, eventName FROM events WHERE userIdentity.accessKeyId = 'AKIANEEDLE'",
            rows: 1,
            requests: 11,
            kept: 8,
        },
        400_000,
    ),
];

/// A lake of 4,000 events in 50 data files: ten days of five regions, one log file each.
async fn lake() -> Place {
    let place = Place::new(Backend::S3).await;
    let mut first = 0;
    for day in 1..=DAYS {
        for region in REGIONS {
            let records: Vec<_> = (first..first + EVENTS).map(|n| event(n, region, day)).collect();
            place.put("logs", &key_of(ACCOUNT, region, day, first), log_of(&records));
            first += EVENTS;
        }
    }
    let lake = TestLake::open(&place).await;
    assert_eq!(lake.ingest("events", &place, "logs").await.events.stored, first);
    lake.table("events").await.settle().await;
    place
}

/// A lake of one data file with many events of a day.
async fn large_lake() -> Place {
    let place = Place::new(Backend::S3).await;
    for first in (0..MANY).step_by(10_000) {
        let records: Vec<_> = (first..first + 10_000).map(|n| event(n, REGIONS[0], 1)).collect();
        place.put("logs", &key_of(ACCOUNT, REGIONS[0], 1, first), log_of(&records));
    }
    let lake = TestLake::open(&place).await;
    assert_eq!(lake.ingest("events", &place, "logs").await.events.stored, MANY);
    lake.table("events").await.settle().await;
    place
}

fn event(n: u64, region: &str, day: u32) -> serde_json::Value {
    let time = format!("2026-01-{day:02}T{:02}:{:02}:00Z", n / 60 % 24, n % 60);
    let key = if n == 2_345 { "AKIANEEDLE".to_owned() } else { format!("AKIAEXAMPLE{:05}", n % 11) };
    let user =
        json!({"type": "IAMUser", "accountId": ACCOUNT, "userName": format!("user{}", n % 7), "accessKeyId": key});
    record_with(n, &[("eventTime", json!(time)), ("awsRegion", json!(region)), ("userIdentity", user)])
}

fn server(place: &Place) -> &S3Server {
    let Place::S3(server) = place else { panic!("not a bucket") };
    server
}

/// What an answer took.
struct Cost {
    requests: Vec<ServedRequest>,
    time: Duration,
}

impl Cost {
    fn bytes(&self) -> u64 {
        self.requests.iter().map(|request| request.bytes).sum()
    }

    fn said(&self) -> String {
        self.requests.iter().fold(String::new(), |mut said, request| {
            let _ = writeln!(said, "  {request}");
            said
        })
    }
}

/// Opens the lake as a new process would, and asks.
async fn ask(place: &Place, cache: Option<&ReadCache>, question: &Question) -> Cost {
    server(place).take_requests();
    let start = Instant::now();
    let options = ObjectStoreOptions { read_cache: cache.cloned(), ..place.options("lake") };
    let location = open_location(&place.address("lake"), &options).await.unwrap();
    let clock = Arc::new(FixedClock::new(noon(2, 1)));
    let storage = LakeStorage::open(&location, OpenMode::Read, clock).await.unwrap();
    let engine = QueryEngine::new(storage, QueryLimits::default()).unwrap();
    let result = engine.query(question.sql, &QueryOptions::default()).await.unwrap();
    let (batches, _) = result.collect().await.unwrap();
    let time = start.elapsed();
    let rows: usize = batches.iter().map(arrow::array::RecordBatch::num_rows).sum();
    assert_eq!(rows, question.rows, "{}", question.name);
    Cost { requests: server(place).take_requests(), time }
}

fn is_of_data(request: &ServedRequest) -> bool {
    request.operation == "GetObject"
        && (request.subject.contains("/events/account=") || request.subject.ends_with(".lookup"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_process_answers_with_a_bounded_number_of_requests() {
    let place = lake().await;
    let files = server(&place).keys("lake").iter().filter(|key| key.contains("/events/account=")).count();
    assert_eq!(files, 50);
    server(&place).delay(DELAY);
    let mut said = String::from(
        "\n| question | requests | bytes | ms | kept: requests | bytes | ms |\n|---|---|---|---|---|---|---|\n",
    );
    let mut over = String::new();
    for question in &QUESTIONS {
        let folder = TempDir::new().unwrap();
        let cache = ReadCache { folder: folder.path().join("cache"), bytes: 64 << 20 };
        let cold = ask(&place, None, question).await;
        ask(&place, Some(&cache), question).await;
        let kept = ask(&place, Some(&cache), question).await;
        let (c, k) = (&cold, &kept);
        let counts = |cost: &Cost| format!("{} | {} | {}", cost.requests.len(), cost.bytes(), cost.time.as_millis());
        let _ = writeln!(said, "| {} | {} | {} |", question.name, counts(c), counts(k));
        if c.requests.len() > question.requests || k.requests.len() > question.kept || k.requests.iter().any(is_of_data)
        {
            let _ = writeln!(over, "{}\n{}with what was kept\n{}", question.name, c.said(), k.said());
        }
    }
    eprintln!("{said}");
    assert!(over.is_empty(), "{said}\n{over}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_needle_in_a_large_file_reads_the_pages_that_hold_it() {
    let place = large_lake().await;
    let mut said = String::new();
    for (question, most_bytes) in &NEEDLES {
        let cold = ask(&place, None, question).await;
        let _ = writeln!(said, "| {} | {} | {} |", question.name, cold.requests.len(), cold.bytes());
        let is_within = cold.requests.len() <= question.requests && cold.bytes() <= *most_bytes;
        assert!(is_within, "{said}\n{}", cold.said());
    }
    eprintln!("{said}");
}
