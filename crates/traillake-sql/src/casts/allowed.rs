//! Which types can be cast into which.

use arrow::datatypes::DataType;

use crate::types::SqlType;

/// What a type is, as far as casts are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Unknown,
    Boolean,
    Number,
    Text,
    Json,
    Bytes,
    Address,
    Date,
    Time,
    Timestamp,
    Interval,
    Other,
}

/// Whether a cast from one type to another exists.
pub(crate) fn can_cast(from: &SqlType, to: &SqlType) -> bool {
    let json = SqlType::Plain(DataType::LargeUtf8);
    match (from, to) {
        (SqlType::Plain(DataType::Null), _) => true,
        (SqlType::Array(from), SqlType::Array(to)) => can_cast(from, to),
        (SqlType::Map(key, value), SqlType::Map(to_key, to_value)) => {
            can_cast(key, to_key) && can_cast(value, to_value)
        }
        (SqlType::Row(from), SqlType::Row(to)) => {
            from.len() == to.len() && from.iter().zip(to).all(|((_, from), (_, to))| can_cast(from, to))
        }
        (SqlType::Array(item), to) if *to == json => can_cast(item, to),
        (SqlType::Map(key, value), to) if *to == json => can_cast(key, &SqlType::Varchar(None)) && can_cast(value, to),
        (SqlType::Row(fields), to) if *to == json => fields.iter().all(|(_, field)| can_cast(field, to)),
        (from, SqlType::Array(item)) if *from == json => can_cast(from, item),
        (from, SqlType::Map(key, value)) if *from == json => {
            can_cast(&SqlType::Varchar(None), key) && can_cast(from, value)
        }
        (from, SqlType::Row(fields)) if *from == json => fields.iter().all(|(_, field)| can_cast(from, field)),
        _ => can_cast_plain(family(from), family(to)),
    }
}

fn can_cast_plain(from: Family, to: Family) -> bool {
    use Family::{Address, Boolean, Bytes, Date, Json, Number, Other, Text, Time, Timestamp};
    if from == to {
        return from != Other;
    }
    match to {
        Text => !matches!(from, Bytes | Other),
        Json => matches!(from, Boolean | Number | Text | Date | Timestamp),
        Boolean => matches!(from, Number | Text | Json),
        Number => matches!(from, Boolean | Text | Json),
        Bytes => from == Address,
        Address => matches!(from, Text | Bytes),
        Date => matches!(from, Timestamp | Text),
        Time => matches!(from, Timestamp | Text),
        Timestamp => matches!(from, Date | Text),
        _ => false,
    }
}

fn family(sql_type: &SqlType) -> Family {
    match sql_type {
        SqlType::Varchar(_) | SqlType::Uuid => Family::Text,
        SqlType::Plain(data_type) => match data_type {
            DataType::Null => Family::Unknown,
            DataType::Boolean => Family::Boolean,
            DataType::LargeUtf8 => Family::Json,
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView => Family::Bytes,
            DataType::FixedSizeBinary(_) => Family::Address,
            DataType::Date32 | DataType::Date64 => Family::Date,
            DataType::Time32(_) | DataType::Time64(_) => Family::Time,
            DataType::Timestamp(..) => Family::Timestamp,
            DataType::Interval(_) | DataType::Duration(_) => Family::Interval,
            number if number.is_numeric() => Family::Number,
            _ => Family::Other,
        },
        _ => Family::Other,
    }
}
