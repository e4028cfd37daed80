//! Rows counted by the codes of their keys, where nothing else is asked of a group than how many rows it has.
//!
//! ```text
//!  codes 3 1 1 3 3 0 1  ──>  code 0 1 3   ──>  3 rows to find groups for instead of 7
//!                            rows 1 3 3
//! ```

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, DictionaryArray, Int64Array};
use arrow::datatypes::UInt32Type;

use super::neighbours::Neighbours;

type Codes = DictionaryArray<UInt32Type>;

/// Values of a dictionary for each row of a batch at most: all are gone through.
const MOST_VALUES: usize = 2;

/// Counts the rows of each code.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    counts: Vec<u32>,
}

/// Keys, which may be there more than once, and how many rows have each of them.
pub(super) struct Counted {
    pub(super) keys: Vec<ArrayRef>,
    /// Of 64 bits.
    pub(super) rows: ArrayRef,
}

impl Histogram {
    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        self.counts.capacity() * size_of::<u32>()
    }

    /// The rows of a batch; `None` where they have several values of more than one key, or of something else than codes.
    /// Of a single key that is no code, neighbours of equal value are counted.
    pub(super) fn count(&mut self, keys: &[ArrayRef]) -> Option<Counted> {
        if let [key] = keys
            && let Some(runs) = Neighbours::of(key).ok().flatten()
        {
            let rows = runs.lengths().filter_map(|rows| i64::try_from(rows).ok()).collect::<Vec<_>>();
            return Some(Counted { keys: vec![runs.values], rows: Arc::new(Int64Array::from(rows)) });
        }
        let keys = keys.iter().map(|key| key.as_dictionary_opt().filter(|key| key.nulls().is_none()));
        let keys = keys.collect::<Option<Vec<&Codes>>>()?;
        let mut several = keys.iter().enumerate().filter(|(_, key)| !is_one(key)).map(|(place, _)| place);
        let counted = several.next().unwrap_or_default();
        if several.next().is_some() {
            return None;
        }
        let (codes, rows) = self.of(keys.get(counted)?)?;
        let keys = keys.iter().enumerate().map(|(place, key)| {
            let first = *key.keys().values().first()?;
            let codes = if place == counted { codes.clone() } else { vec![first; codes.len()] };
            Some(Arc::new(Codes::try_new(codes.into(), Arc::clone(key.values())).ok()?) as ArrayRef)
        });
        Some(Counted { keys: keys.collect::<Option<_>>()?, rows: Arc::new(Int64Array::from(rows)) })
    }

    /// The codes that rows have, and how many rows have each.
    fn of(&mut self, key: &Codes) -> Option<(Vec<u32>, Vec<i64>)> {
        if key.values().len() > MOST_VALUES * key.len() {
            return None;
        }
        self.counts.clear();
        self.counts.resize(key.values().len(), 0);
        for &code in key.keys().values() {
            if let Some(count) = self.counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        let rows = (0..).zip(&self.counts).filter(|(_, rows)| **rows > 0);
        Some(rows.map(|(code, &rows)| (code, i64::from(rows))).unzip())
    }
}

/// Whether all rows have the same code.
fn is_one(key: &Codes) -> bool {
    let codes = key.keys().values();
    codes.first() == codes.last() && codes.get(1..) == codes.split_last().map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use arrow::array::{StringArray, UInt32Array};
    use arrow::datatypes::Int64Type;
    use proptest::prelude::*;

    use super::*;

    fn key(codes: Vec<u32>, values: u32) -> ArrayRef {
        let values = (0..values).map(|n| (n > 0).then(|| n.to_string())).collect::<StringArray>();
        Arc::new(Codes::try_new(UInt32Array::from(codes), Arc::new(values)).unwrap())
    }

    fn codes(key: &ArrayRef) -> &[u32] {
        key.as_dictionary::<UInt32Type>().keys().values()
    }

    proptest! {
        #[test]
        fn every_row_is_counted_once(of in prop::collection::vec(0_u32..60, 30..200), constant in 0_u32..9) {
            let mut histogram = Histogram::default();
            let keys = [key(vec![constant; of.len()], 9), key(of.clone(), 60)];
            let counted = histogram.count(&keys).unwrap();
            let mut expected: BTreeMap<u32, i64> = BTreeMap::new();
            for &code in &of {
                *expected.entry(code).or_default() += 1;
            }
            let rows = counted.rows.as_primitive::<Int64Type>().values().iter().copied();
            prop_assert_eq!(codes(&counted.keys[1]).iter().copied().zip(rows).collect::<BTreeMap<_, _>>(), expected);
            prop_assert!(codes(&counted.keys[0]).iter().all(|&code| code == constant));
            prop_assert_eq!(counted.keys[0].len(), counted.rows.len());
            prop_assert!(histogram.size() >= 60 * size_of::<u32>());
        }
    }

    #[test]
    fn rows_that_differ_in_more_than_one_code_are_not_counted() {
        let mut histogram = Histogram::default();
        let (first, second) = (key(vec![0, 1, 1], 2), key(vec![1, 1, 0], 2));
        assert!(histogram.count(&[Arc::clone(&first), second]).is_none());
        assert!(histogram.count(&[Arc::clone(&first), Arc::new(Int64Array::from(vec![1, 1, 1]))]).is_none());
        assert!(histogram.count(&[key(vec![0, 1, 1], 7)]).is_none());
        assert!(histogram.count(&[first]).is_some_and(|counted| codes(&counted.keys[0]) == [0, 1]));
    }
}
