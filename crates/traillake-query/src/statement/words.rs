//! The words behind SHOW and EXPLAIN, so that what they would show or explain is refused by name.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Word};

use super::{is_verb, not_allowed};
use crate::QueryError;

/// What SHOW may show, and the words the engine's own dialect puts before it.
const SHOWN: [&str; 8] = ["TABLES", "COLUMNS", "FUNCTIONS", "FULL", "EXTENDED", "TERSE", "EXTERNAL", "FIELDS"];
/// What may stand between EXPLAIN and the query.
const EXPLAINING: [&str; 5] = ["ANALYZE", "VERBOSE", "FORMAT", "ESTIMATE", "QUERY"];
/// What a query begins with.
const QUERIES: [Keyword; 4] = [Keyword::SELECT, Keyword::WITH, Keyword::VALUES, Keyword::TABLE];

/// Refuses a statement by the words behind its first one.
pub(super) fn check<'t>(first: Keyword, rest: impl Iterator<Item = &'t Token>) -> Result<(), QueryError> {
    let mut rest = rest.map_while(|token| match token {
        Token::Word(word) => Some(word),
        _ => None,
    });
    match first {
        Keyword::SHOW => match rest.next() {
            Some(shown) if !is_one_of(shown, &SHOWN) => Err(not_allowed(named("SHOW", shown, None))),
            _ => Ok(()),
        },
        Keyword::EXPLAIN => {
            let mut rest = rest.skip_while(|word| is_one_of(word, &EXPLAINING));
            match rest.next() {
                Some(verb) if verb.keyword != Keyword::NoKeyword && !QUERIES.contains(&verb.keyword) => {
                    Err(not_allowed(named("EXPLAIN", verb, rest.next())))
                }
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn is_one_of(word: &Word, words: &[&str]) -> bool {
    word.quote_style.is_none() && words.iter().any(|known| known.eq_ignore_ascii_case(&word.value))
}

fn named(statement: &str, first: &Word, second: Option<&Word>) -> String {
    let second = second.filter(|second| second.keyword != Keyword::NoKeyword && is_verb(first.keyword));
    let words = std::iter::once(first).chain(second).map(|word| word.value.to_uppercase());
    format!("{statement} {}", words.collect::<Vec<_>>().join(" "))
}
