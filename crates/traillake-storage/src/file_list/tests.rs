//! Opening by a list against opening by the log: through random histories, damage, faults, and logs that changed.

use futures::TryStreamExt as _;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use proptest::prelude::*;
use tokio::runtime::Runtime;
use traillake_model::{FixedClock, PartitionBy, PartitionValues, SystemClock};

use super::*;
use crate::snapshot::{DataFile, FileSet};
use crate::testing::{Fault, Faulty, commit, files, ingest, new_file, open_events};
use crate::{LakeStorage, Location, Operation, TableChange, VacuumReport};

/// The snapshot as the Delta library reads it.
async fn by_log(table: &EventTable) -> TableSnapshot {
    table.0.lake.load_log(&table.0.events, &table.0.manifests).await.unwrap().unwrap()
}

async fn by_list(table: &EventTable) -> Option<TableSnapshot> {
    by_list_at(table, Utc::now()).await
}

async fn by_list_at(table: &EventTable, now: DateTime<Utc>) -> Option<TableSnapshot> {
    open(&table.0.root, &table.0.events, &table.0.manifests, &table.0.lookup_index, now).await.unwrap()
}

/// All that a snapshot says, whoever made it.
fn said(snapshot: &TableSnapshot) -> impl PartialEq + std::fmt::Debug + use<> {
    let days = snapshot.files.periods().map(|files| (files.period(), *files.figures())).collect::<Vec<_>>();
    let heads = (snapshot.version, snapshot.manifest_head, snapshot.mark);
    let live = (snapshot.live_manifests.clone(), snapshot.live_quarantine.clone());
    let names = [snapshot.files.accounts(), snapshot.files.regions()];
    let owners: Vec<String> = names.into_iter().flatten().map(str::to_owned).collect();
    (heads, live, snapshot.metadata.as_ref().clone(), days, owners, files(snapshot))
}

async fn assert_list_is_log(table: &EventTable) {
    let listed = by_list(table).await.expect("a list");
    assert_eq!(said(&listed), said(&by_log(table).await));
}

async fn list_paths(table: &EventTable) -> Vec<Path> {
    lists(table.0.root.as_ref()).await.unwrap().into_iter().map(|list| list.meta.location).collect()
}

/// A table of `commits` commits with a list of the last.
async fn listed_table(location: &Location, commits: u32) -> EventTable {
    let table = open_events(location).await.unwrap();
    for n in 0..commits {
        commit(&table, &ingest(&format!("{n}"), 1 + n % 28)).await;
    }
    table.write_list(&table.snapshot()).await.unwrap();
    table
}

#[derive(Debug, Clone)]
enum Step {
    Ingest { files: Vec<(u8, u8, bool)> },
    Compact,
    Expire { before: u8 },
    List,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    let file = (1..28_u8, 0..4_u8, any::<bool>());
    prop_oneof![
        4 => proptest::collection::vec(file, 1..6).prop_map(|files| Step::Ingest { files }),
        1 => Just(Step::Compact),
        1 => (1..28_u8).prop_map(|before| Step::Expire { before }),
        2 => Just(Step::List),
        1 => Just(Step::Reopen),
    ]
}

/// A file of one of four accounts, named by us or by somebody else.
fn file(n: usize, (day, account, is_ours): (u8, u8, bool)) -> crate::NewFile {
    let mut file = new_file("x", day.into(), n as u64 % 7);
    file.partition.account = Some(format!("{account:012}"));
    file.size_bytes = 1_000 + n as u64;
    let folder = paths::data_folder(&file.partition);
    let name = uuid::Uuid::from_u128(n as u128);
    file.path = if is_ours { paths::data_file(&folder, name) } else { format!("{folder}part-{n}.parquet") };
    file
}

fn change(step: &Step, n: &mut usize, known: &FileSet) -> TableChange {
    let mut next = |place| {
        *n += 1;
        file(*n, place)
    };
    match step {
        Step::Ingest { files } => {
            let add = files.iter().map(|&place| next(place)).collect();
            TableChange { add, ..TableChange::new(Operation::Ingest) }
        }
        Step::Compact => {
            let first = known.partitions().next();
            let remove = first.map(|(_, files)| files.to_vec()).unwrap_or_default();
            TableChange { remove, add: vec![next((3, 1, true))], ..TableChange::new(Operation::Compact) }
        }
        Step::Expire { before } => {
            let is_old =
                |file: &&Arc<DataFile>| chrono::Datelike::day(&file.partition.period.first()) < u32::from(*before);
            TableChange {
                remove: known.iter().filter(is_old).cloned().collect(),
                ..TableChange::new(Operation::Expire)
            }
        }
        Step::List | Step::Reopen => TableChange::new(Operation::Ingest),
    }
}

