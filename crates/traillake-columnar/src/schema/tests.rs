//! The definitions against the published schema, and the document generated from them.

mod document;

use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};
use serde_json::Value;
use traillake_model::{AddedColumn, ColumnType, EventDataStoreKind};

use super::{ColumnDefinition, EventSchema, RECORD_REST, RECORD_SHAPE};

fn reference() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/lake-schema.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: no published schema at {}", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_lowercase()
}

/// Whether a definition has the published type; structs may have further members at their end.
fn has_type(column: &ColumnDefinition, published: &Value) -> bool {
    match published {
        Value::String(name) => *name == column.r#type || (name == "string" && column.r#type == "computed"),
        _ if published["map"].is_array() => column.r#type == "map<string,string>",
        _ if published["array"].is_object() => {
            column.r#type == "array<struct>" && has_members(column, &published["array"]["struct"])
        }
        _ => column.r#type == "struct" && has_members(column, &published["struct"]),
    }
}

fn has_members(column: &ColumnDefinition, published: &Value) -> bool {
    let published = published.as_array().unwrap();
    published.len() <= column.members.len()
        && column
            .members
            .iter()
            .zip(published)
            .all(|(member, published)| member.name == text(&published["name"]) && has_type(member, &published["type"]))
}

#[test]
fn every_published_column_is_there_with_its_type_in_its_order() {
    let Some(reference) = reference() else { return };
    for published in reference["event_data_store_kinds"].as_array().unwrap() {
        let schema = EventSchema::of(text(&published["kind"]).parse().unwrap());
        let columns = published["columns"].as_array().unwrap();
        for (own, column) in schema.definitions().iter().zip(columns) {
            assert_eq!(own.name, text(&column["name"]));
            let tree = column.get("suggested_type_tree").unwrap_or(&column["type_tree"]);
            assert!(has_type(own, tree), "{}", own.name);
        }
        assert!(schema.definitions().len() >= columns.len());
    }
}

#[test]
fn columns_known_beyond_the_published_list_are_there_with_their_type() {
    let Some(reference) = reference() else { return };
    for published in reference["event_data_store_kinds"].as_array().unwrap() {
        let schema = EventSchema::of(text(&published["kind"]).parse().unwrap());
        for column in published["columns_not_in_published_list"].as_array().into_iter().flatten() {
            let mut members = schema.definitions();
            let mut found = None;
            for name in text(&column["name"]).split('.') {
                found = members.iter().find(|member| member.name == name);
                members = found.map_or(&[], |found| &found.members);
            }
            let found = found.unwrap_or_else(|| panic!("{} is missing", column["name"]));
            assert!(has_type(found, &column["type_tree"]), "{}", column["name"]);
        }
    }
}

#[test]
fn published_columns_are_filled_by_the_members_the_reference_names() {
    let Some(reference) = reference() else { return };
    for published in reference["event_data_store_kinds"].as_array().unwrap() {
        let schema = EventSchema::of(text(&published["kind"]).parse().unwrap());
        for (own, column) in schema.definitions().iter().zip(published["columns"].as_array().unwrap()) {
            assert_eq!(own.record.as_deref(), column["record_field"].as_str(), "{}", own.name);
        }
    }
}

#[test]
fn every_kind_reads_event_json_and_its_checksum() {
    for kind in EventDataStoreKind::ALL {
        let schema = EventSchema::of(kind);
        assert_eq!(schema.kind(), kind);
        for name in ["eventjson", "eventjsonchecksum"] {
            assert_eq!(schema.sql_schema().field_with_name(name).unwrap().data_type(), &DataType::Utf8View);
            assert!(schema.file_schema().field_with_name(name).is_err());
        }
        for name in [RECORD_SHAPE, RECORD_REST] {
            assert_eq!(schema.file_schema().field_with_name(name).unwrap().data_type(), &DataType::Utf8);
            assert!(schema.sql_schema().field_with_name(name).is_err());
        }
    }
}

#[test]
fn files_hold_microseconds_and_sql_sees_milliseconds_without_zone() {
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let file = schema.file_schema().field_with_name("eventtime").unwrap();
    assert_eq!(file.data_type(), &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())));
    let sql = schema.sql_schema().field_with_name("eventtime").unwrap();
    assert_eq!(sql.data_type(), &DataType::Timestamp(TimeUnit::Millisecond, None));
    let DataType::Struct(identity) = schema.sql_schema().field_with_name("useridentity").unwrap().data_type() else {
        panic!()
    };
    assert_eq!(identity.find("arn").unwrap().1.data_type(), &DataType::Utf8);
    let DataType::Struct(context) = identity.find("sessioncontext").unwrap().1.data_type() else { panic!() };
    let DataType::Struct(attributes) = context.find("attributes").unwrap().1.data_type() else { panic!() };
    assert_eq!(
        attributes.find("creationdate").unwrap().1.data_type(),
        &DataType::Timestamp(TimeUnit::Millisecond, None)
    );
}

#[test]
fn leaves_are_named_by_their_path() {
    let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
    let leaf = |path: &str| schema.leaves().iter().find(|leaf| leaf.path == path).cloned();
    assert_eq!(leaf("useridentity.sessioncontext.attributes.creationdate").unwrap().r#type, "timestamp");
    assert_eq!(leaf("requestparameters").unwrap().r#type, "map<string,string>");
    assert!(leaf("resources.arn").unwrap().in_list);
    assert!(leaf("eventcontext.tagcontext.resourcetags.tags").unwrap().in_list);
    assert!(!leaf("eventid").unwrap().in_list);
    assert_eq!(leaf("useridentity"), None);
    assert_eq!(leaf("eventjson"), None);
    assert!(schema.leaves().iter().all(|leaf| !leaf.doc.is_empty()));
}

fn added(name: &str, record_field: &str, r#type: ColumnType) -> AddedColumn {
    AddedColumn { name: name.into(), record_field: record_field.into(), r#type }
}

#[test]
fn added_columns_come_last_and_keep_the_others_in_place() {
    let columns = [added("quota", "quota", ColumnType::Double), added("labels", "labels", ColumnType::Map)];
    let schema = EventSchema::with_added_columns(EventDataStoreKind::CloudTrail, &columns).unwrap();
    let plain = EventSchema::of(EventDataStoreKind::CloudTrail);
    for (schema, plain) in [(schema.sql_schema(), plain.sql_schema()), (schema.file_schema(), plain.file_schema())] {
        let count = plain.fields().len();
        assert_eq!(&schema.fields()[..count], &plain.fields()[..]);
        let names: Vec<_> = schema.fields()[count..].iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["quota", "labels"]);
    }
    assert_eq!(schema.file_schema().field_with_name("quota").map(Field::data_type).unwrap(), &DataType::Float64);
    assert!(Arc::ptr_eq(&plain, &EventSchema::with_added_columns(EventDataStoreKind::CloudTrail, &[]).unwrap()));
}

#[test]
fn added_columns_with_taken_or_impossible_names_are_refused() {
    let refused =
        |columns: &[AddedColumn]| EventSchema::with_added_columns(EventDataStoreKind::CloudTrail, columns).is_err();
    assert!(refused(&[added("eventname", "other", ColumnType::String)]));
    assert!(refused(&[added("eventjson", "other", ColumnType::String)]));
    assert!(refused(&[added("Upper", "other", ColumnType::String)]));
    assert!(refused(&[added("twice", "a", ColumnType::String), added("twice", "b", ColumnType::String)]));
    assert!(!refused(&[added("copy", "eventName", ColumnType::String)]));
}
