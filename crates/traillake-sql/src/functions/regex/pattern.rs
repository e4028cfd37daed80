//! A compiled pattern and its matches.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use datafusion::common::{DataFusionError, Result, exec_datafusion_err, exec_err};
use fancy_regex::{Captures, Match, Regex, RegexBuilder};

use super::syntax::{Translation, translate};

/// Steps that a search with look-around or back references may take.
const MAX_STEPS: usize = 1_000_000;

/// Bytes of a compiled part of a pattern.
const MAX_SIZE: usize = 4 * 1024 * 1024;

/// A pattern ready to be used.
#[derive(Debug)]
pub(super) struct Pattern {
    quick: Regex,
    /// Where the quick one is not right for every text.
    exact: Option<Regex>,
    groups: usize,
    names: HashMap<String, usize>,
}

impl Pattern {
    /// The pattern of a text; the last few are kept.
    pub(super) fn of(text: &str) -> Result<Rc<Self>> {
        const KEPT: usize = 16;
        thread_local! {
            static LAST: RefCell<Vec<(String, Rc<Pattern>)>> = const { RefCell::new(Vec::new()) };
        }
        LAST.with_borrow_mut(|last| {
            match last.iter().position(|(known, _)| known == text) {
                Some(0) => {}
                Some(place) => last.swap(0, place),
                None => {
                    let pattern = Rc::new(Self::compile(text)?);
                    last.truncate(KEPT - 1);
                    last.insert(0, (text.to_owned(), pattern));
                }
            }
            last.first().map(|(_, pattern)| Rc::clone(pattern)).ok_or_else(|| exec_datafusion_err!("No pattern"))
        })
    }

    fn compile(text: &str) -> Result<Self> {
        let refuse = |why: String| exec_datafusion_err!("Invalid regular expression '{text}': {why}");
        let build = |pattern: &str| {
            let mut builder = RegexBuilder::new(pattern);
            let builder = builder.backtrack_limit(MAX_STEPS).delegate_size_limit(MAX_SIZE);
            builder.build().map_err(|error| refuse(error.to_string()))
        };
        let Translation { quick, exact, groups, names } = translate(text).map_err(refuse)?;
        let exact = (exact != quick).then(|| build(&exact)).transpose()?;
        Ok(Self { quick: build(&quick)?, exact, groups, names })
    }

    fn regex(&self, text: &str) -> &Regex {
        match &self.exact {
            Some(exact) if text.ends_with('\n') || !text.is_ascii() => exact,
            _ => &self.quick,
        }
    }

    /// Number of groups.
    pub(super) fn groups(&self) -> usize {
        self.groups
    }

    /// The number of a named group.
    pub(super) fn group_named(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    /// The number of a group, if there is one.
    pub(super) fn group(&self, number: i64) -> Result<usize> {
        if number < 0 {
            return exec_err!("Group cannot be negative");
        }
        match usize::try_from(number) {
            Ok(group) if group <= self.groups => Ok(group),
            _ => exec_err!("Pattern has {} groups. Cannot access group {number}", self.groups),
        }
    }

    /// Whether the pattern is found anywhere.
    pub(super) fn is_in(&self, text: &str) -> Result<bool> {
        self.regex(text).is_match(text).map_err(failed)
    }

    /// The matches from a byte on. An empty match may follow right behind another one.
    pub(super) fn matches<'t>(&'t self, text: &'t str, from: usize) -> impl Iterator<Item = Result<Match<'t>>> {
        let regex = self.regex(text);
        let mut next = Some(from);
        std::iter::from_fn(move || {
            let found = regex.find_from_pos(text, next?).map_err(failed).transpose()?;
            next = found.as_ref().ok().and_then(|found| behind(text, found));
            Some(found)
        })
    }

    /// The matches with their groups.
    pub(super) fn captures<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Result<Captures<'t>>> {
        let regex = self.regex(text);
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let found = regex.captures_from_pos(text, next?).map_err(failed).transpose()?;
            next = found.as_ref().ok().and_then(|found| found.get(0)).and_then(|found| behind(text, &found));
            Some(found)
        })
    }
}

/// Where to look for the next match.
fn behind(text: &str, found: &Match<'_>) -> Option<usize> {
    if found.start() < found.end() {
        return Some(found.end());
    }
    text.get(found.end()..)?.chars().next().map(|c| found.end() + c.len_utf8())
}

fn failed(error: fancy_regex::Error) -> DataFusionError {
    match error {
        fancy_regex::Error::RuntimeError(fancy_regex::RuntimeError::BacktrackLimitExceeded) => {
            exec_datafusion_err!("Regular expression takes more than {MAX_STEPS} steps")
        }
        other => exec_datafusion_err!("Regular expression failed: {other}"),
    }
}
