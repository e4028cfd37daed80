//! Parameters of samples, and their defaults at a moment.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use traillake_query::{ParameterKind, QueryParameter};

/// A `:name` placeholder of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleParameter {
    /// The name as it follows the colon.
    pub name: String,
    /// How its value is read.
    pub kind: ParameterKind,
    /// Its value when none is given.
    pub default: SampleDefault,
    /// What it means.
    pub text: String,
}

/// The value of a parameter when none is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SampleDefault {
    /// This text.
    Literal(String),
    /// The moment so long before the run.
    Before(TimeDelta),
}

impl fmt::Display for SampleDefault {
    /// As it is written in a header: a text, `now`, or a span before it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = match self {
            Self::Literal(text) => return f.write_str(text),
            Self::Before(span) => span,
        };
        match span.num_minutes() {
            0 => f.write_str("now"),
            minutes if minutes % (24 * 60) == 0 => write!(f, "-{}d", span.num_days()),
            minutes if minutes % 60 == 0 => write!(f, "-{}h", span.num_hours()),
            minutes => write!(f, "-{minutes}m"),
        }
    }
}

impl SampleParameter {
    /// The name of its kind: text, number, boolean, timestamp or date.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            ParameterKind::Text => "text",
            ParameterKind::Number => "number",
            ParameterKind::Boolean => "boolean",
            ParameterKind::Timestamp => "timestamp",
            ParameterKind::Date => "date",
        }
    }

    /// Reads `name kind default text`.
    pub(super) fn read(line: &str) -> Option<Self> {
        let (name, rest) = line.split_once(' ')?;
        let (kind, rest) = rest.trim_start().split_once(' ')?;
        let (default, text) = default_and_text(rest.trim_start())?;
        // The rules of names and kinds are those of `--param`.
        let QueryParameter { name, kind, .. } = format!("{name}:{kind}=").parse().ok()?;
        let default = default.read_as(kind)?;
        let text = text.trim();
        (!text.is_empty()).then(|| Self { name, kind, default, text: text.to_owned() })
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The default at a moment.
    pub(super) fn value_at(&self, now: DateTime<Utc>) -> QueryParameter {
        let value = match &self.default {
            SampleDefault::Literal(text) => text.clone(),
            SampleDefault::Before(span) => moment(self.kind, *span, now),
        };
        QueryParameter { name: self.name.clone(), kind: self.kind, value }
    }

    /// A given value: a text is read as this parameter's kind.
    pub(super) fn given(&self, given: &QueryParameter, now: DateTime<Utc>) -> QueryParameter {
        let kind = if given.kind == ParameterKind::Text { self.kind } else { given.kind };
        let span = span(&given.value).filter(|_| is_time(kind));
        let value = span.map_or_else(|| given.value.clone(), |span| moment(kind, span, now));
        QueryParameter { name: self.name.clone(), kind, value }
    }
}

/// A default as it is written.
struct Written<'a> {
    text: &'a str,
    quoted: bool,
}

impl Written<'_> {
    fn read_as(&self, kind: ParameterKind) -> Option<SampleDefault> {
        if self.quoted || !is_time(kind) {
            return Some(SampleDefault::Literal(self.text.to_owned()));
        }
        let span = span(self.text).map(SampleDefault::Before);
        // What looks like a span and is none is a mistake.
        let literal = || self.text.starts_with(|c: char| c.is_ascii_digit()).then(|| self.text.to_owned());
        span.or_else(|| literal().map(SampleDefault::Literal))
    }
}

fn default_and_text(rest: &str) -> Option<(Written<'_>, &str)> {
    if let Some(quoted) = rest.strip_prefix('\'') {
        let (text, rest) = quoted.split_once('\'')?;
        return Some((Written { text, quoted: true }, rest));
    }
    let (text, rest) = rest.split_once(' ')?;
    Some((Written { text, quoted: false }, rest))
}

fn is_time(kind: ParameterKind) -> bool {
    matches!(kind, ParameterKind::Timestamp | ParameterKind::Date)
}

/// `now`, `-90m`, `-12h`, `-30d`.
fn span(text: &str) -> Option<TimeDelta> {
    if text == "now" {
        return Some(TimeDelta::zero());
    }
    let text = text.strip_prefix('-')?;
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: u32 = number.parse().ok()?;
    match unit {
        "m" => TimeDelta::try_minutes(number.into()),
        "h" => TimeDelta::try_hours(number.into()),
        "d" => TimeDelta::try_days(number.into()),
        _ => None,
    }
}

fn moment(kind: ParameterKind, span: TimeDelta, now: DateTime<Utc>) -> String {
    let moment = now.checked_sub_signed(span).unwrap_or(DateTime::UNIX_EPOCH);
    let format = if kind == ParameterKind::Date { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M:%S%.3f" };
    moment.format(format).to_string()
}
