//! The total of one group, which can take rows back.

use arrow::array::ArrayRef;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;

use super::{DIGITS, Finish, each, plus};

/// The total of one group.
#[derive(Debug)]
pub(super) struct RunningTotal {
    pub(super) total: i128,
    pub(super) count: i64,
    pub(super) scale: i8,
    pub(super) finish: Finish,
}

impl Accumulator for RunningTotal {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(column) = values.first() else { return Ok(()) };
        each(column, |_, value| {
            self.total = plus(self.total, value)?;
            self.count += 1;
            Ok(())
        })
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let Some(column) = values.first() else { return Ok(()) };
        each(column, |_, value| {
            self.total = plus(self.total, -value)?;
            self.count -= 1;
            Ok(())
        })
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.finish.scalar(self.finish.value(self.total, self.count)?)
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let total = ScalarValue::Decimal128(Some(self.total), DIGITS, self.scale);
        Ok(vec![total, ScalarValue::Int64(Some(self.count))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [totals, counts] = states else { return Ok(()) };
        each(totals, |_, total| {
            self.total = plus(self.total, total)?;
            Ok(())
        })?;
        each(counts, |_, count| {
            self.count += i64::try_from(count).unwrap_or(0);
            Ok(())
        })
    }
}
