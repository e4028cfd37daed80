//! How often values occur: `histogram`, `approx_most_frequent`, `numeric_histogram`.

mod bins;
mod tally;

use arrow::datatypes::DataType;

use super::aggregate::documented;
use super::definitions::Running;
use super::parameters::{array_of, bigint, double, map_of, nested};
use crate::functions::{Function, FunctionDoc, Group, Origin};
use bins::NumericHistogram;
use tally::Tally;

pub(super) fn functions() -> Vec<Function> {
    vec![histogram(), approx_most_frequent(), numeric_histogram()]
}

fn histogram() -> Function {
    documented(
        FunctionDoc {
            name: "histogram",
            aliases: &[],
            group: Group::Aggregates,
            usage: &["histogram(x) → map(x, bigint)"],
            text: "How often each value that is not NULL occurs; NULL if there are none.",
            origin: Origin::Here,
            examples: &[("SELECT histogram(x) FROM (VALUES ('a'), ('b'), ('a'), (NULL)) AS t(x)", "{a=2, b=1}")],
        },
        Running {
            accept: super::parameters::any_nested,
            returns: |types| map_of(at(types, 0), &DataType::Int64),
            state: |types| vec![array_of(at(types, 0)), array_of(&DataType::Int64), array_of(&DataType::Int64)],
            make: |call| Ok(Box::new(Tally::try_new(0, call.argument(0), call.returns().clone())?)),
        },
    )
}

fn approx_most_frequent() -> Function {
    documented(
        FunctionDoc {
            name: "approx_most_frequent",
            aliases: &[],
            group: Group::Aggregates,
            usage: &["approx_most_frequent(buckets, value, capacity) → map(value, bigint)"],
            text: "The most frequent values, so many as there are buckets, with about how often they occur. \
                   Exact if there are at most `capacity` different values. NULL values are ignored.",
            origin: Origin::Here,
            examples: &[(
                "SELECT approx_most_frequent(2, x, 10) FROM (VALUES ('a'), ('b'), ('a'), ('c'), ('b')) AS t(x)",
                "{a=2, b=2}",
            )],
        },
        Running {
            accept: |given| match given {
                [buckets, x, capacity] => Some(vec![bigint(buckets)?, nested(x), bigint(capacity)?]),
                _ => None,
            },
            returns: |types| map_of(at(types, 1), &DataType::Int64),
            state: |types| vec![array_of(at(types, 1)), array_of(&DataType::Int64), array_of(&DataType::Int64)],
            make: |call| Ok(Box::new(Tally::try_new(1, call.argument(1), call.returns().clone())?)),
        },
    )
}

fn numeric_histogram() -> Function {
    documented(
        FunctionDoc {
            name: "numeric_histogram",
            aliases: &[],
            group: Group::Aggregates,
            usage: &[
                "numeric_histogram(buckets, x) → map(double, double)",
                "numeric_histogram(buckets, x, weight) → map(double, double)",
            ],
            text: "About the distribution of numbers: the centres of so many buckets with the weight in each. \
                   Exact if there are at most so many different values; NULL if there are none.",
            origin: Origin::Here,
            examples: &[("SELECT numeric_histogram(2, x) FROM (VALUES (1), (1), (9)) AS t(x)", "{1.0=2.0, 9.0=1.0}")],
        },
        Running {
            accept: |given| match given {
                [buckets, x] => Some(vec![bigint(buckets)?, double(x)?]),
                [buckets, x, weight] => Some(vec![bigint(buckets)?, double(x)?, double(weight)?]),
                _ => None,
            },
            returns: |_| map_of(&DataType::Float64, &DataType::Float64),
            state: |_| vec![array_of(&DataType::Float64), array_of(&DataType::Float64), DataType::Int64],
            make: |call| Ok(Box::new(NumericHistogram::new(call.returns().clone()))),
        },
    )
}

fn at(types: &[DataType], place: usize) -> &DataType {
    types.get(place).unwrap_or(&DataType::Null)
}

#[cfg(test)]
mod tests;
