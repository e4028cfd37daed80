//! The metadata commands, as drivers read them.

use arrow::array::AsArray;
use arrow::ipc::convert::try_schema_from_ipc_buffer;
use arrow_flight::sql::{
    CommandGetCrossReference, CommandGetDbSchemas, CommandGetExportedKeys, CommandGetImportedKeys,
    CommandGetPrimaryKeys, CommandGetTables, CommandGetXdbcTypeInfo, SqlInfo,
};

use super::support::{rows, server, texts};

#[tokio::test(flavor = "multi_thread")]
async fn catalogs_schemas_and_table_types_are_listed() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let info = client.get_catalogs().await.unwrap();
    assert_eq!(texts(&rows(&mut client, info).await.unwrap()), [["traillake"]]);
    let all = CommandGetDbSchemas { catalog: Some("traillake".into()), db_schema_filter_pattern: None };
    let info = client.get_db_schemas(all).await.unwrap();
    let found = texts(&rows(&mut client, info).await.unwrap());
    assert_eq!(found, [["traillake", "athena"], ["traillake", "public"], ["traillake", "system"]]);
    let info = client.get_table_types().await.unwrap();
    assert_eq!(texts(&rows(&mut client, info).await.unwrap()), [["BASE TABLE"], ["VIEW"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_listed_by_their_filters_and_with_their_columns() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let tables = |schema: &str, name: &str, include_schema| CommandGetTables {
        catalog: None,
        db_schema_filter_pattern: Some(schema.into()),
        table_name_filter_pattern: Some(name.into()),
        table_types: vec![],
        include_schema,
    };
    let info = client.get_tables(tables("%", "e%", false)).await.unwrap();
    let found = texts(&rows(&mut client, info).await.unwrap());
    assert_eq!(found, [["traillake", "athena", "events", "VIEW"], ["traillake", "public", "events", "BASE TABLE"]]);
    let info = client.get_tables(tables("public", "events", true)).await.unwrap();
    let found = rows(&mut client, info).await.unwrap();
    let columns = try_schema_from_ipc_buffer(found.column(4).as_binary::<i32>().value(0)).unwrap();
    let info = client.execute("SELECT * FROM events".into(), None).await.unwrap();
    let selected = info.try_decode_schema().unwrap();
    assert!(columns.fields().len() > 20 && columns.fields().len() == selected.fields().len());
    for (column, selected) in columns.fields().iter().zip(selected.fields()) {
        assert_eq!((column.name(), column.data_type()), (selected.name(), selected.data_type()));
    }
    let time = columns.field_with_name("eventtime").unwrap();
    assert_eq!(time.metadata()["ARROW:FLIGHT:SQL:TYPE_NAME"], "timestamp(3)");
}

#[tokio::test(flavor = "multi_thread")]
async fn infos_say_what_the_server_is() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let info = client.get_sql_info(vec![SqlInfo::FlightSqlServerName, SqlInfo::FlightSqlServerReadOnly]).await.unwrap();
    let found = rows(&mut client, info).await.unwrap();
    let values = found.column(1).as_union();
    assert_eq!(values.value(0).as_string::<i32>().value(0), "TrailLake");
    assert!(values.value(1).as_boolean().value(0));
    let info = client.get_sql_info(vec![]).await.unwrap();
    let all = rows(&mut client, info).await.unwrap();
    assert!(all.num_rows() > 60, "{}", all.num_rows());
    let info = client.get_sql_info(vec![SqlInfo::SqlStringFunctions]).await.unwrap();
    let functions = rows(&mut client, info).await.unwrap().column(1).as_union().value(0).as_list::<i32>().value(0);
    assert!(functions.as_string::<i32>().iter().any(|name| name == Some("split_part")));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_types_and_no_keys() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let info = client.get_xdbc_type_info(CommandGetXdbcTypeInfo { data_type: None }).await.unwrap();
    assert!(rows(&mut client, info).await.unwrap().num_rows() > 10);
    let table = || "events".to_owned();
    let infos = [
        client.get_primary_keys(CommandGetPrimaryKeys { table: table(), ..Default::default() }).await.unwrap(),
        client.get_exported_keys(CommandGetExportedKeys { table: table(), ..Default::default() }).await.unwrap(),
        client.get_imported_keys(CommandGetImportedKeys { table: table(), ..Default::default() }).await.unwrap(),
        client.get_cross_reference(CommandGetCrossReference::default()).await.unwrap(),
    ];
    for (info, columns) in infos.into_iter().zip([6, 13, 13, 13]) {
        let found = rows(&mut client, info).await.unwrap();
        assert_eq!((found.num_rows(), found.num_columns()), (0, columns));
    }
}
