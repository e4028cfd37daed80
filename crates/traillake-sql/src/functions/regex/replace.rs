//! `regexp_replace` with a replacement text: `$1`, `${name}`, `\$`.

use datafusion::common::{DataFusionError, Result, exec_datafusion_err};
use fancy_regex::Captures;

use super::pattern::Pattern;
use crate::functions::kit::check_bytes;

/// The text with every match replaced.
pub(super) fn replace(text: &str, pattern: &Pattern, replacement: &str) -> Result<String> {
    let (mut replaced, mut done) = (String::new(), 0);
    let literal = !replacement.contains(['$', '\\']);
    if literal {
        for found in pattern.matches(text, 0) {
            let found = found?;
            replaced.push_str(text.get(done..found.start()).unwrap_or_default());
            replaced.push_str(replacement);
            check_bytes("regexp_replace", replaced.len())?;
            done = found.end();
        }
    } else {
        for captures in pattern.captures(text) {
            let captures = captures?;
            let Some(found) = captures.get(0) else { continue };
            replaced.push_str(text.get(done..found.start()).unwrap_or_default());
            expand(replacement, pattern, &captures, &mut replaced)?;
            check_bytes("regexp_replace", replaced.len())?;
            done = found.end();
        }
    }
    replaced.push_str(text.get(done..).unwrap_or_default());
    check_bytes("regexp_replace", replaced.len())?;
    Ok(replaced)
}

/// Appends a replacement with its groups filled in.
fn expand(replacement: &str, pattern: &Pattern, captures: &Captures<'_>, replaced: &mut String) -> Result<()> {
    let mut rest = replacement;
    while let Some(at) = rest.find(['$', '\\']) {
        let (plain, special) = rest.split_at(at);
        replaced.push_str(plain);
        let mut behind = special.chars();
        let sign = behind.next();
        rest = behind.as_str();
        if sign == Some('\\') {
            replaced.push(behind.next().ok_or_else(|| illegal(replacement))?);
            rest = behind.as_str();
        } else {
            let (group, after) = reference(rest, replacement, pattern)?;
            replaced.push_str(captures.get(group).map_or("", |group| group.as_str()));
            rest = after;
        }
    }
    replaced.push_str(rest);
    Ok(())
}

/// The group that is meant behind a `$`, and what follows.
fn reference<'a>(rest: &'a str, replacement: &str, pattern: &Pattern) -> Result<(usize, &'a str)> {
    if let Some(named) = rest.strip_prefix('{') {
        let (name, after) = named.split_once('}').ok_or_else(|| illegal(replacement))?;
        let group = pattern.group_named(name).ok_or_else(|| unknown(&format!("{{ {name} }}")))?;
        return Ok((group, after));
    }
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    if digits == 0 {
        return Err(illegal(replacement));
    }
    // The longest number that is a group's.
    let number = |end| rest.get(..end).and_then(|text| text.parse::<usize>().ok()).filter(|&n| n <= pattern.groups());
    let longest = (1..=digits.min(9)).rev().find_map(|end| Some((number(end)?, rest.get(end..)?)));
    longest.ok_or_else(|| unknown(rest.get(..1).unwrap_or_default()))
}

fn unknown(group: &str) -> DataFusionError {
    exec_datafusion_err!("Illegal replacement sequence: unknown group {group}")
}

fn illegal(replacement: &str) -> DataFusionError {
    exec_datafusion_err!("Illegal replacement sequence: {replacement}")
}
