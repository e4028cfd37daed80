//! The rows with the smallest or largest keys, of which at most n are kept.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::fmt;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Int64Type};
use arrow::row::{RowConverter, SortField};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

/// Trino's bound of n.
const MOST: i64 = 10_000;

/// Which end is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The smallest.
    Smallest,
    /// The largest.
    Largest,
}

/// A row: its key in a form whose bytes sort, smallest first, and its value.
struct Candidate {
    key: Box<[u8]>,
    arrival: u64,
    value: ScalarValue,
}

impl Candidate {
    fn order(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key).then(self.arrival.cmp(&other.arrival))
    }
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.order(other)
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.order(other).is_eq()
    }
}

impl Eq for Candidate {}

/// The best rows of a group; the first come wins a tie.
pub(super) struct Best {
    keys: RowConverter,
    candidates: BinaryHeap<Candidate>,
    bytes: usize,
    arrivals: u64,
    /// Column of values and column of keys.
    columns: [usize; 2],
    value_type: DataType,
    /// The column of n, or none for a single value.
    count_column: Option<usize>,
    count: Option<usize>,
}

impl Best {
    pub(super) fn try_new(
        wanted: Wanted,
        columns: [usize; 2],
        value_type: DataType,
        key_type: DataType,
        count_column: Option<usize>,
    ) -> Result<Self> {
        let options = SortOptions { descending: wanted == Wanted::Largest, nulls_first: false };
        let keys = RowConverter::new(vec![SortField::new_with_options(key_type, options)])?;
        let count = if count_column.is_none() { Some(1) } else { None };
        Ok(Self {
            keys,
            candidates: BinaryHeap::new(),
            bytes: 0,
            arrivals: 0,
            columns,
            value_type,
            count_column,
            count,
        })
    }

    /// Takes n from the rows; a group has one.
    fn read_count(&mut self, column: &ArrayRef) -> Result<()> {
        let Some(counts) = column.as_primitive_opt::<Int64Type>() else { return Ok(()) };
        let Some(count) = counts.iter().flatten().next() else { return Ok(()) };
        if count < 1 {
            return exec_err!("the number of values must be positive; found {count}");
        }
        if count > MOST {
            return exec_err!("the number of values must be less than or equal to {MOST}; found {count}");
        }
        self.count = usize::try_from(count).ok();
        Ok(())
    }

    fn add(&mut self, values: &ArrayRef, keys: &ArrayRef) -> Result<()> {
        let Some(count) = self.count else { return Ok(()) };
        let rows = self.keys.convert_columns(std::slice::from_ref(keys))?;
        for place in (0..keys.len()).filter(|&place| keys.is_valid(place)) {
            let key = rows.row(place);
            let full = self.candidates.len() >= count;
            if full && self.candidates.peek().is_some_and(|worst| *worst.key <= *key.data()) {
                continue;
            }
            let value = ScalarValue::try_from_array(values, place)?.compacted();
            self.bytes += value.size() + key.data().len() + size_of::<Candidate>();
            self.candidates.push(Candidate { key: key.data().into(), arrival: self.arrivals, value });
            self.arrivals += 1;
            if full && let Some(worst) = self.candidates.pop() {
                self.bytes -= worst.value.size() + worst.key.len() + size_of::<Candidate>();
            }
        }
        Ok(())
    }

    /// The values and keys that are kept, best first.
    fn sorted(&self) -> Result<(ArrayRef, ArrayRef)> {
        let mut candidates: Vec<&Candidate> = self.candidates.iter().collect();
        candidates.sort();
        let values = self.values(&candidates)?;
        let parser = self.keys.parser();
        let mut keys = self.keys.convert_rows(candidates.iter().map(|candidate| parser.parse(&candidate.key)))?;
        Ok((values, keys.remove(0)))
    }

    fn values(&self, candidates: &[&Candidate]) -> Result<ArrayRef> {
        if candidates.is_empty() {
            return Ok(arrow::array::new_empty_array(&self.value_type));
        }
        ScalarValue::iter_to_array(candidates.iter().map(|candidate| candidate.value.clone()))
    }
}

impl Accumulator for Best {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let Some(column) = self.count_column.and_then(|place| values.get(place)) {
            self.read_count(column)?;
        }
        let [value, key] = self.columns;
        match (values.get(value), values.get(key)) {
            (Some(values), Some(keys)) => self.add(values, keys),
            _ => Ok(()),
        }
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.count_column.is_none() {
            let best = self.candidates.peek().map(|best| best.value.clone());
            return best.map_or_else(|| ScalarValue::try_from(&self.value_type), Ok);
        }
        if self.candidates.is_empty() {
            return ScalarValue::try_from(&DataType::new_list(self.value_type.clone(), true));
        }
        Ok(SingleRowListArrayBuilder::new(self.sorted()?.0).build_list_scalar())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.keys.size() + self.bytes
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (values, keys) = self.sorted()?;
        let count = self.count.and_then(|count| i64::try_from(count).ok());
        let list = |column| SingleRowListArrayBuilder::new(column).build_list_scalar();
        Ok(vec![list(values), list(keys), ScalarValue::Int64(count)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [values, keys, counts] = states else { return Ok(()) };
        self.read_count(counts)?;
        let (values, keys) = (values.as_list::<i32>(), keys.as_list::<i32>());
        for row in 0..values.len() {
            self.add(&values.value(row), &keys.value(row))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Best {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Best").field("candidates", &self.candidates.len()).finish_non_exhaustive()
    }
}
