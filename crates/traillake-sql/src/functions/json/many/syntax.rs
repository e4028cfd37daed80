//! The grammar of paths with several answers.

use std::cmp::Ordering;

use super::super::path::Step;
use super::super::{scan, value};
use super::Turn;
use super::condition::{Comparison, Condition, Operand};

/// Turns and parentheses beyond this make no path.
const DEEPEST: usize = 100;

/// Longer operators come before those they begin with.
const COMPARISONS: [(&str, Comparison); 8] = [
    ("===", Comparison::Equal { strict: true, negated: false }),
    ("!==", Comparison::Equal { strict: true, negated: true }),
    ("==", Comparison::Equal { strict: false, negated: false }),
    ("!=", Comparison::Equal { strict: false, negated: true }),
    ("<=", Comparison::Order(Ordering::Less, true)),
    (">=", Comparison::Order(Ordering::Greater, true)),
    ("<", Comparison::Order(Ordering::Less, false)),
    (">", Comparison::Order(Ordering::Greater, false)),
];

/// The turns of a path, which begins with `$` or with a name.
pub(super) fn turns(path: &str) -> Option<Vec<Turn>> {
    let from_name = |path: &str| path.starts_with(|first: char| first == '_' || first.is_alphabetic());
    let rooted = if from_name(path) { format!("$.{path}") } else { path.to_owned() };
    let mut rest = rooted.strip_prefix('$').filter(|rest| !rest.is_empty())?;
    let mut turns = Vec::new();
    while !rest.is_empty() {
        let (turn, after) = turn(rest)?;
        turns.push(turn);
        rest = after;
    }
    (turns.len() <= DEEPEST).then_some(turns)
}

fn turn(path: &str) -> Option<(Turn, &str)> {
    if let Some(after) = path.strip_prefix("[*]").or_else(|| path.strip_prefix(".*")) {
        return Some((Turn::Every, after));
    }
    if let Some(condition) = path.strip_prefix("[?(") {
        let (condition, after) = any(condition, 0)?;
        return Some((Turn::Where(condition), after.trim_start().strip_prefix(")]")?));
    }
    Step::parse(path).map(|(step, after)| (Turn::To(step), after))
}

fn any(path: &str, depth: usize) -> Option<(Condition, &str)> {
    joined(path, "||", |path| joined(path, "&&", |path| single(path, depth), Condition::All), Condition::Any)
}

/// Conditions with an operator between them; one alone stays itself.
fn joined<'a>(
    path: &'a str,
    operator: &str,
    part: impl Fn(&'a str) -> Option<(Condition, &'a str)>,
    join: fn(Vec<Condition>) -> Condition,
) -> Option<(Condition, &'a str)> {
    let (first, mut rest) = part(path)?;
    let mut parts = vec![first];
    while let Some(after) = rest.trim_start().strip_prefix(operator) {
        let (next, after) = part(after)?;
        parts.push(next);
        rest = after;
    }
    Some((if parts.len() == 1 { parts.pop()? } else { join(parts) }, rest))
}

fn single(path: &str, depth: usize) -> Option<(Condition, &str)> {
    let path = path.trim_start();
    if depth > DEEPEST {
        return None;
    }
    if let Some(inner) = path.strip_prefix('!') {
        let (inner, after) = single(inner, depth + 1)?;
        return Some((Condition::Not(Box::new(inner)), after));
    }
    if let Some(inner) = path.strip_prefix('(') {
        let (inner, after) = any(inner, depth + 1)?;
        return Some((inner, after.trim_start().strip_prefix(')')?));
    }
    compared(path)
}

fn compared(path: &str) -> Option<(Condition, &str)> {
    let (left, rest) = operand(path)?;
    let operator = rest.trim_start();
    let known = COMPARISONS.iter().find_map(|(sign, found)| Some((*found, operator.strip_prefix(sign)?)));
    match (known, left) {
        (Some((comparison, rest)), left) => {
            let (right, rest) = operand(rest)?;
            Some((Condition::Compared(left, comparison, right), rest))
        }
        (None, Operand::At(steps)) => Some((Condition::There(steps), rest)),
        (None, Operand::Literal(_)) => None,
    }
}

fn operand(path: &str) -> Option<(Operand, &str)> {
    let path = path.trim_start();
    if let Some(mut rest) = path.strip_prefix('@') {
        let mut steps = Vec::new();
        while rest.starts_with(['.', '[']) {
            let (step, after) = Step::parse(rest)?;
            steps.push(step);
            rest = after;
        }
        return Some((Operand::At(steps), rest));
    }
    let (literal, rest) = literal(path)?;
    Some((Operand::Literal(literal), rest))
}

/// A text in either quotes, a number, `true`, `false` or `null`, as JSON.
fn literal(path: &str) -> Option<(String, &str)> {
    if let Some(quote @ ('"' | '\'')) = path.chars().next() {
        let (content, after) = path.get(1..)?.split_once(quote)?;
        return (!content.contains('\\')).then(|| (value::quoted(content), after));
    }
    let end = path.find(|char: char| !char.is_ascii_alphanumeric() && !"+-.".contains(char)).unwrap_or(path.len());
    let (word, after) = path.split_at(end);
    scan::whole(word).map(|json| (json.to_owned(), after))
}