async fn follow_history(steps: Vec<Step>) {
    let location = Location::in_memory("x");
    let mut table = open_events(&location).await.unwrap();
    let mut n = 0;
    for step in steps {
        match step {
            Step::List => table.write_list(&table.snapshot()).await.unwrap(),
            Step::Reopen => table = open_events(&location).await.unwrap(),
            _ => _ = commit(&table, &change(&step, &mut n, &table.snapshot().files)).await,
        }
        if let Some(listed) = by_list(&table).await {
            assert_eq!(said(&listed), said(&by_log(&table).await));
        }
        assert_eq!(files(&table.snapshot()), files(&by_log(&table).await));
    }
    table.write_list(&table.snapshot()).await.unwrap();
    assert_list_is_log(&table).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn a_list_says_what_the_log_says_through_any_history(steps in proptest::collection::vec(step(), 1..14)) {
        Runtime::new().unwrap().block_on(follow_history(steps));
    }

    #[test]
    fn bytes_of_any_kind_are_refused_or_read(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        is_forged in any::<bool>(),
    ) {
        // Without the digest that guards them: what is left is a list of whatever, made without a panic.
        let mut list = b"TLFILES1".to_vec();
        if is_forged {
            list = Runtime::new().unwrap().block_on(async {
                let table = listed_table(&Location::in_memory("x"), 3).await;
                format::encode(&table.snapshot()).unwrap().unwrap().to_vec()
            });
            let at = at.index(list.len());
            list.iter_mut().skip(at).zip(&bytes).for_each(|(to, from)| *to = *from);
        } else {
            list.extend_from_slice(&bytes);
        }
        if let Some(snapshot) = format::decode(list.into()) {
            prop_assert!(snapshot.files.iter().all(|file| !file.path.contains("..")));
        }
    }
}

#[tokio::test]
async fn a_damaged_list_is_passed_over_and_replaced_by_the_next_writer() {
    let location = Location::in_memory("x");
    let table = listed_table(&location, 5).await;
    let path = list_paths(&table).await.remove(0);
    let whole = table.0.root.get(&path).await.unwrap().bytes().await.unwrap();
    for damaged in [whole.slice(..whole.len() - 1), whole.slice(..7), Bytes::new(), flipped(&whole, whole.len() / 2)] {
        table.0.root.put(&path, damaged.into()).await.unwrap();
        assert!(by_list(&table).await.is_none());
        let reopened = open_events(&location).await.unwrap();
        assert_eq!(files(&reopened.snapshot()), files(&table.snapshot()));
    }
    table.0.root.delete(&path).await.unwrap();
    open_events(&location).await.unwrap();
    assert_list_is_log(&table).await;
}

fn flipped(bytes: &Bytes, at: usize) -> Bytes {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes.into()
}

#[tokio::test]
async fn a_list_of_a_table_by_month_says_what_its_log_says() {
    let lake = LakeStorage::open(&Location::in_memory("x"), OpenMode::Write, Arc::new(SystemClock)).await.unwrap();
    let new = crate::NewEventDataStore { partition_by: PartitionBy::MONTH, ..crate::testing::new_store("events") };
    let settings = lake.create_event_data_store(new).await.unwrap();
    let table = lake.events(&settings).await.unwrap();
    for month in 1..=12 {
        let mut file = new_file("x", 1, 5);
        let date = chrono::NaiveDate::from_ymd_opt(2024, month, 28).unwrap();
        file.partition = PartitionValues::new(PartitionBy::MONTH, None, None, date);
        file.path = paths::data_file(&paths::data_folder(&file.partition), uuid::Uuid::from_u128(month.into()));
        commit(&table, &TableChange { add: vec![file], ..TableChange::new(Operation::Ingest) }).await;
    }
    table.write_list(&table.snapshot()).await.unwrap();
    assert_list_is_log(&table).await;
    assert_eq!(by_list(&table).await.unwrap().files.iter().count(), 12);
}

#[tokio::test]
async fn a_list_of_another_history_is_passed_over() {
    let location = Location::in_memory("x");
    let table = listed_table(&location, 4).await;
    // Brought back to version 2, and written on.
    for version in 3..=4 {
        table.0.events.delete(&paths::commit(version)).await.unwrap();
    }
    assert!(by_list(&table).await.is_none(), "its commit is gone");
    let restored = open_events(&location).await.unwrap();
    assert_eq!((restored.snapshot().version, restored.snapshot().files.len()), (2, 2));
    for n in 0..3 {
        commit(&restored, &ingest(&format!("other-{n}"), 9)).await;
    }
    let reopened = open_events(&location).await.unwrap();
    assert_eq!(said(&reopened.snapshot()), said(&by_log(&restored).await));
}

