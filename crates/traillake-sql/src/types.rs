//! Trino's types and the Arrow types they are kept as.
//!
//! | Trino | Arrow |
//! |---|---|
//! | varchar | `Utf8View`; `Utf8` in literals and inside rows, arrays and maps |
//! | json | `LargeUtf8`, which is used for nothing else |
//! | varbinary | `Binary` |
//! | ipaddress | `FixedSizeBinary(16)`, version 4 mapped into version 6 |
//! | timestamp(3), with time zone | `Timestamp(Millisecond, None)`, `Timestamp(Millisecond, Some(zone))` |
//! | interval day to second, year to month | `Interval(MonthDayNano)` |

mod common;
mod parse;
mod sql_type;

use arrow::datatypes::DataType;

pub(crate) use common::{common_type, decimal_of};
pub(crate) use parse::{TypeFault, TypeTokens, parse_type, read_type};
pub(crate) use sql_type::{SqlType, entries_field, item_field, map_fields, map_parts, row_fields};

/// Bytes of an address.
pub(crate) const IP_ADDRESS_BYTES: i32 = 16;

/// Whether the type is varchar.
pub(crate) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::Utf8View)
}

/// The name of a field of a row that was written without names.
pub(crate) fn anonymous_field(index: usize) -> String {
    format!("field{index}")
}

/// Trino's name of a type: `map(varchar, bigint)`.
pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Null => "unknown".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 => "tinyint".to_owned(),
        DataType::Int16 | DataType::UInt8 => "smallint".to_owned(),
        DataType::Int32 | DataType::UInt16 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => "bigint".to_owned(),
        DataType::Float16 | DataType::Float32 => "real".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Decimal32(p, s)
        | DataType::Decimal64(p, s)
        | DataType::Decimal128(p, s)
        | DataType::Decimal256(p, s) => format!("decimal({p},{s})"),
        DataType::Utf8 | DataType::Utf8View => "varchar".to_owned(),
        DataType::LargeUtf8 => "json".to_owned(),
        DataType::FixedSizeBinary(IP_ADDRESS_BYTES) => "ipaddress".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            "varbinary".to_owned()
        }
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "time(3)".to_owned(),
        DataType::Timestamp(_, None) => "timestamp(3)".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp(3) with time zone".to_owned(),
        DataType::Interval(_) | DataType::Duration(_) => "interval day to second".to_owned(),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => format!("array({})", type_name(item.data_type())),
        DataType::Struct(fields) => {
            let fields = fields.iter().enumerate().map(|(index, field)| {
                let name = type_name(field.data_type());
                if *field.name() == anonymous_field(index) { name } else { format!("{} {name}", field.name()) }
            });
            format!("row({})", fields.collect::<Vec<_>>().join(", "))
        }
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => {
                let parts = fields.iter().map(|field| type_name(field.data_type()));
                format!("map({})", parts.collect::<Vec<_>>().join(", "))
            }
            other => format!("map({})", type_name(other)),
        },
        DataType::Dictionary(_, value) => type_name(value),
        other => other.to_string(),
    }
}
