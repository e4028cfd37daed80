//! `approx_percentile`: values at ranks, by a t-digest that is exact for small groups.

mod digest;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array};
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;

use super::aggregate::documented;
use super::call::Call;
use super::definitions::Running;
use super::parameters::double;
use crate::functions::{Function, FunctionDoc, Group, Origin};
use digest::Digest;

pub(super) fn functions() -> Vec<Function> {
    vec![documented(
        FunctionDoc {
            name: "approx_percentile",
            aliases: &[],
            group: Group::Aggregates,
            usage: &[
                "approx_percentile(x, p) → same as x",
                "approx_percentile(x, array[p, ...]) → array",
                "approx_percentile(x, weight, p) → same as x",
                "approx_percentile(x, weight, array[p, ...]) → array",
            ],
            text: "The value below which a share p (0 to 1) of the values lies, about; exact for groups of up to 2,000 \
                   values. Integers give integers. NULL values are ignored; NULL if there are no others.",
            origin: Origin::Here,
            examples: &[
                ("SELECT approx_percentile(x, 0.5) FROM (VALUES (1), (2), (3)) AS t(x)", "2"),
                ("SELECT approx_percentile(x, ARRAY[0.25, 0.75]) FROM (VALUES (1), (2), (3), (4)) AS t(x)", "[2, 4]"),
                ("SELECT approx_percentile(x, w, 0.5) FROM (VALUES (1, 1), (2, 8)) AS t(x, w)", "2"),
            ],
        },
        Running {
            accept,
            returns,
            state: |_| vec![DataType::new_list(DataType::Float64, true); 3],
            make: |call| Ok(Box::new(Percentile::of(call))),
        },
    )]
}

fn is_list(data_type: Option<&DataType>) -> bool {
    matches!(data_type, Some(DataType::List(_)))
}

fn accept(given: &[DataType]) -> Option<Vec<DataType>> {
    let [x, weights @ .., share] = given else { return None };
    let x = if x.is_integer() || x.is_null() { DataType::Int64 } else { double(x)? };
    let share = match share {
        DataType::List(item) | DataType::FixedSizeList(item, _) => DataType::new_list(double(item.data_type())?, true),
        single => double(single)?,
    };
    match weights {
        [] => Some(vec![x, share]),
        [weight] => Some(vec![x, double(weight)?, share]),
        _ => None,
    }
}

fn returns(types: &[DataType]) -> DataType {
    let x = types.first().cloned().unwrap_or(DataType::Float64);
    if is_list(types.last()) { DataType::new_list(x, true) } else { x }
}

/// The distribution of a group and the shares that are asked for.
#[derive(Debug)]
struct Percentile {
    digest: Digest,
    shares: Vec<f64>,
    weighted: bool,
    returns: DataType,
}

impl Percentile {
    fn of(call: &Call) -> Self {
        let weighted = call.types().len() > 2;
        Self { digest: Digest::default(), shares: vec![], weighted, returns: call.returns().clone() }
    }

    /// Takes the shares from the first row; they are the same in all.
    fn read_shares(&mut self, column: &ArrayRef) -> Result<()> {
        if !self.shares.is_empty() || column.is_empty() {
            return Ok(());
        }
        let list = column.as_list_opt::<i32>().filter(|list| list.is_valid(0)).map(|list| list.value(0));
        let shares = list.as_ref().unwrap_or(column);
        let Some(shares) = shares.as_primitive_opt::<Float64Type>() else { return Ok(()) };
        let count = if list.is_some() { shares.len() } else { 1 };
        for share in shares.iter().take(count) {
            match share {
                Some(share) if (0.0..=1.0).contains(&share) => self.shares.push(share),
                Some(share) => return exec_err!("Percentile must be between 0 and 1; found {share}"),
                None => return exec_err!("Percentile cannot be null"),
            }
        }
        Ok(())
    }

    fn item(&self) -> &DataType {
        match &self.returns {
            DataType::List(item) => item.data_type(),
            other => other,
        }
    }

    fn value(&self, share: f64) -> Result<ScalarValue> {
        let value = ScalarValue::Float64(self.digest.value_at(share));
        match (self.item(), self.digest.value_at(share)) {
            (DataType::Int64, Some(value)) => ScalarValue::Float64(Some(value.round())).cast_to(&DataType::Int64),
            (DataType::Int64, None) => Ok(ScalarValue::Int64(None)),
            _ => Ok(value),
        }
    }
}

fn doubles(column: &ArrayRef) -> Result<ArrayRef> {
    Ok(arrow::compute::cast(column, &DataType::Float64)?)
}

impl Accumulator for Percentile {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (Some(x), Some(shares)) = (values.first(), values.last()) else { return Ok(()) };
        self.read_shares(shares)?;
        let x = doubles(x)?;
        let x = x.as_primitive::<Float64Type>();
        let weights = if self.weighted {
            values.get(1).and_then(|column| column.as_primitive_opt::<Float64Type>())
        } else {
            None
        };
        for place in (0..x.len()).filter(|&place| x.is_valid(place)) {
            let weight = match weights {
                None => 1.0,
                Some(weights) if weights.is_null(place) => continue,
                Some(weights) => weights.value(place),
            };
            self.digest.add(x.value(place), weight)?;
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.digest.is_empty() {
            return ScalarValue::try_from(&self.returns);
        }
        if !is_list(Some(&self.returns)) {
            return self
                .shares
                .first()
                .map_or_else(|| ScalarValue::try_from(&self.returns), |&share| self.value(share));
        }
        let values = self.shares.iter().map(|&share| self.value(share)).collect::<Result<Vec<_>>>()?;
        let column = if values.is_empty() {
            arrow::array::new_empty_array(self.item())
        } else {
            ScalarValue::iter_to_array(values)?
        };
        Ok(SingleRowListArrayBuilder::new(column).build_list_scalar())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.digest.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (means, weights): (Vec<f64>, Vec<f64>) = self.digest.points().iter().copied().unzip();
        let list =
            |values: Vec<f64>| SingleRowListArrayBuilder::new(Arc::new(Float64Array::from(values))).build_list_scalar();
        Ok(vec![list(means), list(weights), list(self.shares.clone())])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [means, weights, shares] = states else { return Ok(()) };
        for row in 0..means.len() {
            let list = |column: &ArrayRef| column.as_list::<i32>().value(row);
            let (means, weights, shares) = (list(means), list(weights), list(shares));
            if self.shares.is_empty() {
                self.shares = shares.as_primitive::<Float64Type>().values().to_vec();
            }
            let means = means.as_primitive::<Float64Type>().values().iter();
            for (&mean, &weight) in means.zip(weights.as_primitive::<Float64Type>().values()) {
                self.digest.add(mean, weight)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
