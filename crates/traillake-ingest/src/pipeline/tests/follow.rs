//! Following a folder that grows.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use traillake_testing::record;

use super::bench::{Bench, records};
use crate::{FollowOptions, IngestProgress, follow};

async fn until_rows(bench: &Bench, rows: u64) {
    for _ in 0..400 {
        if bench.rows().await == rows {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{rows} rows never came");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_objects_are_stored_until_it_is_cancelled() {
    let bench = Bench::new().await;
    bench.put_records("a.json", &records(0..3));
    let options = FollowOptions {
        poll: Some(Duration::from_millis(20)),
        commit_every: Duration::from_millis(50),
        ..FollowOptions::default()
    };
    let cancel = CancellationToken::new();
    let following = tokio::spawn({
        let (table, lake, cancel) = (bench.table.clone(), bench.lake.clone(), cancel.clone());
        let mut request = bench.request();
        request.limits.compact_at = NonZeroUsize::new(2);
        async move { follow(&table, &lake, request, options, Arc::new(IngestProgress::new()), cancel).await }
    });
    until_rows(&bench, 3).await;
    for n in 3..8 {
        bench.put_records(&format!("{n}.json"), &[record(n)]);
        until_rows(&bench, n + 1).await;
    }
    cancel.cancel();
    let summary = following.await.unwrap().unwrap();
    assert!(summary.is_balanced() && summary.interrupted);
    assert_eq!((summary.objects.seen, summary.objects.ingested, summary.events.stored), (6, 6, 8));
    assert!(bench.table.refresh().await.unwrap().files.len() < 6, "small files were compacted");
}
