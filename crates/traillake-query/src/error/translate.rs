//! What the engine says, as errors of a query: named, placed, with a suggestion.

use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;

use super::messages::{about_values, between, brief, own_error, parse_error};
use super::places::Places;
use super::{Position, QueryError};
use crate::catalog::{LakeStores, SYSTEM, StoreEntry};
use crate::planners::{Denied, FieldFault, FieldFaults};
use crate::session::QuerySession;
use crate::suggest::nearest;
use crate::{QueryLimits, completion};

/// Translates the errors of one query.
#[derive(Debug, Clone)]
pub(crate) struct Translator {
    places: Places,
    stores: LakeStores,
    functions: Vec<String>,
    system_tables: Vec<String>,
    faults: FieldFaults,
    memory_bytes: u64,
    temp_bytes: u64,
}

impl Translator {
    pub(crate) fn new(sql: &str, session: &QuerySession, limits: &QueryLimits) -> Self {
        Self {
            places: Places::of(sql),
            stores: session.stores.clone(),
            functions: completion::functions(session),
            system_tables: session.system.names().map(|name| format!("{SYSTEM}.{name}")).collect(),
            faults: session.faults.clone(),
            memory_bytes: limits.memory_bytes.unwrap_or(u64::MAX),
            temp_bytes: limits.temp_bytes,
        }
    }

    pub(crate) fn translate(&self, error: DataFusionError) -> QueryError {
        own_error(error).unwrap_or_else(|error| self.classified(error))
    }

    fn classified(&self, error: DataFusionError) -> QueryError {
        let root = error.find_root();
        if let Some(fault) = self.faults.last().filter(|_| is_about_fields(&root.message())) {
            return self.field_error(&fault);
        }
        match root {
            DataFusionError::SchemaError(schema, _) => self.schema_error(schema),
            DataFusionError::Plan(message)
            | DataFusionError::NotImplemented(message)
            | DataFusionError::Internal(message)
                if self.plan_error(message).is_some() =>
            {
                self.plan_error(message).unwrap_or_else(|| invalid(message))
            }
            DataFusionError::Plan(message)
            | DataFusionError::NotImplemented(message)
            | DataFusionError::Configuration(message) => invalid(message),
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

    fn schema_error(&self, error: &SchemaError) -> QueryError {
        match error {
            SchemaError::FieldNotFound { field, valid_fields } => {
                let relation = field.relation.as_ref();
                let qualifiers = relation.map(|name| [name.catalog(), name.schema(), Some(name.table())]);
                let mut names: Vec<&str> = qualifiers.into_iter().flatten().flatten().collect();
                names.push(field.name());
                self.unknown_column(&names, valid_fields)
            }
            SchemaError::AmbiguousReference { field } => QueryError::Invalid {
                message: format!("column `{}` is ambiguous", field.flat_name()),
                position: self.places.find(&[field.name()]),
            },
            other => invalid(&other.to_string()),
        }
    }

    /// Messages whose meaning is known; `None` for others.
    fn plan_error(&self, message: &str) -> Option<QueryError> {
        if let Some(name) = between(message, "Invalid function '", "'") {
            return Some(self.unknown_function(name));
        }
        if let Some(reference) = between(message, "table '", "' not found") {
            return Some(self.unknown_store(reference));
        }
        if let Some(name) = between(message, "Function '", "' failed to match any signature") {
            let message = format!("function `{name}` does not take arguments of these types");
            return Some(QueryError::Invalid { message, position: self.places.find(&[name]) });
        }
        if let Some(column) = between(message, "column \"", "\" must appear in the GROUP BY") {
            let name = column.rsplit('.').next().unwrap_or(column);
            let message = format!("`{}` must be an aggregate or appear in GROUP BY", self.places.spelled(&[name]));
            return Some(QueryError::Invalid { message, position: self.places.find(&[name]) });
        }
        message.starts_with("Physical plan does not support logical expression").then(|| QueryError::Invalid {
            message: "EXISTS and IN with a subquery are answered in WHERE and HAVING, not here".into(),
            position: None,
        })
    }

    fn unknown_function(&self, name: &str) -> QueryError {
        QueryError::UnknownFunction {
            name: self.places.spelled(&[name]),
            nearest: nearest(name, self.functions.iter().map(String::as_str)),
            position: self.places.find(&[name]),
        }
    }

    fn unknown_store(&self, reference: &str) -> QueryError {
        // The catalog and the schema are ours unless the query names others.
        let ours = ["traillake.public.", "traillake."];
        let name = ours.iter().find_map(|prefix| reference.strip_prefix(prefix)).unwrap_or(reference);
        let known = self.stores.active().map(StoreEntry::name).chain(self.system_tables.iter().map(String::as_str));
        let parts: Vec<&str> = name.split('.').collect();
        QueryError::StoreNotFound {
            name: name.to_owned(),
            nearest: nearest(name, known),
            position: self.places.find(&[name]).or_else(|| self.places.find(&parts)),
        }
    }

    fn unknown_column(&self, names: &[&str], valid: &[Column]) -> QueryError {
        let paths = self.stores.active().flat_map(|store| completion::paths(store.schema.sql_schema().fields()));
        let paths: Vec<String> = paths.collect();
        let last = names.last().copied().unwrap_or_default();
        let is_field = |path: &&String| path.rsplit('.').next().is_some_and(|field| field.eq_ignore_ascii_case(last));
        // Names with a `#` are of our making.
        let columns = valid.iter().map(Column::name).filter(|name| !name.contains('#'));
        let nearest = nearest(last, columns)
            .or_else(|| nearest(&names.join("."), paths.iter().map(String::as_str)))
            .or_else(|| paths.iter().find(is_field).cloned());
        let (name, position) = self.named(names);
        QueryError::UnknownColumn { name, nearest, fields: Vec::new(), position }
    }

    fn field_error(&self, fault: &FieldFault) -> QueryError {
        let names: Vec<&str> = fault.path.iter().map(String::as_str).collect();
        let (name, position) = self.named(&names);
        let (field, parents) = names.split_last().map_or(("", &[][..]), |(field, parents)| (*field, parents));
        let parent =
            if parents.is_empty() { "the value".into() } else { format!("`{}`", self.places.spelled(parents)) };
        match &fault.denied {
            Denied::Unknown { fields } => {
                let path =
                    |field: String| [&parents.join("."), ".", &field].concat().trim_start_matches('.').to_owned();
                let nearest = nearest(field, fields.iter().map(String::as_str)).map(path);
                QueryError::UnknownColumn { name, nearest, fields: fields.clone(), position }
            }
            Denied::Array => QueryError::Invalid {
                message: format!(
                    "{parent} is an array: `{field}` is a field of its elements, take one with element_at(array, 1) or UNNEST it"
                ),
                position,
            },
            Denied::Plain => {
                QueryError::Invalid { message: format!("{parent} has no fields, `{field}` cannot be taken"), position }
            }
        }
    }

    fn named(&self, names: &[&str]) -> (String, Option<Position>) {
        (self.places.spelled(names), self.places.find(names))
    }
}

fn is_about_fields(message: &str) -> bool {
    const ABOUT_FIELDS: [&str; 4] =
        ["compound identifier", "not found in struct", "cannot access field", crate::planners::NO_FIELD];
    let message = message.to_lowercase();
    ABOUT_FIELDS.iter().any(|text| message.contains(text))
}

fn invalid(message: &str) -> QueryError {
    QueryError::Invalid { message: brief(message), position: None }
}
