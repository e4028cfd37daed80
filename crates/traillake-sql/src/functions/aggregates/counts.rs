//! Counts: of rows, of distinct values, of groupings.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::functions_aggregate::approx_distinct::approx_distinct_udaf;
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::grouping::grouping_udaf;
use datafusion::logical_expr::Accumulator;
use datafusion::logical_expr::function::StateFieldsArgs;

use super::aggregate::{Definition, documented};
use super::call::Call;
use super::parameters::double;
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};

/// Bounds of the standard error that may be asked for.
const ERRORS: std::ops::RangeInclusive<f64> = 0.004_062_5..=0.26;

pub(super) fn functions() -> Vec<Function> {
    vec![
        Function {
            doc: FunctionDoc {
                name: "count",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["count(*) → bigint", "count([DISTINCT] x) → bigint"],
                text: "Number of rows, or of values that are not NULL; 0 for no rows.",
                origin: Origin::DataFusion,
                examples: &[
                    ("SELECT count(*) FROM (VALUES (1), (NULL)) AS t(x)", "2"),
                    ("SELECT count(x) FROM (VALUES (1), (NULL)) AS t(x)", "1"),
                    ("SELECT count(DISTINCT x) FROM (VALUES ('a'), ('a'), ('b')) AS t(x)", "2"),
                ],
            },
            implementation: Implementation::Aggregate(count_udaf()),
        },
        Function {
            doc: FunctionDoc {
                name: "grouping",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["grouping(x, ...) → integer"],
                text: "With ROLLUP, CUBE or GROUPING SETS: a bit for each argument, the leftmost the highest, \
                       which is 1 where the row is a total over that column.",
                origin: Origin::DataFusion,
                examples: &[(
                    "SELECT x, grouping(x), count(*) FROM (VALUES ('a'), ('b'), ('b')) AS t(x) \
                     GROUP BY ROLLUP(x) ORDER BY 2, 1",
                    "a|0|1; b|0|2; NULL|1|3",
                )],
            },
            implementation: Implementation::Aggregate(grouping_udaf()),
        },
        documented(
            FunctionDoc {
                name: "approx_distinct",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["approx_distinct(x) → bigint", "approx_distinct(x, error) → bigint"],
                text: "About the number of distinct values that are not NULL, by HyperLogLog; 0 if there are none. \
                       The standard error is 0.8 %; an error from 0.0040625 to 0.26 may be asked for and changes nothing.",
                origin: Origin::DataFusion,
                examples: &[("SELECT approx_distinct(x) FROM (VALUES ('a'), ('b'), ('a'), (NULL)) AS t(x)", "2")],
            },
            ApproxDistinct,
        ),
    ]
}

/// The engine's `approx_distinct`, as a bigint, with Lake's second argument.
#[derive(Debug)]
struct ApproxDistinct;

impl Definition for ApproxDistinct {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        let (x, error) = match given {
            [x] => (x, vec![]),
            [x, error] => (x, vec![double(error)?]),
            _ => return None,
        };
        // The engine's sketch takes no floating point numbers; their texts are as distinct as they are.
        let x = match x {
            DataType::Null => DataType::Boolean,
            number if number.is_floating() => DataType::Utf8,
            other => other.clone(),
        };
        Some([vec![x], error].concat())
    }

    fn returns(&self, _types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        let plain = StateFieldsArgs {
            name: args.name,
            input_fields: args.input_fields.get(..1).unwrap_or_default(),
            return_field: unsigned(),
            ordering_fields: &[],
            is_distinct: false,
        };
        let fields = approx_distinct_udaf().state_fields(plain)?;
        Ok(fields.iter().map(|field| field.data_type().clone()).collect())
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        let inner = approx_distinct_udaf().accumulator(call.plain(&unsigned(), 1))?;
        Ok(Box::new(Sketch { inner }))
    }

    fn of_nothing(&self, _returns: &DataType) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(0)))
    }
}

fn unsigned() -> FieldRef {
    Arc::new(Field::new("approx_distinct", DataType::UInt64, false))
}

/// A sketch of distinct values.
#[derive(Debug)]
struct Sketch {
    inner: Box<dyn Accumulator>,
}

impl Accumulator for Sketch {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if let Some(error) = values.get(1).filter(|errors| !errors.is_empty() && errors.is_valid(0)) {
            let error = error.as_primitive::<Float64Type>().value(0);
            if !ERRORS.contains(&error) {
                return exec_err!("Standard error must be in [{}, {}]: {error}", ERRORS.start(), ERRORS.end());
            }
        }
        self.inner.update_batch(values.get(..1).unwrap_or_default())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.inner.evaluate()?.cast_to(&DataType::Int64)
    }

    fn size(&self) -> usize {
        self.inner.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }
}

#[cfg(test)]
mod tests;
