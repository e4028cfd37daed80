//! What the engine says, as errors of a query: named, placed, with a suggestion.

mod ambiguous;
mod instead;
mod names;
mod plans;
mod said;
mod whereabouts;
mod words;

use std::sync::Arc;

use datafusion::common::{Column, SchemaError, Span};
use datafusion::error::DataFusionError;
use traillake_sql::is_about_size;

use super::hints::way_out;
use super::messages::{brief, own_error, parse_error};
use super::places::Places;
use super::{Position, QueryError};
use crate::catalog::LakeStores;
use crate::functions::FunctionNames;
use crate::planners::FieldFaults;
use crate::session::QuerySession;
use crate::{Dialect, QueryLimits};
use said::Said;
use words::in_sql_words;

/// Translates the errors of one query.
#[derive(Debug, Clone)]
pub(crate) struct Translator {
    places: Places,
    stores: LakeStores,
    functions: Arc<FunctionNames>,
    dialect: Dialect,
    faults: FieldFaults,
    memory_bytes: u64,
    temp_bytes: u64,
}

impl Translator {
    pub(crate) fn new(sql: &str, session: &QuerySession, limits: &QueryLimits, dialect: Dialect) -> Self {
        Self {
            places: Places::of(sql),
            stores: session.stores.clone(),
            dialect,
            functions: Arc::clone(session.functions()),
            faults: session.faults().clone(),
            memory_bytes: limits.memory_bytes.unwrap_or(u64::MAX),
            temp_bytes: limits.temp_bytes,
        }
    }

    /// The same for a query that is planned: other queries use its session.
    pub(crate) fn planned(self) -> Self {
        Self { faults: self.faults.detached(), ..self }
    }

    pub(crate) fn translate(&self, error: DataFusionError) -> QueryError {
        let span = span(&error);
        let candidates = ambiguous::candidates(&error);
        let error = own_error(error)
            .unwrap_or_else(|error| ambiguous::with_candidates(self.classified(error, span), &candidates));
        match error {
            QueryError::InactiveStore { name, status, position: None } => {
                let position = self.places.find(&[&name]);
                QueryError::InactiveStore { name, status, position }
            }
            other => other,
        }
    }

    fn classified(&self, error: DataFusionError, span: Option<Position>) -> QueryError {
        let root = error.find_root();
        if let Some(fault) = self.faults.last().filter(|_| is_about_fields(&root.message())) {
            return self.field_error(&fault);
        }
        match root {
            DataFusionError::SchemaError(schema, _) => return self.schema_error(schema, span),
            DataFusionError::SQL(error, _) => return parse_error(error),
            DataFusionError::ResourcesExhausted(message) if is_about_size(message) => {
                return self.meaning(&Said::of_values(message), span);
            }
            DataFusionError::ResourcesExhausted(message) => {
                let disk = message.contains("disk");
                return self.exhausted(disk, error);
            }
            _ => {}
        }
        match Said::by(&error) {
            Some(said) => self.meaning(&said, span),
            None => QueryError::Engine { source: Box::new(error) },
        }
    }

    /// What a message means for the query.
    fn meaning(&self, said: &Said, span: Option<Position>) -> QueryError {
        let position = said.place.or(span).or_else(|| self.whereabouts(&said.message));
        if said.of_values {
            return QueryError::Failed { message: brief(&in_sql_words(&said.message)), position };
        }
        let message = in_sql_words(&said.message);
        let error = self.known(&message, position).unwrap_or_else(|| invalid(&message, position));
        match error {
            QueryError::Invalid { message, position, hint } => {
                let hint = hint.or_else(|| way_out(&message));
                QueryError::Invalid { message, position, hint }
            }
            other => other,
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

    fn schema_error(&self, error: &SchemaError, span: Option<Position>) -> QueryError {
        match error {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let names = parts(field);
                let span = span.or_else(|| field.spans().first().and_then(place));
                if ambiguous::repeats(field, valid_fields) {
                    return self.ambiguous(field.name(), span);
                }
                self.unknown_column(&names, valid_fields, span)
            }
            SchemaError::AmbiguousReference { field } => self.ambiguous(field.name(), span),
            SchemaError::DuplicateQualifiedField { qualifier, name } => self.duplicate(qualifier.table(), name),
            SchemaError::DuplicateUnqualifiedField { name } => QueryError::Invalid {
                message: format!("column `{name}` appears twice"),
                position: self.places.find(&[name]),
                hint: Some("give one of them another name with AS".into()),
            },
        }
    }

    fn duplicate(&self, relation: &str, name: &str) -> QueryError {
        QueryError::Invalid {
            message: format!("the relation `{relation}` appears twice, `{relation}.{name}` could mean either"),
            position: self.places.find(&[relation]),
            hint: Some(format!("name them apart: `FROM {relation} a JOIN {relation} b`")),
        }
    }
}

/// The names of a column that was not found.
fn parts(field: &Column) -> Vec<&str> {
    let relation = field.relation.as_ref();
    let qualifiers = relation.map(|name| [name.catalog(), name.schema(), Some(name.table())]);
    let mut names: Vec<&str> = qualifiers.into_iter().flatten().flatten().collect();
    names.push(field.name());
    names
}

/// Where the engine says an error is.
fn span(error: &DataFusionError) -> Option<Position> {
    match error {
        DataFusionError::Diagnostic(diagnostic, inner) => diagnostic.span.and_then(place).or_else(|| span(inner)),
        DataFusionError::Context(_, inner) => span(inner),
        DataFusionError::Shared(shared) => span(shared),
        DataFusionError::Collection(errors) => errors.first().and_then(span),
        _ => None,
    }
}

fn place(span: Span) -> Option<Position> {
    (span.start.line > 0).then_some(Position { line: span.start.line, column: span.start.column })
}

fn is_about_fields(message: &str) -> bool {
    const ABOUT_FIELDS: [&str; 4] =
        ["compound identifier", "not found in struct", "cannot access field", crate::planners::NO_FIELD];
    let message = message.to_lowercase();
    ABOUT_FIELDS.iter().any(|text| message.contains(text))
}

fn invalid(message: &str, position: Option<Position>) -> QueryError {
    QueryError::Invalid { message: brief(message), position, hint: way_out(message) }
}
