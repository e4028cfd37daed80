//! Window functions: the engine's with Lake's types, `lag` and `lead` of our own.

mod native;
mod shift;

use crate::functions::Function;

pub(super) fn functions() -> Vec<Function> {
    let mut all = native::functions();
    all.extend(shift::functions());
    all
}

#[cfg(test)]
mod tests;
