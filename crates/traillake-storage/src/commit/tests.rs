//! Commits under conflicts, lost answers, interruptions and many repetitions.

use std::sync::Arc;

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use uuid::Uuid;

use super::*;
use crate::testing::{Fault, Faulty, commit, files, ingest, manifest_row, objects, open_events};
use crate::{Location, QuarantineRow};

#[tokio::test]
async fn a_commit_shows_files_manifest_and_quarantine_together() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let mut change = ingest("a", 1);
    let attempt = Uuid::from_u128(1);
    change.quarantine.push(QuarantineRow {
        object: "a".into(),
        attempt,
        bytes: Some(vec![0, 255]),
        ..QuarantineRow::default()
    });
    let committed = commit(&table, &change).await;
    assert_eq!((committed.version, committed.manifest_head, committed.files.rows()), (1, 1, 5));
    for table in [table, open_events(&location).await.unwrap()] {
        let snapshot = table.snapshot();
        assert_eq!(files(&snapshot), files(&committed));
        assert_eq!(snapshot.live_quarantine, [1]);
        assert_eq!(objects(&table).await, [("a".to_owned(), 1)]);
        let rows: Vec<_> = table.quarantine_rows(&snapshot).await.unwrap().try_collect().await.unwrap();
        assert_eq!(rows, change.quarantine);
    }
}

#[tokio::test]
async fn of_two_writers_on_one_snapshot_the_second_is_told() {
    let location = Location::in_memory("x");
    let (one, two) = (open_events(&location).await.unwrap(), open_events(&location).await.unwrap());
    let base = two.snapshot();
    commit(&one, &ingest("a", 1)).await;
    let CommitOutcome::Conflict(newest) = two.commit(&base, ingest("b", 1)).await.unwrap() else { panic!() };
    assert_eq!((newest.version, newest.files.len()), (1, 1));
    let CommitOutcome::Committed(both) = two.commit(&newest, ingest("b", 1)).await.unwrap() else { panic!() };
    assert_eq!((both.version, both.files.len(), both.manifest_head), (2, 2, 3));
    assert_eq!(objects(&two).await, [("a".to_owned(), 1), ("b".to_owned(), 1)]);
    assert_eq!(files(&one.refresh().await.unwrap()), files(&both));
}

