//! Lake's types as XDBC has them (`GetXdbcTypeInfo`).

use arrow::array::RecordBatch;
use arrow_flight::sql::metadata::{XdbcTypeInfo, XdbcTypeInfoDataBuilder};
use arrow_flight::sql::{CommandGetXdbcTypeInfo, Nullable, Searchable, XdbcDataType, XdbcDatetimeSubcode};
use tonic::Status;

use super::status;

/// Name, type, size (digits, characters or bytes) and how a literal is written.
struct Row(&'static str, XdbcDataType, Option<i32>, Literal);

/// What stands around the value of a literal.
enum Literal {
    None,
    Bare,
    Quoted(&'static str),
}

const TYPES: [Row; 14] = [
    Row("boolean", XdbcDataType::XdbcBit, Some(1), Literal::Bare),
    Row("tinyint", XdbcDataType::XdbcTinyint, Some(3), Literal::Bare),
    Row("smallint", XdbcDataType::XdbcSmallint, Some(5), Literal::Bare),
    Row("integer", XdbcDataType::XdbcInteger, Some(10), Literal::Bare),
    Row("bigint", XdbcDataType::XdbcBigint, Some(19), Literal::Bare),
    Row("real", XdbcDataType::XdbcReal, Some(24), Literal::Bare),
    Row("double", XdbcDataType::XdbcDouble, Some(53), Literal::Bare),
    Row("decimal", XdbcDataType::XdbcDecimal, Some(38), Literal::Bare),
    Row("varchar", XdbcDataType::XdbcVarchar, None, Literal::Quoted("'")),
    Row("json", XdbcDataType::XdbcLongvarchar, None, Literal::None),
    Row("varbinary", XdbcDataType::XdbcVarbinary, None, Literal::Quoted("X'")),
    Row("date", XdbcDataType::XdbcDate, Some(10), Literal::Quoted("date '")),
    Row("time", XdbcDataType::XdbcTime, Some(12), Literal::Quoted("time '")),
    Row("timestamp", XdbcDataType::XdbcTimestamp, Some(23), Literal::Quoted("timestamp '")),
];

/// The types, or those of one XDBC type.
pub(super) fn of(get: CommandGetXdbcTypeInfo) -> Result<RecordBatch, Status> {
    let mut builder = XdbcTypeInfoDataBuilder::new();
    for row in &TYPES {
        builder.append(info(row));
    }
    let data = builder.build().map_err(status::fault)?;
    data.record_batch(get.data_type).map_err(status::fault)
}

fn info(Row(name, data_type, size, literal): &Row) -> XdbcTypeInfo {
    let is_text = matches!(data_type, XdbcDataType::XdbcVarchar | XdbcDataType::XdbcLongvarchar);
    let is_binary_float = matches!(data_type, XdbcDataType::XdbcReal | XdbcDataType::XdbcDouble);
    let is_exact = matches!(literal, Literal::Bare) && !is_binary_float && *data_type != XdbcDataType::XdbcBit;
    let is_decimal = *data_type == XdbcDataType::XdbcDecimal;
    let (sql_data_type, datetime_subcode) = datetime(*data_type);
    XdbcTypeInfo {
        type_name: (*name).to_owned(),
        data_type: *data_type,
        column_size: *size,
        literal_prefix: if let Literal::Quoted(prefix) = literal { Some((*prefix).to_owned()) } else { None },
        literal_suffix: if let Literal::Quoted(_) = literal { Some("'".to_owned()) } else { None },
        create_params: is_decimal.then(|| vec!["precision".to_owned(), "scale".to_owned()]),
        nullable: Nullable::NullabilityNullable,
        case_sensitive: is_text,
        searchable: if is_text { Searchable::Full } else { Searchable::Basic },
        unsigned_attribute: (is_exact || is_binary_float).then_some(false),
        fixed_prec_scale: false,
        auto_increment: is_exact.then_some(false),
        local_type_name: Some((*name).to_owned()),
        minimum_scale: is_exact.then_some(0),
        maximum_scale: is_exact.then_some(if is_decimal { 38 } else { 0 }),
        sql_data_type,
        datetime_subcode,
        num_prec_radix: if is_binary_float { Some(2) } else { is_exact.then_some(10) },
        interval_precision: None,
    }
}

/// The type as SQL has it, where dates and times are one type with a code.
fn datetime(data_type: XdbcDataType) -> (XdbcDataType, Option<XdbcDatetimeSubcode>) {
    let code = match data_type {
        // Dates have code 1, as years have.
        XdbcDataType::XdbcDate => XdbcDatetimeSubcode::XdbcSubcodeYear,
        XdbcDataType::XdbcTime => XdbcDatetimeSubcode::XdbcSubcodeTime,
        XdbcDataType::XdbcTimestamp => XdbcDatetimeSubcode::XdbcSubcodeTimestamp,
        other => return (other, None),
    };
    (XdbcDataType::XdbcDatetime, Some(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_listed_whole_and_by_their_number() {
        assert_eq!(of(CommandGetXdbcTypeInfo { data_type: None }).unwrap().num_rows(), TYPES.len());
        let bigint = Some(XdbcDataType::XdbcBigint as i32);
        assert_eq!(of(CommandGetXdbcTypeInfo { data_type: bigint }).unwrap().num_rows(), 1);
        assert_eq!(of(CommandGetXdbcTypeInfo { data_type: Some(99) }).unwrap().num_rows(), 0);
    }
}
