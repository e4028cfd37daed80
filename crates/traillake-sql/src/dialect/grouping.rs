//! GROUP BY: expressions, ordinals, ROLLUP, CUBE and GROUPING SETS, alone and mixed.

use std::collections::{BTreeSet, HashSet};

use datafusion::sql::sqlparser::ast::{DuplicateTreatment, Expr};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::nodes::values_of;

/// Grouping sets that one GROUP BY may make.
const MAX_SETS: usize = 2_048;
/// Tokens that the sets of one GROUP BY may hold, those of ROLLUP and CUBE written out.
const MAX_TOKENS: usize = 1_000_000;

type Set = Vec<Expr>;

impl Grammar<'_, '_> {
    /// What follows GROUP BY.
    pub(super) fn grouping_elements(&mut self) -> Parsed<Vec<Expr>> {
        let (start, first) = (self.here(), self.tokens_read());
        let is_distinct = self.quantifier() == Some(DuplicateTreatment::Distinct);
        let elements: Vec<Expr> = self.comma_separated(Grammar::grouping_element)?.into_iter().flatten().collect();
        if !is_distinct || !elements.iter().any(is_sets) {
            return Ok(elements);
        }
        let sets = distinct_sets(&elements, self.most_sets(first)).ok_or_else(|| too_many_sets(start))?;
        Ok(vec![Expr::GroupingSets(sets)])
    }

    fn grouping_element(&mut self) -> Parsed<Vec<Expr>> {
        let (start, first) = (self.here(), self.tokens_read());
        if self.eat_words(&["GROUPING", "SETS"]) {
            return Ok(vec![Expr::GroupingSets(self.grouping_sets()?)]);
        }
        if self.eat("ROLLUP") {
            let sets = self.grouping_sets()?;
            let is_plain = sets.iter().all(|set| set.len() == 1);
            if is_plain {
                return Ok(vec![Expr::Rollup(sets)]);
            }
            let rolled = rolled_up(&sets, self.most_sets(first)).ok_or_else(|| too_many_sets(start))?;
            return Ok(vec![Expr::GroupingSets(rolled)]);
        }
        if self.eat("CUBE") {
            let sets = self.grouping_sets()?;
            let is_plain = sets.iter().all(|set| set.len() == 1);
            let cube = cubed(&sets, self.most_sets(first)).ok_or_else(|| too_many_sets(start))?;
            return Ok(vec![if is_plain { Expr::Cube(sets) } else { Expr::GroupingSets(cube) }]);
        }
        let set = self.grouping_set()?;
        Ok(if set.is_empty() { vec![Expr::GroupingSets(vec![set])] } else { set })
    }

    /// How many sets may be made of the tokens read since the `first`.
    fn most_sets(&self, first: usize) -> usize {
        (MAX_TOKENS / (self.tokens_read() - first).max(1)).min(MAX_SETS)
    }

    fn grouping_sets(&mut self) -> Parsed<Vec<Set>> {
        self.in_parentheses(|grammar| grammar.comma_separated(Grammar::grouping_set))
    }

    /// `()`, `(a, b)` or an expression.
    fn grouping_set(&mut self) -> Parsed<Set> {
        let is_list = self.at_token(&Token::LParen);
        if is_list && *self.peek_nth(1) == Token::RParen {
            self.advance();
            self.advance();
            return Ok(vec![]);
        }
        let expr = self.expression()?;
        Ok(match expr {
            Expr::Nested(inner) => vec![*inner],
            expr if is_list => values_of(expr),
            expr => vec![expr],
        })
    }
}

fn too_many_sets(
    at: datafusion::sql::sqlparser::tokenizer::Location,
) -> datafusion::sql::sqlparser::parser::ParserError {
    super::cursor::fault(at, format!("GROUP BY has more than {MAX_SETS} grouping sets"))
}

fn is_sets(expr: &Expr) -> bool {
    matches!(expr, Expr::GroupingSets(_) | Expr::Rollup(_) | Expr::Cube(_))
}

/// All sets, the first ones, and so on down to none; `None` if there are too many.
fn rolled_up(sets: &[Set], most: usize) -> Option<Vec<Set>> {
    let first = |count: usize| sets.iter().take(count).flatten().cloned().collect();
    (sets.len() < most).then(|| (0..=sets.len()).rev().map(first).collect())
}

/// Every choice of the sets; `None` if there are too many.
fn cubed(sets: &[Set], most: usize) -> Option<Vec<Set>> {
    let count = u32::try_from(sets.len()).ok().and_then(|count| 1_usize.checked_shl(count));
    let count = count.filter(|count| *count <= most)?;
    let chosen = |mask: usize| sets.iter().enumerate().filter(move |(place, _)| mask & (1 << place) != 0);
    Some((0..count).rev().map(|mask| chosen(mask).flat_map(|(_, set)| set.clone()).collect()).collect())
}

/// The sets of all elements joined with each other, without repeats; `None` if there are too many.
fn distinct_sets(elements: &[Expr], most: usize) -> Option<Vec<Set>> {
    let mut joined: Vec<Set> = vec![vec![]];
    for element in elements {
        let sets = match element {
            Expr::GroupingSets(sets) => sets.clone(),
            Expr::Rollup(sets) => rolled_up(sets, most)?,
            Expr::Cube(sets) => cubed(sets, most)?,
            expr => vec![vec![expr.clone()]],
        };
        if joined.len().saturating_mul(sets.len()) > most {
            return None;
        }
        let with = |left: &Set, right: &Set| left.iter().chain(right).cloned().collect();
        joined = joined.iter().flat_map(|left| sets.iter().map(move |right| with(left, right))).collect();
    }
    let mut known = HashSet::new();
    joined.retain_mut(|set| {
        let mut names = BTreeSet::new();
        set.retain(|expr| names.insert(expr.to_string().to_lowercase()));
        known.insert(names)
    });
    Some(joined)
}
