//! Counts of values; with a capacity the rare ones are forgotten.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::datatypes::{DataType, Int64Type};
use arrow::row::{RowConverter, SortField};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

use crate::functions::aggregates::maps::map_scalar;

/// What an entry of the table takes beside its key.
const ENTRY_BYTES: usize = 48;

/// How often each value occurs.
pub(super) struct Tally {
    converter: RowConverter,
    counts: HashMap<Box<[u8]>, i64>,
    key_bytes: usize,
    /// The count a value may have had before it was forgotten.
    forgotten: i64,
    /// The column of values; those of the buckets and of the capacity stand before and behind it.
    column: usize,
    limits: Option<Limits>,
    returns: DataType,
}

#[derive(Clone, Copy)]
struct Limits {
    buckets: usize,
    capacity: usize,
}

impl Tally {
    pub(super) fn try_new(column: usize, value_type: DataType, returns: DataType) -> Result<Self> {
        let converter = RowConverter::new(vec![SortField::new(value_type)])?;
        Ok(Self { converter, counts: HashMap::new(), key_bytes: 0, forgotten: 0, column, limits: None, returns })
    }

    fn read_limits(&mut self, buckets: Option<i64>, capacity: Option<i64>) -> Result<()> {
        let (Some(buckets), Some(capacity)) = (buckets, capacity) else { return Ok(()) };
        if buckets < 2 {
            return exec_err!(
                "approx_most_frequent bucket count must be greater than one, input bucket count: {buckets}"
            );
        }
        if capacity < 1 {
            return exec_err!("approx_most_frequent capacity must be positive, input capacity: {capacity}");
        }
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        self.limits = Some(Limits { buckets: size(buckets), capacity: size(capacity) });
        Ok(())
    }

    fn add(&mut self, values: &ArrayRef, counts: impl Fn(usize) -> i64) -> Result<()> {
        let rows = self.converter.convert_columns(std::slice::from_ref(values))?;
        for place in (0..values.len()).filter(|&place| values.is_valid(place)) {
            let key = rows.row(place).data();
            if let Some(count) = self.counts.get_mut(key) {
                *count = count.saturating_add(counts(place));
            } else {
                self.key_bytes += key.len();
                self.counts.insert(key.into(), self.forgotten.saturating_add(counts(place)));
                self.forget();
            }
        }
        Ok(())
    }

    /// Keeps the most frequent values when there are twice as many as the capacity.
    fn forget(&mut self) {
        let Some(limits) = self.limits else { return };
        if self.counts.len() < limits.capacity.saturating_mul(2) {
            return;
        }
        let mut kept = self.sorted();
        kept.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(right.0)));
        let rare: Vec<Box<[u8]>> = kept.iter().skip(limits.capacity).map(|(key, _)| Box::from(*key)).collect();
        let most = kept.get(limits.capacity).map_or(0, |(_, count)| *count);
        self.forgotten = self.forgotten.max(most);
        for key in rare {
            self.counts.remove(&key);
            self.key_bytes -= key.len();
        }
    }

    /// Values and counts, by value.
    fn sorted(&self) -> Vec<(&[u8], i64)> {
        let mut all: Vec<(&[u8], i64)> = self.counts.iter().map(|(key, count)| (&**key, *count)).collect();
        all.sort_unstable();
        all
    }

    fn columns(&self, entries: &[(&[u8], i64)]) -> Result<(ArrayRef, ArrayRef)> {
        let parser = self.converter.parser();
        let mut values = self.converter.convert_rows(entries.iter().map(|(key, _)| parser.parse(key)))?;
        let counts: Int64Array = entries.iter().map(|(_, count)| Some(*count)).collect();
        Ok((values.remove(0), Arc::new(counts)))
    }
}

fn first(column: Option<&ArrayRef>) -> Option<i64> {
    column?.as_primitive_opt::<Int64Type>()?.iter().next()?
}

impl Accumulator for Tally {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if self.column > 0 && self.limits.is_none() {
            self.read_limits(first(values.first()), first(values.get(self.column + 1)))?;
        }
        values.get(self.column).map_or(Ok(()), |column| self.add(column, |_| 1))
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut entries = self.sorted();
        if let Some(limits) = self.limits {
            entries.sort_by_key(|(_, count)| Reverse(*count));
            entries.truncate(limits.buckets);
        }
        if entries.is_empty() {
            return ScalarValue::try_from(&self.returns);
        }
        let (values, counts) = self.columns(&entries)?;
        map_scalar(values, counts, &self.returns)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.converter.size() + self.key_bytes + self.counts.capacity() * ENTRY_BYTES
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (values, counts) = self.columns(&self.sorted())?;
        let number = |size: usize| i64::try_from(size).ok();
        let limits = self.limits.map_or([None; 2], |limits| [number(limits.buckets), number(limits.capacity)]);
        let limits: ArrayRef = Arc::new(Int64Array::from(limits.to_vec()));
        let list = |column| SingleRowListArrayBuilder::new(column).build_list_scalar();
        Ok(vec![list(values), list(counts), list(limits)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [values, counts, limits] = states else { return Ok(()) };
        for row in 0..values.len() {
            let list = |column: &ArrayRef| column.as_list::<i32>().value(row);
            let limits = list(limits);
            self.read_limits(
                first(Some(&limits)),
                first(Some(&limits.slice(limits.len().min(1), limits.len().saturating_sub(1)))),
            )?;
            let counts = list(counts);
            let counts = counts.as_primitive::<Int64Type>();
            self.add(&list(values), |place| counts.value(place))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tally").field("values", &self.counts.len()).finish_non_exhaustive()
    }
}
