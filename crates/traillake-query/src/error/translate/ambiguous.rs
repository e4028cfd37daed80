//! Names that several columns have, and values without an order.

use datafusion::common::Column;
use datafusion::error::DataFusionError;

use super::super::messages::brief;
use super::super::{Position, QueryError};
use super::Translator;

/// How the engine begins the note of a column that a name could mean.
const CANDIDATE: &str = "possible column ";

impl Translator {
    /// A name that several columns have.
    pub(super) fn ambiguous(&self, name: &str, place: Option<Position>) -> QueryError {
        QueryError::Invalid {
            message: format!("column `{}` is ambiguous", self.places.spelled(&[name])),
            position: place.or_else(|| self.places.find(&[name])),
            hint: Some("several columns have this name: give them others with AS, in a sub-select `(...) AS a`".into()),
        }
    }

    /// A value that ORDER BY cannot sort by.
    pub(super) fn unorderable(&self, message: &str) -> Option<QueryError> {
        let (value, name) = message.split_once(" is not orderable: ")?;
        Some(QueryError::Invalid {
            message: format!("{} is not orderable, and cannot be used in ORDER BY", brief(value)),
            position: self.places.last(&[name]).or_else(|| self.places.find(&["order"])),
            hint: Some("sort by a part of it, `element_at(map, 'key')`, or by a text of it".into()),
        })
    }
}

/// Whether a column was not found because a relation has several of its name.
pub(super) fn repeats(wanted: &Column, valid: &[Column]) -> bool {
    let is_repeated = |column: &&Column| {
        let base = column.name().split_once('#').map(|(base, _)| base);
        base == Some(wanted.name()) && (wanted.relation.is_none() || wanted.relation == column.relation)
    };
    valid.iter().filter(is_repeated).count() > 1
}

/// The columns a name could mean, as the engine notes them beside an error.
pub(super) fn candidates(error: &DataFusionError) -> Vec<String> {
    match error {
        DataFusionError::Diagnostic(diagnostic, inner) => {
            let names = diagnostic.notes.iter().filter_map(|note| note.message.strip_prefix(CANDIDATE));
            let mut found: Vec<String> = names.filter(|name| is_writable(name)).map(str::to_owned).collect();
            found.extend(candidates(inner));
            found
        }
        DataFusionError::Context(_, inner) => candidates(inner),
        DataFusionError::Shared(shared) => candidates(shared),
        DataFusionError::Collection(errors) => errors.first().map(candidates).unwrap_or_default(),
        _ => vec![],
    }
}

/// Whether a query could say the name: it has a relation, and nothing of it is of our making.
fn is_writable(name: &str) -> bool {
    name.contains('.') && !name.starts_with('$') && !name.contains('#')
}

/// The error with the candidates in its hint, if it is about an ambiguous name.
pub(super) fn with_candidates(error: QueryError, candidates: &[String]) -> QueryError {
    match error {
        QueryError::Invalid { message, position, .. } if message.ends_with(" is ambiguous") && candidates.len() > 1 => {
            let hint = Some(format!("it could be `{}`", candidates.join("` or `")));
            QueryError::Invalid { message, position, hint }
        }
        other => other,
    }
}
