//! `abs`, `sign`, `ceil`, `floor`, `round` and `truncate`.

use datafusion::common::{Result, exec_datafusion_err};

use super::DOC;
use super::keep::{Decimal, Keep, power_of_ten};
use crate::functions::kit::Kind::{Bigint, Number};
use crate::functions::kit::{Scalar, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![abs(), sign(), ceil(), floor(), round(), truncate()]
}

/// A form of one argument.
fn unary(function: Scalar, keep: Keep) -> Scalar {
    function.on_arrays(&[Number], move |types| Ok(keep.returns(types)), move |arrays, rows| keep.apply(arrays, rows))
}

/// A form with a number of digits.
fn with_digits(function: Scalar, keep: Keep) -> Scalar {
    function.on_arrays(
        &[Number, Bigint],
        move |types| Ok(keep.returns(types)),
        move |arrays, rows| keep.apply(arrays, rows),
    )
}

fn abs() -> Function {
    let keep = Keep {
        name: "abs",
        integer: |number, _| {
            number.checked_abs().ok_or_else(|| exec_datafusion_err!("Value {number} is out of range for abs(bigint)"))
        },
        decimal: |number, _| Ok(number.digits.saturating_abs()),
        double: |number, _| number.abs(),
        shape: |precision, scale| (precision, scale),
    };
    unary(scalar("abs"), keep).documented(FunctionDoc {
        name: "abs",
        usage: &["abs(number) → the number's type"],
        text: "The number without its sign.",
        examples: &[("abs(-3)", "3"), ("abs(-1.5)", "1.5")],
        ..DOC
    })
}

fn sign() -> Function {
    let keep = Keep {
        name: "sign",
        integer: |number, _| Ok(number.signum()),
        decimal: |number, _| Ok(number.digits.signum()),
        double: |number, _| if number == 0.0 { number } else { number.signum() },
        shape: |_, _| (1, 0),
    };
    unary(scalar("sign"), keep).documented(FunctionDoc {
        name: "sign",
        usage: &["sign(number) → the number's type"],
        text: "-1, 0 or 1.",
        examples: &[("sign(-7)", "-1"), ("sign(0)", "0"), ("sign(0.25)", "1")],
        ..DOC
    })
}

fn ceil() -> Function {
    let keep = Keep {
        name: "ceil",
        integer: |number, _| Ok(number),
        decimal: |number, _| Ok(-(-number.digits).div_euclid(number.unit())),
        double: |number, _| number.ceil(),
        shape: whole,
    };
    unary(scalar("ceil"), keep).documented(FunctionDoc {
        name: "ceil",
        aliases: &["ceiling"],
        usage: &["ceil(number) → the number's type"],
        text: "The number rounded up to an integer.",
        examples: &[("ceil(1.2)", "2"), ("ceiling(-1.2)", "-1"), ("ceil(3)", "3")],
        ..DOC
    })
}

fn floor() -> Function {
    let keep = Keep {
        name: "floor",
        integer: |number, _| Ok(number),
        decimal: |number, _| Ok(number.digits.div_euclid(number.unit())),
        double: |number, _| number.floor(),
        shape: whole,
    };
    unary(scalar("floor"), keep).documented(FunctionDoc {
        name: "floor",
        usage: &["floor(number) → the number's type"],
        text: "The number rounded down to an integer.",
        examples: &[("floor(1.8)", "1"), ("floor(-1.2)", "-2")],
        ..DOC
    })
}

fn round() -> Function {
    let whole_number = Keep {
        name: "round",
        integer: |number, _| Ok(number),
        decimal: |number, _| Ok(half_away(number.digits, number.unit())),
        double: round_double,
        shape: whole,
    };
    let digits = Keep {
        name: "round",
        integer: round_integer,
        decimal: round_decimal,
        double: round_double,
        shape: |precision, scale| (precision.saturating_add(1).min(38), scale),
    };
    with_digits(unary(scalar("round"), whole_number), digits).documented(FunctionDoc {
        name: "round",
        usage: &["round(number [, digits]) → the number's type"],
        text: "The number rounded to so many decimal places, 0 if not given, halves away from zero. Negative digits \
               round places before the point.",
        examples: &[
            ("round(2.5)", "3"),
            ("round(-2.5)", "-3"),
            ("round(2.345, 2)", "2.350"),
            ("round(1250, -2)", "1300"),
        ],
        ..DOC
    })
}

