//! Expired days leave the table; nothing else does.

use object_store::ObjectStoreExt as _;
use traillake_model::{PartitionBy, Retention};

use super::*;
use crate::table_testing::{day, ingest, partition, records, table};
use crate::{ManifestRow, QuarantineRow};

const ACCOUNT: &str = "111111111111";

/// The clock says 2023-06-20; seven days keep the 13th.
async fn three_days() -> EventTable {
    let table = table(Retention::Days(7)).await;
    for date in [11, 12, 13] {
        let source = records(ACCOUNT, "us-east-1", day(date), 0..date as usize);
        ingest(&table, &partition(ACCOUNT, "us-east-1", day(date)), &source).await;
    }
    table
}

fn dates(table: &EventTable) -> Vec<NaiveDate> {
    table.snapshot().files.partitions().map(|(partition, _)| partition.period.first()).collect()
}

#[tokio::test]
async fn partitions_before_the_first_visible_day_leave() {
    let table = three_days().await;
    let report = expire(&table, ExpireOptions::default()).await.unwrap();
    assert_eq!(report.first_visible_date, Some(day(13)));
    let rows: Vec<_> =
        report.partitions.iter().map(|expired| (expired.partition.period.first(), expired.rows)).collect();
    assert_eq!(rows, [(day(11), 11), (day(12), 12)]);
    assert_eq!(dates(&table), [day(13)]);
}

#[tokio::test]
async fn a_rehearsal_names_them_and_changes_nothing() {
    let table = three_days().await;
    let report = expire(&table, ExpireOptions { dry_run: true, now: true }).await.unwrap();
    assert_eq!(report.partitions.len(), 2);
    assert_eq!(dates(&table), [day(11), day(12), day(13)]);
}

#[tokio::test]
async fn bytes_go_at_once_only_when_asked() {
    for now in [false, true] {
        let table = three_days().await;
        let old =
            table.snapshot().files.iter().find(|file| file.partition.period.first() == day(11)).unwrap().path.clone();
        let report = expire(&table, ExpireOptions { dry_run: false, now }).await.unwrap();
        let exists = table.object_store().head(&Path::from(old)).await.is_ok();
        assert_eq!((report.files_deleted, exists), if now { (2, false) } else { (0, true) });
    }
}

/// The clock says 2023-06-20; 20 days keep the 31st of May.
#[tokio::test]
async fn a_file_of_a_month_leaves_with_its_last_day() {
    let table = crate::table_testing::table_with(Retention::Days(20), PartitionBy::MONTH).await;
    let days = ["2023-04-30", "2023-05-01", "2023-05-30", "2023-05-31", "2023-06-01"].map(|day| day.parse().unwrap());
    let of = |days: &[NaiveDate]| -> Vec<String> {
        days.iter().flat_map(|&day| records(ACCOUNT, "us-east-1", day, 0..3)).collect()
    };
    for days in [&days[..1], &days[1..3], &days[1..4], &days[4..]] {
        ingest(&table, &PartitionValues::new(PartitionBy::MONTH, None, None, days[0]), &of(days)).await;
    }
    let report = expire(&table, ExpireOptions::default()).await.unwrap();
    assert_eq!(report.first_visible_date, "2023-05-31".parse().ok());
    let rows: Vec<_> = report.partitions.iter().map(|expired| (expired.files, expired.rows)).collect();
    assert_eq!(rows, [(1, 3), (1, 6)], "April, and of May the file that ends on the 30th");
    let left: Vec<u64> = table.snapshot().files.iter().map(|file| file.rows).collect();
    assert_eq!(left, [9, 3], "the file that reaches the 31st keeps its expired events");
    assert!(expire(&table, ExpireOptions::default()).await.unwrap().partitions.is_empty());
}

#[tokio::test]
async fn unlimited_retention_keeps_everything() {
    let table = table(Retention::Unlimited).await;
    let source = records(ACCOUNT, "us-east-1", day(1), 0..3);
    ingest(&table, &partition(ACCOUNT, "us-east-1", day(1)), &source).await;
    let report = expire(&table, ExpireOptions::default()).await.unwrap();
    assert_eq!((report.first_visible_date, report.partitions.len()), (None, 0));
    assert_eq!(dates(&table), [day(1)]);
}

#[tokio::test]
async fn pieces_set_aside_before_the_first_visible_day_leave_the_quarantine() {
    let table = table(Retention::Days(7)).await;
    let mut change = TableChange::new(Operation::Ingest);
    for (object, date) in [("old", 12), ("new", 13)] {
        let attempt = uuid::Uuid::new_v4();
        let at = day(date).and_hms_opt(9, 0, 0).unwrap().and_utc().timestamp_millis();
        let object = object.to_owned();
        change.manifest.push(ManifestRow {
            object: object.clone(),
            attempt,
            read: 1,
            quarantined: 1,
            ..Default::default()
        });
        change.quarantine.push(QuarantineRow { object, attempt, quarantined_at_ms: at, ..Default::default() });
    }
    let CommitOutcome::Committed(_) = table.commit(&table.snapshot(), change).await.unwrap() else {
        panic!("a conflict")
    };
    let report = expire(&table, ExpireOptions::default()).await.unwrap();
    assert_eq!(report.quarantine_objects, 1);
    let left: Vec<_> = table.quarantine_rows(&table.snapshot()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(left.iter().map(|piece| piece.object.as_str()).collect::<Vec<_>>(), ["new"]);
    let rows = table.manifest_rows(&table.snapshot(), crate::ObjectRange::all()).await.unwrap();
    let rows: Vec<ManifestRow> = rows.try_collect().await.unwrap();
    assert!(rows.iter().all(|row| row.read == 1 && row.quarantined == 1));
}

#[test]
fn the_futures_can_move_between_threads() {
    fn is_send<T: Send>(_: impl Fn() -> T) {}
    let table: Option<EventTable> = None;
    let table = || table.clone().unwrap();
    is_send(|| async { expire(&table(), ExpireOptions::default()).await });
    is_send(|| async { crate::compact(&table(), crate::CompactOptions::default()).await });
}
