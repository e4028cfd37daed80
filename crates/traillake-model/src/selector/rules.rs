//! What a selector may say: limits, fields and operators by event category (AWS API
//! reference, `AdvancedFieldSelector`, for event data stores).

use super::{
    AdvancedEventSelector, FieldSelector, SelectorError, SelectorField, SelectorOperator, SelectorPlace,
    SelectorProblem, error::shown, field::Field,
};
use crate::{EventCategory, EventDataStoreKind, limits};

const EQUALS: &[SelectorOperator] = &[SelectorOperator::Equals];
const EQUALS_OR_NOT: &[SelectorOperator] = &[SelectorOperator::Equals, SelectorOperator::NotEquals];
const ANY: &[SelectorOperator] = &SelectorOperator::ALL;

/// What a category allows for one field.
#[derive(Clone, Copy)]
struct Rule {
    field: Field,
    operators: &'static [SelectorOperator],
    /// Empty: any text.
    values: &'static [&'static str],
    count: Count,
}

/// How often a selector has the field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Count {
    /// Any number of times, each with any number of values.
    Optional,
    /// Once, with one value.
    Required,
}

const fn rule(field: Field, operators: &'static [SelectorOperator]) -> Rule {
    Rule { field, operators, values: &[], count: Count::Optional }
}

const fn text(field: SelectorField, operators: &'static [SelectorOperator]) -> Rule {
    rule(Field::Text(field), operators)
}

impl Rule {
    const fn required(self) -> Self {
        Self { count: Count::Required, ..self }
    }

    const fn only(self, values: &'static [&'static str]) -> Self {
        Self { values, ..self }
    }
}

const CATEGORY: Rule = text(SelectorField::EventCategory, EQUALS).required();
const READ_ONLY: Rule = text(SelectorField::ReadOnly, EQUALS).only(&["true", "false"]);
const FROM_CONSOLE: Rule = text(SelectorField::SessionCredentialFromConsole, EQUALS_OR_NOT).only(&["true"]);

const MANAGEMENT: &[Rule] = &[
    CATEGORY,
    text(SelectorField::EventSource, ANY),
    READ_ONLY,
    text(SelectorField::EventName, ANY),
    text(SelectorField::EventType, ANY),
    FROM_CONSOLE,
    text(SelectorField::UserIdentityArn, ANY),
];

const DATA: &[Rule] = &[
    CATEGORY,
    text(SelectorField::EventSource, ANY),
    READ_ONLY,
    text(SelectorField::EventName, ANY),
    text(SelectorField::EventType, ANY),
    FROM_CONSOLE,
    text(SelectorField::UserIdentityArn, ANY),
    rule(Field::ResourceType, EQUALS).required(),
    rule(Field::ResourceArn, ANY),
];

const NETWORK_ACTIVITY: &[Rule] = &[
    CATEGORY,
    text(SelectorField::EventSource, EQUALS).required(),
    text(SelectorField::EventName, ANY),
    text(SelectorField::ErrorCode, EQUALS).only(&["VpceAccessDenied"]),
    text(SelectorField::VpcEndpointId, ANY),
];

const CATEGORY_ONLY: &[Rule] = &[CATEGORY];

fn rules(category: EventCategory) -> &'static [Rule] {
    match category {
        EventCategory::Management => MANAGEMENT,
        EventCategory::Data => DATA,
        EventCategory::NetworkActivity => NETWORK_ACTIVITY,
        _ => CATEGORY_ONLY,
    }
}

/// The categories a selector of a store of this kind can name. Aggregated events belong to a
/// `cloudtrail` store, but no selector of AWS names them.
fn categories(kind: EventDataStoreKind) -> Vec<&'static str> {
    let selectable = |c: &EventCategory| kind.accepts(*c) && *c != EventCategory::Aggregated;
    EventCategory::ALL.into_iter().filter(selectable).map(EventCategory::as_str).collect()
}

/// Checks the whole list for a store of this kind; the first broken rule is the error.
pub(super) fn check(selectors: &[AdvancedEventSelector], kind: EventDataStoreKind) -> Result<(), SelectorError> {
    let in_list = |problem| SelectorError { place: SelectorPlace::default(), problem };
    match selectors.len() {
        0 => return Err(in_list(SelectorProblem::NoSelectors)),
        count if count > limits::SELECTORS_PER_STORE => {
            return Err(in_list(SelectorProblem::TooManySelectors { count }));
        }
        _ => {}
    }
    for (index, selector) in selectors.iter().enumerate() {
        Check { number: index + 1, selector }.run(kind)?;
    }
    let fields = selectors.iter().flat_map(|selector| &selector.field_selectors);
    let count = fields.flat_map(FieldSelector::conditions).map(|(_, values)| values.len()).sum();
    if count > limits::SELECTOR_VALUES {
        return Err(in_list(SelectorProblem::TooManyValues { count }));
    }
    Ok(())
}

/// The check of one selector.
struct Check<'a> {
    number: usize,
    selector: &'a AdvancedEventSelector,
}

