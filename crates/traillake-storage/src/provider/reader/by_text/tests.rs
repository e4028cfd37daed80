//! Conditions on texts as they are stored against the same conditions on rows.

use std::cell::Cell;
use std::sync::Arc;

use arrow::array::builder::{MapBuilder, StringBuilder};
use arrow::array::{BooleanArray, StringArray};
use arrow::datatypes::Fields;
use datafusion::common::DFSchema;
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::SessionContext;
use object_store::memory::InMemory;
use object_store::{ObjectStoreExt as _, path::Path};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::properties::{WriterProperties, WriterVersion};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use super::super::chunks::ChunkBytes;
use super::*;
use crate::footer::Footers;

const TEXTS: [&str; 12] = [
    "",
    "a",
    "A",
    "a%b",
    "a_b",
    "axb",
    "äxb",
    "GetObject",
    "getobject",
    "arn:aws:iam::111111111111:role/long enough to lie outside of a view",
    "arn:aws:iam::111111111111:role/long enough to lie elsewhere",
    "\\",
];

/// Conditions on a text `{}`.
const ASKED: [&str; 27] = [
    "{} = 'a'",
    "{} <> 'a'",
    "'GetObject' = {}",
    "{} = 'nothing'",
    "{} < 'b'",
    "{} IN ('a', 'GetObject')",
    "{} IN ('a', NULL)",
    "{} NOT IN ('a', NULL)",
    "{} NOT IN ('a', 'b', 'c', 'd', 'e')",
    "{} IS NULL",
    "{} IS NOT NULL",
    "{} IS DISTINCT FROM 'a'",
    "{} LIKE 'a%'",
    "{} LIKE '%b'",
    "{} LIKE '%role/long%'",
    "{} LIKE 'a_b'",
    "{} LIKE 'a\\_b'",
    "{} LIKE 'a\\%b'",
    "{} LIKE '_xb'",
    "{} LIKE ''",
    "{} LIKE '%'",
    "{} NOT LIKE '%b%'",
    "{} ILIKE '%OBJECT'",
    "starts_with({}, 'arn:')",
    "upper({}) = 'GETOBJECT' OR {} IS NULL",
    "CASE WHEN {} IS NULL THEN 'a' ELSE {} END = 'a'",
    "CAST({} AS INT) = 1",
];

const PLACES: [&str; 4] = ["name", "identity['arn']", "parameters['key']", "parameters['other']"];

/// What a row has: a name, a map, and what an identity has.
type Row = (Option<&'static str>, Option<Vec<(&'static str, Option<&'static str>)>>, Option<Option<&'static str>>);

fn row() -> impl Strategy<Value = Row> {
    let text = || weighted(0.8, select(&TEXTS[..]));
    let entry = (select(&["key", "other", "third"][..]), text());
    (text(), weighted(0.8, vec(entry, 0..4)), weighted(0.8, text()))
}

fn properties() -> impl Strategy<Value = WriterProperties> {
    let of = |(dictionary, dictionary_bytes, version, level, rows, delta): (bool, usize, bool, bool, usize, bool)| {
        let builder = WriterProperties::builder()
            .set_dictionary_enabled(dictionary)
            .set_dictionary_page_size_limit(dictionary_bytes)
            .set_data_page_row_count_limit(rows)
            .set_write_batch_size(rows)
            .set_writer_version(if version { WriterVersion::PARQUET_2_0 } else { WriterVersion::PARQUET_1_0 })
            .set_compression(if level { Compression::ZSTD(ZstdLevel::default()) } else { Compression::UNCOMPRESSED });
        if delta { builder.set_encoding(Encoding::DELTA_BYTE_ARRAY) } else { builder.set_encoding(Encoding::PLAIN) }
            .build()
    };
    (
        any::<bool>(),
        select(&[16_usize, 100, 1 << 20][..]),
        any::<bool>(),
        any::<bool>(),
        1..40_usize,
        proptest::bool::weighted(0.1),
    )
        .prop_map(of)
}

