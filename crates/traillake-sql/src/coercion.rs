//! Values of several types under one: what set operations, VALUES and USING have in common.

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::logical_expr::{Cast, Expr};

use crate::casts::implicit;
use crate::operators::time_of;
use crate::types::{SqlType, common_type, is_text};

/// The type that values of both types turn into by themselves, as Trino has it; `None` when there is none.
pub fn common_data_type(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right {
        return Some(left.clone());
    }
    common_type(&SqlType::of(left), &SqlType::of(right)).map(|shared| shared.data_type())
}

/// The type of a column of a set operation: as [`common_data_type`] has it, and of times and texts, which Lake compares
/// with each other, times.
pub fn set_data_type(left: &DataType, right: &DataType) -> Option<DataType> {
    let time = |side: &DataType| matches!(side, DataType::Timestamp(_, None));
    let mixed = time(left) && is_text(right) || is_text(left) && time(right);
    if mixed { Some(DataType::Timestamp(TimeUnit::Millisecond, None)) } else { common_data_type(left, right) }
}

/// A value of type `from` as the type `to` that [`common_data_type`] or [`set_data_type`] found.
pub fn coerce(value: Expr, from: &DataType, to: &DataType) -> Expr {
    if from == to {
        return value;
    }
    let native = |value| Expr::Cast(Cast::new(Box::new(value), to.clone()));
    match (from, to) {
        // The cast of the language keeps the zone a value has, and gives UTC to one that has none.
        (DataType::Timestamp(_, Some(_)), DataType::Timestamp(_, Some(_))) => native(value),
        (_, DataType::Timestamp(_, Some(zone))) if zone.as_ref() != "UTC" => native(implicit(value, to)),
        (from, DataType::Timestamp(_, None)) if is_text(from) => time_of(value),
        _ => implicit(value, to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_two_representations_have_a_common_type() {
        assert_eq!(common_data_type(&DataType::Utf8, &DataType::Utf8View), Some(DataType::Utf8View));
    }

    #[test]
    fn a_date_becomes_a_timestamp_in_milliseconds() {
        let stamp = DataType::Timestamp(TimeUnit::Millisecond, None);
        assert_eq!(common_data_type(&DataType::Date32, &stamp), Some(stamp));
    }

    #[test]
    fn text_and_json_have_nothing_in_common() {
        assert_eq!(common_data_type(&DataType::Utf8View, &DataType::LargeUtf8), None);
    }
}
