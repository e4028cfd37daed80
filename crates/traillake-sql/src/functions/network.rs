//! Addresses and networks.

mod address;
mod contains;
mod prefix;

use crate::functions::{Function, FunctionDoc, Group, Origin};

/// What the documentation of these functions has in common.
const DOC: FunctionDoc = FunctionDoc {
    name: "",
    aliases: &[],
    group: Group::Network,
    usage: &[],
    text: "",
    origin: Origin::Crate("ipnet"),
    examples: &[],
};

pub(super) fn functions() -> Vec<Function> {
    let mut all = prefix::functions();
    all.push(contains::contains());
    all
}
