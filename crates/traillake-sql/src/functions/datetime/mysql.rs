//! `MySQL`'s patterns: `date_format` and `date_parse`.

use arrow::array::ArrayRef;
use datafusion::common::{Result, exec_datafusion_err, exec_err};
use datafusion::logical_expr::ColumnarValue;

use super::civil::millis_of;
use super::layout::{Field, Name, Part, check_length, number, push_literal, year};
use super::read::read;
use super::text::{formatted, parsed};
use crate::functions::kit::Kind::{Date, Text, Timestamp, Zoned};
use crate::functions::kit::{self, Cell, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![date_format(), date_parse()]
}

fn date_format() -> Function {
    let evaluate = |arguments: &[ColumnarValue], rows: usize| formatted(arguments, rows, compile);
    scalar("date_format")
        .on_values(&[Date, Text], |_| Ok(String::data_type()), evaluate)
        .on_values(&[Timestamp, Text], |_| Ok(String::data_type()), evaluate)
        .on_values(&[Zoned, Text], |_| Ok(String::data_type()), evaluate)
        .documented(FunctionDoc {
            name: "date_format",
            aliases: &[],
            group: Group::DateTime,
            usage: &["date_format(x, pattern) → varchar"],
            text: "x by MySQL's specifiers: `%Y %m %d %H %i %s %f` (year, month, day, hour, **minute is %i**, second, \
                   microsecond), `%y %c %e %k %h %I %l %p %S %T %r %j %a %W %b %M %v %x %%`. `%D %U %u %V %w %X` are \
                   errors; any other character after % stands for itself.",
            origin: Origin::Here,
            examples: &[
                ("date_format(timestamp '2024-05-01 09:05:06', '%Y-%m-%d %H:%i:%s')", "2024-05-01 09:05:06"),
                ("date_format(date '2024-05-01', '%W, %e %M %y')", "Wednesday, 1 May 24"),
            ],
        })
}

fn date_parse() -> Function {
    let evaluate = |arguments: &[ArrayRef], rows: usize| {
        parsed(arguments, rows, compile, |parts, text| {
            let local = read(parts, text).and_then(|said| said.local());
            local
                .map(|local| kit::Timestamp(millis_of(local)))
                .map_err(|refusal| exec_datafusion_err!("{}", refusal.text(text)))
        })
    };
    scalar("date_parse").on_arrays(&[Text, Text], |_| Ok(kit::Timestamp::data_type()), evaluate).documented(FunctionDoc {
        name: "date_parse",
        aliases: &[],
        group: Group::DateTime,
        usage: &["date_parse(text, pattern) → timestamp(3)"],
        text: "The time of a text, by the specifiers of `date_format`. A text that does not fit is an error. What the \
               pattern leaves out is the smallest value, the year 1970, or 2000 with a month or day.",
        origin: Origin::Here,
        examples: &[("date_parse('2024-05-01 09:05', '%Y-%m-%d %H:%i')", "2024-05-01 09:05:00.000")],
    })
}

/// The parts of a pattern.
fn compile(pattern: &str) -> Result<Vec<Part>> {
    check_length(pattern)?;
    let mut parts = Vec::new();
    let mut rest = pattern.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '%' => match rest.next() {
                Some(specifier) => specify(specifier, &mut parts)?,
                None => push_literal(&mut parts, "%"),
            },
            other => push_literal(&mut parts, other.encode_utf8(&mut [0; 4])),
        }
    }
    Ok(parts)
}

fn specify(specifier: char, parts: &mut Vec<Part>) -> Result<()> {
    const FIRST_OF_TWO_DIGITS: i32 = 1970;
    let part = match specifier {
        'a' => Part::Name { name: Name::DayOfWeek, short: true },
        'b' => Part::Name { name: Name::Month, short: true },
        'c' => number(Field::Month, 1, 2),
        'd' => number(Field::Day, 2, 2),
        'e' => number(Field::Day, 1, 2),
        'f' => Part::Fraction { least: 6, most: 9 },
        'H' => number(Field::Hour, 2, 2),
        'h' | 'I' => number(Field::ClockHalfdayHour, 2, 2),
        'i' => number(Field::Minute, 2, 2),
        'j' => number(Field::DayOfYear, 3, 3),
        'k' => number(Field::Hour, 1, 2),
        'l' => number(Field::ClockHalfdayHour, 1, 2),
        'M' => Part::Name { name: Name::Month, short: false },
        'm' => number(Field::Month, 2, 2),
        'p' => Part::Name { name: Name::Halfday, short: false },
        'r' => return composed("hisp", &[":", ":", " "], parts),
        'S' | 's' => number(Field::Second, 2, 2),
        'T' => return composed("His", &[":", ":"], parts),
        'v' => number(Field::Week, 2, 2),
        'W' => Part::Name { name: Name::DayOfWeek, short: false },
        'x' => year(Field::WeekYear, 4, 4),
        'Y' => year(Field::Year, 4, 4),
        'y' => Part::TwoDigits { field: Field::Year, first: FIRST_OF_TWO_DIGITS, strict: true },
        'D' | 'U' | 'u' | 'V' | 'w' | 'X' => return exec_err!("%{specifier} not supported in date format string"),
        other => {
            push_literal(parts, other.encode_utf8(&mut [0; 4]));
            return Ok(());
        }
    };
    parts.push(part);
    Ok(())
}

/// Specifiers that stand for several with text between them.
fn composed(specifiers: &str, between: &[&str], parts: &mut Vec<Part>) -> Result<()> {
    let mut between = between.iter();
    for specifier in specifiers.chars() {
        specify(specifier, parts)?;
        if let Some(text) = between.next() {
            push_literal(parts, text);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
