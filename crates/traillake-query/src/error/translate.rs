//! What the parser and the engine say, as errors of a query: named, placed, with a suggestion.

use std::sync::Arc;

use arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::Token;
use traillake_storage::StorageError;

use super::{Position, QueryError};
use crate::catalog::LakeStores;
use crate::session::QuerySession;
use crate::suggest::nearest;
use crate::text::{is_space, position, tokenize};
use crate::{QueryLimits, completion};

/// Longest message taken over from the engine, in characters.
const MESSAGE_LENGTH: usize = 1_000;

/// Translates the errors of one query.
#[derive(Debug, Clone)]
pub(crate) struct Translator {
    sql: Arc<str>,
    stores: LakeStores,
    functions: Arc<[String]>,
    memory_bytes: u64,
    temp_bytes: u64,
}

impl Translator {
    pub(crate) fn new(sql: &str, session: &QuerySession, limits: &QueryLimits) -> Self {
        Self {
            sql: sql.into(),
            stores: session.stores.clone(),
            functions: completion::functions(session).into(),
            memory_bytes: limits.memory_bytes.unwrap_or(u64::MAX),
            temp_bytes: limits.temp_bytes,
        }
    }

    pub(crate) fn translate(&self, error: DataFusionError) -> QueryError {
        match own_error(error) {
            Ok(own) => self.placed(own),
            Err(error) => self.classified(error),
        }
    }

    fn placed(&self, error: QueryError) -> QueryError {
        match error {
            QueryError::StoreNotFound { name, nearest, position: None } => {
                let position = self.find(&[&name]);
                QueryError::StoreNotFound { name, nearest, position }
            }
            other => other,
        }
    }

    fn classified(&self, error: DataFusionError) -> QueryError {
        match error.find_root() {
            DataFusionError::SchemaError(schema, _) => self.schema_error(schema),
            DataFusionError::Plan(message)
            | DataFusionError::NotImplemented(message)
            | DataFusionError::Configuration(message) => self.plan_error(message),
            DataFusionError::SQL(error, _) => parse_error(error),
            DataFusionError::ResourcesExhausted(message) => {
                let disk = message.contains("disk");
                self.exhausted(disk, error)
            }
            DataFusionError::Execution(message) => QueryError::Failed { message: brief(message) },
            DataFusionError::ArrowError(arrow, _) => match arrow_message(arrow) {
                Some(message) => QueryError::Failed { message },
                None => engine(error),
            },
            _ => engine(error),
        }
    }

    fn exhausted(&self, disk: bool, source: DataFusionError) -> QueryError {
        let source = Box::new(source);
        if disk {
            QueryError::SpillLimit { limit_bytes: self.temp_bytes, source }
        } else {
            QueryError::MemoryLimit { limit_bytes: self.memory_bytes, source }
        }
    }

