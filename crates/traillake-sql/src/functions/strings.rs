//! Text: counted in code points, compared by bytes.

mod case;
mod code_points;
mod compare;
mod concat;
mod encoding;
mod pad;
mod part;
mod planner;
mod search;
mod split;
mod split_map;
mod trim;

use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(crate) use code_points::{count, offset};
pub(crate) use planner::TextForms;

/// What the documentation of these functions has in common.
const DOC: FunctionDoc = FunctionDoc {
    name: "",
    aliases: &[],
    group: Group::Strings,
    usage: &[],
    text: "",
    origin: Origin::Here,
    examples: &[],
};

pub(super) fn functions() -> Vec<Function> {
    let parts = [
        case::functions(),
        compare::functions(),
        concat::functions(),
        encoding::functions(),
        pad::functions(),
        part::functions(),
        search::functions(),
        split::functions(),
        split_map::functions(),
        trim::functions(),
    ];
    parts.into_iter().flatten().collect()
}
