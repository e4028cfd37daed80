//! Columns of texts in all encodings, read as codes and as texts.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch, StringArray, StringViewArray, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::basic::Encoding;
use parquet::column::page::{PageIterator, PageReader};
use parquet::errors::Result;
use parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;
use proptest::prelude::*;
use proptest::sample::select;

use super::CodesReader;

struct Chunks(std::vec::IntoIter<Box<dyn PageReader>>);

impl Iterator for Chunks {
    type Item = Result<Box<dyn PageReader>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Ok)
    }
}

impl PageIterator for Chunks {}

/// How a file is written.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Dictionary,
    /// Pages without a dictionary after the first ones.
    Mixed,
    Plain,
    Delta,
}

fn file(texts: &[Option<String>], kind: Kind, second: bool) -> Bytes {
    let properties = WriterProperties::builder();
    let properties = match kind {
        Kind::Dictionary => properties,
        Kind::Mixed => properties.set_dictionary_page_size_limit(60).set_encoding(Encoding::PLAIN),
        Kind::Plain => properties.set_dictionary_enabled(false).set_encoding(Encoding::PLAIN),
        Kind::Delta => properties.set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY),
    };
    file_of(texts, properties, second)
}

/// A file with the texts inside a struct, in small pages and row groups, of the first or the second version.
pub(in crate::provider::reader) fn file_of(
    texts: &[Option<String>],
    properties: WriterPropertiesBuilder,
    second: bool,
) -> Bytes {
    let properties = properties
        .set_max_row_group_row_count(Some(90))
        .set_data_page_row_count_limit(20)
        .set_write_batch_size(10)
        .set_writer_version(if second { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 });
    let texts: ArrayRef = Arc::new(StringArray::from_iter(texts));
    let fields = Fields::from(vec![Field::new("arn", DataType::Utf8, true)]);
    let identity: ArrayRef = Arc::new(StructArray::new(fields.clone(), vec![texts], None));
    let schema = Arc::new(Schema::new(vec![Field::new("useridentity", DataType::Struct(fields), true)]));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![identity]).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties.build())).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

fn reader(file: Bytes, data_type: &DataType, selection: Option<&RowSelection>) -> CodesReader {
    let file = SerializedFileReader::new(file).unwrap();
    let groups = 0..file.num_row_groups();
    let chunks: Vec<_> =
        groups.map(|group| file.get_row_group(group).unwrap().get_column_page_reader(0).unwrap()).collect();
    let rows = usize::try_from(file.metadata().file_metadata().num_rows()).unwrap();
    let leaf = file.metadata().file_metadata().schema_descr().column(0);
    CodesReader::new(leaf, data_type.clone(), Box::new(Chunks(chunks.into_iter())), selection, rows)
}

/// The columns that are read, and all of them as texts.
fn read(mut reader: CodesReader, most: usize) -> Result<(Vec<ArrayRef>, Vec<Option<String>>)> {
    let mut columns = Vec::new();
    while let Some(column) = reader.read(most)? {
        assert!((1..=most).contains(&column.len()));
        columns.push(column);
    }
    let texts: Vec<ArrayRef> = columns.iter().map(|column| cast(column, &DataType::Utf8).unwrap()).collect();
    let texts: Vec<_> = texts.iter().flat_map(|texts| texts.as_string::<i32>().iter()).collect();
    let texts = texts.into_iter().map(|text| text.map(str::to_owned)).collect();
    Ok((columns, texts))
}

/// Columns of few texts, of many, of none and of one.
pub(in crate::provider::reader) fn texts() -> impl Strategy<Value = Vec<Option<String>>> {
    let text = prop_oneof![
        3 => (0..7_u32).prop_map(|n| Some(format!("arn:aws:iam::1:role/{n}"))),
        2 => "[a-zé]{0,9}".prop_map(Some),
        2 => Just(None),
    ];
    prop_oneof![
        8 => prop::collection::vec(text, 0..400),
        1 => (0_usize..300).prop_map(|rows| vec![None; rows]),
        1 => (0_usize..300).prop_map(|rows| vec![Some(String::new()); rows]),
        1 => (0_usize..300).prop_map(|rows| (0..rows).map(|row| Some(format!("{row:09}"))).collect()),
    ]
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Dictionary), Just(Kind::Mixed), Just(Kind::Plain), Just(Kind::Delta)]
}

proptest! {
    #[test]
    fn codes_stand_for_the_selected_texts(
        texts in texts(),
        kind in kind(),
        second in any::<bool>(),
        view in any::<bool>(),
        runs in prop::option::of(prop::collection::vec((1_usize..60, any::<bool>()), 1..12)),
        most in 1_usize..300,
    ) {
        let data_type = if view { DataType::Utf8View } else { DataType::Utf8 };
        let mut kept = vec![true; texts.len()];
        let selection = runs.map(|runs| {
            let mut place = 0;
            for (length, keep) in runs {
                for kept in kept.iter_mut().skip(place).take(length) {
                    *kept = keep;
                }
                place += length;
            }
            let selectors = kept.chunk_by(|a, b| a == b).map(|run| RowSelector { row_count: run.len(), skip: !run[0] });
            RowSelection::from(selectors.collect::<Vec<_>>())
        });
        let (columns, read) = read(reader(file(&texts, kind, second), &data_type, selection.as_ref()), most).unwrap();
        let expected: Vec<_> = texts.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(text, _)| text).collect();
        prop_assert_eq!(read, expected);
        for column in columns {
            prop_assert_eq!(column.as_any_dictionary().values().data_type(), &data_type);
        }
    }

    #[test]
    fn damaged_files_are_errors_and_no_panics(
        texts in texts(),
        kind in select(vec![Kind::Dictionary, Kind::Mixed, Kind::Plain]),
        place in 0_usize..9_000,
        byte in any::<u8>(),
    ) {
        let mut bytes = file(&texts, kind, false).to_vec();
        // The footer stays: it is the library's.
        let footer = bytes.len() - 8 - u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().unwrap()) as usize;
        if footer > 4 {
            bytes[4 + place % (footer - 4)] ^= byte;
        }
        let _ = read(reader(bytes.into(), &DataType::Utf8, None), 100);
    }
}

#[test]
fn rows_of_one_dictionary_share_it() {
    let texts: Vec<_> = (0..90).map(|n| Some(format!("role-{}", n % 3))).collect();
    let (columns, _) = read(reader(file(&texts, Kind::Dictionary, false), &DataType::Utf8View, None), 40).unwrap();
    let values: Vec<_> = columns.iter().map(|column| column.as_any_dictionary().values()).collect();
    assert_eq!(columns.iter().map(Array::len).collect::<Vec<_>>(), [40, 40, 10]);
    assert!(values.iter().all(|dictionary| Arc::ptr_eq(dictionary, values[0])));
    assert_eq!(
        values[0].as_string_view(),
        &StringViewArray::from(vec![None, Some("role-0"), Some("role-1"), Some("role-2")])
    );
}

#[test]
fn a_column_that_ends_early_is_an_error() {
    let texts = vec![Some("a".to_owned()); 50];
    let whole = reader(file(&texts, Kind::Dictionary, false), &DataType::Utf8, None);
    let selection = RowSelection::from(vec![RowSelector::select(60)]);
    let short = reader(file(&texts, Kind::Dictionary, false), &DataType::Utf8, Some(&selection));
    assert!(read(whole, 100).is_ok());
    assert!(read(short, 100).unwrap_err().to_string().contains("fewer rows than its footer says"));
}
