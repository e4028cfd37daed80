//! When sorted files are merged: many small ones become one, so that each row is rewritten a few times at most.

use super::file::LiveFile;

/// A merge happens when this many small files are live, the new one among them.
const TRIGGER_FILES: usize = 16;
/// A merge takes at least this many, where there are so many.
const LEAST_FILES: usize = 8;

/// What to do with the live files when a new one of `new_size` bytes joins them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MergePlan {
    /// Their rows go into the new file.
    pub(crate) merge: Vec<LiveFile>,
    /// They stay as they are.
    pub(crate) keep: Vec<LiveFile>,
    /// They hold nothing, and are merely no longer named.
    pub(crate) drop: Vec<LiveFile>,
}

impl MergePlan {
    /// Numbers of the files that are no longer live.
    pub(crate) fn retired(&self) -> Vec<u64> {
        let mut numbers: Vec<u64> = self.merge.iter().chain(&self.drop).map(|file| file.number).collect();
        numbers.sort_unstable();
        numbers
    }
}

/// Plans the merge of `live` files into a new one. A merged file stays below `limit_bytes`, which bounds the memory a
/// merge takes; files of half that size and more are full and left alone.
pub(crate) fn plan_merge(live: &[LiveFile], new_size: u64, limit_bytes: u64) -> MergePlan {
    let (drop, holding): (Vec<_>, Vec<_>) = live.iter().copied().partition(|file| file.size_bytes == 0);
    let (mut small, mut keep): (Vec<_>, Vec<_>) =
        holding.into_iter().partition(|file| file.size_bytes < limit_bytes / 2);
    small.sort_unstable_by_key(|file| (file.size_bytes, file.number));
    let mut merge = Vec::new();
    if small.len() + 1 >= TRIGGER_FILES {
        let mut total = new_size;
        for file in small {
            let sum = total.saturating_add(file.size_bytes);
            let worth = merge.len() < LEAST_FILES || file.size_bytes <= total;
            if worth && sum <= limit_bytes {
                total = sum;
                merge.push(file);
            } else {
                keep.push(file);
            }
        }
    } else {
        keep.extend(small);
    }
    keep.sort_unstable_by_key(|file| file.number);
    MergePlan { merge, keep, drop }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: u64 = 1 << 20;

    fn files(sizes: &[u64]) -> Vec<LiveFile> {
        sizes.iter().zip(1..).map(|(&size_bytes, number)| LiveFile { number, size_bytes }).collect()
    }

    #[test]
    fn few_files_are_left_alone() {
        let plan = plan_merge(&files(&[5; 14]), 5, LIMIT);
        assert_eq!((plan.merge.len(), plan.keep.len()), (0, 14));
    }

    #[test]
    fn the_sixteenth_file_takes_the_others_in() {
        let plan = plan_merge(&files(&[5; 15]), 5, LIMIT);
        assert_eq!((plan.merge.len(), plan.keep.len()), (15, 0));
    }

    #[test]
    fn empty_files_are_dropped_without_a_merge() {
        let plan = plan_merge(&files(&[0, 5, 0]), 5, LIMIT);
        assert_eq!(plan.retired(), [1, 3]);
        assert!(plan.merge.is_empty());
    }

    #[test]
    fn each_row_is_rewritten_a_logarithmic_number_of_times() {
        let (mut live, mut written): (Vec<LiveFile>, u64) = (Vec::new(), 0);
        for number in 1..=20_000 {
            let plan = plan_merge(&live, 1, 1 << 40);
            let size_bytes = 1 + plan.merge.iter().map(|file| file.size_bytes).sum::<u64>();
            written += size_bytes;
            live = plan.keep;
            live.push(LiveFile { number, size_bytes });
            assert!(live.len() <= 16);
        }
        assert!(written < 20_000 * 10, "{written}");
    }

    proptest! {
        #[test]
        fn every_live_file_is_merged_kept_or_empty(sizes in prop::collection::vec(0_u64..1 << 21, 0..60), new in 0_u64..1 << 20) {
            let live = files(&sizes);
            let plan = plan_merge(&live, new, LIMIT);
            let mut all = [plan.merge.clone(), plan.keep.clone(), plan.drop.clone()].concat();
            all.sort_unstable_by_key(|file| file.number);
            prop_assert_eq!(all, live);
            prop_assert!(plan.drop.iter().all(|file| file.size_bytes == 0));
            let merged: u64 = plan.merge.iter().map(|file| file.size_bytes).sum();
            prop_assert!(plan.merge.is_empty() || merged + new <= LIMIT);
        }
    }
}
