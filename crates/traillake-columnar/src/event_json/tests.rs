//! There and back: every record comes out with the members, order and number text it came with.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, TimeUnit};
use proptest::prelude::*;
use traillake_model::{AddedColumn, ColumnType, EventDataStoreKind};

use super::EventJsonWriter;
use crate::testing::{any_record, batch_of, content, real_logs, rebuilt, records_in};
use crate::{EventBatchBuilder, EventSchema, RecordLimits, RecordReader, content_digest};

fn assert_comes_back(kind: EventDataStoreKind, record: &str) {
    let again = rebuilt(kind, record);
    assert_eq!(content(record), content(&again), "{record}");
    assert_eq!(content_digest(record.as_bytes()).unwrap(), content_digest(again.as_bytes()).unwrap());
    assert_eq!(again, rebuilt(kind, &again), "a rebuilt record is rebuilt as it is");
    if let Ok(value) = serde_json::from_str::<serde_json::Value>(record) {
        let again: serde_json::Value = serde_json::from_str(&again).unwrap();
        assert_eq!(value.to_string(), again.to_string());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_cloudtrail_record_comes_back(record in any_record(EventDataStoreKind::CloudTrail)) {
        assert_comes_back(EventDataStoreKind::CloudTrail, &record);
    }

    #[test]
    fn any_insights_record_comes_back(record in any_record(EventDataStoreKind::Insights)) {
        assert_comes_back(EventDataStoreKind::Insights, &record);
    }

    #[test]
    fn any_record_of_the_other_kinds_comes_back(
        config in any_record(EventDataStoreKind::Config),
        audit_manager in any_record(EventDataStoreKind::AuditManager),
        integration in any_record(EventDataStoreKind::Integration),
    ) {
        assert_comes_back(EventDataStoreKind::Config, &config);
        assert_comes_back(EventDataStoreKind::AuditManager, &audit_manager);
        assert_comes_back(EventDataStoreKind::Integration, &integration);
    }

    #[test]
    fn a_record_of_one_kind_comes_back_from_a_store_of_another(record in any_record(EventDataStoreKind::CloudTrail)) {
        assert_comes_back(EventDataStoreKind::Integration, &record);
    }

    #[test]
    fn rows_come_back_from_the_types_sql_reads_them_as(
        records in prop::collection::vec(any_record(EventDataStoreKind::CloudTrail), 1..6),
    ) {
        let records: Vec<_> = records.iter().map(String::as_str).collect();
        let batch = batch_of(EventDataStoreKind::CloudTrail, &records).unwrap();
        let writer = EventJsonWriter::new(EventSchema::of(EventDataStoreKind::CloudTrail));
        let written = writer.write(&batch).unwrap();
        prop_assert_eq!(&writer.write(&as_sql(&batch)).unwrap(), &written);
        prop_assert_eq!(&writer.write(&batch.slice(1, batch.num_rows() - 1)).unwrap(), &written.slice(1, batch.num_rows() - 1));
        for (row, record) in records.iter().enumerate() {
            let mut json = String::new();
            writer.write_row(&batch, row, &mut json).unwrap();
            prop_assert_eq!(content(&json), content(record));
        }
    }
}

/// Columns in reverse order, times in milliseconds without zone, top-level texts as views.
fn as_sql(batch: &RecordBatch) -> RecordBatch {
    let columns = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, array)| sql_column(field, array))
        .rev()
        .collect::<Vec<_>>();
    let (fields, arrays): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn sql_column(field: &FieldRef, array: &ArrayRef) -> (Field, ArrayRef) {
    let data_type = match field.data_type() {
        DataType::Utf8 => DataType::Utf8View,
        other => millis(other),
    };
    (Field::new(field.name(), data_type.clone(), true), cast(array, &data_type).unwrap())
}

fn millis(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Timestamp(..) => DataType::Timestamp(TimeUnit::Millisecond, None),
        DataType::Struct(fields) => DataType::Struct(
            fields.iter().map(|field| Field::new(field.name(), millis(field.data_type()), true)).collect(),
        ),
        other => other.clone(),
    }
}

#[test]
fn every_real_record_comes_back() {
    let logs = real_logs();
    let (mut read, mut refused) = (0, 0);
    let mut reader = RecordReader::new(EventSchema::of(EventDataStoreKind::CloudTrail), RecordLimits::default());
    for record in logs.iter().flat_map(|(_, log)| records_in(log)) {
        if reader.read(record.as_bytes()).is_err() {
            refused += 1;
            continue;
        }
        read += 1;
        assert_comes_back(EventDataStoreKind::CloudTrail, &record);
    }
    println!("{read} records came back, {refused} texts are no records");
    assert!(logs.is_empty() || read > 3000, "{read}");
}

#[test]
fn numbers_keep_their_text() {
    let record = r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":{"a":0.0,"b":1e400,"c":123456789012345678901234567890,"d":{"e":1.10}},"eventVersion":1.08,"readOnly":0}"#;
    assert_eq!(rebuilt(EventDataStoreKind::CloudTrail, record), record);
}

#[test]
fn doubles_and_integers_of_insights_keep_their_text() {
    let record = r#"{"eventTime":"2023-07-19T21:33:41Z","insightContext":{"baselineAverage":9.82222E-5,"insightAverage":0.25,"baselineDuration":10080,"insightDuration":5.0}}"#;
    assert_eq!(rebuilt(EventDataStoreKind::Insights, record), record);
}

