//! The streaming histogram of Ben-Haim and Tom-Tov: nearest bins are merged until there are few enough.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

use crate::functions::aggregates::maps::map_scalar;

/// Most buckets: merging looks at all of them.
const MOST_BUCKETS: i64 = 10_000;
/// Values that are taken in before bins are merged.
const SLACK: usize = 256;

/// Centres and weights of bins.
#[derive(Debug)]
pub(super) struct NumericHistogram {
    bins: Vec<(f64, f64)>,
    buckets: usize,
    returns: DataType,
}

impl NumericHistogram {
    pub(super) fn new(returns: DataType) -> Self {
        Self { bins: vec![], buckets: 0, returns }
    }

    fn read_buckets(&mut self, column: &ArrayRef) -> Result<()> {
        let Some(buckets) = column.as_primitive_opt::<Int64Type>().and_then(|column| column.iter().flatten().next())
        else {
            return Ok(());
        };
        if buckets < 2 {
            return exec_err!("numeric_histogram bucket count must be greater than one");
        }
        if buckets > MOST_BUCKETS {
            return exec_err!("numeric_histogram bucket count must be at most {MOST_BUCKETS}");
        }
        self.buckets = usize::try_from(buckets).unwrap_or(usize::MAX);
        Ok(())
    }

    fn add(&mut self, value: f64, weight: f64) {
        self.bins.push((value, weight));
        if self.bins.len() >= self.buckets.max(1) + SLACK {
            self.bins = self.merged();
        }
    }

    /// The bins in order, no more than there are buckets.
    fn merged(&self) -> Vec<(f64, f64)> {
        let mut bins = self.bins.clone();
        bins.sort_by(|left, right| left.0.total_cmp(&right.0));
        bins.dedup_by(|next, kept| {
            let same = next.0.total_cmp(&kept.0).is_eq();
            if same {
                kept.1 += next.1;
            }
            same
        });
        while bins.len() > self.buckets.max(1) {
            let gaps =
                bins.windows(2).map(|pair| if let [left, right] = pair { right.0 - left.0 } else { f64::INFINITY });
            let Some((place, _)) = gaps.enumerate().min_by(|left, right| left.1.total_cmp(&right.1)) else { break };
            let right = bins.remove(place + 1);
            if let Some(left) = bins.get_mut(place) {
                let weight = left.1 + right.1;
                *left = ((left.0 * left.1 + right.0 * right.1) / weight, weight);
            }
        }
        bins
    }
}

impl Accumulator for NumericHistogram {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [buckets, numbers, weights @ ..] = values else { return Ok(()) };
        self.read_buckets(buckets)?;
        let numbers = numbers.as_primitive::<Float64Type>();
        let weights = weights.first().and_then(|column| column.as_primitive_opt::<Float64Type>());
        for place in (0..numbers.len()).filter(|&place| numbers.is_valid(place) && !numbers.value(place).is_nan()) {
            match weights {
                None => self.add(numbers.value(place), 1.0),
                Some(weights) if weights.is_valid(place) => self.add(numbers.value(place), weights.value(place)),
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let bins = self.merged();
        if bins.is_empty() {
            return ScalarValue::try_from(&self.returns);
        }
        let (centres, weights): (Vec<f64>, Vec<f64>) = bins.into_iter().unzip();
        map_scalar(Arc::new(Float64Array::from(centres)), Arc::new(Float64Array::from(weights)), &self.returns)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.bins.capacity() * size_of::<(f64, f64)>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (centres, weights): (Vec<f64>, Vec<f64>) = self.merged().into_iter().unzip();
        let list =
            |values: Vec<f64>| SingleRowListArrayBuilder::new(Arc::new(Float64Array::from(values))).build_list_scalar();
        let buckets = (self.buckets > 0).then(|| i64::try_from(self.buckets).unwrap_or(i64::MAX));
        Ok(vec![list(centres), list(weights), ScalarValue::Int64(buckets)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [centres, weights, buckets] = states else { return Ok(()) };
        self.read_buckets(buckets)?;
        for row in 0..centres.len() {
            let list = |column: &ArrayRef| column.as_list::<i32>().value(row);
            let (centres, weights) = (list(centres), list(weights));
            let centres = centres.as_primitive::<Float64Type>().values().iter();
            centres
                .zip(weights.as_primitive::<Float64Type>().values())
                .for_each(|(&centre, &weight)| self.add(centre, weight));
        }
        Ok(())
    }
}
