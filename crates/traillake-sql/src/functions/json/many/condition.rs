//! Conditions on the elements of an array: `@.Status === "Enabled" && @.Expiration.Days < 90`.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::super::path::Step;
use super::super::value;

#[derive(Debug, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// There is something at the place.
    There(Vec<Step>),
    Compared(Operand, Comparison, Operand),
}

/// A side of a comparison.
#[derive(Debug, PartialEq)]
pub(super) enum Operand {
    /// What stands at a place of the element.
    At(Vec<Step>),
    /// JSON that the path has.
    Literal(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal {
        strict: bool,
        negated: bool,
    },
    /// Less, greater, or equal too.
    Order(Ordering, bool),
}

impl Condition {
    pub(super) fn holds(&self, element: &str) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(element)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(element)),
            Self::Not(part) => !part.holds(element),
            Self::There(steps) => at(element, steps).is_some(),
            Self::Compared(left, comparison, right) => comparison.holds(left.of(element), right.of(element)),
        }
    }
}

impl Operand {
    fn of<'a>(&'a self, element: &'a str) -> Option<&'a str> {
        match self {
            Self::At(steps) => at(element, steps),
            Self::Literal(json) => Some(json),
        }
    }
}

impl Comparison {
    fn holds(self, left: Option<&str>, right: Option<&str>) -> bool {
        match self {
            Self::Equal { strict, negated } => {
                let equal = left.zip(right).is_some_and(|(left, right)| equal(left, right, strict));
                equal != negated
            }
            Self::Order(wanted, or_equal) => left
                .zip(right)
                .and_then(|(left, right)| order(left, right))
                .is_some_and(|order| order == wanted || or_equal && order == Ordering::Equal),
        }
    }
}

fn at<'a>(element: &'a str, steps: &[Step]) -> Option<&'a str> {
    steps.iter().try_fold(element, |json, step| step.from(json))
}

/// Whether two values are equal; a number and a text are by their texts unless it is strict.
fn equal(left: &str, right: &str, strict: bool) -> bool {
    match (number(left), number(right), text(left), text(right)) {
        (Some(left), Some(right), ..) => left.total_cmp(&right).is_eq(),
        (.., Some(left), Some(right)) => left == right,
        (Some(_), _, _, Some(text)) => !strict && text == left,
        (_, Some(_), Some(text), _) => !strict && text == right,
        _ => value::compact(left) == value::compact(right),
    }
}

/// The order of two numbers or of two texts.
fn order(left: &str, right: &str) -> Option<Ordering> {
    match (number(left), number(right)) {
        (Some(left), Some(right)) => Some(left.total_cmp(&right)),
        _ => Some(text(left)?.cmp(&text(right)?)),
    }
}

fn number(json: &str) -> Option<f64> {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit()).then(|| json.parse().ok()).flatten()
}

fn text(json: &str) -> Option<Cow<'_, str>> {
    json.starts_with('"').then(|| value::string_content(json))
}
