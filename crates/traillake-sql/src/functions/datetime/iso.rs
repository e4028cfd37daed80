//! ISO 8601: `from_iso8601_timestamp`, `from_iso8601_date`, `to_iso8601`.

use arrow::array::ArrayRef;
use chrono::{NaiveDateTime, TimeDelta};
use datafusion::common::{Result, exec_datafusion_err};

use super::civil::days_of;
use super::joda::instant_of;
use super::layout::{Field, Part, number, push_literal, year};
use super::moments::Moments;
use super::read::{Reader, Refusal, Said};
use super::write::{Shown, push_offset, write};
use crate::functions::kit::Kind::{Date, Text, Timestamp, Zoned};
use crate::functions::kit::{self, Cell, UtcTimestamp, scalar};
use crate::functions::{Function, FunctionDoc, Group, Origin};

pub(super) fn functions() -> Vec<Function> {
    vec![from_iso8601_timestamp(), from_iso8601_date(), to_iso8601()]
}

fn from_iso8601_timestamp() -> Function {
    scalar("from_iso8601_timestamp")
        .on(&[Text], |row| {
            let text = row.text(0);
            let (said, local) = timestamp(text).map_err(|refusal| exec_datafusion_err!("{}", refusal.text(text)))?;
            instant_of(&said, local).map(|instant| Some(UtcTimestamp(instant)))
        })
        .documented(FunctionDoc {
            name: "from_iso8601_timestamp",
            aliases: &["from_iso8601_timestamp_nanos"],
            group: Group::DateTime,
            usage: &["from_iso8601_timestamp(text) → timestamp(3) with time zone"],
            text: "The instant of a text in one of ISO 8601's forms with dashes and colons: a date, a week (`2024-W18-3`) or \
                   a day of the year (`2024-122`), a time after `T` or alone, decimals of its last part, `Z` or an offset. \
                   The result is in UTC; a text without an offset is UTC.",
            origin: Origin::Here,
            examples: &[
                ("to_iso8601(from_iso8601_timestamp('2024-05-01T12:34:56Z'))", "2024-05-01T12:34:56.000Z"),
                ("to_iso8601(from_iso8601_timestamp('2024-W18-3T12:34+02:00'))", "2024-05-01T10:34:00.000Z"),
            ],
        })
}

fn from_iso8601_date() -> Function {
    scalar("from_iso8601_date")
        .on(&[Text], |row| {
            let text = row.text(0);
            let mut reader = Reader::new(text);
            let local = date_element(&mut reader).and_then(|said| reader.end().and_then(|()| said.local()));
            let local = local.map_err(|refusal| exec_datafusion_err!("{}", refusal.text(text)))?;
            Ok(Some(kit::Date(days_of(local.date()))))
        })
        .documented(FunctionDoc {
            name: "from_iso8601_date",
            aliases: &[],
            group: Group::DateTime,
            usage: &["from_iso8601_date(text) → date"],
            text: "The date of a text in ISO 8601's forms: `2024-05-01`, `2024-05`, `2024-W18-3`, `2024-122`.",
            origin: Origin::Here,
            examples: &[
                ("from_iso8601_date('2024-W18-3')", "2024-05-01"),
                ("from_iso8601_date('2024-122')", "2024-05-01"),
            ],
        })
}

fn to_iso8601() -> Function {
    let date = |arguments: &[ArrayRef], rows: usize| written(arguments, rows, false);
    let time = |arguments: &[ArrayRef], rows: usize| written(arguments, rows, true);
    let zoned = |arguments: &[ArrayRef], rows: usize| {
        let moments = Moments::of(arguments, 0)?;
        let parts = layout(true);
        String::column((0..rows).map(|row| {
            let Some(mut text) = written_row(&moments, &parts, row)? else { return Ok(None) };
            match moments.instant(row).map(|instant| moments.zone.offset_at(instant)) {
                Some(0) | None => text.push('Z'),
                Some(offset) => push_offset(&mut text, offset, true),
            }
            Ok(Some(text))
        }))
    };
    scalar("to_iso8601")
        .on_arrays(&[Date], |_| Ok(String::data_type()), date)
        .on_arrays(&[Timestamp], |_| Ok(String::data_type()), time)
        .on_arrays(&[Zoned], |_| Ok(String::data_type()), zoned)
        .documented(FunctionDoc {
            name: "to_iso8601",
            aliases: &[],
            group: Group::DateTime,
            usage: &["to_iso8601(x) → varchar"],
            text: "A date, timestamp or timestamp with time zone as ISO 8601 writes it.",
            origin: Origin::Here,
            examples: &[
                ("to_iso8601(timestamp '2024-05-01 12:34:56')", "2024-05-01T12:34:56.000"),
                ("to_iso8601(date '2024-05-01')", "2024-05-01"),
            ],
        })
}

