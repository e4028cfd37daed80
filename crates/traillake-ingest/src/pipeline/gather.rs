//! Copies rows of several batches into one. Most columns of most rows are null, and these are not copied.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch, RecordBatchOptions, StructArray, new_null_array};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::compute::interleave;
use arrow::datatypes::{DataType, Fields};
use arrow::error::ArrowError;

/// The rows at `places`, each a batch and a row of it; the batches are of one schema, and there is at least one.
pub(crate) fn gather_columns(batches: &[&RecordBatch], places: &[(usize, usize)]) -> Result<RecordBatch, ArrowError> {
    let Some(first) = batches.first() else {
        return Err(ArrowError::InvalidArgumentError("no batch to take rows from".to_owned()));
    };
    let column = |number: usize| {
        let columns: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(number).as_ref()).collect();
        gather(&columns, places)
    };
    let columns = (0..first.num_columns()).map(column).collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(places.len()));
    RecordBatch::try_new_with_options(first.schema(), columns, &options)
}

fn gather(arrays: &[&dyn Array], places: &[(usize, usize)]) -> Result<ArrayRef, ArrowError> {
    let Some(first) = arrays.first() else { return interleave(arrays, places) };
    if arrays.iter().all(|array| array.null_count() == array.len()) {
        return Ok(new_null_array(first.data_type(), places.len()));
    }
    match first.data_type() {
        DataType::Struct(fields) => gather_struct(fields, arrays, places),
        _ => interleave(arrays, places),
    }
}

fn gather_struct(fields: &Fields, arrays: &[&dyn Array], places: &[(usize, usize)]) -> Result<ArrayRef, ArrowError> {
    let structs: Vec<&StructArray> = arrays.iter().map(|array| array.as_struct()).collect();
    let member = |number: usize| {
        let members: Vec<&dyn Array> = structs.iter().map(|array| array.column(number).as_ref()).collect();
        gather(&members, places)
    };
    let members = (0..fields.len()).map(member).collect::<Result<_, _>>()?;
    let is_valid = |&(array, row): &(usize, usize)| structs.get(array).is_some_and(|array| array.is_valid(row));
    let validity: BooleanBuffer = places.iter().map(is_valid).collect();
    StructArray::try_new_with_length(fields.clone(), members, Some(NullBuffer::new(validity)), places.len())
        .map(|array| Arc::new(array) as ArrayRef)
}

#[cfg(test)]
mod tests {
    use arrow::compute::interleave_record_batch;
    use proptest::prelude::*;
    use traillake_columnar::{EventBatchBuilder, EventSchema, RecordLimits, RecordReader};
    use traillake_model::EventDataStoreKind;

    use super::*;

    const RECORDS: [&str; 4] = [
        r#"{"eventTime":"2023-07-19T21:33:41Z","eventName":"A","userIdentity":{"type":"Root","sessionContext":{}}}"#,
        r#"{"eventTime":"2023-07-19T21:33:42Z","requestParameters":{"a":"b","c":null},"userIdentity":{"arn":"x"}}"#,
        r#"{"eventTime":"2023-07-19T21:33:43Z","resources":[{"ARN":"r"},{"type":"t"}],"readOnly":true}"#,
        r#"{"eventTime":"2023-07-19T21:33:44Z"}"#,
    ];

    fn batch(records: &[usize]) -> RecordBatch {
        let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
        let mut reader = RecordReader::new(Arc::clone(&schema), RecordLimits::default());
        let mut builder = EventBatchBuilder::new(schema, records.len());
        for &record in records {
            builder.append(&reader.read(RECORDS[record].as_bytes()).unwrap());
        }
        builder.finish()
    }

    proptest! {
        #[test]
        fn rows_come_as_arrow_interleaves_them(
            records in prop::collection::vec(prop::collection::vec(0..RECORDS.len(), 1..5), 1..4),
            picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..9),
        ) {
            let batches: Vec<RecordBatch> = records.iter().map(|records| batch(records)).collect();
            let batches: Vec<&RecordBatch> = batches.iter().collect();
            let places: Vec<(usize, usize)> = picks
                .iter()
                .map(|(batch, row)| (batch.index(batches.len()), row))
                .map(|(batch, row)| (batch, row.index(batches[batch].num_rows())))
                .collect();
            let gathered = gather_columns(&batches, &places).unwrap();
            prop_assert_eq!(gathered, interleave_record_batch(&batches, &places).unwrap());
        }
    }
}
