//! Numbers: rounding, logarithms, angles, bits, other bases, chance.

mod bits;
mod buckets;
mod doubles;
mod keep;
mod modulus;
mod radix;
mod random;
mod rounding;

use crate::functions::{Function, FunctionDoc, Group, Origin};

/// What the documentation of these functions has in common.
const DOC: FunctionDoc = FunctionDoc {
    name: "",
    aliases: &[],
    group: Group::Numbers,
    usage: &[],
    text: "",
    origin: Origin::Here,
    examples: &[],
};

pub(super) fn functions() -> Vec<Function> {
    let parts = [
        bits::functions(),
        buckets::functions(),
        doubles::functions(),
        modulus::functions(),
        radix::functions(),
        random::functions(),
        rounding::functions(),
    ];
    parts.into_iter().flatten().collect()
}
