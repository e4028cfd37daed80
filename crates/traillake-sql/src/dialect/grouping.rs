//! GROUP BY: expressions, ordinals, ROLLUP, CUBE and GROUPING SETS, alone and mixed.

use std::collections::{BTreeSet, HashSet};

use datafusion::sql::sqlparser::ast::{DuplicateTreatment, Expr};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::nodes::values_of;

/// Grouping sets that one GROUP BY may make.
const MAX_SETS: usize = 2_048;

type Set = Vec<Expr>;

impl Grammar<'_, '_> {
    /// What follows GROUP BY.
    pub(super) fn grouping_elements(&mut self) -> Parsed<Vec<Expr>> {
        let start = self.here();
        let is_distinct = self.quantifier() == Some(DuplicateTreatment::Distinct);
        let elements: Vec<Expr> = self.comma_separated(Grammar::grouping_element)?.into_iter().flatten().collect();
        if !is_distinct || !elements.iter().any(is_sets) {
            return Ok(elements);
        }
        let sets = distinct_sets(&elements).ok_or_else(|| too_many_sets(start))?;
        Ok(vec![Expr::GroupingSets(sets)])
    }

    fn grouping_element(&mut self) -> Parsed<Vec<Expr>> {
        let start = self.here();
        if self.eat_words(&["GROUPING", "SETS"]) {
            return Ok(vec![Expr::GroupingSets(self.grouping_sets()?)]);
        }
        if self.eat("ROLLUP") {
            let sets = self.grouping_sets()?;
            let is_plain = sets.iter().all(|set| set.len() == 1);
            return Ok(vec![if is_plain { Expr::Rollup(sets) } else { Expr::GroupingSets(rolled_up(&sets)) }]);
        }
        if self.eat("CUBE") {
            let sets = self.grouping_sets()?;
            let is_plain = sets.iter().all(|set| set.len() == 1);
            let cube = cubed(&sets).ok_or_else(|| too_many_sets(start))?;
            return Ok(vec![if is_plain { Expr::Cube(sets) } else { Expr::GroupingSets(cube) }]);
        }
        let set = self.grouping_set()?;
        Ok(if set.is_empty() { vec![Expr::GroupingSets(vec![set])] } else { set })
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

/// All sets, the first ones, and so on down to none.
fn rolled_up(sets: &[Set]) -> Vec<Set> {
    (0..=sets.len()).rev().map(|count| sets.iter().take(count).flatten().cloned().collect()).collect()
}

/// Every choice of the sets; `None` if there are too many.
fn cubed(sets: &[Set]) -> Option<Vec<Set>> {
    let count = u32::try_from(sets.len()).ok().and_then(|count| 1_usize.checked_shl(count));
    let count = count.filter(|count| *count <= MAX_SETS)?;
    let chosen = |mask: usize| sets.iter().enumerate().filter(move |(place, _)| mask & (1 << place) != 0);
    Some((0..count).rev().map(|mask| chosen(mask).flat_map(|(_, set)| set.clone()).collect()).collect())
}

/// The sets of all elements joined with each other, without repeats; `None` if there are too many.
fn distinct_sets(elements: &[Expr]) -> Option<Vec<Set>> {
    let mut joined: Vec<Set> = vec![vec![]];
    for element in elements {
        let sets = match element {
            Expr::GroupingSets(sets) => sets.clone(),
            Expr::Rollup(sets) => rolled_up(sets),
            Expr::Cube(sets) => cubed(sets)?,
            expr => vec![vec![expr.clone()]],
        };
        if joined.len().saturating_mul(sets.len()) > MAX_SETS {
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
