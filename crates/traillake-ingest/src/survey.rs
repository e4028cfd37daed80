//! How a new store is best laid out, by what its first sources list.
//!
//! ```text
//!  first listing pages ──> by date? done
//!                     └──> by month? a few days of every year since, all accounts and regions ──> decided by those
//! ```
//!
//! A trail is listed account by account, region by region and day by day: its first pages show one region's first
//! years, which may be small while those of today are large.

use std::time::Duration;

use chrono::{Days, NaiveDate};
use futures::StreamExt as _;
use tokio::time::{Instant, timeout_at};
use traillake_model::{PartitionBy, PartitionKey};

use crate::{IngestRequest, KeyFilter, list};

mod seen;

use seen::Seen;

/// Objects looked at: a few listing pages.
const MOST_OBJECTS: usize = 5_000;
/// How long all listings may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Times that are looked at beyond the first pages.
const SAMPLES: u32 = 8;
/// Days of each.
const SAMPLE_DAYS: u64 = 3;
/// Objects of each.
const SAMPLE_OBJECTS: usize = 2_000;

/// The partitioning that suits a store which begins with the sources of `request`: the most keys that leave no crowd of
/// tiny partitions, by month where days are tiny. Looks at no more than a few listing pages, by the accounts, regions
/// and dates in the keys.
///
/// Sources that cannot be listed or whose keys say nothing give the default; the ingest itself reports what is wrong.
pub async fn suitable_partitioning(request: &IngestRequest, today: NaiveDate) -> PartitionBy {
    let until = Instant::now() + PATIENCE;
    let mut first = Seen::default();
    // A source that does not answer is for the ingest to wait for and to report.
    let _in_time = timeout_at(until, look_at(&mut first, request, &request.filter, MOST_OBJECTS)).await;
    let suitable = first.suitable();
    if !suitable.contains(PartitionKey::Month) || first.objects() < MOST_OBJECTS {
        return suitable;
    }
    let mut sampled = first.without_objects();
    let _in_time = timeout_at(until, sample(&mut sampled, &first, request, today)).await;
    if sampled.is_empty() { suitable } else { sampled.suitable() }
}

/// Looks at some days of the time from the first day seen to today.
async fn sample(seen: &mut Seen, first: &Seen, request: &IngestRequest, today: NaiveDate) {
    let Some((begin, _)) = first.days() else { return };
    for filter in samples(begin, today).filter_map(|(from, to)| within(&request.filter, from, to)) {
        let most = seen.objects() + SAMPLE_OBJECTS;
        look_at(seen, request, &filter, most).await;
    }
}

/// First and last days of the samples, the newest first: what a trail is like today counts if time is short.
fn samples(begin: NaiveDate, today: NaiveDate) -> impl Iterator<Item = (NaiveDate, NaiveDate)> {
    let last = today.checked_sub_days(Days::new(SAMPLE_DAYS)).unwrap_or(today).max(begin);
    let days = u64::try_from((last - begin).num_days()).unwrap_or_default();
    let step = days / u64::from(SAMPLES - 1);
    (0..SAMPLES).filter_map(move |n| {
        let from = last.checked_sub_days(Days::new(step * u64::from(n)))?;
        Some((from, from.checked_add_days(Days::new(SAMPLE_DAYS - 1))?))
    })
}

/// The filter held to these days; none when it takes none of them.
fn within(filter: &KeyFilter, from: NaiveDate, to: NaiveDate) -> Option<KeyFilter> {
    let from = filter.from.map_or(from, |own| own.max(from));
    let to = filter.to.map_or(to, |own| own.min(to));
    (from <= to).then(|| KeyFilter { from: Some(from), to: Some(to), ..filter.clone() })
}

/// Looks at what the sources list, until `most` objects were seen.
async fn look_at(seen: &mut Seen, request: &IngestRequest, filter: &KeyFilter, most: usize) {
    for source in &request.sources {
        let Ok(mut objects) = list(source, filter, &request.options).await else { continue };
        while seen.objects() < most
            && let Some(item) = objects.next().await
        {
            seen.add(&item);
        }
    }
}

#[cfg(test)]
mod tests;