#[test]
fn repeated_members_come_back_at_every_level() {
    for record in [
        r#"{"eventTime":"2023-07-19T21:33:41Z","eventTime":"2023-07-19T21:33:42Z"}"#,
        r#"{"eventTime":"2023-07-19T21:33:41Z","userIdentity":{"type":"a","sessionContext":{"sourceIdentity":"x","sourceIdentity":"y"},"arn":"z"}}"#,
        r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":{"a":1,"a":2}}"#,
        r#"{"eventTime":"2023-07-19T21:33:41Z","resources":[{"ARN":"a"},{"ARN":"b","ARN":"c"}],"resources":[]}"#,
        r#"{"unknown":1,"eventTime":"2023-07-19T21:33:41Z","unknown":2}"#,
    ] {
        assert_eq!(rebuilt(EventDataStoreKind::CloudTrail, record), record);
    }
}

#[test]
fn added_columns_do_not_disturb_rows_written_before_them() {
    let record = r#"{"eventTime":"2023-07-19T21:33:41Z","newField":"new"}"#;
    let old = batch_of(EventDataStoreKind::CloudTrail, &[record]).unwrap();
    let added = AddedColumn { name: "newfield".into(), record_field: "newField".into(), r#type: ColumnType::String };
    let schema = EventSchema::with_added_columns(EventDataStoreKind::CloudTrail, &[added]).unwrap();
    let writer = EventJsonWriter::new(Arc::clone(&schema));
    assert_eq!(writer.write(&old).unwrap().value(0), record);

    let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
    let mut builder = EventBatchBuilder::new(schema, 1);
    builder.append(&reader.read(record.as_bytes()).unwrap());
    let new = builder.finish();
    assert_eq!(writer.write(&new).unwrap().value(0), record);
    assert_eq!(new.column_by_name("newfield").unwrap().as_any().downcast_ref::<StringArray>().unwrap().value(0), "new");
    assert!(new.column_by_name("recordrest").unwrap().is_null(0));
}

fn with_own_columns(shape: &str, rest: Option<&str>) -> RecordBatch {
    let batch = batch_of(
        EventDataStoreKind::CloudTrail,
        &[r#"{"eventTime":"2023-07-19T21:33:41Z","readOnly":true,"resources":[{}],"addendum":{"a":"b"}}"#],
    )
    .unwrap();
    let schema = batch.schema();
    let mut columns = batch.columns().to_vec();
    columns[schema.index_of("recordshape").unwrap()] = Arc::new(StringArray::from(vec![shape]));
    columns[schema.index_of("recordrest").unwrap()] = Arc::new(StringArray::from(vec![rest]));
    RecordBatch::try_new(schema, columns).unwrap()
}

#[test]
fn shapes_and_columns_that_do_not_belong_together_are_errors() {
    let writer = EventJsonWriter::new(EventSchema::of(EventDataStoreKind::CloudTrail));
    let error = |shape: &str, rest| {
        writer.write(&with_own_columns(shape, rest)).map(|json| json.value(0).to_owned()).unwrap_err().to_string()
    };
    assert!(writer.write(&with_own_columns(r#"{"resources":[{}],"addendum":m"s","new":x}"#, Some("1"))).is_ok());
    for (shape, rest) in [
        ("", None),
        ("{", None),
        ("s", None),
        (r#"{"eventTime":s}"#, None),
        (r#"{"eventTime":t"#, None),
        (r#"{"eventTime"t}"#, None),
        (r#"{"eventTime":t}}"#, None),
        (r#"{"new":s}"#, None),
        (r#"{"addendum":m"q"}"#, None),
        (r#"{"addendum":m"s}"#, None),
        (r#"{"resources":[{},s]}"#, None),
    ] {
        assert!(error(shape, rest).contains("is damaged at byte"), "{shape}");
    }
    for (shape, rest) in [
        ("x", None),
        ("{}", Some("1")),
        (r#"{"new":x}"#, Some("1\n2")),
        (r#"{"eventName":s}"#, None),
        (r#"{"managementEvent":b}"#, None),
        (r#"{"addendum":m"ss"}"#, None),
        (r#"{"addendum":m""}"#, None),
        (r#"{"edgeDeviceDetails":m""}"#, None),
        (r#"{"resources":[]}"#, None),
        (r#"{"resources":[{},{}]}"#, None),
        (r#"{"resources":[{},x]}"#, Some("{}")),
        (r#"{"resources":[{"ARN":s}]}"#, None),
    ] {
        assert!(error(shape, rest).contains("does not hold what its record shape says"), "{shape}");
    }
}

#[test]
fn rows_without_a_shape_have_no_event_json() {
    let batch = with_own_columns("{}", None);
    let shapes: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>]));
    let mut columns = batch.columns().to_vec();
    columns[batch.schema().index_of("recordshape").unwrap()] = shapes;
    let batch = RecordBatch::try_new(batch.schema(), columns).unwrap();
    let json = EventJsonWriter::new(EventSchema::of(EventDataStoreKind::CloudTrail)).write(&batch).unwrap();
    assert!(json.is_null(0));
}
