//! Aggregates over moving frames: the frame's rows are kept, and the result is computed anew for each frame.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use datafusion::common::{Result, ScalarValue, internal_err};
use datafusion::logical_expr::Accumulator;

type Make = dyn Fn() -> Result<Box<dyn Accumulator>> + Send + Sync;

/// The rows of a frame, which moves forward only.
pub(super) struct Sliding {
    make: Arc<Make>,
    frame: VecDeque<Vec<ArrayRef>>,
}

impl Sliding {
    pub(super) fn new(make: Arc<Make>) -> Self {
        Self { make, frame: VecDeque::new() }
    }
}

fn length(columns: &[ArrayRef]) -> usize {
    columns.first().map_or(0, Array::len)
}

impl Accumulator for Sliding {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if length(values) > 0 {
            self.frame.push_back(values.to_vec());
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let mut left = length(values);
        while left > 0 {
            let Some(oldest) = self.frame.pop_front() else { return Ok(()) };
            let rows = length(&oldest);
            if rows > left {
                self.frame.push_front(oldest.iter().map(|column| column.slice(left, rows - left)).collect());
            }
            left = left.saturating_sub(rows);
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let mut accumulator = (self.make)()?;
        for columns in &self.frame {
            accumulator.update_batch(columns)?;
        }
        accumulator.evaluate()
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.frame.len() * size_of::<Vec<ArrayRef>>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        internal_err!("frames are not merged")
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        internal_err!("frames are not merged")
    }
}

impl fmt::Debug for Sliding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sliding").field("chunks", &self.frame.len()).finish_non_exhaustive()
    }
}
