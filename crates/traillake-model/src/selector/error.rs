//! What can be wrong with selectors, and where.

use std::fmt;

use crate::{EventCategory, EventDataStoreKind, SelectorOperator, limits};

/// A selector list that breaks a rule: where, and which.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{problem}")]
pub struct SelectorError {
    /// Where the rule is broken.
    pub place: SelectorPlace,
    /// The rule that is broken.
    pub problem: SelectorProblem,
}

/// A place in a list of selectors; empty for the list as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectorPlace {
    /// Number of the selector, from 1.
    pub selector: Option<usize>,
    /// Name of the selector, cut to 80 characters.
    pub name: Option<String>,
    /// The field as written, cut to 80 characters.
    pub field: Option<String>,
}

impl fmt::Display for SelectorPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(selector) = self.selector else { return f.write_str("event selectors: ") };
        write!(f, "event selector {selector}")?;
        if let Some(name) = &self.name {
            write!(f, " (`{name}`)")?;
        }
        if let Some(field) = &self.field {
            write!(f, ", field `{field}`")?;
        }
        f.write_str(": ")
    }
}

/// The rule that a selector breaks (AWS API reference, advanced event selectors).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the message of each variant says what its members are")]
pub enum SelectorProblem {
    #[error("the list is empty, expected 1 to {} selectors", limits::SELECTORS_PER_STORE)]
    NoSelectors,

    #[error("{count} selectors, at most {} are allowed", limits::SELECTORS_PER_STORE)]
    TooManySelectors { count: usize },

    #[error("{count} values over all conditions, at most {} are allowed", limits::SELECTOR_VALUES)]
    TooManyValues { count: usize },

    #[error("the name has {chars} characters, at most {} are allowed", limits::SELECTOR_NAME_CHARS)]
    NameTooLong { chars: usize },

    #[error("no field selectors, expected at least one")]
    NoFieldSelectors,

    #[error("unknown field")]
    UnknownField,

    #[error("field `{missing}` is required with eventCategory `{category}`")]
    MissingField { missing: &'static str, category: EventCategory },

    #[error("field `eventCategory` is required")]
    MissingCategory,

    #[error("expected `Equals` with exactly one category")]
    CategoryWithoutEquals,

    #[error("not allowed with eventCategory `{category}`, expected one of {}", quoted(allowed))]
    FieldNotAllowed { category: EventCategory, allowed: Vec<&'static str> },

    #[error("given {count} times, expected once in a selector")]
    RepeatedField { count: usize },

    #[error("no operator, expected at least one of {}", quoted(&SelectorOperator::ALL.map(SelectorOperator::as_str)))]
    NoOperator,

    #[error("operator `{operator}` is not allowed with eventCategory `{category}`, expected {}", quoted(allowed))]
    OperatorNotAllowed { operator: SelectorOperator, category: EventCategory, allowed: Vec<&'static str> },

    #[error("operator `{operator}` has no value, expected at least one")]
    NoValue { operator: SelectorOperator },

    #[error("a value of `{operator}` has {chars} characters, expected 1 to {}", limits::SELECTOR_VALUE_CHARS)]
    ValueLength { operator: SelectorOperator, chars: usize },

    #[error("{count} values, expected exactly one")]
    ExactlyOneValue { count: usize },

    #[error("value `{value}` is not allowed, expected {}", quoted(allowed))]
    ValueNotAllowed { value: String, allowed: Vec<&'static str> },

    #[error("value `{value}` is not a full ARN, as `{operator}` expects")]
    NotAnArn { value: String, operator: SelectorOperator },

    #[error("eventCategory `{category}` does not fit into a store of kind `{kind}`, expected {}", quoted(allowed))]
    CategoryOfOtherKind { category: EventCategory, kind: EventDataStoreKind, allowed: Vec<&'static str> },
}

impl SelectorError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match &self.problem {
            SelectorProblem::NoSelectors => "leave the selectors out to take every event",
            SelectorProblem::UnknownField => return Some(fields_hint()),
            SelectorProblem::ExactlyOneValue { .. } | SelectorProblem::RepeatedField { .. } => {
                "write one selector for each value: an event is taken when one of them fits"
            }
            SelectorProblem::NotAnArn { .. } => {
                "a whole bucket or table is chosen with `StartsWith` and the beginning of the ARN"
            }
            SelectorProblem::CategoryOfOtherKind { .. } => {
                "events of another kind go to a store of their own: `traillake store create NAME --kind …`"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

fn fields_hint() -> String {
    let names = super::field::Field::ALL.map(super::field::Field::as_str);
    format!("expected one of {}, in this case", quoted(&names))
}

pub(super) fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// At most 80 characters of a text from outside, for a message.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
