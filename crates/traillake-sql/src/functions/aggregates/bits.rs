//! Conditions, bits and checksums of all rows.

mod checksum;

use std::sync::Arc;

use datafusion::functions_aggregate::bit_and_or_xor::{bit_and_udaf, bit_or_udaf, bit_xor_udaf};
use datafusion::functions_aggregate::bool_and_or::{bool_and_udaf, bool_or_udaf};
use datafusion::logical_expr::AggregateUDF;

use super::aggregate::documented;
use super::native::Native;
use super::parameters;
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    let mut all = conditions();
    all.extend(bits());
    all.push(checksum::function());
    all
}

fn conditions() -> Vec<Function> {
    let conditions = |doc, inner| documented(doc, Native { inner, accept: parameters::boolean });
    vec![
        conditions(
            doc(
                ("bool_and", &["every"], &["bool_and(boolean) → boolean"]),
                "Whether no value is false; NULL if all are NULL.",
                &[("SELECT bool_and(x) FROM (VALUES (true), (NULL), (false)) AS t(x)", "false")],
            ),
            bool_and_udaf(),
        ),
        conditions(
            doc(
                ("bool_or", &[], &["bool_or(boolean) → boolean"]),
                "Whether a value is true; NULL if all are NULL.",
                &[("SELECT bool_or(x) FROM (VALUES (true), (NULL), (false)) AS t(x)", "true")],
            ),
            bool_or_udaf(),
        ),
    ]
}

fn bits() -> Vec<Function> {
    let bits = |doc, inner: Arc<AggregateUDF>| documented(doc, Native { inner, accept: parameters::one_bigint });
    vec![
        bits(
            doc(
                ("bitwise_and_agg", &[], &["bitwise_and_agg(bigint) → bigint"]),
                "Bitwise AND of the values that are not NULL; NULL if there are none.",
                &[("SELECT bitwise_and_agg(x) FROM (VALUES (6), (3)) AS t(x)", "2")],
            ),
            bit_and_udaf(),
        ),
        bits(
            doc(
                ("bitwise_or_agg", &[], &["bitwise_or_agg(bigint) → bigint"]),
                "Bitwise OR of the values that are not NULL; NULL if there are none.",
                &[("SELECT bitwise_or_agg(x) FROM (VALUES (6), (3)) AS t(x)", "7")],
            ),
            bit_or_udaf(),
        ),
        bits(
            doc(
                ("bitwise_xor_agg", &[], &["bitwise_xor_agg(bigint) → bigint"]),
                "Bitwise XOR of the values that are not NULL; NULL if there are none.",
                &[("SELECT bitwise_xor_agg(x) FROM (VALUES (6), (3)) AS t(x)", "5")],
            ),
            bit_xor_udaf(),
        ),
    ]
}

type Names = (&'static str, &'static [&'static str], &'static [&'static str]);
type Examples = &'static [(&'static str, &'static str)];

fn doc((name, aliases, usage): Names, text: &'static str, examples: Examples) -> FunctionDoc {
    FunctionDoc { name, aliases, group: Group::Aggregates, usage, text, origin: Origin::DataFusion, examples }
}

#[cfg(test)]
mod tests;