fn batch(rows: &[Row]) -> RecordBatch {
    let names: StringArray = rows.iter().map(|row| row.0).collect();
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for (_, map, _) in rows {
        for (key, value) in map.iter().flatten() {
            maps.keys().append_value(key);
            maps.values().append_option(*value);
        }
        maps.append(map.is_some()).unwrap();
    }
    let arns: StringArray = rows.iter().map(|row| row.2.flatten()).collect();
    let fields = Fields::from(vec![Field::new("arn", DataType::Utf8, true)]);
    let nulls = rows.iter().map(|row| row.2.is_some()).collect();
    let identities = StructArray::new(fields, vec![Arc::new(arns)], Some(nulls));
    let columns: [(&str, ArrayRef); 3] =
        [("name", Arc::new(names)), ("parameters", Arc::new(maps.finish())), ("identity", Arc::new(identities))];
    let fields = columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns.map(|(_, column)| column).to_vec()).unwrap()
}

/// The types that a table shows: texts as views, but not in maps.
fn shown(batch: &RecordBatch) -> RecordBatch {
    let identity = DataType::Struct(Fields::from(vec![Field::new("arn", DataType::Utf8View, true)]));
    let types = [DataType::Utf8View, batch.column(1).data_type().clone(), identity];
    let columns: Vec<ArrayRef> =
        batch.columns().iter().zip(&types).map(|(column, data_type)| cast(column, data_type).unwrap()).collect();
    let fields = batch
        .schema()
        .fields()
        .iter()
        .zip(types)
        .map(|(field, data_type)| Field::new(field.name(), data_type, true))
        .collect::<Vec<_>>();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// A session with `any_match(array)`, which looks for the text `b` in texts, and `map_values`.
fn session(map: &DataType) -> SessionContext {
    let list = DataType::new_list(DataType::Utf8, true);
    let context = SessionContext::new();
    let values = |args: &[ColumnarValue]| {
        let ColumnarValue::Array(maps) = &args[0] else { unreachable!("no constant is asked for") };
        let (_, offsets, entries, nulls, _) = maps.as_map().clone().into_parts();
        let field = Arc::new(Field::new_list_field(DataType::Utf8, true));
        let lists = arrow::array::ListArray::new(field, offsets, Arc::clone(entries.column(1)), nulls);
        Ok(ColumnarValue::Array(Arc::new(lists)))
    };
    let any = |args: &[ColumnarValue]| {
        let ColumnarValue::Array(lists) = &args[0] else { unreachable!("no constant is asked for") };
        let held =
            |list: Option<ArrayRef>| Some(list?.as_string::<i32>().iter().flatten().any(|text| text.contains('b')));
        Ok(ColumnarValue::Array(Arc::new(lists.as_list::<i32>().iter().map(held).collect::<BooleanArray>())))
    };
    let immutable = Volatility::Immutable;
    context.register_udf(create_udf("map_values", vec![map.clone()], list.clone(), immutable, Arc::new(values)));
    context.register_udf(create_udf("any_match", vec![list], DataType::Boolean, immutable, Arc::new(any)));
    context
}

async fn loaded(batch: &RecordBatch, properties: WriterProperties) -> Vec<Loaded> {
    damaged(batch, properties, (0, 0)).await
}

/// The row groups of a file of which the bits of a byte are turned around.
async fn damaged(batch: &RecordBatch, properties: WriterProperties, (place, bits): (usize, u8)) -> Vec<Loaded> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    let bytes = bytes::Bytes::from(writer.into_inner().unwrap());
    let (store, path) = (InMemory::new(), Path::from("file"));
    store.put(&path, bytes.clone().into()).await.unwrap();
    let meta = store.head(&path).await.unwrap();
    let footer = Footers::default().get(&store, &meta, PageIndexPolicy::Skip).await.unwrap();
    let mut bytes = bytes.to_vec();
    let place = place % bytes.len();
    bytes[place] ^= bits;
    let bytes = bytes::Bytes::from(bytes);
    let load = |(number, group): (usize, &crate::footer::Group)| {
        let mut loaded = Loaded::new(Arc::clone(&footer), number, group.rows());
        for leaf in 0..footer.schema().num_columns() {
            let range = group.chunk(leaf).unwrap().range();
            let place = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            loaded.add(leaf, ChunkBytes::new(vec![(range.start, bytes.slice(place))], None));
        }
        loaded
    };
    footer.groups().iter().enumerate().map(load).collect()
}

fn by_rows(condition: &Arc<dyn PhysicalExpr>, rows: &RecordBatch) -> Option<Vec<bool>> {
    let held = condition.evaluate(rows).ok()?.into_array(rows.num_rows()).unwrap();
    Some(held.as_boolean().iter().map(|held| held == Some(true)).collect())
}

