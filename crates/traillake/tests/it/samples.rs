//! The bundled queries, each on data in which it finds something.

mod calls;
mod story;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use tempfile::TempDir;
use traillake::{
    EventDataStoreKind, FixedClock, Lake, LakeOptions, QueryOptions, QueryParameter, Sample, sample, samples,
};

use crate::support::{new_store, noon};

/// Values for samples that ask for something that only one store has.
const GIVEN: [(&str, &str); 2] =
    [("resource-history", "resource=arn:aws:s3:::reports"), ("session-activity", "access_key=ASIAFIRST")];

struct Story {
    lake: Lake,
    _folder: TempDir,
}

impl Story {
    /// A lake with a store of every kind, named after it.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock::new(noon(2, 1)));
        let lake = LakeOptions::new().clock(clock).open(folder.path().to_str().unwrap()).await.unwrap();
        for (kind, records) in [
            (EventDataStoreKind::CloudTrail, story::events()),
            (EventDataStoreKind::Insights, story::insights()),
            (EventDataStoreKind::Config, story::configuration_items()),
            (EventDataStoreKind::AuditManager, story::evidence()),
            (EventDataStoreKind::Integration, story::outside_activity()),
        ] {
            let mut store = new_store(kind.as_str());
            store.kind = kind;
            lake.create_event_data_store(store).await.unwrap();
            let summary = lake.ingest_records(kind.as_str(), &records).await.unwrap();
            assert_eq!(summary.events.stored, records.len() as u64, "{kind}: {:?}", summary.reasons);
        }
        Self { lake, _folder: folder }
    }

    async fn run(&self, sample: &Sample, given: &[&str]) -> Result<Answer, String> {
        let given: Vec<QueryParameter> = given.iter().map(|given| given.parse().unwrap()).collect();
        let options = QueryOptions {
            default_store: Some(sample.kind.as_str().to_owned()),
            parameters: sample.values(&given, noon(2, 1)).unwrap(),
            ..QueryOptions::default()
        };
        let result = self.lake.query(sample.sql, &options).await.map_err(|error| chain(&error))?;
        let columns = result.schema().fields().iter().map(|field| field.name().clone()).collect();
        let (batches, _) = result.collect().await.map_err(|error| chain(&error))?;
        Ok(Answer { columns, rows: batches.iter().flat_map(texts).collect() })
    }

    /// The rows of a sample with its defaults.
    async fn rows(&self, name: &str) -> Vec<String> {
        self.run(sample(name).unwrap(), &[]).await.unwrap_or_else(|error| panic!("{name}: {error}")).rows
    }
}

struct Answer {
    columns: Vec<String>,
    rows: Vec<String>,
}

fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source)));
    format!("{error}{}", source.unwrap_or_default())
}

