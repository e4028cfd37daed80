//! Parts of a text by place: `substr` and `reverse`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, UInt64Array, new_null_array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::take;
use arrow::datatypes::DataType;
use datafusion::common::Result;

use super::{DOC, count, offset};
use crate::functions::kit::Kind::{self, Bigint, Text, Varbinary};
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![substr(), reverse()]
}

fn substr() -> Function {
    scalar("substr")
        .on(&[Text, Bigint], |row| Ok(Some(part(row.text(0), row.bigint(1), None).to_owned())))
        .on(&[Text, Bigint, Bigint], |row| Ok(Some(part(row.text(0), row.bigint(1), Some(row.bigint(2))).to_owned())))
        .on(&[Varbinary, Bigint], |row| Ok(Some(bytes_part(row.bytes(0), row.bigint(1), None).to_vec())))
        .on(&[Varbinary, Bigint, Bigint], |row| {
            Ok(Some(bytes_part(row.bytes(0), row.bigint(1), Some(row.bigint(2))).to_vec()))
        })
        .documented(FunctionDoc {
            name: "substr",
            aliases: &["substring"],
            usage: &[
                "substr(text, start [, length]) → varchar",
                "substring(text FROM start [FOR length]) → varchar",
                "substr(varbinary, start [, length]) → varbinary",
            ],
            text: "The part from the place `start`, 1 being the first; a negative one counts from the end. \
                   Empty for start 0 and for a start outside the text.",
            examples: &[
                ("substr('CloudTrail', 6)", "Trail"),
                ("substr('CloudTrail', -5, 3)", "Tra"),
                ("substring('CloudTrail' FROM 1 FOR 5)", "Cloud"),
                ("length(substr('abc', 0))", "0"),
            ],
            ..DOC
        })
}

fn reverse() -> Function {
    scalar("reverse")
        .on(&[Text], |row| Ok(Some(row.text(0).chars().rev().collect::<String>())))
        .on(&[Varbinary], |row| Ok(Some(row.bytes(0).iter().rev().copied().collect::<Vec<u8>>())))
        .on_arrays(
            &[Kind::Array],
            |types| Ok(types.first().cloned().unwrap_or(DataType::Null)),
            |arrays, rows| arrays.first().map_or_else(|| Ok(new_null_array(&DataType::Null, rows)), reverse_lists),
        )
        .documented(FunctionDoc {
            name: "reverse",
            usage: &["reverse(text) → varchar", "reverse(varbinary) → varbinary", "reverse(array) → array"],
            text: "The text, bytes or array from the end to the start.",
            examples: &[("reverse('äbc')", "cbä"), ("reverse(ARRAY[1, 2, 3])", "[3, 2, 1]")],
            ..DOC
        })
}

fn part(text: &str, start: i64, length: Option<i64>) -> &str {
    let skip = match start {
        0 => return "",
        1.. => start - 1,
        _ => match count(text).checked_add(start) {
            Some(skip @ 0..) => skip,
            _ => return "",
        },
    };
    let rest = offset(text, skip).and_then(|from| text.get(from..)).unwrap_or("");
    match length {
        None => rest,
        Some(..=0) => "",
        Some(length) => offset(rest, length).and_then(|end| rest.get(..end)).unwrap_or(rest),
    }
}

fn bytes_part(bytes: &[u8], start: i64, length: Option<i64>) -> &[u8] {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let skip = match start {
        0 => return &[],
        1.. => start - 1,
        _ => size.saturating_add(start),
    };
    let Ok(skip) = usize::try_from(skip) else { return &[] };
    let rest = bytes.get(skip..).unwrap_or(&[]);
    let length = length.map_or(usize::MAX, |length| usize::try_from(length).unwrap_or(0));
    rest.get(..length).unwrap_or(rest)
}

fn reverse_lists(array: &ArrayRef) -> Result<ArrayRef> {
    let Some(list) = array.as_list_opt::<i32>() else { return Ok(Arc::clone(array)) };
    let DataType::List(item) = list.data_type() else { return Ok(Arc::clone(array)) };
    let mut order: Vec<u64> = Vec::with_capacity(list.values().len());
    for bounds in list.value_offsets().windows(2) {
        if let &[from, to] = bounds {
            order.extend((from..to).rev().map(|place| u64::try_from(place).unwrap_or(0)));
        }
    }
    let values = take(list.values(), &UInt64Array::from(order), None)?;
    let lengths = (0..list.len()).map(|row| usize::try_from(list.value_length(row)).unwrap_or(0));
    let offsets = OffsetBuffer::from_lengths(lengths);
    Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, values, list.nulls().cloned())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{rows, value};

    #[test]
    fn substr_counts_from_one_or_from_the_end() {
        assert_eq!(part("abc", 1, None), "abc");
        assert_eq!(part("abc", 4, None), "");
        assert_eq!(part("abc", i64::MAX, Some(i64::MAX)), "");
        assert_eq!(part("abc", -3, None), "abc");
        assert_eq!(part("abc", -4, None), "");
        assert_eq!(part("abc", i64::MIN, Some(2)), "");
        assert_eq!(part("abc", 2, Some(0)), "");
        assert_eq!(part("abc", 2, Some(-1)), "");
        assert_eq!(part("abc", 2, Some(i64::MAX)), "bc");
        assert_eq!(part("äöü", -2, Some(1)), "ö");
        assert_eq!(part("", 1, Some(1)), "");
    }

    #[test]
    fn substr_of_bytes_counts_bytes() {
        assert_eq!(bytes_part(b"abc", 2, None), b"bc");
        assert_eq!(bytes_part(b"abc", -2, Some(1)), b"b");
        assert_eq!(bytes_part(b"abc", -4, None), b"");
        assert_eq!(bytes_part(b"abc", 0, None), b"");
        assert_eq!(bytes_part(b"abc", 9, Some(1)), b"");
        assert_eq!(value("to_hex(substr(X'010203', 2))").unwrap(), "0203");
    }

    #[test]
    fn every_form_of_substring_has_the_same_meaning() {
        assert_eq!(value("substring('abc', -2)").unwrap(), "bc");
        assert_eq!(value("substring('abc' FROM -2)").unwrap(), "bc");
        assert_eq!(value("substring('abc' FROM 0)").unwrap(), "");
        assert_eq!(value("substr('abc', -9)").unwrap(), "");
        assert_eq!(value("substr(NULL, 1)").unwrap(), "NULL");
        assert_eq!(value("substr('abc', NULL)").unwrap(), "NULL");
        assert_eq!(value("substr('abc', 1, NULL)").unwrap(), "NULL");
    }

    #[test]
    fn reverse_keeps_code_points_whole() {
        assert_eq!(value("reverse('a😀b')").unwrap(), "b😀a");
        assert_eq!(value("reverse('')").unwrap(), "");
        assert_eq!(value("reverse(NULL)").unwrap(), "NULL");
        assert_eq!(value("to_hex(reverse(X'0102'))").unwrap(), "0201");
    }

    #[test]
    fn reverse_turns_every_array_of_a_column() {
        let found =
            rows("SELECT reverse(a) FROM (VALUES (ARRAY[1,2]), (ARRAY[3]), (NULL), (ARRAY[4,5,6])) t(a)").unwrap();
        assert_eq!(found, [["[2, 1]"], ["[3]"], ["NULL"], ["[6, 5, 4]"]]);
    }
}
