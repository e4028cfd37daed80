//! Reads a text by the parts of a pattern, with the errors of Trino's parser.

mod said;

use super::layout::{Name, Part};
use super::zone::Zone;

pub(super) use said::Said;

/// Why a text is no time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The text does not go on as the pattern does.
    At(usize),
    /// A number does not fit.
    Value(i64, &'static str, i64, i64),
    /// The pattern has a part that can only be written.
    WriteOnly,
}

impl Refusal {
    /// The error's text.
    pub(super) fn text(&self, text: &str) -> String {
        match self {
            Self::At(0) => format!("Invalid format: \"{text}\""),
            Self::At(at) if *at >= text.len() => format!("Invalid format: \"{text}\" is too short"),
            Self::At(at) => {
                format!("Invalid format: \"{text}\" is malformed at \"{}\"", text.get(*at..).unwrap_or_default())
            }
            Self::Value(value, name, least, most) => {
                format!("Cannot parse \"{text}\": Value {value} for {name} must be in the range [{least},{most}]")
            }
            Self::WriteOnly => "Parsing not supported".to_owned(),
        }
    }
}

type Read<T> = Result<T, Refusal>;

/// A text and how far it was read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    text: &'a str,
    pub(super) at: usize,
}

/// Reads the whole text.
pub(super) fn read(parts: &[Part], text: &str) -> Read<Said> {
    let (mut reader, mut said) = (Reader::new(text), Said::default());
    for part in parts {
        reader.part(part, &mut said)?;
    }
    reader.end()?;
    Ok(said)
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn refuse<T>(&self) -> Read<T> {
        Err(Refusal::At(self.at))
    }

    /// That nothing is left.
    pub(super) fn end(&self) -> Read<()> {
        if self.rest().is_empty() { Ok(()) } else { self.refuse() }
    }

    /// A text in any letter case.
    pub(super) fn skip(&mut self, expected: &str) -> bool {
        let found = self.rest().get(..expected.len()).is_some_and(|start| start.eq_ignore_ascii_case(expected));
        if found {
            self.at += expected.len();
        }
        found
    }

    fn part(&mut self, part: &Part, said: &mut Said) -> Read<()> {
        match part {
            Part::Literal(text) if self.skip(text) => {}
            Part::Literal(_) => return self.refuse(),
            Part::Number { field, most, signed, .. } => said.set(*field, self.number(*most, *signed)?),
            Part::TwoDigits { field, first, strict } => said.set(*field, self.two_digits(*first, *strict)?),
            Part::Name { name, .. } => said.set_name(*name, self.name(*name)?),
            Part::Fraction { most, .. } => said.millis = self.fraction(*most),
            Part::Offset { .. } => said.offset = Some(self.offset()?),
            Part::ZoneId => said.zone = Some(self.zone()?),
            Part::ZoneName { long: false } => said.offset = Some(self.zone_name()?),
            Part::ZoneName { long: true } => return Err(Refusal::WriteOnly),
        }
        Ok(())
    }

    /// Digits, at most so many, and a sign before them if it may be there.
    pub(super) fn number(&mut self, most: usize, signed: bool) -> Read<i64> {
        let sign = self.rest().chars().next().filter(|sign| signed && matches!(sign, '+' | '-'));
        let digits = self.rest().get(sign.map_or(0, char::len_utf8)..).unwrap_or_default();
        let count = digits.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let number = digits.get(..count).and_then(|digits| digits.parse::<i64>().ok());
        let Some(number) = number else { return self.refuse() };
        self.at += count + sign.map_or(0, char::len_utf8);
        Ok(if sign == Some('-') { -number } else { number })
    }

    fn two_digits(&mut self, first: i32, strict: bool) -> Read<i64> {
        let start = self.at;
        let number = if strict { self.number(2, false)? } else { self.number(9, true)? };
        let digits = self.text.get(start..self.at).unwrap_or_default().bytes();
        if digits.len() != 2 || !digits.into_iter().all(|byte| byte.is_ascii_digit()) {
            if strict {
                self.at = start;
                return self.refuse();
            }
            return Ok(number);
        }
        let first = i64::from(first);
        Ok(first + (number - first).rem_euclid(100))
    }

    fn name(&mut self, name: Name) -> Read<i64> {
        for short in [false, true] {
            for index in 0..name.names().len() {
                if self.skip(name.name(index, short)) {
                    return Ok(i64::try_from(index).unwrap_or_default());
                }
            }
        }
        self.refuse()
    }

    /// Digits of a fraction as milliseconds, cut.
    pub(super) fn fraction(&mut self, most: usize) -> i64 {
        let count = self.rest().bytes().take(most).take_while(u8::is_ascii_digit).count();
        let digits = self.rest().get(..count.min(3)).unwrap_or_default();
        self.at += count;
        let scale = [1000, 100, 10, 1].get(digits.len()).copied().unwrap_or_default();
        digits.parse::<i64>().unwrap_or_default() * scale
    }

    /// `Z`, `+02`, `+0200`, `+02:00`, `+02:00:00`, in seconds.
    pub(super) fn offset(&mut self) -> Read<i64> {
        if self.skip("Z") {
            return Ok(0);
        }
        let sign = match self.rest().bytes().next() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return self.refuse(),
        };
        self.at += 1;
        let mut seconds = self.two_digits_below(24)? * 3600;
        for unit in [60, 1] {
            let more = self.rest().strip_prefix(':').unwrap_or(self.rest());
            if !more.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) {
                break;
            }
            self.at += self.rest().len() - more.len();
            seconds += self.two_digits_below(60)? * unit;
        }
        Ok(sign * seconds)
    }

    fn two_digits_below(&mut self, limit: i64) -> Read<i64> {
        let start = self.at;
        let number = self.number(2, false)?;
        if self.at - start == 2 && number < limit {
            return Ok(number);
        }
        self.at = start;
        self.refuse()
    }

    /// The longest zone name that stands here.
    fn zone(&mut self) -> Read<Zone> {
        const LONGEST: usize = 40;
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"/_+-:".contains(byte);
        let count = self.rest().bytes().take(LONGEST).take_while(is_part).count();
        for length in (1..=count).rev() {
            if let Some(zone) = self.rest().get(..length).and_then(Zone::of_name) {
                self.at += length;
                return Ok(zone);
            }
        }
        self.refuse()
    }

    fn zone_name(&mut self) -> Read<i64> {
        const HOURS: [(&str, i64); 11] = [
            ("UTC", 0),
            ("GMT", 0),
            ("EST", -5),
            ("EDT", -4),
            ("CST", -6),
            ("CDT", -5),
            ("MST", -7),
            ("MDT", -6),
            ("PST", -8),
            ("PDT", -7),
            ("UT", 0),
        ];
        match HOURS.into_iter().find(|(name, _)| self.skip(name)) {
            Some((_, hours)) => Ok(hours * 3600),
            None => self.refuse(),
        }
    }
}
