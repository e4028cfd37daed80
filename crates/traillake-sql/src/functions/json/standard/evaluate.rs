//! Follows paths of the SQL standard through values.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Value, json};

use super::numbers::{self, Numeric};
use super::syntax::{Accessor, Expression, Method, StandardPath, Subscript};

/// A sequence of values.
pub(super) type Items<'v> = Vec<Cow<'v, Value>>;

/// What went wrong on the way.
pub(super) type Evaluated<T> = Result<T, String>;

/// Values that one evaluation may touch: paths can multiply them.
const MOST_VALUES: usize = 10_000_000;

/// One path in one document.
pub(super) struct Evaluation<'v> {
    pub(super) lax: bool,
    root: &'v Value,
    left: Cell<usize>,
}

/// What `@` and `last` stand for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope<'s> {
    pub(super) current: Option<&'s Value>,
    last: Option<i64>,
}

impl StandardPath {
    /// What the path finds.
    pub(super) fn evaluate(&self, root: &Value) -> Evaluated<Vec<Value>> {
        let evaluation = Evaluation { lax: self.lax, root, left: Cell::new(MOST_VALUES) };
        let items = evaluation.items(&self.expression, Scope::default())?;
        Ok(items.into_iter().map(Cow::into_owned).collect())
    }
}

impl<'v> Evaluation<'v> {
    pub(super) fn items<'s>(&self, expression: &'s Expression, scope: Scope<'s>) -> Evaluated<Items<'s>>
    where
        'v: 's,
    {
        match expression {
            Expression::Root => Ok(vec![Cow::Borrowed(self.root)]),
            Expression::Current => Ok(scope.current.map(Cow::Borrowed).into_iter().collect()),
            Expression::Last => match scope.last {
                Some(last) => Ok(vec![Cow::Owned(Value::from(last))]),
                None => Err("`last` stands outside of a subscript".to_owned()),
            },
            Expression::Literal(value) => Ok(vec![Cow::Borrowed(value)]),
            Expression::Access(base, accessors) => {
                let items = self.items(base, scope)?;
                accessors.iter().try_fold(items, |items, accessor| self.access(items, accessor, scope))
            }
            Expression::Positive(operand) => self.each_number(self.items(operand, scope)?, Some),
            Expression::Negative(operand) => self.each_number(self.items(operand, scope)?, Numeric::negated),
            Expression::Arithmetic(first, others) => {
                let mut sum = self.single_number(first, scope)?;
                for (operator, operand) in others {
                    sum = numbers::combined(sum, *operator, self.single_number(operand, scope)?)?;
                }
                Ok(vec![Cow::Owned(sum.value()?)])
            }
        }
    }

    /// Counts values against the limit.
    pub(super) fn spend(&self, count: usize) -> Evaluated<()> {
        self.left.set(self.left.get().checked_sub(count).ok_or("JSON path evaluation exceeds its limit")?);
        Ok(())
    }

