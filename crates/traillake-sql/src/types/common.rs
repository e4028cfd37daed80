//! The type that values of two types share without a cast.

use arrow::datatypes::{DataType, TimeUnit};

use super::SqlType;

/// Digits of a decimal, at most.
const DIGITS: u8 = 38;

/// The narrowest type both types turn into by themselves, as Trino has it; `None` when there is none.
pub(crate) fn common_type(left: &SqlType, right: &SqlType) -> Option<SqlType> {
    match (left, right) {
        _ if left == right => Some(left.clone()),
        (SqlType::Plain(DataType::Null), other) | (other, SqlType::Plain(DataType::Null)) => Some(other.clone()),
        (SqlType::Varchar(_) | SqlType::Uuid, SqlType::Varchar(_) | SqlType::Uuid) => Some(SqlType::Varchar(None)),
        (SqlType::Plain(left), SqlType::Plain(right)) => common_plain(left, right).map(SqlType::Plain),
        (SqlType::Array(left), SqlType::Array(right)) => Some(SqlType::Array(Box::new(common_type(left, right)?))),
        (SqlType::Map(left_key, left_value), SqlType::Map(right_key, right_value)) => Some(SqlType::Map(
            Box::new(common_type(left_key, right_key)?),
            Box::new(common_type(left_value, right_value)?),
        )),
        (SqlType::Row(left), SqlType::Row(right)) if left.len() == right.len() => {
            let fields = left.iter().zip(right).enumerate().map(|(index, ((name, left), (other, right)))| {
                let name = if *name == super::anonymous_field(index) { other } else { name };
                Some((name.clone(), common_type(left, right)?))
            });
            Some(SqlType::Row(fields.collect::<Option<_>>()?))
        }
        _ => None,
    }
}

fn common_plain(left: &DataType, right: &DataType) -> Option<DataType> {
    if left.is_numeric() && right.is_numeric() {
        return common_number(left, right);
    }
    let zone = |zone: Option<&str>| Some(DataType::Timestamp(TimeUnit::Millisecond, zone.map(Into::into)));
    match (left, right) {
        (DataType::Timestamp(_, Some(one)), DataType::Timestamp(_, Some(other))) => {
            zone(Some(if one == other { one } else { "UTC" }))
        }
        (DataType::Timestamp(_, Some(one)), other) | (other, DataType::Timestamp(_, Some(one))) => {
            matches!(other, DataType::Date32 | DataType::Timestamp(_, None)).then(|| zone(Some(one)))?
        }
        (DataType::Timestamp(_, None), DataType::Timestamp(_, None) | DataType::Date32)
        | (DataType::Date32, DataType::Timestamp(_, None)) => zone(None),
        (
            DataType::Binary | DataType::BinaryView | DataType::LargeBinary,
            DataType::Binary | DataType::BinaryView | DataType::LargeBinary,
        ) => Some(DataType::Binary),
        _ => None,
    }
}

fn common_number(left: &DataType, right: &DataType) -> Option<DataType> {
    if *left == DataType::Float64 || *right == DataType::Float64 {
        return Some(DataType::Float64);
    }
    if left.is_floating() || right.is_floating() {
        return Some(DataType::Float32);
    }
    if let (Some(left), Some(right)) = (integer_rank(left), integer_rank(right)) {
        let integers = [DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64];
        return integers.get(left.max(right)).cloned();
    }
    let ((left_digits, left_scale), (right_digits, right_scale)) = (decimal_of(left)?, decimal_of(right)?);
    let scale = left_scale.max(right_scale);
    let whole = (i16::from(left_digits) - i16::from(left_scale)).max(i16::from(right_digits) - i16::from(right_scale));
    let digits = u8::try_from(whole + i16::from(scale)).unwrap_or(DIGITS).min(DIGITS);
    Some(DataType::Decimal128(digits, scale))
}

fn integer_rank(data_type: &DataType) -> Option<usize> {
    match data_type {
        DataType::Int8 => Some(0),
        DataType::Int16 | DataType::UInt8 => Some(1),
        DataType::Int32 | DataType::UInt16 => Some(2),
        DataType::Int64 | DataType::UInt32 | DataType::UInt64 => Some(3),
        _ => None,
    }
}

/// Digits and scale of a number as a decimal.
pub(crate) fn decimal_of(data_type: &DataType) -> Option<(u8, i8)> {
    match data_type {
        DataType::Decimal32(digits, scale)
        | DataType::Decimal64(digits, scale)
        | DataType::Decimal128(digits, scale)
        | DataType::Decimal256(digits, scale) => Some((*digits, *scale)),
        other => [3, 5, 10, 19].get(integer_rank(other)?).map(|&digits| (digits, 0)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse_type;
    use super::*;

    fn common(left: &str, right: &str) -> Option<String> {
        common_type(&parse_type(left).unwrap(), &parse_type(right).unwrap()).map(|common| common.to_string())
    }

    #[test]
    fn types_widen_inside_of_their_family() {
        assert_eq!(common("tinyint", "bigint").as_deref(), Some("bigint"));
        assert_eq!(common("bigint", "decimal(5,2)").as_deref(), Some("decimal(21,2)"));
        assert_eq!(common("decimal(5,2)", "double").as_deref(), Some("double"));
        assert_eq!(common("date", "timestamp(3)").as_deref(), Some("timestamp(3)"));
        assert_eq!(common("date", "timestamp with time zone").as_deref(), Some("timestamp(3) with time zone"));
        assert_eq!(common("array(integer)", "array(double)").as_deref(), Some("array(double)"));
        assert_eq!(common("row(integer)", "row(a bigint)").as_deref(), Some("row(a bigint)"));
        assert_eq!(common("unknown", "json").as_deref(), Some("json"));
    }

    #[test]
    fn families_do_not_mix() {
        for (left, right) in [("varchar", "bigint"), ("varchar", "json"), ("boolean", "integer"), ("date", "varchar")] {
            assert_eq!(common(left, right), None);
        }
    }
}
