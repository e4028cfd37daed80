//! Conditions in filters.

use fancy_regex::{Regex, RegexBuilder};

use super::{Node, Parsed, Parser};
use crate::functions::json::standard::syntax::{Comparison, Predicate};

/// How much a regular expression may try.
const BACKTRACKS: usize = 100_000;

impl Parser {
    pub(super) fn any(&mut self) -> Parsed<Node> {
        self.joined("||", Self::all, Predicate::Any)
    }

    fn all(&mut self) -> Parsed<Node> {
        self.joined("&&", Self::condition, Predicate::All)
    }

    fn joined(
        &mut self,
        sign: &str,
        part: fn(&mut Self) -> Parsed<Node>,
        join: fn(Vec<Predicate>) -> Predicate,
    ) -> Parsed<Node> {
        let first = part(self)?;
        if !self.sign(sign) {
            return Ok(first);
        }
        let mut parts = vec![first.predicate()?, part(self)?.predicate()?];
        while self.sign(sign) {
            parts.push(part(self)?.predicate()?);
        }
        Ok(Node::Predicate(join(parts)))
    }

    fn condition(&mut self) -> Parsed<Node> {
        if self.sign("!") {
            let negated = self.nested(Self::primary)?.predicate()?;
            return Ok(Node::Predicate(Predicate::Not(Box::new(negated))));
        }
        let left = match self.sum()? {
            Node::Expression(left) => left,
            predicate @ Node::Predicate(_) => return Ok(predicate),
        };
        Ok(match self.comparison() {
            Some(comparison) => Node::Predicate(Predicate::Compare(comparison, left, self.expression()?)),
            None if self.name("like_regex") => Node::Predicate(Predicate::LikeRegex(left, Box::new(self.regex()?))),
            None if self.name("starts") => {
                if !self.name("with") {
                    return Err("'with' is expected".to_owned());
                }
                Node::Predicate(Predicate::StartsWith(left, self.text()?))
            }
            None => Node::Expression(left),
        })
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let comparisons = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<>", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        comparisons.into_iter().find_map(|(sign, comparison)| self.sign(sign).then_some(comparison))
    }

    fn regex(&mut self) -> Parsed<Regex> {
        let mut pattern = self.text()?;
        let flags = if self.name("flag") { self.text()? } else { String::new() };
        if !flags.chars().all(|flag| "ismxq".contains(flag)) {
            return Err(format!("unknown flags: {flags}"));
        }
        if flags.contains('q') {
            pattern = fancy_regex::escape(&pattern).into_owned();
        }
        let flags = flags.replace('q', "");
        if !flags.is_empty() {
            pattern = format!("(?{flags}){pattern}");
        }
        let regex = RegexBuilder::new(&pattern).backtrack_limit(BACKTRACKS).build();
        regex.map_err(|error| format!("invalid regular expression: {error}"))
    }
}
