//! A question to a server over Arrow Flight SQL, with a value bound to its `?`, and its rows as they come.
//!
//! `traillake serve` prints the address and, without a users file, a key pair. Then
//! `cargo run -p traillake-server --example flight_client -- http://127.0.0.1:8815 KEY SECRET "SELECT ? AS said"`
#![expect(clippy::print_stdout, reason = "an example talks")]

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::util::pretty::pretty_format_batches;
use arrow_flight::sql::client::FlightSqlServiceClient;
use futures::StreamExt;
use tonic::transport::Channel;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, key, secret, sql] = arguments.as_slice() else {
        return Err("give the address, a key, its secret and a query".into());
    };
    let mut client = FlightSqlServiceClient::new(Channel::from_shared(address.clone())?.connect().await?);
    client.handshake(key, secret).await?;

    let mut statement = client.prepare(sql.clone(), None).await?;
    let places = statement.parameter_schema()?.fields().len();
    if places > 0 {
        let value = |n| (format!("{n}"), Arc::new(StringArray::from(vec!["PutObject"])) as ArrayRef);
        statement.set_parameters(RecordBatch::try_from_iter((0..places).map(value))?)?;
    }
    let info = statement.execute().await?;
    for ticket in info.endpoint.into_iter().filter_map(|endpoint| endpoint.ticket) {
        let mut batches = client.do_get(ticket).await?;
        while let Some(batch) = batches.next().await {
            println!("{}", pretty_format_batches(&[batch?])?);
        }
    }
    statement.close().await?;
    Ok(())
}
