//! The Arrow types of columns: as the files hold them and as SQL sees them.
//!
//! Names inside maps and lists are those of Delta Lake (`key_value`, `key`, `value`, `element`), so that a file's schema is its table's.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};

use super::definition::SchemaDefinition;
use super::{ColumnKind, Columns, RECORD_REST, RECORD_SHAPE};

/// Who looks at the columns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    File,
    Sql,
}

pub(super) fn file_schema(columns: &Columns) -> SchemaRef {
    let mut fields: Vec<FieldRef> = columns.top().iter().map(|&column| field(columns, column, Side::File)).collect();
    let own = [RECORD_SHAPE, RECORD_REST].map(|name| Arc::new(Field::new(name, DataType::Utf8, true)));
    fields.splice(columns.built_in..columns.built_in, own);
    Arc::new(Schema::new(fields))
}

pub(super) fn sql_schema(columns: &Columns, definition: &SchemaDefinition) -> SchemaRef {
    let mut stored = columns.top().iter();
    let fields: Vec<FieldRef> = definition
        .columns
        .iter()
        .filter_map(|column| match column.r#type.as_str() {
            "computed" => Some(Arc::new(Field::new(&column.name, DataType::Utf8View, true))),
            _ => stored.next().map(|&number| field(columns, number, Side::Sql)),
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn field(columns: &Columns, number: u32, side: Side) -> FieldRef {
    let column = columns.get(number);
    let r#type = match (column.kind, side) {
        (ColumnKind::Text, Side::Sql) => DataType::Utf8View,
        _ => data_type(columns, number, side),
    };
    Arc::new(Field::new(&column.name, r#type, true))
}

fn data_type(columns: &Columns, number: u32, side: Side) -> DataType {
    let column = columns.get(number);
    match column.kind {
        ColumnKind::Text => DataType::Utf8,
        ColumnKind::Boolean => DataType::Boolean,
        ColumnKind::Timestamp if side == Side::File => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        ColumnKind::Timestamp => DataType::Timestamp(TimeUnit::Millisecond, None),
        ColumnKind::Double => DataType::Float64,
        ColumnKind::Integer => DataType::Int32,
        ColumnKind::TextMap => DataType::Map(map_entries_field(), false),
        ColumnKind::Struct => DataType::Struct(members(columns, number, side)),
        ColumnKind::List => {
            DataType::List(Arc::new(Field::new("element", DataType::Struct(members(columns, number, side)), true)))
        }
    }
}

fn members(columns: &Columns, number: u32, side: Side) -> Fields {
    let member = |&member: &u32| Field::new(&columns.get(member).name, data_type(columns, member, side), true);
    columns.get(number).members.iter().map(member).collect()
}

/// The entries of a `map<string,string>`.
pub(crate) fn map_entries_field() -> FieldRef {
    let entries = vec![Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)];
    Arc::new(Field::new("key_value", DataType::Struct(entries.into()), false))
}
