//! `checksum`: a sum of the hashes of all values.

use std::fmt;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Int64Type};
use arrow::row::{RowConverter, SortField};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;
use twox_hash::XxHash64;

use crate::functions::aggregates::aggregate::documented;
use crate::functions::aggregates::definitions::Running;
use crate::functions::aggregates::parameters;
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn function() -> Function {
    documented(
        FunctionDoc {
            name: "checksum",
            aliases: &[],
            group: Group::Aggregates,
            usage: &["checksum(x) → varbinary"],
            text: "Eight bytes that depend on all values, NULL among them, and not on their order; NULL for no rows. \
                   They are not those of other engines.",
            origin: Origin::Here,
            examples: &[(
                "SELECT a.c = b.c FROM (SELECT checksum(x) AS c FROM (VALUES (1), (2)) AS t(x)) AS a, \
                 (SELECT checksum(x) AS c FROM (VALUES (2), (1)) AS t(x)) AS b",
                "true",
            )],
        },
        Running {
            accept: parameters::any,
            returns: |_| DataType::Binary,
            state: |_| vec![DataType::Int64],
            make: |call| {
                let converter = RowConverter::new(vec![SortField::new(call.argument(0))])?;
                Ok(Box::new(Checksum { converter, sum: None }))
            },
        },
    )
}

/// The sum so far; none before the first row.
struct Checksum {
    converter: RowConverter,
    sum: Option<i64>,
}

impl Checksum {
    fn add(&mut self, value: i64) {
        self.sum = Some(self.sum.unwrap_or(0).wrapping_add(value));
    }
}

impl Accumulator for Checksum {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if values.first().is_none_or(Array::is_empty) {
            return Ok(());
        }
        let rows = self.converter.convert_columns(values)?;
        rows.iter().for_each(|row| self.add(XxHash64::oneshot(0, row.data()).cast_signed()));
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::Binary(self.sum.map(|sum| sum.to_be_bytes().to_vec())))
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.converter.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![ScalarValue::Int64(self.sum)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let sums = states.first().and_then(|column| column.as_primitive_opt::<Int64Type>());
        sums.into_iter().flat_map(|sums| sums.iter().flatten()).for_each(|sum| self.add(sum));
        Ok(())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checksum").field("sum", &self.sum).finish_non_exhaustive()
    }
}
