//! Neighbours of equal value, as files that are sorted by time have them: a value is looked up once for a run of them.

use std::ops::Range;

use arrow::array::{Array as _, ArrayRef, UInt32Array};
use arrow::compute::{partition, take};
use datafusion::common::Result;

/// Rows of a run on average at least.
const FEWEST_ROWS: usize = 4;

/// The rows of a column, run by run.
pub(super) struct Neighbours {
    /// The value of each run.
    pub(super) values: ArrayRef,
    runs: Vec<Range<usize>>,
}

impl Neighbours {
    /// Of a column of numbers or times; `None` where few values are those of the row before.
    pub(super) fn of(column: &ArrayRef) -> Result<Option<Self>> {
        let data_type = column.data_type();
        if !data_type.is_integer() && !data_type.is_temporal() {
            return Ok(None);
        }
        let runs = partition(std::slice::from_ref(column))?.ranges();
        if runs.is_empty() || runs.len() > column.len() / FEWEST_ROWS {
            return Ok(None);
        }
        let firsts = runs.iter().map(|run| u32::try_from(run.start)).collect::<Result<Vec<_>, _>>();
        let Ok(firsts) = firsts else { return Ok(None) };
        Ok(Some(Self { values: take(column, &UInt32Array::from(firsts), None)?, runs }))
    }

    /// How many rows each run has.
    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> + '_ {
        self.runs.iter().map(Range::len)
    }

    /// Makes one number for each run one for each row.
    pub(super) fn spread(&self, numbers: &mut Vec<usize>) {
        let of_runs = std::mem::take(numbers);
        for (run, number) in self.runs.iter().zip(of_runs) {
            numbers.resize(run.end, number);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Float64Array, Int64Array, TimestampMillisecondArray};

    use super::*;

    #[test]
    fn runs_have_the_rows_of_equal_neighbours() {
        let times = [Some(5), Some(5), None, None, None, Some(7), Some(7), Some(7), Some(7), Some(5), Some(5), Some(5)];
        let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(times.repeat(2)));
        assert!(Neighbours::of(&column).unwrap().is_none(), "the runs are too short");
        let times = times.map(|time| [time; 2]).concat();
        let column: ArrayRef = Arc::new(TimestampMillisecondArray::from(times));
        let runs = Neighbours::of(&column).unwrap().unwrap();
        let expected: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![Some(5), None, Some(7), Some(5)]));
        assert_eq!((&runs.values, runs.lengths().collect::<Vec<_>>()), (&expected, vec![4, 6, 8, 6]));
        let mut numbers = vec![3, 1, 2, 3];
        runs.spread(&mut numbers);
        assert_eq!(numbers, [[3; 4].as_slice(), &[1; 6], &[2; 8], &[3; 6]].concat());
    }

    #[test]
    fn rows_that_differ_and_other_types_have_no_runs() {
        let none = |column: ArrayRef| Neighbours::of(&column).unwrap().is_none();
        assert!(none(Arc::new(Int64Array::from_iter_values(0..100))));
        assert!(none(Arc::new(Float64Array::from(vec![0.0; 100]))));
        assert!(none(Arc::new(Int64Array::from(Vec::<i64>::new()))));
        assert!(!none(Arc::new(Int64Array::from(vec![0; 100]))));
    }
}
