//! Times that a query reads from the text of an event time, in terms of the event time itself.
//!
//! `date_parse(eventtime, '%Y-%m-%dT%H:%i:%sZ')`, `date(substr(eventtime, 1, 10))` and their like are
//! asked for a few known texts: functions that treat a text by the places of its characters and
//! answer these with their times, or with their days, do so for every text.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::expr::{Like, ScalarFunction};
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, cast, lit};
use datafusion::optimizer::OptimizerConfig;
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use traillake_sql::athena::EVENT_TIME_TEXT;

/// Functions of a text that treat its characters by their places, their other arguments being literals.
const READERS: [&str; 14] = [
    "$cast",
    "$time_of_text",
    "$try_cast",
    "date",
    "date_parse",
    "from_iso8601_date",
    "from_iso8601_timestamp",
    "parse_datetime",
    "replace",
    "rtrim",
    "split_part",
    "substr",
    "substring",
    "trim",
];
/// Event times whose days, hours, minutes and seconds cannot be mistaken for each other.
const KNOWN: [(&str, i64); 3] = [
    ("1987-12-31T23:59:58Z", 567_993_598_000),
    ("2009-11-30T17:46:39Z", 1_259_603_199_000),
    ("2021-01-02T03:04:05Z", 1_609_556_645_000),
];
const DAY: i64 = 86_400_000;

/// A time read from the text of an event time as the event time without its fraction, or its day.
pub(super) fn read_time(expr: Expr, config: &dyn OptimizerConfig) -> Transformed<Expr> {
    let Some(time) = source(&expr).cloned() else { return Transformed::no(expr) };
    match answered(&expr).and_then(|answered| answered.of(time, config)) {
        Some(read) => Transformed::yes(read),
        None => Transformed::no(expr),
    }
}

/// `eventtime LIKE '2023-05-14%'` as a range of texts.
pub(super) fn like_range(expr: Expr) -> Transformed<Expr> {
    let Expr::Like(Like { negated: false, expr: text, pattern, escape_char: None, case_insensitive: false }) = &expr
    else {
        return Transformed::no(expr);
    };
    match (event_time(text), literal_text(pattern).and_then(prefix)) {
        (Some(_), Some(prefix)) => {
            let after = format!("{prefix}{}", char::MAX);
            let bound = |text: String| lit(ScalarValue::Utf8View(Some(text)));
            let text = text.as_ref().clone();
            Transformed::yes(text.clone().gt_eq(bound(prefix.to_owned())).and(text.lt(bound(after))))
        }
        _ => Transformed::no(expr),
    }
}

/// The text that event times begin with where they match a pattern. Four digits and a dash stand
/// nowhere but at the beginning.
fn prefix(pattern: &str) -> Option<&str> {
    let starts_with_year = |text: &str| {
        let (year, rest) = text.split_at_checked(4)?;
        (year.bytes().all(|byte| byte.is_ascii_digit()) && rest.starts_with('-')).then_some(())
    };
    let prefix = pattern.strip_suffix('%')?;
    let prefix = match prefix.strip_prefix('%') {
        Some(inner) => starts_with_year(inner).map(|()| inner)?,
        None => prefix,
    };
    (!prefix.contains(['%', '_'])).then_some(prefix)
}

/// The event time behind its text.
fn event_time(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == EVENT_TIME_TEXT => args.first(),
        _ => None,
    }
}

/// The event time whose text an expression reads, if it reads nothing else.
fn source(expr: &Expr) -> Option<&Expr> {
    let read = match expr {
        Expr::Cast(cast) => &cast.expr,
        Expr::TryCast(cast) => &cast.expr,
        Expr::ScalarFunction(ScalarFunction { func, args }) if READERS.contains(&func.name()) => {
            let (text, others) = args.split_first()?;
            if !others.iter().all(is_placeless) {
                return None;
            }
            text
        }
        _ => return None,
    };
    event_time(read).or_else(|| source(read))
}

/// Whether an argument is a literal that no text of a time can contain for its digits.
fn is_placeless(expr: &Expr) -> bool {
    match literal_text(expr) {
        Some(text) => !text.bytes().any(|byte| byte.is_ascii_digit()),
        None => matches!(expr, Expr::Literal(..)),
    }
}

fn literal_text(expr: &Expr) -> Option<&str> {
    expr.as_literal().and_then(ScalarValue::try_as_str).flatten()
}

/// What an expression answers for the text of any event time.
struct Answered {
    /// The time's day alone.
    is_day: bool,
    data_type: DataType,
}

impl Answered {
    fn of(&self, time: Expr, config: &dyn OptimizerConfig) -> Option<Expr> {
        let truncate = config.function_registry()?.udf("date_trunc").ok()?;
        let unit = lit(ScalarValue::Utf8View(Some(if self.is_day { "day" } else { "second" }.into())));
        match &self.data_type {
            DataType::Date32 => Some(cast(time, DataType::Date32)),
            DataType::Timestamp(_, None) => Some(truncate.call(vec![unit, time])),
            zoned => Some(truncate.call(vec![unit, cast(time, zoned.clone())])),
        }
    }
}

/// Asks an expression for the known texts; `None` unless it answers with their times or days.
fn answered(expr: &Expr) -> Option<Answered> {
    let answers = KNOWN.iter().map(|(text, _)| answer(expr, text)).collect::<Option<Vec<_>>>()?;
    let (_, data_type) = answers.first()?.clone();
    let is = |expected: fn(i64) -> i64| {
        let pairs = answers.iter().zip(KNOWN);
        pairs.into_iter().all(|((answer, _), (_, millis))| *answer == expected(millis))
    };
    let is_day = is(|millis| millis.div_euclid(DAY) * DAY);
    (is_day || is(|millis| millis)).then_some(Answered { is_day, data_type })
}

/// The answer for one text as milliseconds, with its type.
fn answer(expr: &Expr, text: &str) -> Option<(i64, DataType)> {
    let text = lit(ScalarValue::Utf8View(Some(text.to_owned())));
    let asked = expr.clone().transform_up(|expr| {
        Ok(if event_time(&expr).is_some() { Transformed::yes(text.clone()) } else { Transformed::no(expr) })
    });
    let info = SimplifyContext::builder().with_schema(Arc::new(DFSchema::empty())).build();
    let answer = ExprSimplifier::new(info).simplify(asked.ok()?.data).ok()?;
    let answer = answer.as_literal()?;
    let millis = match answer {
        ScalarValue::Date32(Some(days)) => i64::from(*days) * DAY,
        ScalarValue::TimestampMillisecond(Some(millis), zone) if zone.as_deref().is_none_or(|zone| zone == "UTC") => {
            *millis
        }
        _ => return None,
    };
    Some((millis, answer.data_type()))
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn patterns_of_times_begin_with_a_text() {
        assert_eq!(prefix("2023-05-14%"), Some("2023-05-14"));
        assert_eq!(prefix("2023%"), Some("2023"));
        assert_eq!(prefix("%2023-05-14T1%"), Some("2023-05-14T1"));
    }

    #[test]
    fn other_patterns_do_not() {
        for pattern in ["%05-14%", "2023-05-14", "%2023-05-14", "2023-0_-%", "2023%14%", "%2023%", "%é%"] {
            assert_eq!(prefix(pattern), None, "{pattern}");
        }
    }
}
