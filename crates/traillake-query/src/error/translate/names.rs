//! Names that mean nothing: columns, fields, functions and stores, with those that would.

use datafusion::common::Column;
use datafusion::sql::sqlparser::keywords::Keyword;

use super::super::hints::way_out;
use super::super::{Position, QueryError};
use super::Translator;
use super::instead::instead;
use crate::catalog::{ATHENA, StoreEntry, is_json_text};
use crate::planners::{Denied, FieldFault};
use crate::suggest::nearest;
use crate::{Dialect, completion, functions};

impl Translator {
    pub(super) fn unknown_function(&self, name: &str) -> QueryError {
        let nearest = nearest(name, self.functions.shown.iter().map(String::as_str));
        let is_known = |known: &String| known.eq_ignore_ascii_case(name);
        let of_engine = self.dialect == Dialect::Lake && functions::engine_names().iter().any(is_known);
        QueryError::UnknownFunction {
            name: self.places.spelled(&[name]),
            nearest,
            of_engine,
            instead: instead(name),
            position: self.places.find(&[name]),
        }
    }

    pub(super) fn unknown_store(&self, reference: &str) -> QueryError {
        // The catalog and the schema are ours unless the query names others.
        let ours = ["traillake.public.", "traillake."];
        let name = ours.iter().find_map(|prefix| reference.strip_prefix(prefix)).unwrap_or(reference);
        let stores: Vec<String> = self.stores.active().map(StoreEntry::name).map(str::to_owned).collect();
        let athena: Vec<String> = stores.iter().map(|store| format!("{ATHENA}.{store}")).collect();
        let system = completion::system_tables();
        let known = stores.iter().chain(&system).chain(&athena).map(String::as_str);
        let parts: Vec<&str> = name.split('.').collect();
        QueryError::StoreNotFound {
            name: name.to_owned(),
            nearest: nearest(name, known),
            position: self.places.find(&[name]).or_else(|| self.places.find(&parts)),
            stores,
        }
    }

    pub(super) fn unknown_column(&self, names: &[&str], valid: &[Column], span: Option<Position>) -> QueryError {
        let position = span.or_else(|| self.places.find(names));
        let name = position.and_then(|place| self.places.at(place)).unwrap_or_else(|| self.places.spelled(names));
        let advice = position
            .and_then(|place| self.output_name(names, place))
            .or_else(|| self.function_name(names))
            .or_else(|| self.no_relation());
        // A column of a store that the query's own relations lack.
        let nearest = self.nearest_column(names, valid).filter(|near| !near.eq_ignore_ascii_case(&names.join(".")));
        let quoted = position.filter(|place| nearest.is_none() && self.places.is_quoted(*place));
        let advice = advice
            .or_else(|| quoted.map(|_| format!("text stands in single quotes: '{name}'; double quotes are for names")))
            .or_else(|| listed(valid).filter(|_| nearest.is_none()));
        QueryError::UnknownColumn { name, nearest, fields: Vec::new(), advice, position }
    }

    /// What to do when the name is a function's without its parentheses.
    fn function_name(&self, names: &[&str]) -> Option<String> {
        let [name] = names else { return None };
        let known = self.functions.shown.iter().find(|function| function.eq_ignore_ascii_case(name))?;
        Some(format!("`{known}` is a function: write `{known}()` with its arguments"))
    }

    /// What to do when the query reads nothing at all.
    fn no_relation(&self) -> Option<String> {
        (!self.places.has_from())
            .then(|| "the query reads nothing: add `FROM <store>`; text stands in single quotes".into())
    }

    fn nearest_column(&self, names: &[&str], valid: &[Column]) -> Option<String> {
        let paths = self.stores.active().flat_map(|store| completion::paths(store.schema.sql_schema().fields()));
        let paths: Vec<String> = paths.collect();
        let last = names.last().copied().unwrap_or_default();
        let is_field = |path: &&String| path.rsplit('.').next().is_some_and(|field| field.eq_ignore_ascii_case(last));
        // Names with a `#` are of our making.
        let columns = valid.iter().map(Column::name).filter(|name| !name.contains('#'));
        nearest(last, columns)
            .or_else(|| nearest(&names.join("."), paths.iter().map(String::as_str)))
            .or_else(|| paths.iter().find(is_field).cloned())
    }

    /// What to do when the name is one the query gives to an item of its list.
    fn output_name(&self, names: &[&str], place: Position) -> Option<String> {
        let [name] = names else { return None };
        if !self.places.is_alias(name) {
            return None;
        }
        let clause = match self.places.clause(place)? {
            Keyword::GROUP => {
                return Some(format!("`{name}` is an output name: group by its expression or its place, `GROUP BY 1`"));
            }
            Keyword::WHERE => "WHERE",
            Keyword::HAVING => "HAVING",
            Keyword::ON => "ON",
            Keyword::SELECT => "the list itself",
            _ => return None,
        };
        Some(format!(
            "`{name}` is an output name, which {clause} does not see: repeat its expression, or ask around a sub-select"
        ))
    }

    pub(super) fn field_error(&self, fault: &FieldFault) -> QueryError {
        let names: Vec<&str> = fault.path.iter().map(String::as_str).collect();
        let name = self.places.spelled(&names);
        let position = self.places.find(&names);
        let (field, parents) = names.split_last().map_or(("", &[][..]), |(field, parents)| (*field, parents));
        let spelled = self.places.spelled(parents);
        let parent = if parents.is_empty() { "the value".into() } else { format!("`{spelled}`") };
        let value = if parents.is_empty() { "value" } else { spelled.as_str() };
        // The query's own spelling of the field: keys of maps differ by case.
        let written = name.rsplit('.').next().unwrap_or(field);
        let (message, hint) = match &fault.denied {
            Denied::Unknown { fields } => return unknown_field(name, &names, fields, position),
            Denied::Array => (
                format!("{parent} is an array: `{written}` is a field of its elements"),
                Some(format!(
                    "take one, `element_at({value}, 1).{written}`, or `CROSS JOIN UNNEST({value}) AS t(element)`"
                )),
            ),
            Denied::Map => (
                format!("{parent} is a map: its keys are not fields, `{written}` cannot be taken with a dot"),
                Some(format!("`element_at({value}, '{written}')`")),
            ),
            Denied::Plain => {
                let is_json = parents.last().is_some_and(|parent| is_json_text(parent));
                let hint = is_json.then(|| format!("it is JSON text: `json_extract_scalar({value}, '$.{written}')`"));
                let message = format!("{parent} has no fields, `{written}` cannot be taken");
                let hint = hint.or_else(|| way_out(&message));
                (message, hint)
            }
        };
        QueryError::Invalid { message, position, hint }
    }
}

/// The columns there are, when they are few.
fn listed(valid: &[Column]) -> Option<String> {
    const FEW: usize = 12;
    let names: Vec<&str> = valid.iter().map(Column::name).filter(|name| !name.contains('#')).collect();
    (1..=FEW).contains(&names.len()).then(|| format!("columns: `{}`", names.join("`, `")))
}

fn unknown_field(name: String, names: &[&str], fields: &[String], position: Option<Position>) -> QueryError {
    let (field, parents) = names.split_last().map_or(("", &[][..]), |(field, parents)| (*field, parents));
    let path = |field: String| [&parents.join("."), ".", &field].concat().trim_start_matches('.').to_owned();
    let nearest = nearest(field, fields.iter().map(String::as_str)).map(path);
    QueryError::UnknownColumn { name, nearest, fields: fields.to_vec(), advice: None, position }
}