    fn access<'s>(&self, items: Items<'s>, accessor: &'s Accessor, scope: Scope<'s>) -> Evaluated<Items<'s>>
    where
        'v: 's,
    {
        let items = match accessor {
            Accessor::Member(name) => self.each(self.unwrapped(items)?, |item| self.member(item, name)),
            Accessor::Members => self.each(self.unwrapped(items)?, |item| match item {
                Value::Object(members) => Ok(members.values().collect()),
                other => self.structural("OBJECT", other),
            }),
            Accessor::Descendants(name) => self.each(items, |item| Ok(descendants(item, name))),
            Accessor::Elements => self.each(items, |item| match item {
                Value::Array(elements) => Ok(elements.iter().collect()),
                other if self.lax => Ok(vec![other]),
                other => self.structural("ARRAY", other),
            }),
            Accessor::Subscripts(subscripts) => self.each(items, |item| self.elements(item, subscripts, scope)),
            Accessor::Filter(predicate) => {
                let mut kept = self.unwrapped(items)?;
                kept.retain(|item| {
                    self.holds(predicate, Scope { current: Some(item.as_ref()), ..scope }) == Some(true)
                });
                Ok(kept)
            }
            Accessor::Method(method) => self.method(items, *method),
        }?;
        self.spend(items.len())?;
        Ok(items)
    }

    /// The parts that `pick` chooses of each item.
    fn each<'s>(
        &self,
        items: Items<'s>,
        pick: impl for<'i> Fn(&'i Value) -> Evaluated<Vec<&'i Value>>,
    ) -> Evaluated<Items<'s>> {
        let mut picked = Vec::new();
        for item in items {
            match item {
                Cow::Borrowed(item) => picked.extend(pick(item)?.into_iter().map(Cow::Borrowed)),
                Cow::Owned(item) => picked.extend(pick(&item)?.into_iter().map(|part| Cow::Owned(part.clone()))),
            }
            self.spend(1)?;
        }
        Ok(picked)
    }

    /// In lax mode the elements of arrays instead of the arrays.
    pub(super) fn unwrapped<'s>(&self, items: Items<'s>) -> Evaluated<Items<'s>> {
        if !self.lax || !items.iter().any(|item| item.is_array()) {
            return Ok(items);
        }
        self.each(items, |item| match item {
            Value::Array(elements) => Ok(elements.iter().collect()),
            other => Ok(vec![other]),
        })
    }

    fn structural<T: Default>(&self, expected: &str, found: &Value) -> Evaluated<T> {
        if self.lax { Ok(T::default()) } else { mismatch(expected, found) }
    }

    fn member<'i>(&self, item: &'i Value, name: &str) -> Evaluated<Vec<&'i Value>> {
        match item {
            Value::Object(members) => match members.get(name) {
                Some(member) => Ok(vec![member]),
                None if self.lax => Ok(vec![]),
                None => Err(format!("missing member '{name}' in JSON object")),
            },
            other => self.structural("OBJECT", other),
        }
    }

    fn elements<'i>(&self, item: &'i Value, subscripts: &[Subscript], scope: Scope<'_>) -> Evaluated<Vec<&'i Value>> {
        let elements = match item {
            Value::Array(elements) => elements.as_slice(),
            other if self.lax => std::slice::from_ref(other),
            other => return self.structural("ARRAY", other),
        };
        let last = i64::try_from(elements.len()).unwrap_or(i64::MAX) - 1;
        let scope = Scope { last: Some(last), ..scope };
        let mut picked = Vec::new();
        for subscript in subscripts {
            let from = self.single_number(&subscript.from, scope)?.index()?;
            let to = match &subscript.to {
                Some(to) => self.single_number(to, scope)?.index()?,
                None => from,
            };
            if !self.lax && (from < 0 || to > last || from > to) {
                return Err(format!("invalid array subscript: [{from}, {to}] in an array of size {}", elements.len()));
            }
            let (from, to) = (usize::try_from(from.max(0)), usize::try_from(to.min(last)));
            if let (Ok(from), Ok(to)) = (from, to) {
                picked.extend(elements.get(from..=to).unwrap_or_default());
            }
            self.spend(picked.len())?;
        }
        Ok(picked)
    }

    fn single_number(&self, expression: &Expression, scope: Scope<'_>) -> Evaluated<Numeric> {
        let items = self.unwrapped(self.items(expression, scope)?)?;
        match items.as_slice() {
            [item] => Numeric::of(item),
            _ => Err("an arithmetic operand or a subscript must be a single number".to_owned()),
        }
    }

    fn each_number<'s>(&self, items: Items<'_>, change: impl Fn(Numeric) -> Option<Numeric>) -> Evaluated<Items<'s>> {
        let changed = self.unwrapped(items)?.into_iter().map(|item| -> Evaluated<Cow<'s, Value>> {
            let number = change(Numeric::of(&item)?).ok_or("numeric value out of range")?;
            Ok(Cow::Owned(number.value()?))
        });
        changed.collect()
    }

    fn method<'s>(&self, items: Items<'s>, method: Method) -> Evaluated<Items<'s>> {
        match method {
            Method::Type => Ok(items.iter().map(|item| Cow::Owned(Value::from(type_of(item)))).collect()),
            Method::Size => items.iter().map(|item| self.size(item)).collect(),
            Method::Double => self.unwrapped(items)?.iter().map(|item| double(item)).collect(),
            Method::Ceiling => self.each_number(items, |number| Some(number.rounded(f64::ceil))),
            Method::Floor => self.each_number(items, |number| Some(number.rounded(f64::floor))),
            Method::Abs => self.each_number(items, Numeric::absolute),
            Method::KeyValue => {
                let mut pairs = Vec::new();
                for (id, item) in self.unwrapped(items)?.iter().enumerate() {
                    let Value::Object(members) = item.as_ref() else { return mismatch("OBJECT", item) };
                    let pair = |(name, value): (&String, &Value)| json!({"name": name, "value": value, "id": id});
                    pairs.extend(members.iter().map(pair).map(Cow::Owned));
                }
                Ok(pairs)
            }
        }
    }

    fn size<'s>(&self, item: &Value) -> Evaluated<Cow<'s, Value>> {
        match item {
            Value::Array(elements) => Ok(Cow::Owned(Value::from(elements.len()))),
            _ if self.lax => Ok(Cow::Owned(Value::from(1))),
            other => mismatch("ARRAY", other),
        }
    }
}

fn double<'s>(item: &Value) -> Evaluated<Cow<'s, Value>> {
    let number = match item {
        Value::String(text) => text.trim().parse().map_err(|_| format!("not a number: '{text}'"))?,
        other => Numeric::of(other)?.double(),
    };
    Ok(Cow::Owned(Numeric::Double(number).value()?))
}

/// Members of this name at any depth, outer ones first.
fn descendants<'i>(item: &'i Value, name: &str) -> Vec<&'i Value> {
    let (mut found, mut waiting) = (Vec::new(), vec![item]);
    while let Some(item) = waiting.pop() {
        match item {
            Value::Object(members) => {
                found.extend(members.get(name));
                waiting.extend(members.values().rev());
            }
            Value::Array(elements) => waiting.extend(elements.iter().rev()),
            _ => {}
        }
    }
    found
}

pub(super) fn mismatch<T>(expected: &str, found: &Value) -> Evaluated<T> {
    Err(format!("invalid item type. Expected: {expected}, actual: {}", type_of(found).to_uppercase()))
}

fn type_of(item: &Value) -> &'static str {
    match item {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