#[tokio::test]
async fn two_compactions_of_one_file_cannot_both_succeed() {
    let location = Location::in_memory("x");
    let (one, two) = (open_events(&location).await.unwrap(), open_events(&location).await.unwrap());
    commit(&one, &ingest("a", 1)).await;
    let base = two.refresh().await.unwrap();
    let compact = |name| TableChange {
        remove: base.files.iter().cloned().collect(),
        add: ingest(name, 1).add,
        ..TableChange::new(Operation::Compact)
    };
    assert!(matches!(one.commit(&base, compact("b")).await.unwrap(), CommitOutcome::Committed(_)));
    let CommitOutcome::Conflict(newest) = two.commit(&base, compact("c")).await.unwrap() else { panic!() };
    assert!(two.commit(&newest, compact("c")).await.is_err());
    assert_eq!(files(&newest).len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_at_once_lose_nothing() {
    let location = Location::in_memory("x");
    open_events(&location).await.unwrap();
    let writers = (0..4).map(|writer| {
        let location = location.clone();
        tokio::spawn(async move {
            let table = open_events(&location).await.unwrap();
            for n in 0..6 {
                commit(&table, &ingest(&format!("{writer}-{n}"), 1)).await;
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let table = open_events(&location).await.unwrap();
    assert_eq!((table.snapshot().version, table.snapshot().files.len()), (24, 24));
    assert_eq!(objects(&table).await.len(), 24);
}

/// Fails request `n` of a commit (and then, if it is told to last, all that follow), for every `n`.
async fn fail_everywhere(fault: Fault, lasting: bool) {
    for n in 0..100 {
        let inner = Location::in_memory("x");
        commit(&open_events(&inner).await.unwrap(), &ingest("before", 1)).await;
        let until = if lasting { u64::MAX } else { n + 1 };
        let faulty = Arc::new(Faulty::all(Arc::clone(&inner.store), fault, n..until));
        faulty.pause();
        let store: Arc<dyn ObjectStore> = Arc::<Faulty>::clone(&faulty);
        let table = open_events(&Location { store, ..inner.clone() }).await.unwrap();
        let base = table.snapshot();
        faulty.resume();
        let mut change = ingest("a", 1);
        change.quarantine.push(QuarantineRow { object: "a".into(), ..QuarantineRow::default() });
        let outcome = table.commit(&base, change.clone()).await;
        let finished = faulty.seen() <= n;

        let fresh = open_events(&inner).await.unwrap();
        let there = fresh.snapshot().files.len() == 2;
        assert_eq!(objects(&fresh).await.len(), if there { 2 } else { 1 }, "{fault:?} at {n}");
        match outcome {
            Ok(CommitOutcome::Committed(snapshot)) => {
                assert!(there, "{fault:?} at {n}: acknowledged but lost");
                assert_eq!(files(&snapshot), files(&fresh.snapshot()));
            }
            Ok(CommitOutcome::Conflict(_)) => assert!(!there, "{fault:?} at {n}: our own commit taken for another's"),
            Err(_) => {}
        }
        if !there {
            commit(&fresh, &change).await;
        }
        assert_eq!((fresh.snapshot().files.len(), objects(&fresh).await.len()), (2, 2));
        if finished {
            return;
        }
    }
    panic!("the commit never ran through");
}

#[tokio::test(start_paused = true)]
async fn an_error_at_any_request_of_a_commit_leaves_all_or_nothing() {
    fail_everywhere(Fault::Error, false).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_from_any_request_on_leaves_all_or_nothing() {
    fail_everywhere(Fault::Error, true).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_at_any_request_of_a_commit_is_made_good() {
    fail_everywhere(Fault::LostAcknowledgement, false).await;
}

#[tokio::test(start_paused = true)]
async fn answers_lost_from_any_request_on_leave_all_or_nothing() {
    fail_everywhere(Fault::LostAcknowledgement, true).await;
}

#[tokio::test]
async fn manifest_files_of_interrupted_writers_are_skipped() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let root = location.rooted();
    let folder = format!("stores/{}", table.id());
    for path in [
        "manifest/00000000000000000001.parquet",
        "manifest/00000000000000000007.parquet",
        "quarantine/00000000000000000009.parquet",
    ] {
        root.put(&Path::from(format!("{folder}/{path}")), "left behind".into()).await.unwrap();
    }
    let snapshot = commit(&table, &ingest("a", 1)).await;
    assert_eq!((snapshot.manifest_head, snapshot.live_manifests.as_slice()), (10, &[10][..]));
    assert_eq!(objects(&open_events(&location).await.unwrap()).await.len(), 1);
}

#[tokio::test]
async fn manifests_are_merged_and_the_latest_row_of_an_object_wins() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    for n in 0..40_u128 {
        let mut change = TableChange::new(Operation::Ingest);
        change.manifest.push(manifest_row("same", n));
        change.manifest.push(manifest_row(&format!("object {n:02}"), n));
        let snapshot = commit(&table, &change).await;
        assert!(snapshot.live_manifests.len() <= 16, "{:?}", snapshot.live_manifests);
    }
    let rows = objects(&open_events(&location).await.unwrap()).await;
    assert_eq!(rows.len(), 41);
    assert_eq!(rows.last(), Some(&("same".to_owned(), 39)));
}

#[tokio::test]
async fn of_two_rows_of_an_object_in_one_commit_the_last_counts() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    let mut change = TableChange::new(Operation::Ingest);
    change.manifest = vec![manifest_row("a", 1), manifest_row("b", 1), manifest_row("a", 2)];
    commit(&table, &change).await;
    assert_eq!(objects(&table).await, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
}

#[tokio::test]
async fn merged_quarantine_keeps_its_rows() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    for n in 0..20_u128 {
        let object = format!("object {n:02}");
        let mut change = TableChange::new(Operation::Ingest);
        change.manifest.push(manifest_row(&object, n));
        change.quarantine.push(QuarantineRow { object, attempt: Uuid::from_u128(n), ..QuarantineRow::default() });
        commit(&table, &change).await;
    }
    let snapshot = table.snapshot();
    assert!(snapshot.live_quarantine.len() < 16, "{:?}", snapshot.live_quarantine);
    let rows: Vec<_> = table.quarantine_rows(&snapshot).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows.len(), 20);
}

#[tokio::test]
async fn a_later_attempt_replaces_what_an_earlier_one_set_aside() {
    let table = open_events(&Location::in_memory("x")).await.unwrap();
    let mut change = TableChange::new(Operation::Ingest);
    for object in ["a", "b"] {
        change.manifest.push(manifest_row(object, 1));
        change.quarantine.push(QuarantineRow {
            object: object.into(),
            attempt: Uuid::from_u128(1),
            ..QuarantineRow::default()
        });
    }
    commit(&table, &change).await;
    let mut again = TableChange::new(Operation::Ingest);
    again.manifest.push(manifest_row("a", 2));
    let snapshot = commit(&table, &again).await;
    let rows: Vec<_> = table.quarantine_rows(&snapshot).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.object.as_str()).collect::<Vec<_>>(), ["b"]);
}

#[tokio::test]
async fn a_lake_opened_for_reading_cannot_commit() {
    let location = Location::in_memory("x");
    let table = open_events(&location).await.unwrap();
    let lake = crate::LakeStorage::open(&location, crate::OpenMode::Read, Arc::clone(table.clock())).await.unwrap();
    let reader = lake.events(table.settings()).await.unwrap();
    let error = reader.commit(&reader.snapshot(), ingest("a", 1)).await.unwrap_err();
    assert!(matches!(error, StorageError::ReadOnly { .. }), "{error}");
}
