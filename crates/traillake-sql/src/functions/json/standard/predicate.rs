//! Conditions in filters: true, false or unknown, never an error.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;

use super::evaluate::{Evaluation, Items, Scope};
use super::numbers::Numeric;
use super::syntax::{Comparison, Expression, Predicate};

impl<'v> Evaluation<'v> {
    /// Whether the condition holds; `None` if that is unknown.
    pub(super) fn holds<'s>(&self, predicate: &'s Predicate, scope: Scope<'s>) -> Option<bool>
    where
        'v: 's,
    {
        match predicate {
            Predicate::Compare(comparison, left, right) => {
                let (left, right) = (self.operands(left, scope)?, self.operands(right, scope)?);
                self.compare(*comparison, &left, &right)
            }
            Predicate::LikeRegex(value, regex) => self.any_text(value, scope, |text| regex.is_match(text).ok()),
            Predicate::StartsWith(value, prefix) => {
                self.any_text(value, scope, |text| Some(text.starts_with(prefix.as_str())))
            }
            Predicate::Exists(expression) => self.items(expression, scope).ok().map(|items| !items.is_empty()),
            Predicate::IsUnknown(inner) => Some(self.holds(inner, scope).is_none()),
            Predicate::Not(inner) => self.holds(inner, scope).map(|holds| !holds),
            Predicate::All(parts) => self.decided(parts, scope, false),
            Predicate::Any(parts) => self.decided(parts, scope, true),
        }
    }

    /// The value that one part is enough for, else the other one, unless a part is unknown.
    fn decided<'s>(&self, parts: &'s [Predicate], scope: Scope<'s>, decisive: bool) -> Option<bool>
    where
        'v: 's,
    {
        let mut unknown = false;
        for part in parts {
            match self.holds(part, scope) {
                Some(holds) if holds == decisive => return Some(decisive),
                Some(_) => {}
                None => unknown = true,
            }
        }
        (!unknown).then_some(!decisive)
    }

    fn operands<'s>(&self, expression: &'s Expression, scope: Scope<'s>) -> Option<Items<'s>>
    where
        'v: 's,
    {
        self.unwrapped(self.items(expression, scope).ok()?).ok()
    }

    /// Compares every left with every right value; in lax mode the first success counts.
    fn compare(&self, comparison: Comparison, left: &[Cow<'_, Value>], right: &[Cow<'_, Value>]) -> Option<bool> {
        self.spend(left.len().saturating_mul(right.len())).ok()?;
        let has_structure = |items: &[Cow<'_, Value>]| items.iter().any(|item| is_structure(item));
        let all_null = |items: &[Cow<'_, Value>]| items.iter().all(|item| item.is_null());
        if has_structure(left) && !all_null(right) || has_structure(right) && !all_null(left) {
            return None;
        }
        let mut found = false;
        for left in left {
            for right in right {
                found |= compared(comparison, left, right)?;
                if found && self.lax {
                    return Some(true);
                }
            }
        }
        Some(found)
    }

    fn any_text<'s>(&self, value: &'s Expression, scope: Scope<'s>, test: impl Fn(&str) -> Option<bool>) -> Option<bool>
    where
        'v: 's,
    {
        let mut found = false;
        for item in self.operands(value, scope)? {
            found |= test(item.as_str()?)?;
            if found && self.lax {
                break;
            }
        }
        Some(found)
    }
}

fn is_structure(item: &Value) -> bool {
    item.is_array() || item.is_object()
}

/// Null equals null and differs from everything else; values of different types cannot be compared.
fn compared(comparison: Comparison, left: &Value, right: &Value) -> Option<bool> {
    if left.is_null() || right.is_null() {
        let both = left.is_null() && right.is_null();
        return Some(match comparison {
            Comparison::Equal => both,
            Comparison::NotEqual => !both,
            _ => false,
        });
    }
    let ordering = match (left, right) {
        (Value::String(left), Value::String(right)) => left.cmp(right),
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        _ => Numeric::of(left).ok()?.compare(Numeric::of(right).ok()?)?,
    };
    Some(match comparison {
        Comparison::Equal => ordering == Ordering::Equal,
        Comparison::NotEqual => ordering != Ordering::Equal,
        Comparison::Less => ordering == Ordering::Less,
        Comparison::LessOrEqual => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        Comparison::GreaterOrEqual => ordering != Ordering::Less,
    })
}
