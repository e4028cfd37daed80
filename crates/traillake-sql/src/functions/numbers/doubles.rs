//! Functions of doubles: roots, logarithms, angles, and the numbers that are none.

use std::f64::consts;

use super::DOC;
use crate::functions::kit::Kind::Double;
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    let mut all = unary();
    all.extend(constants());
    all.extend(tests_of_doubles());
    all.extend([log(), power(), atan2()]);
    all
}

/// Name, function, form, text and example.
type Unary = (&'static str, fn(f64) -> f64, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const UNARY: &[Unary] = &[
    ("sqrt", f64::sqrt, "sqrt(x) → double", "Square root; NaN of a negative number.", &[("sqrt(9)", "3.0")]),
    ("cbrt", f64::cbrt, "cbrt(x) → double", "Cube root.", &[("cbrt(27)", "3.0")]),
    ("exp", f64::exp, "exp(x) → double", "e raised to the power x.", &[("exp(0)", "1.0")]),
    ("ln", f64::ln, "ln(x) → double", "Natural logarithm.", &[("ln(1)", "0.0")]),
    ("log2", f64::log2, "log2(x) → double", "Logarithm to base 2.", &[("log2(8)", "3.0")]),
    ("log10", f64::log10, "log10(x) → double", "Logarithm to base 10.", &[("log10(1000)", "3.0")]),
    ("radians", f64::to_radians, "radians(x) → double", "Degrees to radians.", &[("radians(0)", "0.0")]),
    ("degrees", f64::to_degrees, "degrees(x) → double", "Radians to degrees.", &[("degrees(pi())", "180.0")]),
    ("sin", f64::sin, "sin(x) → double", "Sine.", &[("sin(0)", "0.0")]),
    ("cos", f64::cos, "cos(x) → double", "Cosine.", &[("cos(0)", "1.0")]),
    ("tan", f64::tan, "tan(x) → double", "Tangent.", &[("tan(0)", "0.0")]),
    ("asin", f64::asin, "asin(x) → double", "Arc sine.", &[("asin(0)", "0.0")]),
    ("acos", f64::acos, "acos(x) → double", "Arc cosine.", &[("acos(1)", "0.0")]),
    ("atan", f64::atan, "atan(x) → double", "Arc tangent.", &[("atan(0)", "0.0")]),
    ("sinh", f64::sinh, "sinh(x) → double", "Hyperbolic sine.", &[("sinh(0)", "0.0")]),
    ("cosh", f64::cosh, "cosh(x) → double", "Hyperbolic cosine.", &[("cosh(0)", "1.0")]),
    ("tanh", f64::tanh, "tanh(x) → double", "Hyperbolic tangent.", &[("tanh(0)", "0.0")]),
];

fn unary() -> Vec<Function> {
    let function = |(name, of, usage, text, examples): &'static Unary| {
        let of = *of;
        scalar(name).on(&[Double], move |row| Ok(Some(of(row.double(0))))).documented(FunctionDoc {
            name,
            usage: std::slice::from_ref(usage),
            text,
            examples,
            ..DOC
        })
    };
    UNARY.iter().map(function).collect()
}

fn constants() -> [Function; 4] {
    let constant = |name, value: f64, usage, text, examples| {
        scalar(name).on(&[], move |_| Ok(Some(value))).documented(FunctionDoc { name, usage, text, examples, ..DOC })
    };
    [
        constant("pi", consts::PI, &["pi() → double"], "The constant pi.", &[("round(pi(), 5)", "3.14159")]),
        constant("e", consts::E, &["e() → double"], "Euler's number.", &[("round(e(), 5)", "2.71828")]),
        constant("nan", f64::NAN, &["nan() → double"], "What is not a number.", &[("is_nan(nan())", "true")]),
        constant(
            "infinity",
            f64::INFINITY,
            &["infinity() → double"],
            "Positive infinity.",
            &[("infinity() > 1e308", "true")],
        ),
    ]
}

