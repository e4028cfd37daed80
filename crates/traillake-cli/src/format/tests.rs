//! Every format on one batch of difficult values.

use std::io::Write;
use std::sync::{Arc, Mutex};

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Decimal128Array, Float64Array, Int64Array, ListArray, MapBuilder, NullArray,
    RecordBatch, StringArray, StringBuilder, StringViewArray, StructArray, TimestampMillisecondArray,
    TimestampNanosecondArray, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Fields, Int64Type, Schema};

use super::*;

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn written(format: Format, batches: &[RecordBatch], for_eyes: bool) -> Vec<u8> {
    let memory = Memory::default();
    let mut writer = row_writer(format, &batches[0].schema(), Box::new(memory.clone()), for_eyes).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap();
    drop(writer);
    memory.0.lock().unwrap().clone()
}

fn text(format: Format, batch: &RecordBatch) -> String {
    String::from_utf8(written(format, std::slice::from_ref(batch), false)).unwrap()
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<_> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|(_, array)| array).collect()).unwrap()
}

fn difficult() -> RecordBatch {
    let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    map.keys().append_value("a.b");
    map.values().append_value("x\"y");
    map.keys().append_value("n");
    map.values().append_null();
    map.append(true).unwrap();
    map.append(false).unwrap();
    let fields = Fields::from(vec![Field::new("type", DataType::Utf8, true), Field::new("n", DataType::Int64, true)]);
    let structs = StructArray::new(
        fields,
        vec![Arc::new(StringArray::from(vec![Some("Root"), None])), Arc::new(Int64Array::from(vec![1, 2]))],
        None,
    );
    batch(vec![
        ("name", Arc::new(StringViewArray::from(vec![Some("Zoë, \"the\"\tfirst\nline|x\\"), None]))),
        ("n", Arc::new(Int64Array::from(vec![Some(9_007_199_254_740_993), None]))),
        ("n", Arc::new(UInt64Array::from(vec![u64::MAX, 0]))),
        ("share", Arc::new(Float64Array::from(vec![0.1, 1e300]))),
        ("exact", Arc::new(Decimal128Array::from(vec![12_345, -5]).with_precision_and_scale(38, 4).unwrap())),
        ("ok", Arc::new(BooleanArray::from(vec![Some(true), None]))),
        ("at", Arc::new(TimestampMillisecondArray::from(vec![1_686_500_787_000, -1]))),
        ("zoned", Arc::new(TimestampNanosecondArray::from(vec![1_686_500_787_123_456_789, 0]).with_timezone("UTC"))),
        ("bytes", Arc::new(BinaryArray::from(vec![Some(&b"\x00\xff"[..]), None]))),
        ("parameters", Arc::new(map.finish())),
        ("identity", Arc::new(structs)),
        ("list", Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>(vec![Some(vec![Some(1), None]), None]))),
        ("nothing", Arc::new(NullArray::new(2))),
        ("empty", Arc::new(StringArray::from(vec![Some(""), None]))),
    ])
}

#[test]
fn json_keeps_types_digits_and_repeated_names() {
    insta::assert_snapshot!(text(Format::Json, &difficult()));
    let parsed: serde_json::Value = serde_json::from_str(&text(Format::Json, &difficult())).unwrap();
    assert_eq!(parsed[0]["n"].to_string(), "9007199254740993");
    assert_eq!(parsed[0]["n_1"].to_string(), "18446744073709551615");
}

#[test]
fn ndjson_has_one_object_per_line() {
    insta::assert_snapshot!(text(Format::Ndjson, &difficult()));
}

#[test]
fn csv_quotes_what_it_must_and_tells_null_from_empty() {
    insta::assert_snapshot!(text(Format::Csv, &difficult()));
}

#[test]
fn tsv_keeps_one_row_per_line() {
    let tsv = text(Format::Tsv, &difficult());
    assert_eq!(tsv.lines().count(), 3);
    insta::assert_snapshot!(tsv);
}

#[test]
fn markdown_escapes_its_own_marks() {
    insta::assert_snapshot!(text(Format::Markdown, &difficult()));
}

#[test]
fn a_table_aligns_numbers_right_and_spells_control_characters_out() {
    insta::assert_snapshot!(text(Format::Table, &difficult()));
}

#[test]
fn no_rows_give_a_header_or_an_empty_array() {
    let empty = difficult().slice(0, 0);
    let shown: Vec<_> =
        [Format::Json, Format::Ndjson, Format::Csv, Format::Table].map(|format| text(format, &empty)).into();
    insta::assert_snapshot!(shown.join("---\n"));
}

#[test]
fn a_terminal_gets_long_cells_cut_and_a_file_gets_them_whole() {
    let long = batch(vec![("json", Arc::new(StringArray::from(vec!["x".repeat(500)])))]);
    let eyes = String::from_utf8(written(Format::Table, std::slice::from_ref(&long), true)).unwrap();
    assert!(eyes.contains('…') && eyes.lines().all(|line| line.chars().count() < 80));
    assert!(text(Format::Table, &long).contains(&"x".repeat(500)));
}

#[test]
fn a_table_of_many_rows_streams_with_the_widths_of_the_first() {
    let batches: Vec<_> = (0..5_i64)
        .map(|part| batch(vec![("n", Arc::new(Int64Array::from_iter_values(part * 1000..part * 1000 + 1000)))]))
        .collect();
    let table = String::from_utf8(written(Format::Table, &batches, false)).unwrap();
    assert_eq!(table.lines().count(), 5002);
    assert!(table.ends_with("4999\n"));
}

#[test]
fn arrow_and_parquet_read_back_with_distinct_names() {
    let difficult = difficult();
    let stream = written(Format::Arrow, std::slice::from_ref(&difficult), false);
    let batches: Vec<_> =
        arrow::ipc::reader::StreamReader::try_new(stream.as_slice(), None).unwrap().map(Result::unwrap).collect();
    assert_eq!(batches[0].columns(), difficult.columns());
    assert_eq!(batches[0].schema().field(2).name(), "n_1");

    let file = written(Format::Parquet, &[difficult.slice(0, 1), difficult.slice(1, 1)], false);
    let reader =
        parquet::arrow::arrow_reader::ParquetRecordBatchReader::try_new(bytes::Bytes::from(file), 100).unwrap();
    let rows: usize = reader.map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 2);
}

#[test]
fn a_closed_pipe_is_known_as_such() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }
    let difficult = difficult();
    for format in [Format::Json, Format::Csv, Format::Table, Format::Markdown, Format::Arrow, Format::Parquet] {
        let outcome = row_writer(format, &difficult.schema(), Box::new(Closed), false).and_then(|mut writer| {
            writer.write(&difficult)?;
            writer.finish()
        });
        assert!(outcome.unwrap_err().is_broken_pipe(), "{format:?}");
    }
}