fn written(arguments: &[ArrayRef], rows: usize, with_time: bool) -> Result<ArrayRef> {
    let (moments, parts) = (Moments::of(arguments, 0)?, layout(with_time));
    String::column((0..rows).map(|row| written_row(&moments, &parts, row)))
}

fn written_row(moments: &Moments<'_>, parts: &[Part], row: usize) -> Result<Option<String>> {
    let (Some(instant), Some(local)) = (moments.instant(row), moments.date_time(row)?) else { return Ok(None) };
    let mut text = String::new();
    write(parts, &Shown { instant, local, zone: moments.zone }, &mut text);
    Ok(Some(text))
}

fn layout(with_time: bool) -> Vec<Part> {
    let mut parts = vec![year(Field::Year, 4, 9)];
    let mut add = |before: &str, field| {
        push_literal(&mut parts, before);
        parts.push(number(field, 2, 2));
    };
    add("-", Field::Month);
    add("-", Field::Day);
    if with_time {
        add("T", Field::Hour);
        add(":", Field::Minute);
        add(":", Field::Second);
        push_literal(&mut parts, ".");
        parts.push(Part::Fraction { least: 3, most: 3 });
    }
    parts
}

/// A date, a time, or both, with an offset.
fn timestamp(text: &str) -> Result<(Said, NaiveDateTime), Refusal> {
    let mut reader = Reader::new(text);
    let starts_with_time = text.starts_with(['T', 't']);
    let mut said = if starts_with_time { Said::default() } else { date_element(&mut reader)? };
    let mut decimals = 0;
    if reader.skip("T") {
        if starts_with_time || reader.rest().starts_with(|next: char| next.is_ascii_digit()) {
            decimals = time_element(&mut reader, &mut said)?;
        }
        if !reader.rest().is_empty() {
            said.offset = Some(reader.offset()?);
        }
    }
    reader.end()?;
    let local = said.local()?;
    Ok((said, local + TimeDelta::milliseconds(decimals)))
}

/// `2024-05-01`, `2024-05`, `2024`, `2024-W18-3`, `2024-122`.
fn date_element(reader: &mut Reader<'_>) -> Result<Said, Refusal> {
    const YEAR_DIGITS: usize = 9;
    let mut said = Said::default();
    let year = reader.number(YEAR_DIGITS, true)?;
    if reader.skip("-W") {
        said.set(Field::WeekYear, year);
        said.set(Field::Week, reader.number(2, false)?);
        if reader.skip("-") {
            said.set(Field::DayOfWeek, reader.number(1, false)?);
        }
        return Ok(said);
    }
    said.set(Field::Year, year);
    if reader.skip("-") {
        let digits = reader.rest().bytes().take_while(u8::is_ascii_digit).count();
        if digits >= 3 {
            said.set(Field::DayOfYear, reader.number(3, false)?);
            return Ok(said);
        }
        said.set(Field::Month, reader.number(2, false)?);
        if reader.skip("-") {
            said.set(Field::Day, reader.number(2, false)?);
        }
    }
    Ok(said)
}

/// `12`, `12:34`, `12:34:56`, each with decimals; answers the milliseconds that they add.
fn time_element(reader: &mut Reader<'_>, said: &mut Said) -> Result<i64, Refusal> {
    let mut unit = 3_600_000;
    said.set(Field::Hour, reader.number(2, false)?);
    for (field, smaller) in [(Field::Minute, 60_000), (Field::Second, 1000)] {
        if !reader.skip(":") {
            break;
        }
        said.set(field, reader.number(2, false)?);
        unit = smaller;
    }
    if !reader.skip(".") && !reader.skip(",") {
        return Ok(0);
    }
    decimals(reader, unit)
}

fn decimals(reader: &mut Reader<'_>, unit: i64) -> Result<i64, Refusal> {
    const MOST_DIGITS: usize = 9;
    let start = reader.rest();
    let count = start.bytes().take_while(u8::is_ascii_digit).count();
    let kept = start.get(..count.min(MOST_DIGITS)).unwrap_or_default();
    let Ok(number) = kept.parse::<i64>() else { return reader.refuse() };
    reader.at += count;
    let scale = 10_i64.pow(u32::try_from(kept.len()).unwrap_or_default());
    Ok(number * unit / scale)
}

#[cfg(test)]
mod tests;