fn texts(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("NULL").with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"));
    let columns: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
    let row = |row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|");
    (0..batch.num_rows()).map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_sample_finds_something_and_names_its_columns() {
    let story = Story::new().await;
    let mut wrong = Vec::new();
    for sample in samples() {
        let given = GIVEN.iter().find(|(name, _)| *name == sample.name).map(|(_, given)| *given);
        match story.run(sample, given.as_slice()).await {
            Err(error) => wrong.push(format!("{}: {error}", sample.name)),
            Ok(answer) if answer.rows.is_empty() => wrong.push(format!("{}: no rows", sample.name)),
            Ok(Answer { columns, .. }) => {
                let different: BTreeSet<_> = columns.iter().map(|name| name.to_lowercase()).collect();
                if different.len() < columns.len() || columns.iter().any(|name| name.starts_with("_col")) {
                    wrong.push(format!("{}: columns {columns:?}", sample.name));
                }
            }
        }
    }
    assert!(samples().len() >= 45 && wrong.is_empty(), "{} of {}:\n{}", wrong.len(), samples().len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_those_of_the_story() {
    let story = Story::new().await;
    for (name, expected) in [
        (
            "root-user-activity",
            &[
                "2026-01-31 13:00:00|111122223333|us-east-1|signin.amazonaws.com|ConsoleLogin|198.51.100.10|aws-cli/2.15|NULL",
            ][..],
        ),
        (
            "console-logins-without-mfa",
            &["2026-01-31 13:00:00|111122223333|Root|arn:aws:iam::111122223333:root|198.51.100.10|aws-cli/2.15"],
        ),
        ("password-spraying", &["203.0.113.77|3|3|alice, bob, carol|2026-01-30 03:01:00|2026-01-30 03:03:00"]),
        ("console-logins-after-failures", &["203.0.113.77|3|2026-01-30 03:01:00|2026-01-30 03:04:00|carol"]),
        (
            "denied-then-allowed",
            &[
                "arn:aws:iam::111122223333:user/bob|secretsmanager.amazonaws.com|ListSecrets|1|1|2026-01-28 10:00:00|2026-01-29 10:00:00",
            ],
        ),
        (
            "security-groups-opened-to-the-world",
            &[
                "2026-01-21 10:00:00|111122223333|us-east-1|sg-1|tcp|22|22|arn:aws:iam::111122223333:user/alice|198.51.100.10",
                "2026-01-21 10:30:00|111122223333|us-east-1|sg-2|tcp|3389|3389|arn:aws:iam::111122223333:user/alice|198.51.100.10",
            ],
        ),
        ("s3-bytes-out", &["2026-01-30 00:00:00|arn:aws:iam::111122223333:user/backup|100000|1000|1"]),
        (
            "s3-mass-deletions",
            &["2026-01-31 02:00:00|customers|arn:aws:iam::111122223333:user/backup|203.0.113.77|101|1"],
        ),
        (
            "role-chains",
            &[
                "arn:aws:iam::111122223333:user/alice|arn:aws:iam::111122223333:role/First|arn:aws:iam::111122223333:role/Second|1|2026-01-30 16:00:00|2026-01-30 16:05:00",
            ],
        ),
        ("unused-permissions", &["Reports|athena|StartQueryExecution|1|2025-12-01 10:00:00"]),
        ("idle-identities", &["arn:aws:iam::111122223333:user/oldhand|111122223333|2025-10-01 10:00:00|123|1"]),
        (
            "instance-credentials-elsewhere",
            &["i-0abc|arn:aws:iam::111122223333:role/App|2|10.0.0.5, 203.0.113.77|2|2026-01-30 05:00:00"],
        ),
        (
            "insights-unusual-activity",
            &[
                "2026-01-30 04:10:00|111122223333|us-east-1|ApiCallRateInsight|iam.amazonaws.com|CreateUser|NULL|End|0.5|10.0|20.0",
            ],
        ),
    ] {
        assert_eq!(story.rows(name).await, expected, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silence_that_lasts_is_found_and_silence_that_ended_before_is_not() {
    let story = Story::new().await;
    let rows = story.rows("hours-without-events").await;
    let lasting = "111122223333|ap-southeast-3|2026-01-31 05:00:00|2026-02-01 12:00:00|31";
    assert!(rows.iter().any(|row| row == lasting), "{rows:#?}");
    let sample = sample("hours-without-events").unwrap();
    let given = ["ending_after=2026-02-01", "hours=24"];
    assert_eq!(story.run(sample, &given).await.unwrap().rows, [lasting]);
}

#[tokio::test(flavor = "multi_thread")]
async fn given_values_narrow_an_answer() {
    let story = Story::new().await;
    let root = sample("root-user-activity").unwrap();
    for (given, rows) in [("since=2026-01-31", 1), ("since=-1h", 0), ("until=-2d", 0), ("since:date=2026-01-31", 1)] {
        assert_eq!(story.run(root, &[given]).await.unwrap().rows.len(), rows, "{given}");
    }
    let from = sample("address-activity").unwrap();
    assert_eq!(story.run(from, &["address=' OR 1=1 --"]).await.unwrap().rows, Vec::<String>::new());
}
