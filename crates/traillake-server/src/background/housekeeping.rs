//! Every hour: events beyond the retention, and results of queries that are too old. Every day: the bytes that
//! nothing names any more for a week, and what is left of stores that were deleted for good.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use traillake::{ExpireOptions, Result};

use crate::service::Service;

const EVERY: Duration = Duration::from_hours(1);
/// Hours between two vacuums, which list all files.
const HOURS_OF_VACUUM: u64 = 24;
/// Age from which on a file that nothing names is nobody's: no query and no ingest takes so long.
const GRACE: Duration = Duration::from_hours(7 * 24);

/// Keeps house until stopped.
pub(super) async fn run(service: Service, stop: CancellationToken) {
    let mut hours = tokio::time::interval(EVERY);
    for hour in 0_u64.. {
        tokio::select! {
            _ = hours.tick() => {}
            () = stop.cancelled() => return,
        }
        expire(&service).await;
        if hour.is_multiple_of(HOURS_OF_VACUUM) {
            stop.run_until_cancelled(vacuum(&service)).await;
        }
    }
}

/// One store or step that fails does not keep the others from being done.
async fn expire(service: &Service) {
    for store in stores(service).await {
        let expired = service.lake.expire(&store, ExpireOptions::default()).await;
        tell(&store, "expired partitions", expired.map(|report| report.partitions.len() as u64));
    }
    tell("results of queries", "expired", service.jobs.sweep().await.map(|()| 0));
}

async fn vacuum(service: &Service) {
    let lake = &service.lake;
    for store in stores(service).await {
        let removed = lake.vacuum(&store, GRACE, false).await;
        tell(&store, "removed unreferenced files", removed.map(|report| report.files));
    }
    let removed = lake.vacuum_gone_stores(false).await;
    tell("stores deleted for good", "removed files", removed.map(|report| report.files));
}

/// The names of the stores that are there; none when they cannot be read, which the log tells.
async fn stores(service: &Service) -> Vec<String> {
    match service.lake.event_data_stores_or_all(None).await {
        Ok(stores) => stores.into_iter().map(|store| store.name.to_string()).collect(),
        Err(error) => {
            tell("the event data stores", "", Err(error));
            Vec::new()
        }
    }
}

fn tell(of: &str, what: &str, count: Result<u64>) {
    match count {
        Ok(0) => {}
        Ok(count) => tracing::info!(of, count, "{what}"),
        Err(error) => tracing::warn!(of, %error, "housekeeping failed and is tried again later"),
    }
}

#[cfg(test)]
mod tests;
