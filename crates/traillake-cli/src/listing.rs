//! Listings: the same rows as a table for people and as JSON for programs.

use serde_json::{Map, Value};

use crate::args::ListFormat;
use crate::error::Result;
use crate::format::print_rows;
use crate::printer::{Printer, printable};
use crate::text::push;

/// Rows of named values.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    rows: Vec<Map<String, Value>>,
}

impl Listing {
    pub(crate) fn new(rows: impl IntoIterator<Item = Value>) -> Self {
        let object = |row| if let Value::Object(row) = row { row } else { Map::new() };
        Self { rows: rows.into_iter().map(object).collect() }
    }

    /// Prints the rows; the table shows only `columns`, JSON shows everything.
    pub(crate) fn print(&self, format: ListFormat, columns: &[&str]) -> Result<()> {
        match format {
            ListFormat::Json => print_json(&self.rows.iter().cloned().map(Value::Object).collect()),
            ListFormat::Table => Ok(Printer::data(&self.table(columns))?),
        }
    }

    fn table(&self, columns: &[&str]) -> String {
        let cell = |row: &Map<String, Value>, name: &str| row.get(name).map_or_else(String::new, shown);
        let right: Vec<bool> = columns
            .iter()
            .map(|name| self.rows.iter().any(|row| row.get(*name).is_some_and(Value::is_number)))
            .collect();
        let rows: Vec<Vec<String>> =
            self.rows.iter().map(|row| columns.iter().map(|name| cell(row, name)).collect()).collect();
        print_rows(columns, &right, &rows)
    }
}

/// One thing with all its properties: a line each, or one JSON object.
pub(crate) fn print_thing(format: ListFormat, thing: &Value) -> Result<()> {
    if format == ListFormat::Json {
        return print_json(thing);
    }
    let members: Vec<(&String, String)> =
        thing.as_object().into_iter().flatten().map(|(name, value)| (name, shown(value))).collect();
    let width = members.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let mut lines = String::new();
    for (name, value) in members {
        push(&mut lines, format_args!("{name:width$}  {}\n", printable(&value)));
    }
    Ok(Printer::data(&lines)?)
}

fn print_json(value: &Value) -> Result<()> {
    Ok(Printer::data(&format!("{value:#}\n"))?)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