#[test]
fn a_condition_holds_for_the_rows_of_the_texts_for_which_it_holds() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let condition = prop_oneof![
        9 => (select(&ASKED[..]), select(&PLACES[..])).prop_map(|(asked, place)| asked.replace("{}", place)),
        1 => Just("any_match(map_values(parameters))".to_owned()),
    ];
    let asked = (vec(row(), 0..120), properties(), vec(condition, 6));
    let config = Config { cases: 96, failure_persistence: None, ..Config::default() };
    let seen = Cell::new(0);
    TestRunner::new(config)
        .run(&asked, |(rows, properties, conditions)| {
            let batch = batch(&rows);
            let shown = shown(&batch);
            let table = TableSchema::builder(shown.schema()).build();
            let context = session(batch.column(1).data_type());
            let is_delta = properties.encoding(&"name".into()) == Some(Encoding::DELTA_BYTE_ARRAY);
            let loaded = runtime.block_on(loaded(&batch, properties));
            for text in conditions {
                let schema = DFSchema::try_from(shown.schema()).unwrap();
                let condition = context.parse_sql_expr(&text, &schema).unwrap();
                let condition = context.create_physical_expr(condition, &schema).unwrap();
                let Some(filter) = TextFilter::of(&condition, &table).unwrap() else {
                    prop_assert!(false, "{text} is a condition on one text");
                    continue;
                };
                let fails = by_rows(&condition, &shown).is_none();
                for loaded in &loaded {
                    let file = loaded.footer.schema();
                    let fit = Fit::of(&filter.slots, file).unwrap();
                    let held = filter.rows(loaded, TextLeaves::of(&fit, file).unwrap());
                    prop_assert!(held.is_some() || is_delta || text.starts_with("CAST"), "{}", text);
                    prop_assert!(held.is_none() || !fails, "{}", text);
                    if let Some(held) = held {
                        seen.set(seen.get() + 1);
                        prop_assert_eq!(Some(held.iter().collect::<Vec<_>>()), by_rows(&condition, &shown), "{}", text);
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(seen.get() > 100);
}

#[test]
fn of_damaged_pages_conditions_say_nothing_or_something_of_every_row() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let asked = (vec(row(), 1..120), properties(), any::<usize>(), 1..=u8::MAX);
    let config = Config { cases: 256, failure_persistence: None, ..Config::default() };
    TestRunner::new(config)
        .run(&asked, |(rows, properties, place, bits)| {
            let batch = batch(&rows);
            let shown = shown(&batch);
            let table = TableSchema::builder(shown.schema()).build();
            let context = session(batch.column(1).data_type());
            let schema = DFSchema::try_from(shown.schema()).unwrap();
            let loaded = runtime.block_on(damaged(&batch, properties, (place, bits)));
            for text in ["name LIKE 'a%'", "parameters['key'] = 'a'", "any_match(map_values(parameters))"] {
                let condition = context.parse_sql_expr(text, &schema).unwrap();
                let condition = context.create_physical_expr(condition, &schema).unwrap();
                let filter = TextFilter::of(&condition, &table).unwrap().unwrap();
                for loaded in &loaded {
                    let file = loaded.footer.schema();
                    let leaves = TextLeaves::of(&Fit::of(&filter.slots, file).unwrap(), file).unwrap();
                    if let Some(held) = filter.rows(loaded, leaves) {
                        prop_assert_eq!(held.len(), loaded.rows);
                    }
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn conditions_on_more_than_one_text_are_left_to_rows() {
    let shown = shown(&batch(&[]));
    let context = session(shown.column(1).data_type());
    let table = TableSchema::builder(shown.schema()).build();
    let schema = DFSchema::try_from(shown.schema()).unwrap();
    for text in [
        "name = identity['arn']",
        "parameters IS NULL",
        "parameters['key'] = parameters['other']",
        "parameters['key'] = 'a' OR parameters IS NULL",
        "parameters['key'] = name",
        "identity IS NULL",
        "NOT any_match(map_values(parameters))",
        "any_match(map_values(parameters)) OR name = 'a'",
    ] {
        let condition = context.parse_sql_expr(text, &schema).unwrap();
        let condition = context.create_physical_expr(condition, &schema).unwrap();
        assert!(TextFilter::of(&condition, &table).unwrap().is_none(), "{text}");
    }
}
