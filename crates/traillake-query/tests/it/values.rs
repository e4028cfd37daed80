//! Values for `?`, and what a query's plan alone tells.

use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, Float64Array, Int64Array, TimestampMillisecondArray, UInt64Array};
use traillake_query::{ParameterValue, QueryError, QueryOptions, QueryShape};

use crate::lake::{TestLake, events};

fn with(values: impl IntoIterator<Item = ParameterValue>) -> QueryOptions {
    QueryOptions { values: values.into_iter().collect(), ..QueryOptions::default() }
}

fn text(value: &str) -> ParameterValue {
    ParameterValue::text(value)
}

async fn rows(lake: &TestLake, sql: &str, options: &QueryOptions) -> Result<Vec<Vec<String>>, QueryError> {
    let (batches, _) = lake.engine().query(sql, options).await?.collect().await?;
    let cell = |column: &ArrayRef, row| traillake_query::text_of(column, row).unwrap_or_else(|| "NULL".into());
    let cells = batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| batch.columns().iter().map(|column| cell(column, row)).collect())
    });
    Ok(cells.collect())
}

async fn shape(lake: &TestLake, sql: &str) -> Result<QueryShape, QueryError> {
    lake.engine().describe(sql, &QueryOptions::default()).await
}

#[tokio::test]
async fn values_are_bound_in_the_order_of_the_text_wherever_they_stand() {
    let lake = events().await;
    let sql = "WITH w AS (SELECT ? AS a) SELECT ?, a, (SELECT ?) FROM w WHERE a = ? ORDER BY coalesce(a, ?) LIMIT ?";
    let limit = ParameterValue::of(&Int64Array::from(vec![1]), 0).unwrap();
    let values = [text("1"), text("2"), text("3"), text("1"), text("5"), limit];
    assert_eq!(rows(&lake, sql, &with(values)).await.unwrap(), [["2", "1", "3"]]);
}

#[tokio::test]
async fn values_have_the_types_they_came_with() {
    let lake = events().await;
    let arrays: [ArrayRef; 6] = [
        Arc::new(Int64Array::from(vec![i64::MIN])),
        Arc::new(UInt64Array::from(vec![u64::MAX])),
        Arc::new(Float64Array::from(vec![f64::INFINITY])),
        Arc::new(BinaryArray::from(vec![&b"\x01\xff"[..]])),
        Arc::new(TimestampMillisecondArray::from(vec![253_402_300_799_999])),
        Arc::new(Float64Array::from(vec![None])),
    ];
    let options = with(arrays.iter().map(|array| ParameterValue::of(array, 0).unwrap()));
    let sql = "SELECT typeof(?), typeof(?), typeof(?), typeof(?), typeof(?), typeof(?)";
    let types = ["bigint", "decimal(20,0)", "double", "varbinary", "timestamp(3)", "double"];
    assert_eq!(rows(&lake, sql, &options).await.unwrap(), [types]);
    let found = rows(&lake, "SELECT ?, ?, ?, to_hex(?), ?, ?", &options).await.unwrap();
    let values =
        ["-9223372036854775808", "18446744073709551615", "Infinity", "01FF", "9999-12-31 23:59:59.999", "NULL"];
    assert_eq!(found, [values]);
}

#[tokio::test]
async fn a_value_stands_for_a_literal_and_for_nothing_else() {
    let lake = events().await;
    let injected = rows(&lake, "SELECT count(*) FROM events WHERE eventName = ?", &with([text("' OR 1=1 --")])).await;
    assert_eq!(injected.unwrap(), [["0"]]);
    let store = rows(&lake, "SELECT count(*) FROM ?", &with([text("events")])).await;
    assert!(matches!(store, Err(QueryError::Placeholder { wanted: "an event data store", .. })), "{store:?}");
    let quoted = rows(&lake, "SELECT '?', ? -- ?", &with([text("x")])).await;
    assert_eq!(quoted.unwrap(), [["?", "x"]]);
    let interval = rows(&lake, "SELECT INTERVAL ? DAY", &with([text("1' DAY, eventName, INTERVAL '1")])).await;
    assert!(interval.is_err(), "{interval:?}");
}

#[tokio::test]
async fn there_are_as_many_values_as_places() {
    let lake = events().await;
    for values in [vec![text("a")], vec![text("a"); 3]] {
        let error = rows(&lake, "SELECT ?, ?", &with(values)).await.unwrap_err();
        assert!(matches!(error, QueryError::ValueCount { expected: 2, .. }), "{error:?}");
    }
    let error = rows(&lake, "SELECT 1", &with([text("a")])).await.unwrap_err();
    assert!(matches!(error, QueryError::ValueCount { expected: 0, given: 1 }), "{error:?}");
}

#[tokio::test]
async fn a_plan_tells_the_columns_of_the_answer() {
    let lake = events().await;
    for sql in [
        "SELECT * FROM events",
        "SELECT eventName AS e, count(*), max(eventTime), avg(1) FROM events GROUP BY 1",
        "SELECT userIdentity.arn, resources, requestParameters FROM athena.events",
        "SELECT a.eventName, b.* FROM events a FULL JOIN events b ON a.eventID = b.eventID",
        "SELECT 1, 'a', NULL, ARRAY[1.5], ROW(1, 'x') UNION ALL SELECT 2, 'b', 'c', ARRAY[2], ROW(2, 'y')",
        "SHOW TABLES",
        "DESCRIBE events",
        "EXPLAIN SELECT 1 FROM events",
        "EXPLAIN ANALYZE SELECT 1 FROM events",
    ] {
        let told = shape(&lake, sql).await.unwrap().schema.unwrap();
        let found = lake.engine().query(sql, &QueryOptions::default()).await.unwrap().schema();
        let columns = |schema: &arrow::datatypes::Schema| -> Vec<_> {
            schema
                .fields()
                .iter()
                .map(|field| (field.name().clone(), traillake_query::type_name(field.data_type())))
                .collect()
        };
        assert_eq!(columns(&told), columns(&found), "{sql}");
    }
}

#[tokio::test]
async fn a_plan_needs_no_values_and_is_no_query() {
    let lake = events().await;
    let sql = "SELECT eventName FROM events WHERE eventTime > ? AND eventName LIKE ? LIMIT ?";
    let told = shape(&lake, sql).await.unwrap();
    assert_eq!((told.values, told.schema.unwrap().field(0).name().as_str()), (3, "eventName"));
    assert_eq!(shape(&lake, "SELECT date_add('day', ?, eventTime) FROM events").await.unwrap().values, 1);
    let unknown = shape(&lake, "SELECT nosuch FROM events WHERE eventName = ?").await;
    assert!(matches!(unknown, Err(QueryError::UnknownColumn { .. })), "{unknown:?}");
    assert!(lake.engine().queries(None).is_empty());
}
