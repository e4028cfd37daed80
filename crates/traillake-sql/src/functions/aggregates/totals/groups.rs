//! Totals of many groups at once.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Decimal128Array, Int64Array};
use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::{DIGITS, Finish, column_of, each, plus};

/// A total and a count for each group.
#[derive(Debug)]
pub(super) struct GroupTotals {
    totals: Vec<i128>,
    counts: Vec<i64>,
    scale: i8,
    finish: Finish,
}

impl GroupTotals {
    pub(super) fn new(scale: i8, finish: Finish) -> Self {
        Self { totals: vec![], counts: vec![], scale, finish }
    }

    fn resize(&mut self, groups: usize) {
        self.totals.resize(groups.max(self.totals.len()), 0);
        self.counts.resize(groups.max(self.counts.len()), 0);
    }

    fn as_state(&self, totals: Vec<i128>, counts: Vec<i64>) -> Vec<ArrayRef> {
        let totals = Decimal128Array::from_iter_values(totals);
        let totals = totals.with_data_type(DataType::Decimal128(DIGITS, self.scale));
        vec![Arc::new(totals), Arc::new(Int64Array::from(counts))]
    }
}

fn passes(filter: Option<&BooleanArray>, row: usize) -> bool {
    filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row))
}

impl GroupsAccumulator for GroupTotals {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.resize(total_num_groups);
        let Some(column) = values.first() else { return Ok(()) };
        each(column, |row, value| {
            let group = group_indices.get(row).filter(|_| passes(opt_filter, row));
            let Some(group) = group.copied() else { return Ok(()) };
            if let (Some(total), Some(count)) = (self.totals.get_mut(group), self.counts.get_mut(group)) {
                *total = plus(*total, value)?;
                *count += 1;
            }
            Ok(())
        })
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (totals, counts) = (emit_to.take_needed(&mut self.totals), emit_to.take_needed(&mut self.counts));
        let values = totals.into_iter().zip(counts).map(|(total, count)| self.finish.value(total, count));
        column_of(&self.finish, values.collect::<Result<_>>()?)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (totals, counts) = (emit_to.take_needed(&mut self.totals), emit_to.take_needed(&mut self.counts));
        Ok(self.as_state(totals, counts))
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.resize(total_num_groups);
        let [totals, counts] = values else { return Ok(()) };
        each(totals, |row, value| {
            if let Some(total) = group_indices.get(row).and_then(|&group| self.totals.get_mut(group)) {
                *total = plus(*total, value)?;
            }
            Ok(())
        })?;
        each(counts, |row, value| {
            if let Some(count) = group_indices.get(row).and_then(|&group| self.counts.get_mut(group)) {
                *count += i64::try_from(value).unwrap_or(0);
            }
            Ok(())
        })
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows = values.first().map_or(0, Array::len);
        let groups: Vec<usize> = (0..rows).collect();
        let mut single = Self::new(self.scale, self.finish.clone());
        single.update_batch(values, &groups, opt_filter, rows)?;
        single.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.totals.capacity() * size_of::<i128>() + self.counts.capacity() * size_of::<i64>()
    }
}