#[tokio::test]
async fn a_list_before_a_gap_in_the_log_is_passed_over() {
    let location = Location::in_memory("x");
    let table = listed_table(&location, 20).await;
    for n in 0..31 {
        commit(&table, &ingest(&format!("later-{n}"), 2)).await;
    }
    // The checkpoint of version 50 covers what a clean-up removed but for the list's own commit.
    for path in list_paths(&table).await.iter().filter(|path| paths::file_list_of(path).is_some_and(|(v, _)| v != 20)) {
        table.0.root.delete(path).await.unwrap();
    }
    for version in (0..50).filter(|&version| version != 20) {
        table.0.events.delete(&paths::commit(version)).await.unwrap();
    }
    let later = Utc::now() + TimeDelta::days(2);
    assert!(by_list_at(&table, later).await.is_none());
    let clock = Arc::new(FixedClock::new(later));
    let lake = LakeStorage::open(&location, OpenMode::Read, clock).await.unwrap();
    let reopened = lake.events(table.settings()).await.unwrap();
    assert_eq!(files(&reopened.snapshot()), files(&table.snapshot()));
}

#[tokio::test]
async fn a_forged_list_cannot_name_files_outside_the_table() {
    let table = listed_table(&Location::in_memory("x"), 2).await;
    for path in ["../../secret.parquet", "/etc/passwd", "_delta_log/x.parquet"] {
        let mut forged = TableSnapshot::clone(&table.snapshot());
        let mut files = FileSet::default();
        let file = table.snapshot().files.iter().next().unwrap().as_ref().clone();
        files.insert(DataFile { path: path.into(), ..file });
        forged.files = Arc::new(files);
        let list = format::encode(&forged).unwrap().unwrap();
        assert!(format::decode(list).is_none(), "{path}");
    }
}

#[tokio::test]
async fn opening_to_read_takes_few_requests_and_writes_nothing() {
    let location = Location::in_memory("x");
    let table = listed_table(&location, 40).await;
    commit(&table, &ingest("after", 3)).await;
    for path in list_paths(&table).await.split_off(1) {
        table.0.root.delete(&path).await.unwrap();
    }
    let everything = async || location.store.list(None).try_collect::<Vec<_>>().await.unwrap();
    let before = everything().await;
    let counting = Arc::new(Faulty::all(Arc::clone(&location.store), Fault::Error, 0..0));
    let counted = Location { store: Arc::clone(&counting) as Arc<dyn ObjectStore>, ..location.clone() };
    let lake = LakeStorage::open(&counted, OpenMode::Read, Arc::new(SystemClock)).await.unwrap();
    let opened = counting.seen();
    let reader = lake.events(table.settings()).await.unwrap();
    // Lists, a list, its commit, the commit after it, nine that are not there, the manifest's footer.
    assert!(counting.seen() - opened <= 14, "{}", counting.seen() - opened);
    reader.settle().await;
    assert_eq!(said(&reader.snapshot()), said(&table.snapshot()));
    assert_eq!(everything().await, before);
}

#[tokio::test]
async fn a_list_that_cannot_be_written_costs_no_commit() {
    for fault in [Fault::Error, Fault::LostAcknowledgement] {
        let inner = InMemory::new();
        let faulty = Arc::new(Faulty::puts(inner, fault, 0..u64::MAX));
        faulty.pause();
        let location = Location { store: Arc::clone(&faulty) as Arc<dyn ObjectStore>, ..Location::in_memory("x") };
        let table = open_events(&location).await.unwrap();
        let snapshot = commit(&table, &ingest("a", 1)).await;
        faulty.resume();
        table.settle().await;
        faulty.pause();
        assert_eq!(said(&open_events(&location).await.unwrap().snapshot()), said(&snapshot), "{fault:?}");
    }
}

#[tokio::test]
async fn writers_at_work_at_once_leave_lists_that_say_what_the_log_says() {
    let location = Location::in_memory("x");
    let writers = [open_events(&location).await.unwrap(), open_events(&location).await.unwrap()];
    let work = writers.iter().enumerate().map(|(writer, table)| async move {
        for n in 0..8 {
            commit(table, &ingest(&format!("{writer}-{n}"), 1 + n)).await;
            table.settle().await;
            assert!(by_list(table).await.is_some());
        }
    });
    futures::future::join_all(work).await;
    assert_list_is_log(&writers[0]).await;
    assert_eq!(open_events(&location).await.unwrap().snapshot().files.len(), 16);
}

#[tokio::test]
async fn a_series_of_commits_is_listed_now_and_then_and_vacuum_keeps_the_newest() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    for n in 0..=3 * COMMITS_BETWEEN {
        commit(&table, &ingest(&format!("{n}"), 1)).await;
    }
    let known = list_paths(&table).await;
    assert_eq!(known.len(), 3);
    let VacuumReport { removed, .. } = table.vacuum(std::time::Duration::ZERO, false).await.unwrap();
    let removed = removed.into_iter().map(|file| file.path);
    let removed: Vec<String> = removed.filter(|path| path.starts_with(paths::FILE_LISTS)).collect();
    assert_eq!(removed, [known[2].to_string()]);
    assert_list_is_log(&table).await;
}
