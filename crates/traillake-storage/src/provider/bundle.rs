//! Files that are read in one go.

use std::ops::Range;
use std::sync::Arc;

use datafusion::datasource::physical_plan::parquet::ParquetAccessPlan;

use crate::snapshot::DataFile;

/// Rows of the first bundle of a scan; each next has twice as many, so that a scan that ends early has read little.
const FIRST_ROWS: u64 = 2_048;
/// Rows of a bundle, unless one file has more.
const MOST_ROWS: u64 = 32_768;
/// Files of a bundle.
const MOST_FILES: usize = 512;

/// A file of a bundle.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) file: Arc<DataFile>,
    /// What planning left of its row groups, if it looked.
    pub(super) plan: Option<ParquetAccessPlan>,
    /// The rows that the lookup index leaves, where the plan says nothing of them.
    pub(super) rows: Option<Vec<Range<u64>>>,
    /// Which share of its row groups is read here, of how many.
    share: (usize, usize),
}

impl Member {
    pub(super) fn new(file: Arc<DataFile>, plan: Option<ParquetAccessPlan>) -> Self {
        Self { file, plan, rows: None, share: (0, 1) }
    }

    /// Whether only some of its row groups are read here.
    pub(super) fn is_share(&self) -> bool {
        self.share != (0, 1)
    }

    /// Whether it stands for the file where files are counted.
    pub(super) fn counts(&self) -> bool {
        self.share.0 + 1 == self.share.1
    }

    /// Whether row group `group` of `groups` is read here.
    pub(super) fn takes(&self, group: usize, groups: usize) -> bool {
        let (share, shares) = self.share;
        groups == 0 || group * shares / groups == share
    }
}

/// Files that are read in one go, newest first unless the oldest are wanted first.
#[derive(Debug)]
pub(super) struct Bundle {
    pub(super) members: Vec<Member>,
    /// Its place among the bundles of the scan, in which they are opened.
    pub(super) number: usize,
    pub(super) oldest_first: bool,
}

/// How files are put together.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Together {
    /// Each stays by itself.
    pub(super) apart: bool,
    /// For a scan that ends when it has enough: so many bundles, which are opened at once, have one file each, so many
    /// more two, and so on.
    pub(super) few_first: Option<usize>,
}

impl Together {
    /// Files of a bundle at most.
    fn files(self, number: usize) -> usize {
        match self.few_first {
            _ if self.apart => 1,
            Some(at_once) => u32::try_from(number / at_once.max(1))
                .ok()
                .and_then(|doublings| 1_usize.checked_shl(doublings))
                .map_or(MOST_FILES, |files| files.min(MOST_FILES)),
            None => MOST_FILES,
        }
    }
}

/// Puts files together in their order.
pub(super) fn bundles(members: Vec<Member>, together: Together) -> Vec<Vec<Member>> {
    let mut bundles: Vec<Vec<Member>> = Vec::new();
    let (mut rows, mut most) = (0, FIRST_ROWS);
    for member in members {
        rows += member.file.rows;
        let files = together.files(bundles.len().saturating_sub(1));
        match bundles.last_mut() {
            Some(bundle) if member.file.rows > 0 && rows <= most && bundle.len() < files => bundle.push(member),
            _ => {
                most = if bundles.is_empty() { FIRST_ROWS } else { MOST_ROWS.min(most * 2) };
                // A file whose rows nobody knows stays by itself.
                rows = if member.file.rows == 0 { most } else { member.file.rows };
                bundles.push(vec![member]);
            }
        }
    }
    bundles
}

/// Cuts files of several row groups, so that all of `parallelism` have something to read; the newest share comes first.
pub(super) fn shared(members: Vec<Member>, group_rows: u64, parallelism: usize) -> Vec<Member> {
    if members.len() >= parallelism {
        return members;
    }
    let shares =
        |member: &Member| usize::try_from(member.file.rows.div_ceil(group_rows)).unwrap_or(1).clamp(1, parallelism);
    let cut = |member: Member| (0..shares(&member)).rev().map(move |share| (share, member.clone()));
    let of = |(share, member): (usize, Member)| Member { share: (share, shares(&member)), ..member };
    members.into_iter().flat_map(cut).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_testing::{day, partition};

    fn member(rows: u64) -> Member {
        let partition = partition("111111111111", "us-east-1", day(1));
        let file = DataFile {
            path: "a.parquet".to_owned(),
            size_bytes: 1,
            rows,
            partition: partition.into(),
            event_time_micros: None,
            settled: crate::snapshot::Settled::default(),
            modified_ms: 0,
        };
        Member::new(Arc::new(file), None)
    }

    fn rows_of(bundles: &[Vec<Member>]) -> Vec<u64> {
        bundles.iter().map(|bundle| bundle.iter().map(|member| member.file.rows).sum()).collect()
    }

    #[test]
    fn small_files_are_read_together_and_the_first_bundle_is_the_smallest() {
        let files = || (0..3_000).map(|_| member(50)).collect::<Vec<_>>();
        let together = bundles(files(), Together::default());
        assert_eq!(rows_of(&together)[..5], [2_000, 4_050, 8_150, 16_350, 25_600]);
        assert_eq!(rows_of(&together).iter().sum::<u64>(), 150_000);
        assert_eq!(bundles(files(), Together { apart: true, few_first: None }).len(), 3_000);
    }

    #[test]
    fn a_scan_that_ends_early_opens_few_files_first() {
        let files: Vec<_> = (0..3_000).map(|_| member(1)).collect();
        let few = bundles(files, Together { apart: false, few_first: Some(2) });
        let sizes: Vec<_> = few.iter().map(Vec::len).collect();
        assert_eq!(sizes[..8], [1, 1, 2, 2, 4, 4, 8, 8]);
        assert_eq!((sizes.iter().max(), sizes.iter().sum::<usize>()), (Some(&MOST_FILES), 3_000));
    }

    #[test]
    fn large_files_and_those_of_unknown_size_stay_by_themselves() {
        let mixed = [10, 1_000_000, 10, 0, 10, 10].map(member).to_vec();
        assert_eq!(rows_of(&bundles(mixed, Together::default())), [10, 1_000_000, 10, 0, 20]);
    }

    #[test]
    fn each_row_group_of_a_shared_file_is_read_by_one() {
        let shares = shared(vec![member(500_000)], 131_072, 2);
        assert_eq!(shares.len(), 2);
        for group in 0..4 {
            assert_eq!(shares.iter().filter(|share| share.takes(group, 4)).count(), 1, "{group}");
        }
        assert!(shares.iter().all(Member::is_share));
        assert_eq!(shared(vec![member(50)], 131_072, 2).len(), 1);
        assert_eq!(shared(vec![member(500_000), member(1)], 131_072, 2).len(), 2);
    }
}
