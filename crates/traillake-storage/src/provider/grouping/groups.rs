//! Numbers for groups of one key or of several.

use arrow::array::{ArrayRef, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::keys::Key;
use super::pairs::Pairs;

/// The groups that were met, numbered from 0 on in that order.
pub(super) struct Groups {
    first: Key,
    /// Each further key, and the pairs of the groups of those before it with its values.
    further: Vec<(Key, Pairs)>,
    scratch: Vec<usize>,
}

impl Groups {
    /// Groups by columns of these types.
    pub(super) fn try_new(first: DataType, further: &[DataType]) -> Result<Self> {
        let further = further.iter().map(|key| Ok((Key::try_new(key.clone())?, Pairs::default())));
        Ok(Self { first: Key::try_new(first)?, further: further.collect::<Result<_>>()?, scratch: Vec::new() })
    }

    /// How many groups were met.
    pub(super) fn len(&self) -> usize {
        self.further.last().map_or_else(|| self.first.len(), |(_, pairs)| pairs.len())
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        let further: usize = self.further.iter().map(|(key, pairs)| key.size() + pairs.size()).sum();
        self.first.size() + further + self.scratch.capacity() * size_of::<usize>()
    }

    /// The number of the group of each row; `columns` are one for each key.
    pub(super) fn numbers(&mut self, columns: &[ArrayRef], numbers: &mut Vec<usize>) -> Result<()> {
        let mut columns = columns.iter();
        if let Some(column) = columns.next() {
            self.first.numbers(column, numbers)?;
        }
        let mut groups = self.first.len();
        for ((key, pairs), column) in self.further.iter_mut().zip(columns) {
            key.numbers(column, &mut self.scratch)?;
            pairs.number(numbers, &self.scratch, groups, key.len());
            groups = pairs.len();
        }
        Ok(())
    }

    /// The keys of all groups by number, a column for each key; none is known from here on.
    pub(super) fn take_keys(&mut self) -> Result<Vec<ArrayRef>> {
        let mut columns = Vec::with_capacity(1 + self.further.len());
        // Of the groups in their order: which group of the keys before they are.
        let mut groups: Option<UInt32Array> = None;
        for (key, pairs) in self.further.iter_mut().rev() {
            let (left, right) = pairs.take();
            let (left, right) = (UInt32Array::from(left), UInt32Array::from(right));
            columns.push(take(&key.take_values()?, &picked(&right, groups.as_ref()), None)?);
            groups = Some(picked(&left, groups.as_ref()));
        }
        let first = self.first.take_values()?;
        columns.push(match groups {
            Some(groups) => take(&first, &groups, None)?,
            None => first,
        });
        columns.reverse();
        Ok(columns)
    }
}

fn picked(numbers: &UInt32Array, places: Option<&UInt32Array>) -> UInt32Array {
    let Some(places) = places else { return numbers.clone() };
    let picked = places.values().iter().map(|&place| numbers.values().get(place as usize).copied().unwrap_or_default());
    picked.collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{DictionaryArray, Int64Array, RecordBatch};
    use arrow::datatypes::UInt32Type;
    use arrow::util::pretty::pretty_format_batches;

    use super::*;

    fn texts(texts: &[Option<&str>]) -> ArrayRef {
        Arc::new(texts.iter().copied().collect::<DictionaryArray<UInt32Type>>())
    }

    #[test]
    fn groups_of_three_keys_have_the_keys_of_their_rows() {
        let mut groups = Groups::try_new(DataType::Utf8, &[DataType::Int64, DataType::Utf8]).unwrap();
        let columns: [ArrayRef; 3] = [
            texts(&[Some("a"), Some("a"), None, Some("b"), Some("a"), Some("")]),
            Arc::new(Int64Array::from(vec![Some(1), Some(2), None, Some(2), Some(1), None])),
            texts(&[Some("x"), Some("x"), Some("x"), None, Some("x"), Some("x")]),
        ];
        let mut numbers = Vec::new();
        groups.numbers(&columns, &mut numbers).unwrap();
        assert_eq!((numbers.as_slice(), groups.len()), ([0, 1, 2, 3, 0, 4].as_slice(), 5));
        let keys = groups.take_keys().unwrap();
        let plain = |column: &ArrayRef| match column.data_type() {
            DataType::Dictionary(..) => arrow::compute::cast(column, &DataType::Utf8).unwrap(),
            _ => Arc::clone(column),
        };
        let rows = UInt32Array::from(vec![0, 1, 2, 3, 5]);
        let named = |columns: Vec<ArrayRef>| {
            let names = ["a", "b", "c"].into_iter();
            pretty_format_batches(&[RecordBatch::try_from_iter(names.zip(columns)).unwrap()]).unwrap().to_string()
        };
        let expected = columns.iter().map(|column| take(&plain(column), &rows, None).unwrap()).collect();
        assert_eq!(named(keys), named(expected));
        assert_eq!(groups.len(), 0);
        groups.numbers(&columns, &mut numbers).unwrap();
        assert_eq!((numbers.as_slice(), groups.len()), ([0, 1, 2, 3, 0, 4].as_slice(), 5));
        assert!(groups.size() > 0);
    }
}
