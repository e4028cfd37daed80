//! Regular expressions in Java's syntax.

mod function;
mod pattern;
mod replace;
mod search;
mod syntax;

use std::sync::Arc;

use self::function::RegexpReplace;
use crate::functions::{Function, FunctionDoc, Group, Implementation, Origin};

/// What the documentation of these functions has in common.
const DOC: FunctionDoc = FunctionDoc {
    name: "",
    aliases: &[],
    group: Group::Regex,
    usage: &[],
    text: "",
    origin: Origin::Crate("fancy-regex"),
    examples: &[],
};

pub(super) fn functions() -> Vec<Function> {
    let mut all = search::functions();
    all.push(regexp_replace());
    all
}

fn regexp_replace() -> Function {
    Function {
        doc: FunctionDoc {
            name: "regexp_replace",
            usage: &[
                "regexp_replace(text, pattern) → varchar",
                "regexp_replace(text, pattern, replacement) → varchar",
                "regexp_replace(text, pattern, groups -> text) → varchar",
            ],
            text: "Every match removed or replaced. A replacement may name groups, `$1` or `${name}`; `\\$` is a dollar \
                   sign. A lambda gets the array of groups of a match; NULL from it makes the whole text NULL.",
            examples: &[
                ("regexp_replace('a1b22', '[0-9]+')", "ab"),
                ("regexp_replace('2023-06-11', '(\\d+)-(\\d+)', '$2/$1')", "06/2023-11"),
                ("regexp_replace('new york', '(?<first>\\w)(\\w*)', '${first}.')", "n. y."),
                ("regexp_replace('new york', '(\\w)(\\w*)', x -> concat(upper(x[1]), x[2]))", "New York"),
            ],
            ..DOC
        },
        implementation: Implementation::HigherOrder(Arc::new(RegexpReplace::new().into())),
    }
}

#[cfg(test)]
mod tests;
