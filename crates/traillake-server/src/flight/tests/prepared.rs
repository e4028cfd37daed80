//! Prepared statements: values are bound as values, whatever they say.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow_flight::sql::client::PreparedStatement;
use tonic::Code;
use tonic::transport::Channel;

use super::support::{Client, rows, server, server_of, status, texts};
use crate::FlightConfig;

fn one_row<const N: usize>(columns: [ArrayRef; N]) -> RecordBatch {
    RecordBatch::try_from_iter(columns.into_iter().enumerate().map(|(n, column)| (n.to_string(), column))).unwrap()
}

async fn run(
    client: &mut Client,
    statement: &mut PreparedStatement<Channel>,
) -> Result<Vec<Vec<String>>, tonic::Status> {
    let info = statement.execute().await.map_err(status)?;
    rows(client, info).await.map(|batch| texts(&batch))
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_every_type_are_compared_as_what_they_are() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let sql = "SELECT count(*) FROM events WHERE eventName = ? AND readOnly = ? AND eventTime >= ? AND 2 * ? = 3 AND ? < 5 \
               AND eventTime > eventTime - INTERVAL ? DAY LIMIT ?";
    let mut statement = client.prepare(sql.into(), None).await.unwrap();
    assert_eq!(statement.parameter_schema().unwrap().fields().len(), 7);
    assert_eq!(statement.dataset_schema().unwrap().field(0).name(), "_col0");
    let time = 1_714_557_600_000_000;
    let values = one_row([
        Arc::new(StringArray::from(vec!["PutObject"])),
        Arc::new(BooleanArray::from(vec![false])),
        Arc::new(TimestampMicrosecondArray::from(vec![time]).with_timezone("UTC")),
        Arc::new(Float64Array::from(vec![1.5])),
        Arc::new(Int32Array::from(vec![-4])),
        Arc::new(StringArray::from(vec!["1"])),
        Arc::new(Int64Array::from(vec![10])),
    ]);
    statement.set_parameters(values).unwrap();
    assert_eq!(run(&mut client, &mut statement).await.unwrap(), [["25"]]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_value_says_never_becomes_sql() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let mut statement =
        client.prepare("SELECT ?, count(*) FROM events WHERE eventName = ?".into(), None).await.unwrap();
    for text in ["' OR 1=1 --", "'; DROP TABLE events", "?", ":name", "$EDS_ID", "\\'", "\u{0}", "x' UNION SELECT '"] {
        let values = one_row([Arc::new(StringArray::from(vec![text])), Arc::new(StringArray::from(vec![text]))]);
        statement.set_parameters(values).unwrap();
        assert_eq!(run(&mut client, &mut statement).await.unwrap(), [[text, "0"]]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_rows_of_values_are_run_one_after_the_other() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let mut statement =
        client.prepare("SELECT ? AS name, count(*) FROM events WHERE eventName = ?".into(), None).await.unwrap();
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("PutObject"), None, Some("GetObject")]));
    statement.set_parameters(one_row([Arc::clone(&names), names])).unwrap();
    let found = run(&mut client, &mut statement).await.unwrap();
    assert_eq!(found, [["PutObject", "25"], ["NULL", "0"], ["GetObject", "75"]]);
    let none: ArrayRef = Arc::new(StringArray::from(Vec::<&str>::new()));
    statement.set_parameters(one_row([Arc::clone(&none), none])).unwrap();
    assert!(run(&mut client, &mut statement).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn values_must_be_as_many_as_there_are_places() {
    let server = server_of(FlightConfig { parameter_rows: 2, ..FlightConfig::default() }).await;
    let mut client = server.client("anna").await;
    let mut statement = client.prepare("SELECT ? + 1".into(), None).await.unwrap();
    let unbound = status(statement.execute().await.unwrap_err());
    assert_eq!(unbound.message(), "the query has 1 `?` and 0 values; hint: give one value for each `?`");
    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    statement.set_parameters(one_row([Arc::clone(&number), Arc::clone(&number)])).unwrap();
    assert_eq!(run(&mut client, &mut statement).await.unwrap_err().code(), Code::InvalidArgument);
    statement.set_parameters(one_row([Arc::new(Int64Array::from(vec![1, 2, 3]))])).unwrap();
    assert!(run(&mut client, &mut statement).await.unwrap_err().message().contains("more rows of values than"));
    statement.set_parameters(one_row([number])).unwrap();
    assert_eq!(run(&mut client, &mut statement).await.unwrap(), [["2"]]);
    let plain = status(client.execute("SELECT ?".into(), None).await.unwrap_err());
    assert!(plain.message().starts_with("the query has 1 `?` and 0 values"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_is_closed_once_and_known_to_its_owner_alone() {
    let server = server().await;
    let mut client = server.client("anna").await;
    let mut statement = client.prepare("SELECT eventName FROM events LIMIT 1".into(), None).await.unwrap();
    assert_eq!(run(&mut client, &mut statement).await.unwrap().len(), 1);
    let wrong = client.prepare("SELECT nosuch FROM events WHERE eventName = ?".into(), None).await.unwrap_err();
    assert!(wrong.to_string().contains("column `nosuch` cannot be resolved"), "{wrong}");
    statement.close().await.unwrap();
}
