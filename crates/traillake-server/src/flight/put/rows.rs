//! Rows that a client sends: looked at before they are decoded, since the decoder trusts lengths it is told.

use arrow::array::RecordBatch;
use arrow::ipc;
use arrow_flight::FlightData;
use arrow_flight::utils::flight_data_to_batches;
use tonic::{Status, Streaming};

use super::super::status::malformed;

/// The messages of a stream that hold something, within a number of bytes and messages.
pub(super) async fn collected(
    first: FlightData,
    mut rest: Streaming<FlightData>,
    most_bytes: usize,
    most_messages: usize,
) -> Result<Vec<FlightData>, Status> {
    let (mut messages, mut bytes) = (Vec::new(), 0_usize);
    let mut next = Some(first);
    while let Some(message) = next {
        bytes = bytes.saturating_add(message.data_header.len()).saturating_add(message.data_body.len());
        // A first message may be the descriptor alone.
        if !message.data_header.is_empty() {
            messages.push(message);
        }
        if bytes > most_bytes || messages.len() > most_messages {
            return Err(Status::invalid_argument(format!(
                "the values take more than {most_bytes} bytes or {most_messages} messages; hint: run in parts"
            )));
        }
        next = rest.message().await?;
    }
    Ok(messages)
}

/// The batches of messages, of at most `most_rows` rows each.
///
/// The decoder runs on a thread of its own: where it ends in a panic all the same, its messages were malformed.
pub(super) async fn decoded(messages: Vec<FlightData>, most_rows: usize) -> Result<Vec<RecordBatch>, Status> {
    for message in &messages {
        check(message, most_rows).map_err(malformed)?;
    }
    let decoded = tokio::task::spawn_blocking(move || flight_data_to_batches(&messages));
    decoded.await.map_err(|_| malformed("it is no Arrow data"))?.map_err(malformed)
}

fn check(message: &FlightData, most_rows: usize) -> Result<(), &'static str> {
    let header = ipc::root_as_message(&message.data_header).map_err(|_| "a header is no Arrow message")?;
    match header.header_type() {
        ipc::MessageHeader::Schema => Ok(()),
        ipc::MessageHeader::RecordBatch => {
            let batch = header.header_as_record_batch().ok_or("a batch has no header")?;
            check_batch(batch, message.data_body.len(), most_rows)
        }
        _ => Err("only schemas and batches are taken, without dictionaries"),
    }
}

fn check_batch(batch: ipc::RecordBatch<'_>, body: usize, most_rows: usize) -> Result<(), &'static str> {
    if batch.compression().is_some() {
        return Err("values are sent without compression");
    }
    if usize::try_from(batch.length()).map_or(true, |rows| rows > most_rows) {
        return Err("there are more rows of values than may be bound");
    }
    let body = i64::try_from(body).unwrap_or(i64::MAX);
    let lies_within = |buffer: &ipc::Buffer| {
        let end = buffer.offset().checked_add(buffer.length());
        buffer.offset() >= 0 && buffer.length() >= 0 && end.is_some_and(|end| end <= body)
    };
    if !batch.buffers().is_some_and(|buffers| buffers.iter().all(lies_within)) {
        return Err("a buffer lies outside of its message");
    }
    let nodes = batch.nodes().ok_or("a batch has no columns")?;
    let is_sound =
        |node: &ipc::FieldNode| (0..=body.max(batch.length())).contains(&node.length()) && node.null_count() >= 0;
    if nodes.iter().all(is_sound) { Ok(()) } else { Err("a column has an impossible length") }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, BinaryArray, BooleanArray, Int64Array, StringArray, StringViewArray};
    use arrow::datatypes::Schema;
    use arrow::ipc::CompressionType;
    use arrow::ipc::writer::IpcWriteOptions;
    use arrow_flight::encode::FlightDataEncoderBuilder;
    use futures::{StreamExt, TryStreamExt, stream};

    use super::*;

    async fn messages(batch: RecordBatch, options: IpcWriteOptions) -> Vec<FlightData> {
        let encoder = FlightDataEncoderBuilder::new().with_options(options);
        encoder.build(stream::iter([Ok(batch)])).boxed().try_collect().await.unwrap()
    }

    fn batch() -> RecordBatch {
        let columns: [ArrayRef; 5] = [
            Arc::new(Int64Array::from(vec![Some(1), None])),
            Arc::new(BooleanArray::from(vec![true, false])),
            Arc::new(StringArray::from(vec!["a", "b"])),
            Arc::new(StringViewArray::from(vec!["a", "a text that is longer than twelve bytes"])),
            Arc::new(BinaryArray::from(vec![&b"x"[..], b""])),
        ];
        RecordBatch::try_from_iter(columns.into_iter().enumerate().map(|(n, column)| (n.to_string(), column))).unwrap()
    }

    #[tokio::test]
    async fn batches_come_back_as_they_were_sent() {
        let sent = messages(batch(), IpcWriteOptions::default()).await;
        assert_eq!(decoded(sent.clone(), 2).await.unwrap(), [batch()]);
        assert!(decoded(sent, 1).await.unwrap_err().message().contains("more rows"));
        assert!(decoded(vec![], 1).await.is_err());
    }

    #[tokio::test]
    async fn a_changed_byte_anywhere_harms_nothing() {
        let sent = messages(batch(), IpcWriteOptions::default()).await;
        let mut refused = 0;
        for (index, message) in sent.iter().enumerate() {
            for place in 0..message.data_header.len() {
                for change in [0x01, 0x80, 0xff] {
                    let mut header = message.data_header.to_vec();
                    header[place] ^= change;
                    let mut changed = sent.clone();
                    changed[index] = message.clone().with_data_header(header);
                    refused += usize::from(decoded(changed, 2).await.is_err());
                }
            }
        }
        assert!(refused > 100, "{refused}");
    }

    #[tokio::test]
    async fn compressed_values_are_refused_before_their_length_is_believed() {
        let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME)).unwrap();
        let sent = messages(batch(), options).await;
        assert!(decoded(sent, 2).await.unwrap_err().message().contains("without compression"));
        let no_columns = RecordBatch::new_empty(Arc::new(Schema::empty()));
        assert!(decoded(messages(no_columns, IpcWriteOptions::default()).await, 2).await.is_ok());
    }
}
