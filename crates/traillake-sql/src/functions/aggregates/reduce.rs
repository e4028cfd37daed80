//! `reduce_agg`, which the grammar turns into `reduce` over `array_agg`: the engine's aggregates take no lambdas.

use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};

pub(super) fn functions() -> Vec<Function> {
    let doc = FunctionDoc {
        name: "reduce_agg",
        aliases: &[],
        group: Group::Aggregates,
        usage: &["reduce_agg(value, initial, (state, value) -> state, (state, state) -> state) → state"],
        text: "The values of a group reduced to one state, NULL values left out; NULL for no value. The values are \
               gathered first, so the function that combines two states is not called.",
        origin: Origin::Here,
        examples: &[
            ("SELECT reduce_agg(x, 0, (s, x) -> s + x, (a, b) -> a + b) FROM (VALUES 1, 2, NULL, 3) AS t(x)", "6"),
            (
                "SELECT reduce_agg(x, 1, (s, x) -> s * x, (a, b) -> a * b) FILTER (WHERE x > 1) FROM (VALUES 1, 2, 3) AS t(x)",
                "6",
            ),
            ("SELECT reduce_agg(x, 0, (s, x) -> s + x, (a, b) -> a + b) FROM (VALUES 1) AS t(x) WHERE x > 1", "NULL"),
        ],
    };
    vec![Function { doc, implementation: Implementation::Grammar }]
}
