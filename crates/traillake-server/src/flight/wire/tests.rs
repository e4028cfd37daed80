//! Messages stay small, whatever the rows, and hold them all in their order.

use arrow::array::{DictionaryArray, Int64Array, ListArray, StringArray, StringViewArray, StructArray};
use arrow::datatypes::{Int32Type, Int64Type};
use arrow_flight::utils::flight_data_to_batches;

use super::*;

const TARGET: usize = 10_000;

fn sent(batch: &RecordBatch) -> Vec<FlightData> {
    let mut encoder = Encoder::new(wire_schema(batch.schema_ref()), TARGET);
    let mut messages = vec![encoder.schema_message()];
    for piece in encoder.pieces(batch) {
        messages.extend(encoder.messages(&piece).unwrap());
    }
    messages
}

fn received(messages: &[FlightData]) -> RecordBatch {
    let batches = flight_data_to_batches(messages).unwrap();
    arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap()
}

#[test]
fn rows_of_one_size_fill_their_messages() {
    let texts: StringViewArray = (0..5_000).map(|n| Some(format!("a text of some length {n:>8}"))).collect();
    let batch = RecordBatch::try_from_iter([("text", Arc::new(texts) as ArrayRef)]).unwrap();
    let messages = sent(&batch);
    let sizes: Vec<_> = messages[1..].iter().map(|message| message.data_body.len()).collect();
    assert!(sizes.len() < 25 && sizes.iter().all(|size| *size <= 2 * TARGET), "{sizes:?}");
    let back = received(&messages);
    assert_eq!(back.schema().field(0).data_type(), &DataType::Utf8);
    assert_eq!(
        (back.num_rows(), back.column(0).as_string::<i32>().value(4_999)),
        (5_000, "a text of some length     4999")
    );
}

#[test]
fn a_few_large_rows_are_sent_apart_from_the_small_ones() {
    let texts = (0..2_000).map(|n| Some("x".repeat(if n > 1_990 { 9_000 } else { 1 })));
    let texts: StringArray = texts.collect();
    let batch = RecordBatch::try_from_iter([("text", Arc::new(texts.clone()) as ArrayRef)]).unwrap();
    let messages = sent(&batch);
    assert!(messages.iter().all(|message| message.data_body.len() <= 2 * TARGET));
    assert_eq!(received(&messages).column(0).as_string::<i32>(), &texts);
}

#[test]
fn a_slice_is_as_large_as_its_own_rows() {
    let lists = ListArray::from_iter_primitive::<Int64Type, _, _>((0..1_000).map(|n| Some(vec![Some(n); 100])));
    let whole = bytes_of(&lists);
    assert_eq!(bytes_of(&lists.slice(10, 100)), whole / 10);
    let batch = RecordBatch::try_from_iter([("list", Arc::new(lists.slice(10, 20)) as ArrayRef)]).unwrap();
    assert_eq!(sent(&batch).len(), 3, "20 rows of 804 bytes are two messages of 10 kB");
}

#[test]
fn views_and_dictionaries_within_rows_are_made_plain() {
    let dictionary: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
    let views = StringViewArray::from(vec!["x", "y", "z"]);
    let row = StructArray::from(vec![
        (Arc::new(Field::new("d", dictionary.data_type().clone(), false)), Arc::new(dictionary) as ArrayRef),
        (Arc::new(Field::new("v", DataType::Utf8View, false)), Arc::new(views) as ArrayRef),
    ]);
    let batch = RecordBatch::try_from_iter([("row", Arc::new(row) as ArrayRef)]).unwrap();
    let back = received(&sent(&batch));
    let row = back.column(0).as_struct();
    assert_eq!(row.column(0).as_string::<i32>().value(1), "b");
    assert_eq!(row.column(1).as_string::<i32>().value(2), "z");
}

#[test]
fn a_batch_without_rows_makes_no_message() {
    let batch = RecordBatch::try_from_iter([("n", Arc::new(Int64Array::from(Vec::<i64>::new())) as ArrayRef)]).unwrap();
    assert_eq!(sent(&batch).len(), 1);
}
