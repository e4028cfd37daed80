//! What rows take in memory, where columns without a value share theirs.

use std::collections::HashSet;
use std::ptr::NonNull;

use arrow::array::{Array as _, ArrayData, RecordBatch};
use arrow::buffer::{Buffer, NullBuffer};

/// Bytes of all buffers of the columns, each counted once.
pub(crate) fn bytes_of(rows: &RecordBatch) -> usize {
    let mut known = HashSet::new();
    rows.columns().iter().map(|column| bytes(&column.to_data(), &mut known)).sum()
}

fn bytes(data: &ArrayData, known: &mut HashSet<NonNull<u8>>) -> usize {
    let buffers = data.buffers().iter().chain(data.nulls().map(NullBuffer::buffer));
    let own: usize = buffers.filter(|buffer| known.insert(buffer.data_ptr())).map(Buffer::capacity).sum();
    own + data.child_data().iter().map(|child| bytes(child, known)).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringArray, StructArray};
    use arrow::datatypes::{DataType, Field};

    use super::*;

    #[test]
    fn what_columns_share_is_counted_once() {
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("abc"); 1_000]));
        let one = bytes_of(&RecordBatch::try_from_iter([("a", Arc::clone(&text))]).unwrap());
        assert!((3_000 + 4_004..10_000).contains(&one), "{one}");
        let field = Arc::new(Field::new("b", DataType::Utf8, true));
        let inner: ArrayRef = Arc::new(StructArray::from(vec![(field, Arc::clone(&text))]));
        let both = RecordBatch::try_from_iter([("a", text), ("c", inner)]).unwrap();
        assert_eq!(bytes_of(&both), one);
    }
}
