//! The index against a look at every event.

use std::sync::Arc;

use bytes::Bytes;
use datafusion::logical_expr::ScalarUDF;
use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore as _, ObjectStoreExt as _};
use proptest::prelude::*;
use traillake_model::{PartitionValues, Retention};

use super::object::{decode, directory, encode};
use super::segment::{IndexedFile, Segment};
use super::*;
use crate::table_testing::{Sql, day, ingest, partition, records, table, table_at};
use crate::testing::{Fault, Faulty, open_events};
use crate::{
    CompactOptions, EventTable, EventTableProvider, ExpireOptions, Location, ScanPolicy, compact, expire, paths,
};

const ACCOUNT: &str = "111111111111";
const COLUMNS: &str = "useridentity, sourceipaddress, requestparameters, resources, eventid, requestid";

fn in_partition(date: u32) -> PartitionValues {
    partition(ACCOUNT, "us-east-1", day(date))
}

/// A table of `files` files of `rows` events each, four files to a day, one commit each.
async fn filled(table: &EventTable, files: u32, rows: usize) {
    for file in 0..files {
        let start = (file % 4) as usize * rows;
        let date = 1 + file / 4;
        ingest(table, &in_partition(date), &records(ACCOUNT, "us-east-1", day(date), start..start + rows)).await;
    }
}

fn sql(table: &EventTable) -> Sql {
    let sql = Sql::over(table, ScanPolicy::default());
    sql.context.register_udf(ScalarUDF::from(FoundIn::default()));
    sql
}

/// The same store as another process sees it.
async fn reopened(table: &EventTable) -> EventTable {
    table.lake().events(table.settings()).await.unwrap()
}

async fn objects(table: &EventTable) -> Vec<ObjectMeta> {
    let mut found: Vec<ObjectMeta> =
        table.0.root.list(Some(&Path::from(paths::LOOKUP_INDEX))).try_collect().await.unwrap();
    found.sort_by(|a, b| a.location.cmp(&b.location));
    found
}

async fn bytes_of(table: &EventTable, object: &ObjectMeta) -> Bytes {
    table.0.root.get(&object.location).await.unwrap().bytes().await.unwrap()
}

/// Files read and ruled out by the index.
async fn read(table: &EventTable, condition: &str) -> (usize, usize) {
    let report = sql(table).report(&format!("SELECT eventid FROM t WHERE {condition}")).await;
    (report.files_kept, report.files_ruled_out)
}

