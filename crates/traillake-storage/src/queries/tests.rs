use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};
use chrono::{DateTime, TimeDelta};
use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};
use traillake_model::{QueryStatistics, QueryStatus, SystemClock};

use super::*;
use crate::{Location, OpenMode};

async fn lake() -> LakeStorage {
    LakeStorage::open(&Location::in_memory("x"), OpenMode::Write, Arc::new(SystemClock)).await.unwrap()
}

fn job(id: Uuid) -> QueryJob {
    QueryJob {
        version: 0,
        id,
        owner: "ann".into(),
        sql: "SELECT 1".into(),
        alias: None,
        stores: Vec::new(),
        accounts: None,
        region: "us-east-1".into(),
        status: QueryStatus::Queued,
        created_at: DateTime::UNIX_EPOCH,
        updated_at: DateTime::UNIX_EPOCH,
        statistics: QueryStatistics::default(),
        error: None,
        columns: Vec::new(),
        parts: Vec::new(),
        delivery: None,
    }
}

fn texts(from: usize, rows: usize, width: usize) -> ArrayRef {
    let text = |n: usize| (!n.is_multiple_of(7)).then(|| format!("{n:0>width$}"));
    Arc::new((from..from + rows).map(text).collect::<StringArray>())
}

/// Writes rows whose first column tells their number; returns the rows of each part.
async fn written(lake: &LakeStorage, id: Uuid, rows: usize, width: usize) -> Vec<u64> {
    let mut writer = lake.query_rows_writer(id, 2);
    for from in (0..rows).step_by(250) {
        let count = 250.min(rows - from);
        writer.write(vec![texts(from, count, width), texts(from, count, 1)]).await.unwrap();
    }
    writer.finish().await.unwrap()
}

#[tokio::test]
async fn states_follow_each_other_and_an_end_stays() {
    let (lake, id) = (lake().await, Uuid::new_v4());
    lake.create_query_job(job(id)).await.unwrap();
    let other = QueryJob { owner: "bob".into(), ..job(id) };
    assert!(lake.create_query_job(other).await.is_err());
    let end = |status| move |job: QueryJob| job.status.is_active().then_some(QueryJob { status, ..job });
    let first = lake.change_query_job(id, end(QueryStatus::Cancelled)).await.unwrap().unwrap();
    let second = lake.change_query_job(id, end(QueryStatus::Finished)).await.unwrap().unwrap();
    assert_eq!((first.version, first.status), (2, QueryStatus::Cancelled));
    assert_eq!(second, first);
    assert_eq!(lake.query_job(id).await.unwrap(), Some(first));
    assert_eq!(lake.query_ids().await.unwrap(), [id]);
}

#[tokio::test]
async fn two_who_end_a_query_at_once_agree() {
    let (lake, id) = (lake().await, Uuid::new_v4());
    lake.create_query_job(job(id)).await.unwrap();
    let end = |status| {
        let lake = lake.clone();
        async move {
            let change = move |job: QueryJob| job.status.is_active().then_some(QueryJob { status, ..job });
            lake.change_query_job(id, change).await.unwrap().unwrap().status
        }
    };
    let (a, b) = tokio::join!(end(QueryStatus::Cancelled), end(QueryStatus::Finished));
    assert_eq!(a, b);
}

#[tokio::test]
async fn an_unknown_query_is_none() {
    let lake = lake().await;
    assert_eq!(lake.query_job(Uuid::new_v4()).await.unwrap(), None);
    assert_eq!(lake.change_query_job(Uuid::new_v4(), Some).await.unwrap(), None);
    assert_eq!(lake.query_ids().await.unwrap(), Vec::<Uuid>::new());
}

#[tokio::test]
async fn rows_come_back_from_any_row_on_with_their_nulls() {
    let (lake, id) = (lake().await, Uuid::new_v4());
    let parts = written(&lake, id, 2_345, 4).await;
    assert_eq!(parts, [2_345]);
    for offset in [0, 1, 999, 1_000, 1_001, 2_344, 2_345, 9_999] {
        let rows = lake.query_rows(id, 0, offset).await.unwrap();
        let batches: Vec<_> = rows.try_collect().await.unwrap();
        let found: Vec<_> = batches
            .iter()
            .flat_map(|batch| batch.column(0).as_string::<i32>().iter())
            .map(|t| t.map(str::to_owned))
            .collect();
        let from = usize::try_from(offset.min(2_345)).unwrap();
        let expected: Vec<_> =
            texts(from, 2_345 - from, 4).as_string::<i32>().iter().map(|t| t.map(str::to_owned)).collect();
        assert_eq!(found, expected, "{offset}");
    }
}

#[tokio::test]
async fn a_long_result_is_cut_into_parts_and_a_late_page_reads_little() {
    let (lake, id) = (lake().await, Uuid::new_v4());
    let parts = written(&lake, id, 200_000, 12).await;
    assert_eq!((parts.iter().sum::<u64>(), parts.len() > 2), (200_000, true), "{parts:?}");
    let last = parts.len() - 1;
    let first_of_last: u64 = parts.iter().take(last).sum();
    let mut rows = lake.query_rows(id, last, 0).await.unwrap();
    let batch = rows.try_next().await.unwrap().unwrap();
    assert_eq!(batch.num_rows(), 128);
    let expected = texts(usize::try_from(first_of_last).unwrap(), 128, 12);
    assert_eq!(batch.column(0), &expected);
}

#[tokio::test]
async fn a_result_without_rows_has_no_parts() {
    let (lake, id) = (lake().await, Uuid::new_v4());
    assert_eq!(lake.query_rows_writer(id, 3).finish().await.unwrap(), Vec::<u64>::new());
}

#[tokio::test]
async fn a_deleted_query_leaves_no_byte() {
    let (lake, id, other) = (lake().await, Uuid::new_v4(), Uuid::new_v4());
    for id in [id, other] {
        lake.create_query_job(job(id)).await.unwrap();
        written(&lake, id, 10, 1).await;
    }
    lake.delete_query(id).await.unwrap();
    lake.delete_query(id).await.unwrap();
    let left: Vec<_> = lake.object_store().list(None).map_ok(|meta| meta.location).try_collect().await.unwrap();
    assert_eq!(left.iter().filter(|path| path.as_ref().starts_with("queries/")).count(), 2, "{left:?}");
    assert_eq!(lake.query_ids().await.unwrap(), [other]);
    assert!(lake.object_store().get(&paths::query_rows(other, 0)).await.is_ok());
}

#[tokio::test]
async fn a_deleted_query_leaves_no_empty_folder_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let place = crate::open_location(folder.path().to_str().unwrap(), &crate::ObjectStoreOptions::default()).await;
    let lake = LakeStorage::open(&place.unwrap(), OpenMode::Write, Arc::new(SystemClock)).await.unwrap();
    let id = Uuid::new_v4();
    lake.create_query_job(job(id)).await.unwrap();
    written(&lake, id, 10, 1).await;
    lake.delete_query(id).await.unwrap();
    assert_eq!(std::fs::read_dir(folder.path().join("queries")).unwrap().count(), 0);
}

#[test]
fn what_ended_more_than_a_week_ago_is_expired() {
    let job = job(Uuid::nil());
    assert!(!job.is_expired(job.updated_at + TimeDelta::days(7)));
    assert!(job.is_expired(job.updated_at + TimeDelta::days(7) + TimeDelta::seconds(1)));
}