fn tests_of_doubles() -> [Function; 3] {
    let test = |name, of: fn(f64) -> bool, usage, text, examples| {
        let function = scalar(name).on(&[Double], move |row| Ok(Some(of(row.double(0)))));
        function.documented(FunctionDoc { name, usage, text, examples, ..DOC })
    };
    [
        test("is_nan", f64::is_nan, &["is_nan(x) → boolean"], "Whether x is NaN.", &[("is_nan(sqrt(-1))", "true")]),
        test(
            "is_finite",
            f64::is_finite,
            &["is_finite(x) → boolean"],
            "Whether x is neither NaN nor infinite.",
            &[("is_finite(1)", "true")],
        ),
        test(
            "is_infinite",
            f64::is_infinite,
            &["is_infinite(x) → boolean"],
            "Whether x is infinite.",
            &[("is_infinite(-infinity())", "true")],
        ),
    ]
}

fn log() -> Function {
    scalar("log").on(&[Double, Double], |row| Ok(Some(row.double(1).ln() / row.double(0).ln()))).documented(
        FunctionDoc {
            name: "log",
            usage: &["log(base, x) → double"],
            text: "Logarithm of x to a base.",
            examples: &[("log(2, 8)", "3.0")],
            ..DOC
        },
    )
}

fn power() -> Function {
    scalar("power").on(&[Double, Double], |row| Ok(Some(java_power(row.double(0), row.double(1))))).documented(
        FunctionDoc {
            name: "power",
            aliases: &["pow"],
            usage: &["power(x, exponent) → double"],
            text: "x raised to a power.",
            examples: &[("power(2, 10)", "1024.0"), ("pow(2, -1)", "0.5")],
            ..DOC
        },
    )
}

fn atan2() -> Function {
    scalar("atan2").on(&[Double, Double], |row| Ok(Some(row.double(0).atan2(row.double(1))))).documented(FunctionDoc {
        name: "atan2",
        usage: &["atan2(y, x) → double"],
        text: "Angle of the point (x, y) in radians.",
        examples: &[("atan2(0, 1)", "0.0")],
        ..DOC
    })
}

/// As C's, but NaN where the exponent is, and where one is raised to infinity.
fn java_power(x: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (x.abs().total_cmp(&1.0).is_eq() && exponent.is_infinite()) {
        f64::NAN
    } else {
        x.powf(exponent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn every_function_of_null_is_null() {
        for (name, ..) in UNARY {
            assert_eq!(value(&format!("{name}(NULL)")).unwrap(), "NULL", "{name}");
            assert!(value(&format!("{name}('1')")).is_err(), "{name}");
        }
        for call in ["log(NULL, 1)", "power(1, NULL)", "pow(NULL, 1)", "atan2(NULL, 1)", "is_nan(NULL)"] {
            assert_eq!(value(call).unwrap(), "NULL", "{call}");
        }
    }

    #[test]
    fn what_has_no_value_is_nan_or_infinite() {
        assert_eq!(value("is_nan(ln(-1))").unwrap(), "true");
        assert_eq!(value("is_infinite(ln(0))").unwrap(), "true");
        assert_eq!(value("is_nan(asin(2))").unwrap(), "true");
        assert_eq!(value("is_nan(power(1, infinity()))").unwrap(), "true");
        assert_eq!(value("power(nan(), 0)").unwrap(), "1.0");
        assert_eq!(value("is_finite(nan())").unwrap(), "false");
        assert_eq!(value("is_infinite(nan())").unwrap(), "false");
    }

    #[test]
    fn integers_and_decimals_are_taken_as_doubles() {
        assert_eq!(value("sqrt(2.25)").unwrap(), "1.5");
        assert_eq!(value("power(1.5, 2)").unwrap(), "2.25");
        assert_eq!(value("is_finite(0.1)").unwrap(), "true");
    }
}
