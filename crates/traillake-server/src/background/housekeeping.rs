//! Every hour: events beyond the retention, and results of queries that are too old.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use traillake::{ExpireOptions, Result};

use crate::service::Service;

const EVERY: Duration = Duration::from_hours(1);

/// Keeps house until stopped.
pub(super) async fn run(service: Service, stop: CancellationToken) {
    let mut hours = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            _ = hours.tick() => {}
            () = stop.cancelled() => return,
        }
        keep(&service).await;
    }
}

/// One store or step that fails does not keep the others from being done.
async fn keep(service: &Service) {
    let lake = &service.lake;
    match lake.event_data_stores_or_all(None).await {
        Ok(stores) => {
            for store in stores {
                let expired = lake.expire(store.name.as_str(), ExpireOptions::default()).await;
                tell(store.name.as_str(), expired.map(|report| report.partitions.len()));
            }
        }
        Err(error) => tell("the event data stores", Err(error)),
    }
    tell("results of queries", service.jobs.sweep().await.map(|()| 0));
}

fn tell(of: &str, partitions: Result<usize>) {
    match partitions {
        Ok(0) => {}
        Ok(partitions) => tracing::info!(store = of, partitions, "expired"),
        Err(error) => tracing::warn!(of, %error, "housekeeping failed and is tried again in an hour"),
    }
}
