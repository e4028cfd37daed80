//! Two lakes with the same events of two accounts; one of them also holds what a caller must not see.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use traillake::{
    FixedClock, GrantedLake, Grants, IngestProgress, IngestRequest, IngestSummary, Lake, LakeOptions, NewTrail,
    PartitionBy, QueryOptions, QueryStats,
};
use traillake_ingest::SourceObject;
use traillake_testing::record_with;

use crate::support::{new_store, noon};

pub(super) const GRANTED: [&str; 2] = ["111111111111", "222222222222"];
pub(super) const HIDDEN: &str = "999999999999";
/// Events of each account.
pub(super) const EVENTS: u64 = 900;
/// Texts that only things have which the caller may not see.
pub(super) const SECRETS: [&str; 8] =
    [HIDDEN, "SecretCall", "NobodyCall", "10.9.9.9", "2026-02-03", "secretstore", "secrettrail", "secretbucket"];

/// A lake of the granted accounts' events, with or without the others.
pub(super) async fn lake(partition_by: PartitionBy, with_hidden: bool) -> Lake {
    let options = LakeOptions::new().clock(Arc::new(FixedClock::new(noon(3, 1))));
    let lake = options.open("memory://grants").await.unwrap();
    for name in ["events", "secretstore"].into_iter().take(1 + usize::from(with_hidden)) {
        let new = traillake::NewEventDataStore { partition_by, ..new_store(name) };
        lake.create_event_data_store(new).await.unwrap();
        let mut objects: Vec<_> = GRANTED.iter().map(|account| delivered(account, &log_of(account))).collect();
        if with_hidden {
            objects.push(delivered(HIDDEN, &log_of(HIDDEN)));
            objects.push(object("memory:///elsewhere.json", &(0..20).map(nobodys).collect::<Vec<_>>()));
        }
        assert!(ingest(&lake.granted(Grants::all(), None), name, objects).await.is_balanced());
    }
    if with_hidden {
        add_trails(&lake).await;
    }
    lake
}

async fn add_trails(lake: &Lake) {
    for (name, store) in [("secrettrail", "secretstore"), ("opentrail", "events")] {
        let trail = NewTrail {
            name: name.parse().unwrap(),
            source: "s3://secretbucket/AWSLogs/".to_owned(),
            store: store.parse().unwrap(),
            region: None,
            endpoint_url: None,
        };
        lake.put_trail(trail).await.unwrap();
    }
}

/// The lake as the caller of these tests sees it.
pub(super) fn seen(lake: &Lake) -> GrantedLake {
    let grants = Grants::all().with_stores(["events"]).with_accounts(GRANTED).unwrap();
    lake.granted(grants, Some("alice".to_owned()))
}

pub(super) async fn ingest(lake: &GrantedLake, store: &str, objects: Vec<SourceObject>) -> IngestSummary {
    let mut request = IngestRequest::new(Vec::new(), traillake::ObjectStoreOptions::default());
    request.objects = objects;
    let progress = Arc::new(IngestProgress::new());
    lake.ingest_with(store, request, progress, CancellationToken::new()).await.unwrap()
}

/// A log file as a trail of the account delivers it; one of its records is broken.
pub(super) fn delivered(account: &str, records: &[Value]) -> SourceObject {
    let url = format!(
        "memory:///AWSLogs/{account}/CloudTrail/us-east-1/2026/01/01/{account}_CloudTrail_us-east-1_20260101T0000Z_x.json"
    );
    object(&url, records)
}

pub(super) fn object(url: &str, records: &[Value]) -> SourceObject {
    let mut object = SourceObject::from_bytes(url, json!({ "Records": records }).to_string().into());
    object.etag = Some(url.to_owned());
    object
}

fn log_of(account: &str) -> Vec<Value> {
    let broken = json!({"eventName": "Broken", "eventTime": format!("never in {account}")});
    (0..EVENTS).map(|n| event(account, n)).chain([broken]).collect()
}

/// The `n`-th event of an account. Every tenth id is that of another account's event.
pub(super) fn event(account: &str, n: u64) -> Value {
    let is_hidden = account == HIDDEN;
    let day = if is_hidden && n.is_multiple_of(3) {
        "2026-02-03"
    } else {
        ["2026-01-01", "2026-01-02"][usize::from(n % 2 == 1)]
    };
    let name = match n % 4 {
        0 if is_hidden => "SecretCall",
        0 => "GetObject",
        1 => "PutObject",
        2 => "Decrypt",
        _ => "ConsoleLogin",
    };
    let id = if n.is_multiple_of(10) { "shared" } else { account };
    record_with(
        n,
        &[
            ("recipientAccountId", json!(account)),
            ("eventID", json!(format!("{id}-{n:06}"))),
            ("eventTime", json!(format!("{day}T{:02}:{:02}:{:02}Z", n / 3600, n / 60 % 60, n % 60))),
            ("eventName", json!(name)),
            ("awsRegion", json!(["us-east-1", "eu-west-1"][usize::from(n.is_multiple_of(5))])),
            ("sourceIPAddress", json!(if is_hidden { "10.9.9.9".to_owned() } else { format!("10.0.0.{}", n % 50) })),
            ("errorCode", if n.is_multiple_of(7) { json!("AccessDenied") } else { Value::Null }),
            (
                "userIdentity",
                json!({"type": "IAMUser", "accountId": account, "arn": format!("arn:aws:iam::{account}:user/u{}", n % 6)}),
            ),
            ("requestParameters", json!({"bucketName": format!("b{}-{account}", n % 5)})),
        ],
    )
}

fn nobodys(n: u64) -> Value {
    let name = [("eventName", json!("NobodyCall")), ("recipientAccountId", Value::Null)];
    record_with(n, &[&name[..], &[("eventID", json!(format!("nobody-{n}")))]].concat())
}

/// The rows of a query as texts, or everything its error says.
pub(super) async fn answer(lake: &GrantedLake, sql: &str, options: &QueryOptions) -> Result<Vec<String>, String> {
    Ok(measured(lake, sql, options).await?.0)
}

pub(super) async fn measured(
    lake: &GrantedLake,
    sql: &str,
    options: &QueryOptions,
) -> Result<(Vec<String>, QueryStats), String> {
    let result = lake.query(sql, options).await.map_err(|error| said(&error, error.hint()))?;
    let collected = result.collect().await.map_err(|error| said(&error, error.hint()));
    let (batches, stats) = collected?;
    Ok((batches.iter().flat_map(texts).collect(), stats))
}

fn said(error: &dyn std::error::Error, hint: Option<String>) -> String {
    let mut text = format!("{error} {error:?} {}", hint.unwrap_or_default());
    let mut cause = error.source();
    while let Some(next) = cause {
        let _ = write!(text, ": {next}");
        cause = next.source();
    }
    text
}

fn texts(batch: &arrow::array::RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL");
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    let row = |row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|");
    (0..batch.num_rows()).map(row).collect()
}
