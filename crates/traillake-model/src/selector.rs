//! Advanced event selectors: which events a store takes.
//!
//! ```text
//! JSON --serde--> AdvancedEventSelector --SelectorMatcher::try_new--> checked, compiled
//! event --SelectorInput--> SelectorMatcher::matches --> taken or not
//! ```

mod error;
mod field;
mod matcher;
mod rules;

use serde::{Deserialize, Serialize};

pub use error::{SelectorError, SelectorPlace, SelectorProblem};
pub use field::{SelectorField, SelectorOperator};
pub use matcher::{SelectorInput, SelectorMatcher, SelectorResource};

use crate::{EventCategory, ModelError};

/// One selector: an event fits when it meets every field selector. A list of selectors takes
/// an event when one of them fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AdvancedEventSelector {
    /// Text for people, at most 1000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At least one.
    pub field_selectors: Vec<FieldSelector>,
}

/// Conditions on one field. Without Select operator (`Equals`, `StartsWith`, `EndsWith`) or
/// with one of them met, and with no Deselect operator (`Not…`) hit, the field is met.
///
/// A missing field meets Deselect conditions and no Select condition. Text is compared exactly
/// and case-sensitively.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FieldSelector {
    /// Name of the field, e.g. `eventName`, `resources.ARN`.
    pub field: String,
    /// The value is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Vec<String>>,
    /// The value starts with one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_with: Option<Vec<String>>,
    /// The value ends with one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_with: Option<Vec<String>>,
    /// The value is none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_equals: Option<Vec<String>>,
    /// The value starts with none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_starts_with: Option<Vec<String>>,
    /// The value ends with none of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_ends_with: Option<Vec<String>>,
}

impl AdvancedEventSelector {
    /// Reads the JSON list that AWS's API and command line take. Only its form is checked
    /// here, its meaning by [`SelectorMatcher::try_new`].
    pub fn parse_list(json: &str) -> Result<Vec<Self>, ModelError> {
        serde_json::from_str(json).map_err(|source| ModelError::UnreadableSelectors { source })
    }

    /// The selector AWS gives a store created without one: all management events.
    pub fn default_management_events() -> Self {
        let name = Some("Default management events".to_owned());
        Self { name, ..Self::of_category(EventCategory::Management) }
    }

    /// The selector of all events of one category.
    pub fn of_category(category: EventCategory) -> Self {
        let field_selectors = vec![FieldSelector {
            field: "eventCategory".to_owned(),
            equals: Some(vec![category.as_str().to_owned()]),
            ..FieldSelector::default()
        }];
        Self { name: None, field_selectors }
    }
}

impl FieldSelector {
    /// The operators that are present, with their values.
    pub fn conditions(&self) -> impl Iterator<Item = (SelectorOperator, &[String])> {
        [
            (SelectorOperator::Equals, &self.equals),
            (SelectorOperator::StartsWith, &self.starts_with),
            (SelectorOperator::EndsWith, &self.ends_with),
            (SelectorOperator::NotEquals, &self.not_equals),
            (SelectorOperator::NotStartsWith, &self.not_starts_with),
            (SelectorOperator::NotEndsWith, &self.not_ends_with),
        ]
        .into_iter()
        .filter_map(|(operator, values)| Some((operator, values.as_deref()?)))
    }
}

#[cfg(test)]
mod tests;
