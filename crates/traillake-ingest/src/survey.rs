//! How a new store is best laid out, by what its first sources list.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use futures::StreamExt as _;
use traillake_model::{PartitionBy, PartitionValues};

use crate::{IngestRequest, SourceObject, TrailKey, list};

/// Objects looked at: a few listing pages.
const MOST_OBJECTS: usize = 5_000;
/// How long the listing may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Fewer partitions than this are few files, however small they are.
const FEW_PARTITIONS: usize = 256;
/// Bytes of log files that make a partition worth files of its own: some hundred and fifty events, which outweigh the
/// footer of their Parquet file.
const WORTHWHILE_BYTES: u64 = 32 << 10;

/// The partitioning that suits a store which begins with the sources of `request`: the most keys that leave no crowd of
/// tiny partitions. Looks at no more than the first listing pages, by the accounts, regions and dates in the keys.
///
/// Sources that cannot be listed or whose keys say nothing give the default; the ingest itself reports what is wrong.
pub async fn suitable_partitioning(request: &IngestRequest) -> PartitionBy {
    let mut survey = Survey::default();
    // A source that does not answer is for the ingest to wait for and to report.
    let _in_time = tokio::time::timeout(PATIENCE, survey.look_at(request)).await;
    survey.partitioning()
}

/// Bytes by account, region and date of the objects looked at.
#[derive(Debug, Default)]
struct Survey {
    objects: usize,
    bytes: BTreeMap<PartitionValues, u64>,
}

impl Survey {
    async fn look_at(&mut self, request: &IngestRequest) {
        for source in &request.sources {
            let Ok(mut objects) = list(source, &request.filter, &request.options).await else { continue };
            while !self.is_complete()
                && let Some(item) = objects.next().await
            {
                self.add(&item);
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.objects >= MOST_OBJECTS
    }

    fn add<E>(&mut self, listed: &Result<SourceObject, E>) {
        self.objects += 1;
        if let Ok(object) = listed
            && !object.is_foreign_by_key()
            && let Some(TrailKey { account, region, date: Some(date), .. }) = &object.key
        {
            let values = PartitionValues::new(PartitionBy::default(), Some(account), region.as_deref(), *date);
            *self.bytes.entry(values).or_default() += object.size_bytes;
        }
    }

    fn partitioning(&self) -> PartitionBy {
        let suitable = PartitionBy::ALL.into_iter().find(|&keys| self.is_suitable(keys));
        suitable.unwrap_or(PartitionBy::DATE)
    }

    fn is_suitable(&self, keys: PartitionBy) -> bool {
        let partitions: HashSet<PartitionValues> = self.bytes.keys().map(|values| values.reduced_to(keys)).collect();
        let bytes: u64 = self.bytes.values().sum();
        partitions.len() < FEW_PARTITIONS || bytes / partitions.len() as u64 >= WORTHWHILE_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    /// A trail of so many accounts, regions and days, with objects of `bytes` bytes.
    fn survey(accounts: u64, regions: u64, days: u64, bytes: usize) -> PartitionBy {
        let mut survey = Survey::default();
        for n in 0..accounts * regions * days {
            let (account, region, day) = (n / days / regions, n / days % regions, n % days);
            let date = chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(day);
            let url = format!(
                "s3://b/AWSLogs/{account:012}/CloudTrail/us-east-{region}/{}/{account:012}_CloudTrail_us-east-{region}_{}T0000Z_x.json.gz",
                date.format("%Y/%m/%d"),
                date.format("%Y%m%d"),
            );
            survey.add::<()>(&Ok(SourceObject {
                named: false,
                ..SourceObject::from_bytes(url, Bytes::from(vec![0; bytes]))
            }));
        }
        survey.partitioning()
    }

    #[test]
    fn a_few_partitions_keep_all_keys_however_small() {
        assert_eq!(survey(2, 3, 10, 100), PartitionBy::default());
    }

    #[test]
    fn large_partitions_keep_all_keys() {
        assert_eq!(survey(5, 4, 30, 40_000), PartitionBy::default());
    }

    #[test]
    fn many_regions_with_little_in_each_are_kept_together() {
        assert_eq!(survey(4, 16, 30, 5_000).to_string(), "account,date");
    }

    #[test]
    fn many_accounts_with_little_in_each_are_kept_by_date() {
        assert_eq!(survey(50, 17, 30, 500).to_string(), "date");
    }

    #[test]
    fn sources_whose_keys_say_nothing_get_the_default() {
        assert_eq!(Survey::default().partitioning(), PartitionBy::default());
    }
}
