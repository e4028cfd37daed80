//! Many sorted streams into one, opened only when their turn comes.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use futures::StreamExt;
use futures::stream::BoxStream;

use super::row::{Sequenced, SortedRow};
use crate::Result;

/// A stream sorted by object, and a lower bound of its first object.
pub(crate) struct MergeInput<R> {
    /// No row of the stream is smaller.
    pub(crate) lower: String,
    /// The rows.
    pub(crate) rows: BoxStream<'static, Result<Sequenced<R>>>,
}

/// Which rows of an object come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Every row, the newest of an object first.
    All,
    /// Only the newest row of each object.
    Latest,
}

impl<R: SortedRow> MergeInput<R> {
    /// Rows in memory, in any order.
    pub(crate) fn from_rows(mut rows: Vec<Sequenced<R>>) -> Option<Self> {
        rows.sort_by(|a, b| a.row.object().cmp(b.row.object()).then(b.sequence.cmp(&a.sequence)));
        let lower = rows.first()?.row.object().to_owned();
        Some(Self { lower, rows: futures::stream::iter(rows.into_iter().map(Ok)).boxed() })
    }
}

/// Merges the inputs by object. At any time only inputs that overlap are open.
pub(crate) fn merge<R: SortedRow>(inputs: Vec<MergeInput<R>>, keep: Keep) -> BoxStream<'static, Result<Sequenced<R>>> {
    let heap = inputs.into_iter().map(|input| Entry { object: input.lower, head: None, rows: input.rows }).collect();
    let state = State { heap, keep, last: None };
    futures::stream::try_unfold(state, |mut state| async move {
        let next = state.next().await?;
        Ok(next.map(|row| (row, state)))
    })
    .boxed()
}

struct State<R> {
    heap: BinaryHeap<Entry<R>>,
    keep: Keep,
    last: Option<String>,
}

impl<R: SortedRow> State<R> {
    async fn next(&mut self) -> Result<Option<Sequenced<R>>> {
        while let Some(mut entry) = self.heap.pop() {
            let head = entry.head.take();
            if let Some(row) = entry.rows.next().await.transpose()? {
                row.row.object().clone_into(&mut entry.object);
                entry.head = Some(row);
                self.heap.push(entry);
            }
            let Some(row) = head else { continue };
            if self.keep == Keep::Latest {
                if self.last.as_deref() == Some(row.row.object()) {
                    continue;
                }
                self.last = Some(row.row.object().to_owned());
            }
            return Ok(Some(row));
        }
        Ok(None)
    }
}

/// An input in the heap: with its first row, or not opened yet.
struct Entry<R> {
    object: String,
    head: Option<Sequenced<R>>,
    rows: BoxStream<'static, Result<Sequenced<R>>>,
}

impl<R> Entry<R> {
    /// An input that is not opened goes before rows of the same object: it may hold a newer one.
    fn sequence(&self) -> u64 {
        self.head.as_ref().map_or(u64::MAX, |head| head.sequence)
    }
}

impl<R> Ord for Entry<R> {
    /// The heap gives out the greatest: the smallest object, and of these the newest row.
    fn cmp(&self, other: &Self) -> Ordering {
        other.object.cmp(&self.object).then(self.sequence().cmp(&other.sequence()))
    }
}

impl<R> PartialOrd for Entry<R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> PartialEq for Entry<R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<R> Eq for Entry<R> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use futures::TryStreamExt;
    use proptest::prelude::*;

    use super::super::row::ManifestRow;
    use super::*;

    fn row(object: &str, sequence: u64) -> Sequenced<ManifestRow> {
        Sequenced { sequence, row: ManifestRow { object: object.into(), read: sequence, ..ManifestRow::default() } }
    }

    fn run(files: Vec<Vec<Sequenced<ManifestRow>>>, keep: Keep) -> Vec<Sequenced<ManifestRow>> {
        let inputs = files.into_iter().filter_map(MergeInput::from_rows).collect();
        futures::executor::block_on(merge(inputs, keep).try_collect()).unwrap()
    }

    #[test]
    fn the_newest_row_of_an_object_wins_wherever_it_lies() {
        // The second file was merged later, but its row of `a` is older.
        let merged = run(vec![vec![row("a", 4)], vec![row("a", 2), row("b", 5)], vec![row("b", 3)]], Keep::Latest);
        assert_eq!(merged, [row("a", 4), row("b", 5)]);
    }

    #[test]
    fn all_rows_come_out_newest_first() {
        let merged = run(vec![vec![row("a", 1)], vec![row("a", 2)]], Keep::All);
        assert_eq!(merged, [row("a", 2), row("a", 1)]);
    }

    #[test]
    fn an_input_is_not_opened_before_its_turn() {
        let opened = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let flag = std::sync::Arc::clone(&opened);
        let late = futures::stream::once(async move {
            flag.store(true, std::sync::atomic::Ordering::SeqCst);
            Ok(row("m", 1))
        });
        let inputs = vec![
            MergeInput::from_rows(vec![row("a", 1), row("b", 1)]).unwrap(),
            MergeInput { lower: "m".into(), rows: late.boxed() },
        ];
        futures::executor::block_on(async {
            let mut merged = merge(inputs, Keep::Latest);
            assert!(merged.next().await.is_some());
            assert!(!opened.load(std::sync::atomic::Ordering::SeqCst));
            assert_eq!(merged.count().await, 2);
        });
    }

    proptest! {
        #[test]
        fn merging_is_the_same_as_a_map(files in prop::collection::vec(prop::collection::btree_map("[a-d]{1,2}", 0_u64..1, 0..6), 0..6)) {
            let mut expected = BTreeMap::new();
            let mut inputs = Vec::new();
            for (file, sequence) in files.iter().zip(1_u64..) {
                inputs.push(file.keys().map(|object| row(object, sequence)).collect::<Vec<_>>());
                expected.extend(file.keys().map(|object| (object.clone(), sequence)));
            }
            let merged: Vec<_> = run(inputs, Keep::Latest).into_iter().map(|row| (row.row.object, row.sequence)).collect();
            prop_assert_eq!(merged, expected.into_iter().collect::<Vec<_>>());
        }
    }
}
