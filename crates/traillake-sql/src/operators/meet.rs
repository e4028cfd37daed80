//! How two types are compared.

use arrow::datatypes::{DataType, TimeUnit};

use crate::types::{SqlType, common_type, is_text};

/// Timestamps as they are compared: in milliseconds, UTC.
pub(super) const STAMP: DataType = DataType::Timestamp(TimeUnit::Millisecond, None);

/// What two sides become before they are compared.
#[derive(Debug, PartialEq)]
pub(super) enum Meeting {
    /// Nothing: DataFusion compares them as Trino does.
    AsIs,
    /// The types of the left and the right side.
    Sides(DataType, DataType),
    /// Arrays, maps and rows, compared part by part.
    Parts,
    /// Intervals, compared by their length.
    Intervals,
}

/// How sides of these types are compared; `None` when they cannot be.
pub(super) fn meet(left: &DataType, right: &DataType) -> Option<Meeting> {
    use DataType::{Boolean, Dictionary, LargeUtf8, Null};
    match (left, right) {
        (Null, _) | (_, Null) => Some(Meeting::AsIs),
        (Dictionary(_, inner), other) => meet(inner, other),
        (other, Dictionary(_, inner)) => meet(other, inner),
        (left, right) if left.is_numeric() && right.is_numeric() => Some(meet_numbers(left, right)),
        (left, right) if is_text(left) && is_text(right) => Some(Meeting::AsIs),
        (Boolean, Boolean) | (LargeUtf8, LargeUtf8) => Some(Meeting::AsIs),
        (Boolean, text) if is_text(text) => Some(Meeting::Sides(DataType::Utf8, text.clone())),
        (text, Boolean) if is_text(text) => Some(Meeting::Sides(text.clone(), DataType::Utf8)),
        (left, right) if is_bytes(left) && is_bytes(right) => Some(Meeting::AsIs),
        (left, right) if is_interval(left) && is_interval(right) => Some(Meeting::Intervals),
        (left, right) if left.is_nested() || right.is_nested() => {
            common_type(&SqlType::of(left), &SqlType::of(right)).map(|_| Meeting::Parts)
        }
        _ if left == right => Some(Meeting::AsIs),
        _ => meet_times(left, right),
    }
}

fn meet_numbers(left: &DataType, right: &DataType) -> Meeting {
    match (left.is_floating(), right.is_floating()) {
        (true, false) if right.is_decimal() => Meeting::Sides(left.clone(), left.clone()),
        (false, true) if left.is_decimal() => Meeting::Sides(right.clone(), right.clone()),
        _ => Meeting::AsIs,
    }
}

fn meet_times(left: &DataType, right: &DataType) -> Option<Meeting> {
    let moment = |side: &DataType| matches!(side, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64);
    let fits = |side: &DataType| moment(side) || is_text(side);
    let comparable = (moment(left) && fits(right)) || (moment(right) && fits(left));
    comparable.then_some(Meeting::Sides(STAMP, STAMP))
}

fn is_interval(side: &DataType) -> bool {
    matches!(side, DataType::Interval(_) | DataType::Duration(_))
}

fn is_bytes(side: &DataType) -> bool {
    matches!(side, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}
