//! Bits of 64-bit integers.

use datafusion::common::{Result, exec_err};

use super::DOC;
use crate::functions::kit::Kind::Bigint;
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    let mut all: Vec<Function> = BINARY.iter().map(binary).collect();
    all.extend([bitwise_not(), bit_count()]);
    all
}

/// Name, function, form, text and example.
type Binary = (&'static str, fn(i64, i64) -> i64, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const BINARY: &[Binary] = &[
    ("bitwise_and", |a, b| a & b, "bitwise_and(a, b) → bigint", "Bits set in both.", &[("bitwise_and(12, 10)", "8")]),
    (
        "bitwise_or",
        |a, b| a | b,
        "bitwise_or(a, b) → bigint",
        "Bits set in one of them.",
        &[("bitwise_or(12, 10)", "14")],
    ),
    (
        "bitwise_xor",
        |a, b| a ^ b,
        "bitwise_xor(a, b) → bigint",
        "Bits set in one of them only.",
        &[("bitwise_xor(12, 10)", "6")],
    ),
    (
        "bitwise_left_shift",
        left_shift,
        "bitwise_left_shift(value, shift) → bigint",
        "The bits moved to the left; 0 for a shift of 64 or more.",
        &[("bitwise_left_shift(1, 4)", "16")],
    ),
    (
        "bitwise_right_shift",
        right_shift,
        "bitwise_right_shift(value, shift) → bigint",
        "The bits moved to the right, zeros coming in; 0 for a shift of 64 or more.",
        &[("bitwise_right_shift(16, 4)", "1"), ("bitwise_right_shift(-1, 63)", "1")],
    ),
    (
        "bitwise_right_shift_arithmetic",
        arithmetic_shift,
        "bitwise_right_shift_arithmetic(value, shift) → bigint",
        "The bits moved to the right, the sign staying.",
        &[("bitwise_right_shift_arithmetic(-8, 2)", "-2")],
    ),
];

fn binary((name, of, usage, text, examples): &'static Binary) -> Function {
    let of = *of;
    scalar(name).on(&[Bigint, Bigint], move |row| Ok(Some(of(row.bigint(0), row.bigint(1))))).documented(FunctionDoc {
        name,
        usage: std::slice::from_ref(usage),
        text,
        examples,
        ..DOC
    })
}

fn bitwise_not() -> Function {
    scalar("bitwise_not").on(&[Bigint], |row| Ok(Some(!row.bigint(0)))).documented(FunctionDoc {
        name: "bitwise_not",
        usage: &["bitwise_not(a) → bigint"],
        text: "Every bit turned.",
        examples: &[("bitwise_not(0)", "-1")],
        ..DOC
    })
}

fn bit_count() -> Function {
    scalar("bit_count").on(&[Bigint, Bigint], |row| count(row.bigint(0), row.bigint(1))).documented(FunctionDoc {
        name: "bit_count",
        usage: &["bit_count(value, bits) → bigint"],
        text: "Number of set bits of a signed integer of so many bits, 2 to 64.",
        examples: &[("bit_count(9, 64)", "2"), ("bit_count(-7, 8)", "6")],
        ..DOC
    })
}

/// A shift as Java's: it counts its last six bits only.
fn shift(places: i64) -> u32 {
    u32::try_from(places & 63).unwrap_or(0)
}

fn left_shift(value: i64, places: i64) -> i64 {
    if places >= 64 { 0 } else { value << shift(places) }
}

fn right_shift(value: i64, places: i64) -> i64 {
    if places >= 64 { 0 } else { (value.cast_unsigned() >> shift(places)).cast_signed() }
}

fn arithmetic_shift(value: i64, places: i64) -> i64 {
    if places >= 64 { value >> 63 } else { value >> shift(places) }
}

fn count(value: i64, bits: i64) -> Result<Option<i64>> {
    let Some(width) = u32::try_from(bits).ok().filter(|bits| (2..=64).contains(bits)) else {
        return exec_err!("Bits specified in bit_count must be between 2 and 64, got {bits}");
    };
    let unused = 64 - width;
    if (value << unused) >> unused != value {
        return exec_err!(
            "Number must be representable with the bits specified. {value} cannot be represented with {bits} bits"
        );
    }
    Ok(Some(i64::from((value << unused).count_ones())))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn shifts_beyond_the_width_leave_nothing() {
        assert_eq!(value("bitwise_left_shift(1, 64)").unwrap(), "0");
        assert_eq!(value("bitwise_left_shift(1, 63)").unwrap(), "-9223372036854775808");
        assert_eq!(value("bitwise_right_shift(-1, 64)").unwrap(), "0");
        assert_eq!(value("bitwise_right_shift_arithmetic(-1, 99)").unwrap(), "-1");
        assert_eq!(value("bitwise_right_shift_arithmetic(1, 99)").unwrap(), "0");
        assert_eq!(value("bitwise_left_shift(1, -1)").unwrap(), "-9223372036854775808");
    }

    #[test]
    fn bit_count_refuses_what_does_not_fit() {
        assert_eq!(value("bit_count(-1, 64)").unwrap(), "64");
        assert_eq!(value("bit_count(0, 2)").unwrap(), "0");
        assert!(value("bit_count(1, 1)").unwrap_err().contains("between 2 and 64"));
        assert!(value("bit_count(1, 65)").unwrap_err().contains("between 2 and 64"));
        assert!(value("bit_count(128, 8)").unwrap_err().contains("cannot be represented with 8 bits"));
        assert_eq!(value("bit_count(-128, 8)").unwrap(), "1");
    }

    #[test]
    fn bits_of_null_are_null() {
        for call in ["bitwise_and(1, NULL)", "bitwise_not(NULL)", "bit_count(NULL, 8)", "bitwise_left_shift(NULL, 1)"] {
            assert_eq!(value(call).unwrap(), "NULL", "{call}");
        }
        assert!(value("bitwise_and('a', 1)").is_err());
    }
}
