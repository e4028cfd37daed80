//! Smallest and largest values, and the values beside them: `min`, `max`, `min_by`, `max_by`.

mod best;

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::function::StateFieldsArgs;
use datafusion::logical_expr::{Accumulator, AggregateUDF, GroupsAccumulator, StatisticsArgs};

use super::aggregate::{Definition, documented, hidden};
use super::call::Call;
use super::native::Native;
use super::parameters::{array_of, bigint, nested};
use crate::functions::{Function, FunctionDoc, Group, Origin};
use crate::operators::is_orderable;
use best::{Best, Wanted};

pub(super) fn functions() -> Vec<Function> {
    let mut all = of_values();
    all.extend(of_rows());
    all
}

fn of_values() -> Vec<Function> {
    vec![
        documented(
            FunctionDoc {
                name: "max",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["max(x) → same as x", "max(x, n) → array"],
                text: "Largest value; with n the n largest as an array, largest first. NULL values are ignored; \
                       NULL if there are no others.",
                origin: Origin::DataFusion,
                examples: &[
                    ("SELECT max(x) FROM (VALUES (1), (NULL), (3)) AS t(x)", "3"),
                    ("SELECT max(x, 2) FROM (VALUES (1), (2), (3)) AS t(x)", "[3, 2]"),
                ],
            },
            Extreme { native: native(max_udaf()), many: hidden("max_n", Many { wanted: Wanted::Largest }) },
        ),
        documented(
            FunctionDoc {
                name: "min",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["min(x) → same as x", "min(x, n) → array"],
                text: "Smallest value; with n the n smallest as an array, smallest first. NULL values are ignored; \
                       NULL if there are no others.",
                origin: Origin::DataFusion,
                examples: &[
                    ("SELECT min(x) FROM (VALUES ('b'), (NULL), ('a')) AS t(x)", "a"),
                    ("SELECT min(x, 2) FROM (VALUES (3), (2), (1)) AS t(x)", "[1, 2]"),
                ],
            },
            Extreme { native: native(min_udaf()), many: hidden("min_n", Many { wanted: Wanted::Smallest }) },
        ),
    ]
}

fn of_rows() -> Vec<Function> {
    vec![
        documented(
            FunctionDoc {
                name: "max_by",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["max_by(x, y) → same as x", "max_by(x, y, n) → array"],
                text: "The x of the row with the largest y, which may be NULL; with n those of the n largest y as an \
                       array, largest first. Rows with a NULL y are ignored.",
                origin: Origin::Here,
                examples: &[
                    ("SELECT max_by(x, y) FROM (VALUES ('a', 1), ('b', 2), ('c', NULL)) AS t(x, y)", "b"),
                    ("SELECT max_by(x, y, 2) FROM (VALUES ('a', 1), ('b', 2), ('c', 3)) AS t(x, y)", "[c, b]"),
                ],
            },
            By { wanted: Wanted::Largest },
        ),
        documented(
            FunctionDoc {
                name: "min_by",
                aliases: &[],
                group: Group::Aggregates,
                usage: &["min_by(x, y) → same as x", "min_by(x, y, n) → array"],
                text: "The x of the row with the smallest y, which may be NULL; with n those of the n smallest y as an \
                       array, smallest first. Rows with a NULL y are ignored.",
                origin: Origin::Here,
                examples: &[("SELECT min_by(x, y) FROM (VALUES ('a', 1), ('b', 2), ('c', NULL)) AS t(x, y)", "a")],
            },
            By { wanted: Wanted::Smallest },
        ),
    ]
}

fn native(inner: Arc<AggregateUDF>) -> Native {
    let accept = |given: &[DataType]| match given {
        [x] if is_orderable(x) => Some(vec![x.clone()]),
        _ => None,
    };
    Native { inner, accept }
}

/// `min` and `max`: the engine's for one argument.
#[derive(Debug)]
struct Extreme {
    native: Native,
    many: Arc<AggregateUDF>,
}

/// Whether the engine has the form of so many arguments.
fn is_native(arguments: usize) -> bool {
    arguments < 2
}

impl Definition for Extreme {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        if is_native(given.len()) { self.native.accept(given) } else { many_parameters(given) }
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        if is_native(types.len()) { self.native.returns(types) } else { self.many.return_type(types) }
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        if is_native(args.input_fields.len()) { self.native.state(args) } else { Ok(many_state(args)) }
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        let arguments = call.types().len();
        if is_native(arguments) {
            return self.native.accumulator(call);
        }
        self.many.accumulator(call.plain(call.field(), arguments))
    }

    fn has_groups(&self, call: &Call) -> bool {
        is_native(call.types().len()) && self.native.has_groups(call)
    }

    fn groups(&self, call: &Call) -> Result<Box<dyn GroupsAccumulator>> {
        self.native.groups(call)
    }

    fn retracting(&self, call: &Call) -> Option<Box<dyn Accumulator>> {
        if is_native(call.types().len()) { self.native.retracting(call) } else { None }
    }

    fn of_statistics(&self, args: &StatisticsArgs<'_>) -> Option<ScalarValue> {
        self.native.of_statistics(args)
    }

    // A rule of the engine takes every `min` and `max` for one that may be applied to its own results.
    fn for_arguments(&self, count: usize) -> Option<Arc<AggregateUDF>> {
        (!is_native(count)).then(|| Arc::clone(&self.many))
    }
}

fn many_parameters(given: &[DataType]) -> Option<Vec<DataType>> {
    match given {
        [x, n] if is_orderable(x) => Some(vec![nested(x), bigint(n)?]),
        _ => None,
    }
}

fn many_state(args: &StateFieldsArgs<'_>) -> Vec<DataType> {
    let x = args.input_fields.first().map_or(DataType::Null, |field| field.data_type().clone());
    vec![array_of(&x), array_of(&x), DataType::Int64]
}

/// The n smallest or largest values.
#[derive(Debug)]
struct Many {
    wanted: Wanted,
}

impl Definition for Many {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        many_parameters(given)
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        Ok(array_of(types.first().unwrap_or(&DataType::Null)))
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        Ok(many_state(args))
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        let x = call.argument(0);
        Ok(Box::new(Best::try_new(self.wanted, [0, 0], x.clone(), x, Some(1))?))
    }
}

/// `min_by` and `max_by`.
#[derive(Debug)]
struct By {
    wanted: Wanted,
}

impl Definition for By {
    fn accept(&self, given: &[DataType]) -> Option<Vec<DataType>> {
        match given {
            [x, y] if is_orderable(y) => Some(vec![x.clone(), y.clone()]),
            [x, y, n] if is_orderable(y) => Some(vec![nested(x), y.clone(), bigint(n)?]),
            _ => None,
        }
    }

    fn returns(&self, types: &[DataType]) -> Result<DataType> {
        let x = types.first().cloned().unwrap_or(DataType::Null);
        Ok(if types.len() > 2 { array_of(&x) } else { x })
    }

    fn state(&self, args: &StateFieldsArgs<'_>) -> Result<Vec<DataType>> {
        let list = |place: usize| {
            let item = args.input_fields.get(place).map_or(DataType::Null, |field| field.data_type().clone());
            DataType::new_list(item, true)
        };
        Ok(vec![list(0), list(1), DataType::Int64])
    }

    fn accumulator(&self, call: &Call) -> Result<Box<dyn Accumulator>> {
        let count = (call.types().len() > 2).then_some(2);
        Ok(Box::new(Best::try_new(self.wanted, [0, 1], call.argument(0), call.argument(1), count)?))
    }
}

#[cfg(test)]
mod tests;
