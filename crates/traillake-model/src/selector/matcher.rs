//! Selectors compiled for many events: no allocation per event beyond the input's own.

use std::{borrow::Cow, cell::OnceCell};

use super::{
    AdvancedEventSelector, FieldSelector, SelectorError, SelectorField, SelectorOperator, field::Field, rules,
};
use crate::EventDataStoreKind;

/// An event as selectors see it.
pub trait SelectorInput {
    /// Text of a field; `None` when the record lacks it or has null there. Booleans are `true`
    /// and `false`; `eventCategory` is derived when the record has none.
    fn text(&self, field: SelectorField) -> Option<Cow<'_, str>>;

    /// The entries of `resources`. Asked for at most once per event, and only when a selector
    /// looks at resources and the event meets its other fields.
    fn resources(&self) -> Vec<SelectorResource<'_>>;
}

/// One entry of `resources`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelectorResource<'a> {
    /// `type`, e.g. `AWS::S3::Object`.
    pub resource_type: Option<Cow<'a, str>>,
    /// `ARN`.
    pub arn: Option<Cow<'a, str>>,
}

/// Checked and compiled selectors of one store.
#[derive(Clone, Debug)]
pub struct SelectorMatcher {
    selectors: Vec<Compiled>,
}

impl SelectorMatcher {
    /// Checks the selectors against AWS's rules and the kind of the store, and compiles them.
    ///
    /// A `cloudtrail` store takes selectors of the categories `Management`, `Data` and
    /// `NetworkActivity` in any mix, every other kind selectors of its one category only. The
    /// first broken rule is the error.
    pub fn try_new(selectors: &[AdvancedEventSelector], kind: EventDataStoreKind) -> Result<Self, SelectorError> {
        rules::check(selectors, kind)?;
        Ok(Self { selectors: selectors.iter().map(Compiled::new).collect() })
    }

    /// Whether the store takes the event: it fits one of the selectors.
    ///
    /// `resources.type` and `resources.ARN` must be met by the same entry of `resources`; an
    /// event without resources counts as one with a single empty entry.
    pub fn matches(&self, event: &dyn SelectorInput) -> bool {
        let resources = OnceCell::new();
        let resources = || resources.get_or_init(|| event.resources()).as_slice();
        self.selectors.iter().any(|s| s.meets_texts(event) && s.meets_resources(resources))
    }
}

#[derive(Clone, Debug, Default)]
struct Compiled {
    texts: Vec<(SelectorField, Conditions)>,
    resource_types: Vec<Conditions>,
    resource_arns: Vec<Conditions>,
}

impl Compiled {
    fn new(selector: &AdvancedEventSelector) -> Self {
        let mut compiled = Self::default();
        for field in &selector.field_selectors {
            let conditions = Conditions::new(field);
            match Field::from_name(&field.field) {
                Some(Field::Text(text)) => compiled.texts.push((text, conditions)),
                Some(Field::ResourceType) => compiled.resource_types.push(conditions),
                Some(Field::ResourceArn) => compiled.resource_arns.push(conditions),
                None => {}
            }
        }
        compiled
    }

    fn meets_texts(&self, event: &dyn SelectorInput) -> bool {
        self.texts.iter().all(|(field, conditions)| conditions.met_by(event.text(*field).as_deref()))
    }

    fn meets_resources<'a>(&self, entries: impl Fn() -> &'a [SelectorResource<'a>]) -> bool {
        if self.resource_types.is_empty() && self.resource_arns.is_empty() {
            return true;
        }
        match entries() {
            [] => self.meets_resource(&SelectorResource::default()),
            entries => entries.iter().any(|entry| self.meets_resource(entry)),
        }
    }

    fn meets_resource(&self, entry: &SelectorResource<'_>) -> bool {
        let met =
            |conditions: &[Conditions], value: Option<&str>| conditions.iter().all(|condition| condition.met_by(value));
        met(&self.resource_types, entry.resource_type.as_deref()) && met(&self.resource_arns, entry.arn.as_deref())
    }
}

/// The conditions on one field: met when a Select one is met or there is none, and no
/// Deselect one is hit.
#[derive(Clone, Debug, Default)]
struct Conditions {
    select: Texts,
    deselect: Texts,
}

impl Conditions {
    fn new(field: &FieldSelector) -> Self {
        let mut conditions = Self::default();
        let Self { select, deselect } = &mut conditions;
        for (operator, values) in field.conditions() {
            let list = match operator {
                SelectorOperator::Equals => &mut select.whole,
                SelectorOperator::StartsWith => &mut select.starts,
                SelectorOperator::EndsWith => &mut select.ends,
                SelectorOperator::NotEquals => &mut deselect.whole,
                SelectorOperator::NotStartsWith => &mut deselect.starts,
                SelectorOperator::NotEndsWith => &mut deselect.ends,
            };
            list.extend(values.iter().map(|value| value.as_str().into()));
            list.sort_unstable();
        }
        conditions
    }

    fn met_by(&self, value: Option<&str>) -> bool {
        match value {
            None => self.select.is_empty(),
            Some(value) => (self.select.is_empty() || self.select.hit_by(value)) && !self.deselect.hit_by(value),
        }
    }
}

/// Texts to compare with, each list sorted.
#[derive(Clone, Debug, Default)]
struct Texts {
    whole: Vec<Box<str>>,
    starts: Vec<Box<str>>,
    ends: Vec<Box<str>>,
}

impl Texts {
    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.starts.is_empty() && self.ends.is_empty()
    }

    fn hit_by(&self, value: &str) -> bool {
        self.whole.binary_search_by(|text| (**text).cmp(value)).is_ok()
            || self.starts.iter().any(|text| value.starts_with(&**text))
            || self.ends.iter().any(|text| value.ends_with(&**text))
    }
}
