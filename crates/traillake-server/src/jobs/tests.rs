use chrono::TimeDelta;
use traillake::{ByteSize, Clock as _};

use super::testing::{ENDLESS, Yard, ended, query, start, until};
use super::*;
use crate::service::Service;

const NUMBERS: &str = "SELECT n, cast(n AS varchar) AS n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY 1";

async fn all_rows(service: &Service, job: &QueryJob, size: usize) -> Vec<Vec<Option<String>>> {
    let (mut rows, mut offset) = (Vec::new(), 0);
    loop {
        let page = service.jobs.page(job, offset, size).await.unwrap();
        assert!(page.rows.len() <= size);
        rows.extend(page.rows);
        let Some(next) = page.next else { return rows };
        assert!(next > offset);
        offset = next;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_any_size_hold_the_whole_result_once() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let job = ended(&service, query(NUMBERS)).await;
    assert_eq!((job.status, job.rows(), job.error.as_deref()), (QueryStatus::Finished, 2500, None));
    assert_eq!(job.columns, ["n", "n"]);
    let expected: Vec<_> = (1..=2500).map(|n| vec![Some(n.to_string()); 2]).collect();
    for size in [7, 999, 1000, 5000] {
        assert_eq!(all_rows(&service, &job, size).await, expected, "{size}");
    }
    assert_eq!(service.jobs.page(&job, 2500, 10).await.unwrap(), Page::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_wide_rows_is_bounded_in_bytes_and_a_huge_row_is_given_alone() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let wide = "SELECT rpad('', 100000, 'x') AS wide, n FROM UNNEST(sequence(1, 30)) AS t(n) ORDER BY n";
    let job = ended(&service, query(wide)).await;
    let page = service.jobs.page(&job, 0, 1000).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (9, Some(9)));
    assert_eq!(all_rows(&service, &job, 1000).await.len(), 30);
    let job = ended(&service, query("SELECT rpad('', 3000000, 'x') FROM UNNEST(sequence(1, 2)) AS t(n)")).await;
    assert_eq!(job.error, None);
    let page = service.jobs.page(&job, 0, 1000).await.unwrap();
    assert_eq!((page.rows.len(), page.next), (1, Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_outlives_its_server() {
    let yard = Yard::new().await;
    let first = yard.server().await;
    let job = ended(&first, query(NUMBERS)).await;
    first.jobs.close().await;
    let second = yard.server().await;
    let found = second.jobs.find(job.id, "ann").await.unwrap().unwrap();
    assert_eq!(found, job);
    assert_eq!(all_rows(&second, &found, 1000).await.len(), 2500);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_its_callers_alone() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let job = ended(&service, query("SELECT 1")).await;
    assert_eq!(service.jobs.find(job.id, "bob").await.unwrap(), None);
    assert_eq!(service.jobs.find(Uuid::new_v4(), "ann").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_fails_while_it_runs_says_why() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let job = ended(&service, query("SELECT 1 / (n - 3) FROM UNNEST(sequence(1, 5)) AS t(n)")).await;
    assert_eq!(job.status, QueryStatus::Failed);
    assert!(job.error.as_ref().unwrap().contains("ivision by zero"), "{job:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_tell_what_was_scanned_and_what_matched() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let records: Vec<String> = (0..100).map(|n| traillake_testing::record(n).to_string()).collect();
    service.lake.ingest_records("events", records).await.unwrap();
    let matched = |job: &QueryJob| (job.statistics.events_matched, job.rows());
    let sql = "SELECT userIdentity.userName, count(*) FROM events WHERE eventName = 'GetObject' GROUP BY 1";
    let job = ended(&service, query(sql)).await;
    assert_eq!((matched(&job), job.statistics.events_scanned), ((50, 7), 100), "{job:?}");
    assert!(job.statistics.bytes_scanned > 0, "{job:?}");
    let job = ended(&service, query("SELECT eventID FROM events")).await;
    assert_eq!(matched(&job), (100, 100), "{job:?}");
    let joined = "SELECT a.eventID FROM events a JOIN events b ON a.eventID = b.eventID WHERE a.readOnly = true";
    let job = ended(&service, query(joined)).await;
    assert_eq!(job.rows(), 50, "{job:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_query_is_cancelled_and_stays_so() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let id = start(&service, query(ENDLESS)).await;
    until(&service, id, |job| job.status == QueryStatus::Running).await;
    let cancelled = service.jobs.cancel(id).await.unwrap().unwrap();
    assert_eq!(cancelled.status, QueryStatus::Cancelled);
    while service.admission.load().running > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let job = service.jobs.find(id, "ann").await.unwrap().unwrap();
    assert_eq!(job.status, QueryStatus::Cancelled);
    assert_eq!(service.jobs.cancel(id).await.unwrap().unwrap().version, job.version);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_query_is_cancelled_without_running() {
    let mut yard = Yard::new().await;
    yard.config.admission.running = 1;
    let service = yard.server().await;
    let running = start(&service, query(ENDLESS)).await;
    until(&service, running, |job| job.status == QueryStatus::Running).await;
    let queued = start(&service, query("SELECT 1")).await;
    assert_eq!(service.jobs.find(queued, "ann").await.unwrap().unwrap().status, QueryStatus::Queued);
    service.jobs.cancel(queued).await.unwrap();
    let job = until(&service, queued, |job| !job.status.is_active()).await;
    assert_eq!((job.status, job.statistics), (QueryStatus::Cancelled, QueryStatistics::default()));
    service.jobs.cancel(running).await.unwrap();
    assert_eq!(ended(&service, query("SELECT 1")).await.status, QueryStatus::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_cancelled_through_another_server() {
    let yard = Yard::new().await;
    let (one, other) = (yard.server().await, yard.server().await);
    let id = start(&one, query(ENDLESS)).await;
    assert_eq!(other.jobs.cancel(id).await.unwrap().unwrap().status, QueryStatus::Cancelled);
    let job = until(&one, id, |job| !job.is_at_work()).await;
    assert_eq!(job.status, QueryStatus::Cancelled);
    while one.admission.load().running > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_ends_a_query_and_its_rows_so_far_stay() {
    let mut yard = Yard::new().await;
    yard.config.admission.timeout_seconds = 1;
    let service = yard.server().await;
    let rows = "SELECT x, y FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(y)";
    let job = ended(&service, query(rows)).await;
    assert_eq!(job.status, QueryStatus::TimedOut, "{job:?}");
    assert!(job.error.as_ref().unwrap().contains("longer than 1 s"), "{job:?}");
    let page = service.jobs.page(&job, 0, 10).await.unwrap();
    assert_eq!((page.rows.len(), job.rows() > 10), (10, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_beyond_the_limit_fails() {
    let mut yard = Yard::new().await;
    yard.config.queries.result_bytes = ByteSize::new(1);
    let service = yard.server().await;
    let rows = "SELECT x, y FROM UNNEST(sequence(1, 10000)) a(x) CROSS JOIN UNNEST(sequence(1, 10000)) b(y)";
    let job = ended(&service, query(rows)).await;
    assert_eq!(job.status, QueryStatus::Failed);
    assert!(job.error.as_ref().unwrap().contains("larger than"), "{job:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_server_fails_its_queries_before_it_ends() {
    let yard = Yard::new().await;
    let first = yard.server().await;
    let id = start(&first, query(ENDLESS)).await;
    until(&first, id, |job| job.status == QueryStatus::Running).await;
    first.jobs.close().await;
    let job = yard.server().await.jobs.find(id, "ann").await.unwrap().unwrap();
    assert_eq!(
        (job.status, job.error.as_deref()),
        (QueryStatus::Failed, Some("the server was stopped; hint: start the query again"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_of_a_dead_server_fails_and_its_late_end_changes_nothing() {
    let yard = Yard::new().await;
    let (dead, alive) = (yard.server().await, yard.server().await);
    let (job, _) = query("SELECT 1").into_job(Uuid::new_v4(), yard.clock.as_ref());
    let job = QueryJob { status: QueryStatus::Running, ..job };
    dead.lake.storage().create_query_job(job.clone()).await.unwrap();
    yard.clock.advance(TimeDelta::seconds(59));
    assert_eq!(alive.jobs.find(job.id, "ann").await.unwrap().unwrap().status, QueryStatus::Running);
    yard.clock.advance(TimeDelta::seconds(2));
    let found = alive.jobs.find(job.id, "ann").await.unwrap().unwrap();
    assert_eq!(found.status, QueryStatus::Failed);
    assert!(found.error.as_ref().unwrap().contains("the server that ran the query ended"), "{found:?}");
    let late = |stored: QueryJob| stored.is_at_work().then_some(QueryJob { status: QueryStatus::Finished, ..stored });
    let after = dead.lake.storage().change_query_job(job.id, late).await.unwrap().unwrap();
    assert_eq!(after, found);
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_listed_newest_first_by_every_server() {
    let yard = Yard::new().await;
    let (one, other) = (yard.server().await, yard.server().await);
    let mut ids = Vec::new();
    for service in [&one, &other, &one] {
        ids.insert(0, ended(service, query("SELECT 1")).await.id);
        yard.clock.advance(TimeDelta::seconds(1));
    }
    for service in [&one, &other] {
        let listed: Vec<_> = service.jobs.list().await.unwrap().iter().map(|query| query.id).collect();
        assert_eq!(listed, ids);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn results_are_kept_for_a_week_and_then_swept() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let old = ended(&service, query("SELECT 1")).await;
    yard.clock.advance(TimeDelta::days(6));
    let young = ended(&service, query("SELECT 2")).await;
    yard.clock.advance(TimeDelta::days(1));
    service.jobs.sweep().await.unwrap();
    assert!(service.jobs.find(old.id, "ann").await.unwrap().is_some());
    yard.clock.advance(TimeDelta::seconds(1));
    assert_eq!(service.jobs.find(old.id, "ann").await.unwrap(), None);
    assert_eq!(service.jobs.list().await.unwrap().len(), 1);
    service.jobs.sweep().await.unwrap();
    assert_eq!(service.lake.storage().query_ids().await.unwrap(), [young.id]);
    assert!(service.jobs.find(young.id, "ann").await.unwrap().is_some());
    assert!(yard.clock.now() > old.updated_at);
}
