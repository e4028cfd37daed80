//! `format` and `format_number`.

mod java;
mod times;

use std::fmt::Write;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err, plan_err};

use crate::casts::leaf;
use crate::functions::kit::{Cell, Kind, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};
use crate::text_form::text_of;
use java::{Piece, pieces};

/// Bytes of one text, at most.
const LIMIT: usize = 16 << 20;

pub(super) fn functions() -> Vec<Function> {
    vec![format(), format_number()]
}

fn format() -> Function {
    let evaluate = |arrays: &[ArrayRef], rows: usize| {
        let Some((patterns, values)) = arrays.split_first() else { return plan_err!("format needs a pattern") };
        String::column((0..rows).map(|row| match text_of(patterns.as_ref(), row) {
            Some(pattern) => formatted(&pattern, values, row).map(Some),
            None => Ok(None),
        }))
    };
    scalar("format").on_arrays(&[Kind::Text, Kind::Any], |_| Ok(DataType::Utf8View), evaluate).variadic().documented(
        FunctionDoc {
            name: "format",
            aliases: &[],
            group: Group::Conditional,
            usage: &["format(pattern, value, ...) → varchar"],
            text: "The values in the places of `%s %d %x %X %o %e %f %g %c %b %n %%` and `%tY`-style dates, as Java's Formatter.",
            origin: Origin::Here,
            examples: &[
                ("format('%s%%', 1)", "1%"),
                ("format('%03d', 8)", "008"),
                ("format('%,.2f', 1234567.891)", "1,234,567.89"),
                ("format('%2$s %1$s', 'a', 'b')", "b a"),
                ("format('%tY-%<tm-%<td', date '2006-07-04')", "2006-07-04"),
            ],
        },
    )
}

fn formatted(pattern: &str, values: &[ArrayRef], row: usize) -> Result<String> {
    let mut out = String::new();
    let (mut next, mut last) = (0, None);
    for piece in pieces(pattern)? {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Value(spec) => {
                let place = if spec.again { last } else { spec.place.or(Some(next)) };
                if !spec.again && spec.place.is_none() {
                    next += 1;
                }
                last = place;
                let Some(array) = place.and_then(|place| values.get(place)) else {
                    return exec_err!("Format specifier '{}' has no argument", spec.text);
                };
                spec.write(&mut out, leaf(array.as_ref(), row), || text_of(array.as_ref(), row))?;
            }
        }
        if out.len() > LIMIT {
            return exec_err!("format gives texts of at most {LIMIT} bytes");
        }
    }
    Ok(out)
}

fn format_number() -> Function {
    scalar("format_number").on(&[Kind::Double], |row| Ok(Some(short(row.double(0))))).documented(FunctionDoc {
        name: "format_number",
        aliases: &[],
        group: Group::Conditional,
        usage: &["format_number(number) → varchar"],
        text: "A short text with three digits and a unit: K, M, B, T, Q.",
        origin: Origin::Here,
        examples: &[
            ("format_number(1234567)", "1.23M"),
            ("format_number(123456)", "123K"),
            ("format_number(12.5)", "12.5"),
        ],
    })
}

/// The number of at least three digits in thousands, millions and so on.
fn short(number: f64) -> String {
    const UNITS: [&str; 6] = ["", "K", "M", "B", "T", "Q"];
    if !number.is_finite() {
        return crate::casts::Leaf::Double(number).to_string();
    }
    let (mut rest, mut unit) = (number, 0);
    while rest.abs() >= 1000.0 && unit + 1 < UNITS.len() {
        rest /= 1000.0;
        unit += 1;
    }
    let decimals = match rest.abs() {
        small if small < 10.0 => 2,
        small if small < 100.0 => 1,
        _ => 0,
    };
    let scale = 10_f64.powi(decimals);
    let mut text = String::new();
    let _ = write!(text, "{}{}", (rest * scale).round() / scale, UNITS.get(unit).copied().unwrap_or_default());
    text
}

#[cfg(test)]
mod tests;
