//! A type as a cast names it: an Arrow type and what Arrow does not say.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Fields};

use super::{anonymous_field, type_name};
use crate::dialect::is_reserved;

/// A type with the lengths of its texts and what is a UUID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SqlType {
    /// A type without parts that Arrow has.
    Plain(DataType),
    /// varchar, of a greatest length in code points.
    Varchar(Option<usize>),
    /// uuid, kept as text.
    Uuid,
    /// array
    Array(Box<Self>),
    /// map
    Map(Box<Self>, Box<Self>),
    /// row: names and types of its fields.
    Row(Vec<(String, Self)>),
}

impl SqlType {
    /// The type a column of this Arrow type has.
    pub(crate) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::Utf8 | DataType::Utf8View => Self::Varchar(None),
            DataType::List(item)
            | DataType::LargeList(item)
            | DataType::FixedSizeList(item, _)
            | DataType::ListView(item)
            | DataType::LargeListView(item) => Self::Array(Box::new(Self::of(item.data_type()))),
            DataType::Map(entries, _) => match map_parts(entries) {
                Some((key, value)) => {
                    Self::Map(Box::new(Self::of(key.data_type())), Box::new(Self::of(value.data_type())))
                }
                None => Self::Plain(data_type.clone()),
            },
            DataType::Struct(fields) => {
                Self::Row(fields.iter().map(|field| (field.name().clone(), Self::of(field.data_type()))).collect())
            }
            DataType::Dictionary(_, value) => Self::of(value),
            other => Self::Plain(other.clone()),
        }
    }

    /// The Arrow type of a column.
    pub(crate) fn data_type(&self) -> DataType {
        match self {
            Self::Varchar(_) | Self::Uuid => DataType::Utf8View,
            other => other.nested_type(),
        }
    }

    /// The Arrow type inside of arrays, maps and rows.
    pub(crate) fn nested_type(&self) -> DataType {
        match self {
            Self::Plain(data_type) => data_type.clone(),
            Self::Varchar(_) | Self::Uuid => DataType::Utf8,
            Self::Array(item) => DataType::List(item_field(item.nested_type())),
            Self::Map(key, value) => {
                DataType::Map(entries_field(map_fields(key.nested_type(), value.nested_type())), false)
            }
            Self::Row(fields) => DataType::Struct(row_fields(fields)),
        }
    }
}

impl fmt::Display for SqlType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(data_type) => f.write_str(&type_name(data_type)),
            Self::Varchar(None) => f.write_str("varchar"),
            Self::Varchar(Some(length)) => write!(f, "varchar({length})"),
            Self::Uuid => f.write_str("uuid"),
            Self::Array(item) => write!(f, "array({item})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Row(fields) => {
                let fields = fields.iter().enumerate().map(|(place, (name, field))| match name {
                    name if *name == anonymous_field(place) => field.to_string(),
                    name => format!("{} {field}", written_name(name)),
                });
                write!(f, "row({})", fields.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// A name, in quotes where it needs them.
fn written_name(name: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_');
    if starts && name.bytes().all(is_plain) && !is_reserved(name) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(format!("\"{}\"", name.replace('"', "\"\"")))
    }
}

/// The field of an array's elements.
pub(crate) fn item_field(item: DataType) -> FieldRef {
    Arc::new(Field::new_list_field(item, true))
}

/// The fields of a row.
pub(crate) fn row_fields(fields: &[(String, SqlType)]) -> Fields {
    fields.iter().map(|(name, field)| Field::new(name, field.nested_type(), true)).collect()
}

/// Key and value of a map.
pub(crate) fn map_fields(key: DataType, value: DataType) -> Fields {
    Fields::from(vec![Field::new("key", key, false), Field::new("value", value, true)])
}

/// The field of a map's entries.
pub(crate) fn entries_field(fields: Fields) -> FieldRef {
    Arc::new(Field::new("entries", DataType::Struct(fields), false))
}

/// Key and value of a map's entries.
pub(crate) fn map_parts(entries: &FieldRef) -> Option<(&FieldRef, &FieldRef)> {
    match entries.data_type() {
        DataType::Struct(fields) => Some((fields.first()?, fields.get(1)?)),
        _ => None,
    }
}