    fn schema_error(&self, error: &SchemaError) -> QueryError {
        match error {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let mut parts: Vec<&str> = field
                    .relation
                    .iter()
                    .flat_map(|relation| [relation.catalog(), relation.schema(), Some(relation.table())])
                    .flatten()
                    .collect();
                parts.push(field.name());
                self.unknown_column(&parts, valid_fields.iter().map(datafusion::common::Column::name))
            }
            SchemaError::AmbiguousReference { field } => QueryError::Invalid {
                message: format!("column `{}` is ambiguous", field.flat_name()),
                position: self.find(&[field.name()]),
            },
            other => QueryError::Invalid { message: brief(&other.to_string()), position: None },
        }
    }

    fn plan_error(&self, message: &str) -> QueryError {
        if let Some(name) = between(message, "Invalid function '", "'") {
            let known = self.functions.iter().map(String::as_str);
            let nearest = nearest(name, known);
            return QueryError::UnknownFunction { name: self.spelled(&[name]), nearest, position: self.find(&[name]) };
        }
        if let Some(reference) = between(message, "table '", "' not found") {
            return self.unknown_store(reference);
        }
        if let Some(list) = between(message, "could not parse compound identifier from [", "]") {
            let parts: Vec<&str> = list.split(", ").map(|part| part.trim_matches('"')).collect();
            return self.unknown_column(&parts, std::iter::empty());
        }
        if let Some(field) = between(message, "ield ", " not found in struct") {
            let written = self.path_to(field.trim_matches('\''));
            return self.unknown_column(&written.iter().map(String::as_str).collect::<Vec<_>>(), std::iter::empty());
        }
        QueryError::Invalid { message: brief(message), position: None }
    }

    /// A field with the names before its first use in the query.
    fn path_to(&self, field: &str) -> Vec<String> {
        let tokens = tokenize(&self.sql).unwrap_or_default();
        let tokens: Vec<&Token> = tokens.iter().map(|token| &token.token).filter(|token| !is_space(token)).collect();
        let is_field = |token: &&Token| matches!(token, Token::Word(word) if word.value.eq_ignore_ascii_case(field));
        let mut names = Vec::new();
        let mut before = tokens.iter().position(is_field);
        while let Some(at) = before {
            let Token::Word(word) = tokens[at] else { break };
            names.insert(0, word.value.clone());
            before = at.checked_sub(2).filter(|_| tokens[at - 1] == &Token::Period);
        }
        if names.is_empty() { vec![field.to_owned()] } else { names }
    }

    fn unknown_store(&self, reference: &str) -> QueryError {
        // The catalog and the schema are ours unless the query names others.
        let name = ["traillake.public.", "traillake."]
            .iter()
            .find_map(|prefix| reference.strip_prefix(prefix))
            .unwrap_or(reference);
        let system = ["stores", "trails", "objects", "partitions", "files", "quarantine", "conflicts", "queries"];
        let system: Vec<String> = system.iter().map(|table| format!("system.{table}")).collect();
        let known = self.stores.active().map(crate::catalog::StoreEntry::name).chain(system.iter().map(String::as_str));
        let nearest = nearest(name, known);
        let parts: Vec<&str> = name.split('.').collect();
        let position = self.find(&[name]).or_else(|| self.find(&parts));
        QueryError::StoreNotFound { name: name.to_owned(), nearest, position }
    }

    fn unknown_column<'a>(&self, parts: &[&str], valid: impl Iterator<Item = &'a str>) -> QueryError {
        let paths: Vec<String> =
            self.stores.active().flat_map(|store| completion::paths(store.schema.sql_schema().fields())).collect();
        let name = parts.join(".");
        let last = parts.last().copied().unwrap_or_default();
        let field =
            || paths.iter().find(|path| path.rsplit('.').next().is_some_and(|field| field.eq_ignore_ascii_case(last)));
        let nearest = nearest(last, valid.filter(|valid| !valid.contains('#')))
            .or_else(|| nearest(&name, paths.iter().map(String::as_str)))
            .or_else(|| field().cloned());
        QueryError::UnknownColumn { name: self.spelled(parts), nearest, position: self.find(parts) }
    }

    /// The name as the query spells it.
    fn spelled(&self, parts: &[&str]) -> String {
        self.occurrence(parts).map_or_else(|| parts.join("."), |(_, spelled)| spelled)
    }

    fn find(&self, parts: &[&str]) -> Option<Position> {
        self.occurrence(parts).map(|(position, _)| position)
    }

    /// The first place where the names stand with dots between them.
    fn occurrence(&self, parts: &[&str]) -> Option<(Position, String)> {
        let tokens = tokenize(&self.sql).ok()?;
        let tokens: Vec<_> = tokens.iter().filter(|token| !is_space(&token.token)).collect();
        let width = (parts.len() * 2).checked_sub(1)?;
        let found = tokens.windows(width).find(|window| {
            window.iter().enumerate().all(|(i, token)| match &token.token {
                Token::Word(word) => i % 2 == 0 && word.value.eq_ignore_ascii_case(parts[i / 2]),
                Token::SingleQuotedString(text) => width == 1 && text == parts[0],
                Token::Period => i % 2 == 1,
                _ => false,
            })
        })?;
        let words = found.iter().filter_map(|token| match &token.token {
            Token::Word(word) => Some(word.value.as_str()),
            Token::SingleQuotedString(text) => Some(text),
            _ => None,
        });
        let spelled = words.collect::<Vec<_>>().join(".");
        position(found.first()?.span.start).map(|position| (position, spelled))
    }
}

/// An error of ours that travelled through the engine.
fn own_error(error: DataFusionError) -> Result<QueryError, DataFusionError> {
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
            return QueryError::TooComplex {
                what: "expressions within each other",
                limit: crate::parse::MAX_RECURSION,
                position: None,
            };
        }
    };
    let (message, place) = match message.rsplit_once(" at Line: ") {
        Some((message, place)) => (message, place.split_once(", Column: ")),
        None => (message.as_str(), None),
    };
    let position =
        place.and_then(|(line, column)| Some(Position { line: line.parse().ok()?, column: column.parse().ok()? }));
    QueryError::Syntax {
        message: lower(&brief(message).replace("Expected: ", "expected ").replace("found: ", "found ")),
        position,
    }
}

/// A message about values that do not fit; `None` for failures of the machinery.
fn arrow_message(error: &ArrowError) -> Option<String> {
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

fn engine(source: DataFusionError) -> QueryError {
    QueryError::Engine { source: Box::new(source) }
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

/// The first line, without the engine's own advice.
fn brief(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim_end_matches('.');
    lower(&line.chars().take(MESSAGE_LENGTH).collect::<String>())
}

/// Starts in lower case, unless the first word is an abbreviation.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return String::new() };
    let abbreviation = chars.clone().next().is_some_and(char::is_uppercase);
    if abbreviation { text.to_owned() } else { first.to_lowercase().chain(chars).collect() }
}