/// Event ids, by the index and without it.
async fn both(table: &EventTable, condition: &str) -> (Vec<String>, Vec<String>) {
    let question = format!("SELECT eventid FROM t WHERE {condition} ORDER BY eventid");
    let provider = EventTableProvider::try_new(table.clone(), table.snapshot(), ScanPolicy::default()).unwrap();
    let scan = Sql::new(provider.without_pruning());
    scan.context.register_udf(ScalarUDF::from(FoundIn::default()));
    (sql(table).rows(&question).await, scan.rows(&question).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_needle_reads_one_file_of_forty() {
    let table = table(Retention::Unlimited).await;
    filled(&table, 40, 20).await;
    for condition in [
        "eventid = '111111111111-us-east-1-2023-06-05-000033'",
        "useridentity['arn'] = 'arn:aws:sts::1:assumed-role/r0/s77' AND eventtime >= '2023-06-04' AND eventtime < '2023-06-05'",
        "eventid IN ('111111111111-us-east-1-2023-06-05-000033', 'no such id')",
        "\"$found_in\"('111111111111-us-east-1-2023-06-05-000033', eventid) IS NOT NULL",
    ] {
        let table = reopened(&table).await;
        let (kept, ruled_out) = read(&table, condition).await;
        assert!(kept == 1 && ruled_out > 2, "{condition}: {kept} read, {ruled_out} ruled out");
        let (indexed, scanned) = both(&table, condition).await;
        assert_eq!((indexed.len(), &indexed), (1, &scanned), "{condition}");
    }
    assert_eq!(read(&table, "eventid = 'nowhere'").await, (0, 40));
    assert_eq!(read(&table, "eventname = 'GetObject'").await, (40, 0), "not a column that is looked up");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_merged_as_they_pile_up() {
    let table = table(Retention::Unlimited).await;
    filled(&table, 42, 5).await;
    assert!((2..8).contains(&objects(&table).await.len()), "{}", objects(&table).await.len());
    build_index(&table, IndexOptions::default()).await.unwrap();
    assert_eq!(objects(&table).await.len(), 1);
    assert_eq!(read(&reopened(&table).await, "eventid = 'nowhere'").await, (0, 42));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_large_file_the_sections_that_may_hold_a_value_are_read() {
    let table = table(Retention::Unlimited).await;
    ingest(&table, &in_partition(11), &records(ACCOUNT, "us-east-1", day(11), 0..40_000)).await;
    let condition = "eventid = '111111111111-us-east-1-2023-06-11-020000'";
    let (snapshot, wanted) = (table.snapshot(), hash_of("111111111111-us-east-1-2023-06-11-020000").unwrap());
    let files: Vec<_> = snapshot.files.iter().map(Arc::clone).collect();
    let searched = table.0.lookup_index.search(snapshot.version, &files, &[Wanted(vec![wanted])]).await.unwrap();
    assert_eq!(searched.rows, [Some(std::iter::once(SECTION_ROWS..2 * SECTION_ROWS).collect())]);
    let (indexed, scanned) = both(&table, condition).await;
    assert_eq!((indexed.len(), &indexed), (1, &scanned));
}

#[tokio::test(flavor = "multi_thread")]
async fn compaction_leaves_an_index_of_the_merged_files_alone() {
    let table = table(Retention::Unlimited).await;
    filled(&table, 12, 50).await;
    compact(&table, CompactOptions::default()).await.unwrap();
    assert_eq!(table.snapshot().files.len(), 3);
    assert_eq!(read(&table, "eventid = '111111111111-us-east-1-2023-06-02-000060'").await, (1, 2));
    let files: usize = {
        let (known, _) = table.0.lookup_index.known(table.snapshot().version).await.unwrap();
        known.objects.iter().map(|object| object.directory.files().count()).sum()
    };
    assert_eq!(files, 3, "those of the files that were merged are gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_day_leaves_the_index_at_once() {
    let table = table(Retention::Days(7)).await;
    for date in [11, 12, 13] {
        ingest(&table, &in_partition(date), &records(ACCOUNT, "us-east-1", day(date), 0..30)).await;
    }
    expire(&table, ExpireOptions::default()).await.unwrap();
    let mut files = 0;
    for object in objects(&table).await {
        files +=
            decode(&bytes_of(&table, &object).await).unwrap().iter().map(|segment| segment.files.len()).sum::<usize>();
    }
    assert_eq!(files, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_index_costs_speed_until_it_is_made_again() {
    let table = table(Retention::Unlimited).await;
    filled(&table, 8, 20).await;
    for object in objects(&table).await {
        table.0.root.delete(&object.location).await.unwrap();
    }
    let table = reopened(&table).await;
    let condition = "eventid = '111111111111-us-east-1-2023-06-02-000033'";
    assert_eq!(read(&table, "useridentity['accesskeyid'] = 'nowhere'").await.1, 0);
    let (indexed, scanned) = both(&table, condition).await;
    assert_eq!((indexed.len(), &indexed), (1, &scanned));
    let rehearsal = build_index(&table, IndexOptions { dry_run: true }).await.unwrap();
    assert_eq!((rehearsal.files, rehearsal.files_missing, rehearsal.objects), (8, 8, 0));
    let report = build_index(&table, IndexOptions::default()).await.unwrap();
    assert_eq!((report.files_missing, report.objects), (8, 1));
    assert_eq!(read(&table, condition).await, (1, 7));
    assert_eq!(build_index(&table, IndexOptions::default()).await.unwrap().files_missing, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_made_of_files_is_that_made_of_batches() {
    let table = table(Retention::Unlimited).await;
    ingest(&table, &in_partition(11), &records(ACCOUNT, "us-east-1", day(11), 0..700)).await;
    let [object] = objects(&table).await.try_into().unwrap();
    let written = bytes_of(&table, &object).await;
    table.0.root.delete(&object.location).await.unwrap();
    build_index(&reopened(&table).await, IndexOptions::default()).await.unwrap();
    let [object] = objects(&table).await.try_into().unwrap();
    assert_eq!(bytes_of(&table, &object).await, written);
}

#[tokio::test(flavor = "multi_thread")]
async fn vacuum_sweeps_objects_of_no_live_file() {
    let table = open_events(&Location::in_memory("vacuum")).await.unwrap();
    filled(&table, 4, 20).await;
    let orphan = Segment::new(vec![IndexedFile { key: 7, rows: 1 }], &[&[1, 2, 3]]);
    for bytes in [encode(&[orphan]), Bytes::from_static(b"garbage")] {
        table.0.root.put(&paths::lookup_object(uuid::Uuid::new_v4()), bytes.into()).await.unwrap();
    }
    let before = objects(&table).await.len();
    table.vacuum(std::time::Duration::ZERO, false).await.unwrap();
    assert_eq!(objects(&table).await.len(), before - 2);
    assert_eq!(read(&reopened(&table).await, "eventid = 'nowhere'").await, (0, 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_of_the_index_that_fails_fails_no_commit() {
    for (fault, written) in [(Fault::Error, 0), (Fault::LostAcknowledgement, 1)] {
        // The fourth put of a commit: after the data file, the manifest and the log.
        let faulty = Arc::new(Faulty::puts(object_store::memory::InMemory::new(), fault, 3..4));
        faulty.pause();
        let location = Location { store: Arc::clone(&faulty) as _, ..Location::in_memory("faulty") };
        let table = table_at(&location, Retention::Unlimited).await;
        faulty.resume();
        filled(&table, 1, 20).await;
        assert!(faulty.seen() > 3);
        assert_eq!((table.snapshot().files.len(), objects(&table).await.len()), (1, written));
        filled(&table, 4, 20).await;
        let table = reopened(&table).await;
        let (indexed, scanned) = both(&table, "useridentity['accesskeyid'] = 'AKIA00000033'").await;
        assert_eq!((indexed.len(), &indexed), (1, &scanned));
        assert_eq!(read(&table, "eventid = 'nowhere'").await.1, 4 + written);
    }
}

/// What is done to an index object.
#[derive(Debug, Clone)]
enum Damage {
    Delete,
    Truncate(usize),
    Flip(usize),
    Garbage,
    /// The object of another file takes its place.
    Swap,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Delete),
        any::<usize>().prop_map(Damage::Truncate),
        any::<usize>().prop_map(Damage::Flip),
        Just(Damage::Garbage),
        Just(Damage::Swap),
    ]
}

async fn inflict(table: &EventTable, object: &ObjectMeta, damage: &Damage) {
    let mut bytes = bytes_of(table, object).await.to_vec();
    let length = bytes.len();
    let others = objects(table).await;
    table.0.root.delete(&object.location).await.unwrap();
    match damage {
        Damage::Delete => return,
        Damage::Truncate(at) => bytes.truncate(at % length),
        Damage::Flip(at) => bytes[at % length] ^= 1 << (at % 8),
        Damage::Garbage => bytes.fill(0xab),
        Damage::Swap => {
            let other = others.iter().find(|other| other.location != object.location);
            if let Some(other) = other {
                bytes = bytes_of(table, other).await.to_vec();
            }
        }
    }
    table.0.root.put(&object.location, bytes.into()).await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn answers_by_the_index_are_those_of_a_scan_whatever_became_of_it(
        sizes in prop::collection::vec(1_usize..60, 1..7),
        needles in prop::collection::vec(0_usize..320, 1..4),
        damages in prop::collection::vec((any::<prop::sample::Index>(), damage()), 0..3),
        compacted in any::<bool>(),
    ) {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap().block_on(async {
            let table = table(Retention::Unlimited).await;
            let mut start = 0;
            for (number, rows) in (0_u32..).zip(sizes) {
                let date = 1 + number / 2;
                ingest(&table, &in_partition(date), &records(ACCOUNT, "us-east-1", day(date), start..start + rows)).await;
                start += rows;
            }
            if compacted {
                compact(&table, CompactOptions::default()).await.unwrap();
            }
            for (which, damage) in &damages {
                let objects = objects(&table).await;
                if !objects.is_empty() {
                    inflict(&table, &objects[which.index(objects.len())], damage).await;
                }
            }
            let table = reopened(&table).await;
            for n in needles {
                let (group, date) = (n / 500, 1 + n % 3);
                for condition in [
                    format!("eventid = '{ACCOUNT}-us-east-1-2023-06-0{date}-{n:06}'"),
                    format!("useridentity['accesskeyid'] IN ('AKIA{n:08}', 'AKIA{:08}')", n + 1),
                    format!("sourceipaddress = '10.0.0.{}' AND useridentity['sessioncontext']['sessionissuer']['arn'] = 'arn:aws:iam::1:role/r{group}'", n % 256),
                    format!("requestparameters['n'] = '{n}.50' OR useridentity['principalid'] = 'P{n}'"),
                    format!("\"$found_in\"('b{}', {COLUMNS}) IS NOT NULL", n % 10),
                    format!("\"$found_in\"('10.0.0.{}', {COLUMNS}) IS NOT NULL", n % 256),
                    format!("\"$found_in\"('{n}.50', {COLUMNS}) IS NOT NULL"),
                ] {
                    let (indexed, scanned) = both(&table, &condition).await;
                    assert_eq!(indexed, scanned, "{condition}");
                }
            }
            build_index(&table, IndexOptions::default()).await.unwrap();
            let files = table.snapshot().files.len();
            if files > 1 {
                assert_eq!(read(&table, "requestid = 'nowhere'").await, (0, files), "made whole");
            }
        });
    }

    #[test]
    fn every_value_of_a_section_is_found_and_few_others(
        sizes in prop::collection::vec(0_usize..4_000, 1..12),
        seed in any::<u64>(),
    ) {
        let hash = |n: u64| (n ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut next = 0;
        let sections: Vec<Vec<u64>> = sizes.iter().map(|&size| {
            let mut hashes: Vec<u64> = (next..next + size as u64).map(hash).collect();
            next += size as u64 / 2;
            hashes.sort_unstable();
            hashes
        }).collect();
        let slices: Vec<&[u64]> = sections.iter().map(Vec::as_slice).collect();
        let rows = SECTION_ROWS * sections.len() as u64;
        let object = encode(&[Segment::new(vec![IndexedFile { key: 1, rows }], &slices)]);
        let directory = directory(&object, object.len() as u64).unwrap();
        let level = &directory.levels[0];
        let found = |hash: u64| {
            let shard = &level.shards[usize::try_from(segment::region_of(hash, level.bits)).unwrap()];
            let bytes = &object[usize::try_from(shard.start).unwrap()..usize::try_from(shard.end).unwrap()];
            let mut found = Vec::new();
            level.regions(bytes).unwrap()[0].search(hash, 0..sections.len() as u64, |section| found.push(section));
            found
        };
        for (number, hashes) in (0_u64..).zip(&sections) {
            for hash in hashes.iter().step_by(7) {
                prop_assert!(found(*hash).contains(&number));
            }
        }
        let wrong: usize = (0..2_000).map(|n| found(hash(u64::MAX / 2 + n)).len()).sum();
        prop_assert!(wrong <= 20 + 2_000 * sections.len() / 200, "{wrong} of {}", 2_000 * sections.len());
    }

    #[test]
    fn any_bytes_are_an_object_or_are_not(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = bytes;
        decode(&Bytes::from(bytes.clone()));
        // Past the checksum, as somebody could have written it.
        let check = values::checksum(&bytes).to_le_bytes();
        let length = (bytes.len() as u64).to_le_bytes();
        bytes.extend(length.iter().chain(&check).chain(b"TLLOOK01"));
        decode(&Bytes::from(bytes));
    }
}

#[test]
fn what_is_found_in_a_row_is_in_its_section() {
    let texts = [
        r#"{"a":["x1y","\u00e9t\u00e9",{"k":12345,"n":null,"e":true}],"policy":"{\"arn\":\"arn:aws:s3:::b\"}"}"#,
        "[not json",
        r#"["\ud800 lone"]"#,
        "plain value",
        "[]",
        "",
    ];
    let records: Vec<String> = texts
        .iter()
        .map(|text| {
            let text = serde_json::Value::from(*text);
            format!(r#"{{"eventTime":"2023-06-11T00:00:00Z","requestParameters":{{"k":{text}}},"resources":[{{"ARN":{text}}}],"userIdentity":{{"userName":{text}}},"new":{text}}}"#)
        })
        .collect();
    let schema = traillake_columnar::EventSchema::of(traillake_model::EventDataStoreKind::CloudTrail);
    let batch = crate::table_testing::batch(&schema, &records);
    let mut collector = ValueCollector::new();
    collector.add(&batch);
    let Some(FileLookup::Values { sections, .. }) = collector.finish() else { panic!("few values are not encoded") };
    for value in
        ["x1y", "été", "12345", "true", "plain value", "[not json", r#"{"arn":"arn:aws:s3:::b"}"#, "arn:aws:s3:::b"]
    {
        let paths = occurrences::paths_of(&batch, value);
        let known = sections[0].binary_search(&hash_of(value).unwrap()).is_ok();
        assert!(known || paths.iter().all(Vec::is_empty), "{value} is found at {paths:?}");
    }
    let paths = occurrences::paths_of(&batch, "x1y");
    assert_eq!(paths[0], ["useridentity.username.a[0]", "requestparameters.k.a[0]", "resources.arn.a[0]"]);
    assert_eq!(occurrences::paths_of(&batch, "plain value")[3].len(), 3);
}
