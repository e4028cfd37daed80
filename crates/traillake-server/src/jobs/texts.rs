//! Rows as the texts that Lake answers with.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringBuilder};

/// Rows that become texts at once.
const SLICE_ROWS: usize = 256;

/// The batch in short pieces.
pub(super) fn slices(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    (0..rows).step_by(SLICE_ROWS).map(move |from| batch.slice(from, SLICE_ROWS.min(rows - from)))
}

/// Each column as texts; NULL stays NULL.
pub(super) fn columns(batch: &RecordBatch) -> Vec<ArrayRef> {
    batch.columns().iter().map(|column| texts(column.as_ref())).collect()
}

fn texts(column: &dyn Array) -> ArrayRef {
    let mut texts = StringBuilder::with_capacity(column.len(), column.len() * 16);
    for row in 0..column.len() {
        texts.append_option(traillake::text_of(column, row));
    }
    Arc::new(texts.finish())
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, BooleanArray, Int64Array};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    #[test]
    fn values_become_texts_and_nulls_stay() {
        let columns: Vec<ArrayRef> = vec![
            Arc::new((0..600).map(|n| (n % 2 == 0).then_some(n)).collect::<Int64Array>()),
            Arc::new((0..600).map(|n| Some(n == 3)).collect::<BooleanArray>()),
        ];
        let fields = [Field::new("same", DataType::Int64, true), Field::new("same", DataType::Boolean, true)];
        let batch = RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns).unwrap();
        let slices: Vec<_> = slices(&batch).collect();
        assert_eq!(slices.iter().map(RecordBatch::num_rows).collect::<Vec<_>>(), [256, 256, 88]);
        let texts = super::columns(&slices[0]);
        let at = |column: usize, row: usize| {
            let column = texts[column].as_string::<i32>();
            column.is_valid(row).then(|| column.value(row).to_owned())
        };
        assert_eq!((at(0, 2), at(0, 3), at(1, 3)), (Some("2".into()), None, Some("true".into())));
    }
}