fn truncate() -> Function {
    let whole_number = Keep {
        name: "truncate",
        integer: |number, _| Ok(number),
        decimal: |number, _| Ok(number.digits / number.unit()),
        double: |number, _| number.trunc(),
        shape: |precision, scale| if scale > 0 { (fewer(precision, scale).max(1), 0) } else { (precision, scale) },
    };
    let digits = Keep {
        name: "truncate",
        integer: |number, digits| Ok(truncate_integer(number, digits)),
        decimal: |number, digits| Ok(truncate_decimal(number, digits)),
        double: |number, digits| scaled(number, digits, f64::trunc),
        shape: |precision, scale| (precision, scale),
    };
    with_digits(unary(scalar("truncate"), whole_number), digits).documented(FunctionDoc {
        name: "truncate",
        usage: &["truncate(number [, digits]) → the number's type"],
        text: "The number without the digits behind so many decimal places, 0 if not given.",
        examples: &[("truncate(2.79)", "2"), ("truncate(-2.79, 1)", "-2.70"), ("truncate(1299, -2)", "1200")],
        ..DOC
    })
}

/// A decimal without places behind the point, with room for a carry.
fn whole(precision: u8, scale: i8) -> (u8, i8) {
    if scale > 0 { (fewer(precision, scale).saturating_add(1).min(38), 0) } else { (precision, scale) }
}

fn fewer(precision: u8, scale: i8) -> u8 {
    precision.saturating_sub(u8::try_from(scale).unwrap_or(0))
}

fn half_away(digits: i128, unit: i128) -> i128 {
    let (whole, rest) = (digits / unit, digits % unit);
    if rest.abs() >= unit - rest.abs() { whole + digits.signum() } else { whole }
}

fn round_double(number: f64, digits: i64) -> f64 {
    scaled(number, digits, f64::round)
}

/// Applies a function to the number with the point moved by so many digits.
fn scaled(number: f64, digits: i64, function: fn(f64) -> f64) -> f64 {
    let factor = 10_f64.powi(i32::try_from(digits.clamp(-400, 400)).unwrap_or(0));
    let moved = number * factor;
    if factor == 0.0 {
        return 0.0;
    }
    // Nothing behind the point, or nothing that a double could tell.
    if moved.is_finite() && factor.is_finite() { function(moved) / factor } else { number }
}

fn round_integer(number: i64, digits: i64) -> Result<i64> {
    if digits >= 0 {
        return Ok(number);
    }
    let overflow = || exec_datafusion_err!("numerical overflow: {number}");
    let unit =
        power_of_ten(digits.saturating_neg()).filter(|&unit| i64::try_from(unit).is_ok()).ok_or_else(overflow)?;
    let rounded = half_away(i128::from(number), unit).checked_mul(unit);
    rounded.and_then(|rounded| i64::try_from(rounded).ok()).ok_or_else(overflow)
}

fn round_decimal(number: Decimal, digits: i64) -> Result<i128> {
    const SHORT: u8 = 18;
    let scale = i64::from(number.scale);
    if digits >= scale {
        return Ok(number.digits);
    }
    // Short decimals become zero where their first digit would be rounded away, long ones are rounded.
    let before_point = i64::from(number.precision) - scale;
    if number.digits == 0 || (number.precision <= SHORT && before_point.saturating_add(digits) <= 0) {
        return Ok(0);
    }
    let Some(unit) = power_of_ten(scale.saturating_sub(digits)) else { return Ok(0) };
    let rounded = half_away(number.digits, unit).checked_mul(unit);
    rounded.ok_or_else(|| exec_datafusion_err!("decimal overflow: {}", number.digits))
}

fn truncate_integer(number: i64, digits: i64) -> i64 {
    if digits >= 0 {
        return number;
    }
    let unit = power_of_ten(digits.saturating_neg()).and_then(|unit| i64::try_from(unit).ok());
    unit.map_or(0, |unit| number - number % unit)
}

fn truncate_decimal(number: Decimal, digits: i64) -> i128 {
    let scale = i64::from(number.scale);
    if digits >= scale {
        return number.digits;
    }
    power_of_ten(scale.saturating_sub(digits)).map_or(0, |unit| number.digits - number.digits % unit)
}

#[cfg(test)]
mod tests;
