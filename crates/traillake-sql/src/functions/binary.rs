//! Hashes, encodings and numbers of bytes.

mod base64;
mod hash;
mod hex;
mod numbers;

use crate::functions::{Function, FunctionDoc, Group, Origin};

/// What the documentation of these functions has in common.
const DOC: FunctionDoc = FunctionDoc {
    name: "",
    aliases: &[],
    group: Group::Binary,
    usage: &[],
    text: "",
    origin: Origin::Here,
    examples: &[],
};

pub(super) fn functions() -> Vec<Function> {
    let parts = [base64::functions(), hash::functions(), hex::functions(), numbers::functions()];
    parts.into_iter().flatten().collect()
}
