//! What the engine says, as errors of a query: named, placed, with a suggestion.

mod names;
mod plans;

use datafusion::common::{Column, SchemaError, Span};
use datafusion::error::DataFusionError;

use super::messages::{about_values, brief, own_error, parse_error, way_out};
use super::places::Places;
use super::{Position, QueryError};
use crate::catalog::{LakeStores, SYSTEM};
use crate::planners::FieldFaults;
use crate::session::QuerySession;
use crate::{Dialect, QueryLimits, completion, functions};

/// Translates the errors of one query.
#[derive(Debug, Clone)]
pub(crate) struct Translator {
    places: Places,
    stores: LakeStores,
    functions: Vec<String>,
    /// Functions that the engine's own dialect has in addition.
    engine_functions: Vec<String>,
    system_tables: Vec<String>,
    faults: FieldFaults,
    memory_bytes: u64,
    temp_bytes: u64,
}

impl Translator {
    pub(crate) fn new(sql: &str, session: &QuerySession, limits: &QueryLimits, dialect: Dialect) -> Self {
        let mut functions = completion::functions(session);
        functions.retain(|name| !name.starts_with('$') && name != functions::ALL_TRUE);
        Self {
            places: Places::of(sql),
            stores: session.stores.clone(),
            engine_functions: if dialect == Dialect::Lake { functions::engine_names() } else { Vec::new() },
            functions,
            system_tables: session.system.names().map(|name| format!("{SYSTEM}.{name}")).collect(),
            faults: session.faults.clone(),
            memory_bytes: limits.memory_bytes.unwrap_or(u64::MAX),
            temp_bytes: limits.temp_bytes,
        }
    }

    pub(crate) fn translate(&self, error: DataFusionError) -> QueryError {
        let span = span(&error);
        own_error(error).unwrap_or_else(|error| self.classified(error, span))
    }

    fn classified(&self, error: DataFusionError, span: Option<Position>) -> QueryError {
        let root = error.find_root();
        if let Some(fault) = self.faults.last().filter(|_| is_about_fields(&root.message())) {
            return self.field_error(&fault);
        }
        match root {
            DataFusionError::SchemaError(schema, _) => self.schema_error(schema, span),
            DataFusionError::Plan(message)
            | DataFusionError::NotImplemented(message)
            | DataFusionError::Configuration(message)
            | DataFusionError::Internal(message)
                if self.known(message, span).is_some() =>
            {
                self.known(message, span).unwrap_or_else(|| invalid(message, span))
            }
            DataFusionError::Plan(message)
            | DataFusionError::NotImplemented(message)
            | DataFusionError::Configuration(message) => invalid(message, span),
            DataFusionError::SQL(error, _) => parse_error(error),
            DataFusionError::ResourcesExhausted(message) => {
                let disk = message.contains("disk");
                self.exhausted(disk, error)
            }
            DataFusionError::Execution(message) => QueryError::Failed { message: brief(message) },
            DataFusionError::ArrowError(arrow, _) => match about_values(arrow) {
                Some(message) => QueryError::Failed { message },
                None => QueryError::Engine { source: Box::new(error) },
            },
            _ => QueryError::Engine { source: Box::new(error) },
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
                self.unknown_column(&names, valid_fields, span)
            }
            SchemaError::AmbiguousReference { field } => QueryError::Invalid {
                message: format!("column `{}` is ambiguous", self.places.spelled(&[field.name()])),
                position: span.or_else(|| self.places.find(&[field.name()])),
                hint: Some("several relations have it: put the name of one before it, `a.column`".into()),
            },
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
