//! Arrow values as Lake writes them.

use std::sync::Arc;

use arrow::array::{
    BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, DurationMillisecondArray, Float64Array,
    Int8Array, Int64Array, ListArray, NullArray, StringArray, StringViewArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow::datatypes::Int32Type;

use super::*;

fn value(array: impl Array) -> (String, Option<String>) {
    let value = ParameterValue::of(&array, 0).unwrap();
    let kind = match value.kind {
        ValueKind::Typed(name) => name,
        other => format!("{other:?}").to_lowercase(),
    };
    (kind, value.text)
}

fn written(array: impl Array) -> String {
    let (kind, text) = value(array);
    format!("{kind} {}", text.unwrap_or_else(|| "NULL".into()))
}

#[test]
fn values_of_every_scalar_type_keep_type_and_value() {
    let at = 1_714_559_400_250_999;
    let dictionary: DictionaryArray<Int32Type> = ["a"].into_iter().collect();
    let decimal = Decimal128Array::from(vec![-150]).with_precision_and_scale(5, 2).unwrap();
    for (found, expected) in [
        (written(BooleanArray::from(vec![true])), "boolean true"),
        (written(Int8Array::from(vec![-5])), "integer -5"),
        (written(Int64Array::from(vec![i64::MIN])), "integer -9223372036854775808"),
        (written(UInt64Array::from(vec![u64::MAX])), "decimal(20,0) 18446744073709551615"),
        (written(Float64Array::from(vec![0.1])), "double 1e-1"),
        (written(Float64Array::from(vec![f64::NAN])), "double NaN"),
        (written(Float64Array::from(vec![f64::NEG_INFINITY])), "double -Infinity"),
        (written(decimal), "decimal(5,2) -1.50"),
        (written(StringViewArray::from(vec!["it's"])), "varchar it's"),
        (written(dictionary), "varchar a"),
        (written(BinaryArray::from(vec![&b"\x00\xff"[..]])), "varbinary 00ff"),
        (written(Date32Array::from(vec![19_844])), "date 2024-05-01"),
        (written(Time64MicrosecondArray::from(vec![3_661_000_500])), "time(3) 01:01:01"),
        (written(TimestampMicrosecondArray::from(vec![at])), "timestamp(3) 2024-05-01 10:30:00.250"),
        (written(DurationMillisecondArray::from(vec![-1_500])), "interval 0 months 0 days -1.500 seconds"),
    ] {
        assert_eq!(found, expected);
    }
}

#[test]
fn times_with_a_zone_are_bound_as_utc() {
    let array = TimestampMicrosecondArray::from(vec![1_714_559_400_000_000]).with_timezone("+02:00");
    assert_eq!(written(array), "timestamp(3) 2024-05-01 10:30:00");
}

#[test]
fn nulls_keep_their_type() {
    assert_eq!(written(StringArray::from(vec![None::<&str>])), "varchar NULL");
    assert_eq!(written(Float64Array::from(vec![None])), "double NULL");
    assert_eq!(written(NullArray::new(1)), "unknown NULL");
}

#[test]
fn what_is_no_scalar_is_refused() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    assert!(matches!(ParameterValue::of(&list, 0), Err(QueryError::UnfitValue { .. })));
    assert!(ParameterValue::of(&Int64Array::from(vec![1]), 1).is_err());
    let array: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![i64::MAX]));
    assert!(ParameterValue::of(&array, 0).is_err(), "a time that no calendar has");
}

#[test]
fn placeholders_inside_texts_and_comments_are_none() {
    assert_eq!(count("SELECT '?', \"?\" -- ?\n, ? FROM x WHERE a = ?").unwrap(), 2);
}