impl Check<'_> {
    fn run(&self, kind: EventDataStoreKind) -> Result<(), SelectorError> {
        let chars = self.selector.name.as_deref().map_or(0, |name| name.chars().count());
        if chars > limits::SELECTOR_NAME_CHARS {
            return Err(self.error(None, SelectorProblem::NameTooLong { chars }));
        }
        if self.selector.field_selectors.is_empty() {
            return Err(self.error(None, SelectorProblem::NoFieldSelectors));
        }
        for field in &self.selector.field_selectors {
            self.form(field)?;
        }
        let category = self.category(kind)?;
        for field in &self.selector.field_selectors {
            self.allowed(field, category)?;
        }
        self.required(category)
    }

    /// A known field with at least one operator, each with values of allowed length.
    fn form(&self, field: &FieldSelector) -> Result<(), SelectorError> {
        let problem = if Field::from_name(&field.field).is_none() {
            Some(SelectorProblem::UnknownField)
        } else if field.conditions().next().is_none() {
            Some(SelectorProblem::NoOperator)
        } else {
            field.conditions().find_map(|(operator, values)| bad_values(operator, values))
        };
        problem.map_or(Ok(()), |problem| Err(self.error(Some(field), problem)))
    }

    /// The one category the selector names, which must fit the store.
    fn category(&self, kind: EventDataStoreKind) -> Result<EventCategory, SelectorError> {
        let name = SelectorField::EventCategory.as_str();
        let Some(field) = self.selector.field_selectors.iter().find(|f| f.field == name) else {
            return Err(self.error(None, SelectorProblem::MissingCategory));
        };
        let values = field.equals.as_deref().unwrap_or_default();
        let Some(value) = values.first() else {
            return Err(self.error(Some(field), SelectorProblem::CategoryWithoutEquals));
        };
        let allowed = categories(kind);
        let Ok(category) = value.parse::<EventCategory>() else {
            let problem = SelectorProblem::ValueNotAllowed { value: shown(value), allowed };
            return Err(self.error(Some(field), problem));
        };
        if !allowed.contains(&category.as_str()) {
            let problem = SelectorProblem::CategoryOfOtherKind { category, kind, allowed };
            return Err(self.error(Some(field), problem));
        }
        Ok(category)
    }

    /// A field, its operators and its values as the category allows them.
    fn allowed(&self, field: &FieldSelector, category: EventCategory) -> Result<(), SelectorError> {
        let rules = rules(category);
        let Some(rule) = rules.iter().find(|rule| rule.field.as_str() == field.field) else {
            let allowed = rules.iter().map(|rule| rule.field.as_str()).collect();
            let problem = SelectorProblem::FieldNotAllowed { category, allowed };
            return Err(self.error(Some(field), problem));
        };
        for (operator, values) in field.conditions() {
            if let Some(problem) = bad_condition(rule, category, operator, values) {
                return Err(self.error(Some(field), problem));
            }
        }
        Ok(())
    }

    /// Every required field once.
    fn required(&self, category: EventCategory) -> Result<(), SelectorError> {
        for rule in rules(category).iter().filter(|rule| rule.count == Count::Required) {
            let name = rule.field.as_str();
            let named = |field: &&FieldSelector| field.field == name;
            let given: Vec<_> = self.selector.field_selectors.iter().filter(named).collect();
            match given.as_slice() {
                [] => {
                    let problem = SelectorProblem::MissingField { missing: name, category };
                    return Err(self.error(None, problem));
                }
                [_] => {}
                [.., last] => {
                    let problem = SelectorProblem::RepeatedField { count: given.len() };
                    return Err(self.error(Some(last), problem));
                }
            }
        }
        Ok(())
    }

    fn error(&self, field: Option<&FieldSelector>, problem: SelectorProblem) -> SelectorError {
        let place = SelectorPlace {
            selector: Some(self.number),
            name: self.selector.name.as_deref().filter(|name| !name.is_empty()).map(shown),
            field: field.map(|field| shown(&field.field)),
        };
        SelectorError { place, problem }
    }
}

fn bad_values(operator: SelectorOperator, values: &[String]) -> Option<SelectorProblem> {
    if values.is_empty() {
        return Some(SelectorProblem::NoValue { operator });
    }
    let lengths = values.iter().map(|value| value.chars().count());
    let wrong = |chars: &usize| !(1..=limits::SELECTOR_VALUE_CHARS).contains(chars);
    lengths.into_iter().find(wrong).map(|chars| SelectorProblem::ValueLength { operator, chars })
}

fn bad_condition(
    rule: &Rule,
    category: EventCategory,
    operator: SelectorOperator,
    values: &[String],
) -> Option<SelectorProblem> {
    if !rule.operators.contains(&operator) {
        let allowed = rule.operators.iter().map(|operator| operator.as_str()).collect();
        return Some(SelectorProblem::OperatorNotAllowed { operator, category, allowed });
    }
    if rule.count == Count::Required && values.len() != 1 {
        return Some(SelectorProblem::ExactlyOneValue { count: values.len() });
    }
    values.iter().find_map(|value| bad_value(rule, operator, value))
}

fn bad_value(rule: &Rule, operator: SelectorOperator, value: &str) -> Option<SelectorProblem> {
    if !rule.values.is_empty() && !rule.values.contains(&value) {
        let allowed = rule.values.to_vec();
        return Some(SelectorProblem::ValueNotAllowed { value: shown(value), allowed });
    }
    let whole = EQUALS_OR_NOT.contains(&operator);
    let broken = rule.field == Field::ResourceArn && whole && !is_full_arn(value);
    broken.then(|| SelectorProblem::NotAnArn { value: shown(value), operator })
}

/// `arn:<partition>:<service>:<region>:<account>:<resource>`; region and account may be empty.
fn is_full_arn(value: &str) -> bool {
    let mut parts = value.splitn(6, ':');
    let mut filled = || parts.next().is_some_and(|part| !part.is_empty());
    let head = value.starts_with("arn:") && filled() && filled() && filled();
    head && parts.nth(2).is_some_and(|resource| !resource.is_empty())
}
