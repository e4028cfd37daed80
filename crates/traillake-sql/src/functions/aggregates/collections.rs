//! Aggregates that put values together: arrays, texts, any of the values.

mod listagg;

use arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::functions_aggregate::any_value::any_value_udaf;
use datafusion::functions_aggregate::array_agg::array_agg_udaf;
use datafusion::logical_expr::function::StateFieldsArgs;
use datafusion::logical_expr::{Accumulator, GroupsAccumulator};

use super::aggregate::{Definition, documented};
use super::call::Call;
use super::native::Native;
use super::parameters;
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![
        documented(
            FunctionDoc {
                name: "array_agg",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["array_agg([DISTINCT] x [ORDER BY ...]) → array"],
                text: "All values, NULL among them, as an array; NULL for no rows.",
                origin: Origin::DataFusion,
                examples: &[
                    ("SELECT array_agg(x ORDER BY x DESC) FROM (VALUES (1), (NULL), (3)) AS t(x)", "[3, 1, null]"),
                    ("SELECT array_agg(DISTINCT x ORDER BY x) FROM (VALUES ('b'), ('a'), ('b')) AS t(x)", "[a, b]"),
                ],
            },
            ArrayAgg(Native { inner: array_agg_udaf(), accept: parameters::any_nested }),
        ),
        documented(
            FunctionDoc {
                name: "arbitrary",
                aliases: &["any_value"],
                group: Group::Aggregates,
                usage: &["arbitrary(x) → same as x"],
                text: "Any value that is not NULL; NULL if there is none.",
                origin: Origin::DataFusion,
                examples: &[("SELECT arbitrary(x) FROM (VALUES (NULL), ('a')) AS t(x)", "a")],
            },
            Native { inner: any_value_udaf(), accept: parameters::any },
        ),
        listagg::function(),
    ]
}

/// The engine's `array_agg`; rows are kept for DISTINCT and ORDER BY.
#[derive(Debug)]
struct ArrayAgg(Native);

impl Definition for ArrayAgg {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        self.0.accept(given)
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        self.0.returns(types)
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        self.0.state(args)
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        self.0.accumulator(call)
    }

    fn has_groups(&self, call: &Call) -> bool {
        self.0.has_groups(call)
    }

    fn groups(&self, call: &Call) -> Result<Box<dyn GroupsAccumulator>> {
        self.0.groups(call)
    }

    fn is_ordered(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests;
