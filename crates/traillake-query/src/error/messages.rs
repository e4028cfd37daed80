//! Errors of ours that travelled through the engine, and the engine's messages made brief.

use std::sync::Arc;

use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;
use traillake_storage::StorageError;

use super::{Position, QueryError};

/// Longest message taken over from the engine, in characters.
const MESSAGE_LENGTH: usize = 500;

/// Takes an error of ours out of its wrappers.
pub(super) fn own_error(error: DataFusionError) -> Result<QueryError, DataFusionError> {
    match error {
        DataFusionError::External(source) => source
            .downcast::<QueryError>()
            .map(|own| *own)
            .or_else(|source| source.downcast::<StorageError>().map(|source| QueryError::Storage { source }))
            .map_err(DataFusionError::External),
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => own_error(*inner),
        DataFusionError::Shared(shared) => match Arc::try_unwrap(shared) {
            Ok(inner) => own_error(inner),
            Err(shared) => Err(DataFusionError::Shared(shared)),
        },
        DataFusionError::Collection(mut errors) if !errors.is_empty() => own_error(errors.swap_remove(0)),
        DataFusionError::ArrowError(arrow, backtrace) => match *arrow {
            ArrowError::ExternalError(source) => match source.downcast::<DataFusionError>() {
                Ok(inner) => own_error(*inner),
                Err(source) => Err(DataFusionError::ArrowError(Box::new(ArrowError::ExternalError(source)), backtrace)),
            },
            other => Err(DataFusionError::ArrowError(Box::new(other), backtrace)),
        },
        other => Err(other),
    }
}

/// What the parser expected, and where.
pub(crate) fn parse_error(error: &ParserError) -> QueryError {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => {
            let limit = crate::parse::MAX_RECURSION;
            return QueryError::TooComplex { what: "expressions within each other", limit, position: None };
        }
    };
    let (message, place) = message.rsplit_once(" at Line: ").unwrap_or((message, ""));
    let position = place
        .split_once(", Column: ")
        .and_then(|(line, column)| Some(Position { line: line.parse().ok()?, column: column.parse().ok()? }));
    let message = message.replace("Expected: ", "expected ").replace("found: ", "found ");
    QueryError::Syntax { message: brief(&message), position, hint: None }
}

/// A message about values that do not fit; `None` for failures of the machinery.
pub(super) fn about_values(error: &ArrowError) -> Option<String> {
    match error {
        ArrowError::CastError(message)
        | ArrowError::ComputeError(message)
        | ArrowError::InvalidArgumentError(message)
        | ArrowError::ParseError(message)
        | ArrowError::ArithmeticOverflow(message) => Some(brief(message)),
        ArrowError::DivideByZero => Some("division by zero".into()),
        _ => None,
    }
}

/// What stands between two texts.
pub(super) fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// The first line, in lower case, without a full stop.
pub(super) fn brief(message: &str) -> String {
    let line: String = message.lines().next().unwrap_or_default().chars().take(MESSAGE_LENGTH).collect();
    lower(line.trim_end_matches('.'))
}

/// Starts in lower case, unless the first word is an abbreviation.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let abbreviation = chars.clone().next().is_some_and(char::is_uppercase);
    if abbreviation { text.to_owned() } else { first.to_lowercase().chain(chars).collect() }
}
