//! Columns without a value: most records leave most columns empty, and all that are share one stretch of zeros.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int32Array, StringArray, StructArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::buffer::{BooleanBuffer, Buffer, MutableBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, TimeUnit};

/// Columns of null for batches of so many rows.
#[derive(Debug)]
pub(super) struct Nulls {
    /// Offsets of empty texts, values of eight bytes or bits of validity.
    zeros: Buffer,
    validity: NullBuffer,
}

impl Nulls {
    pub(super) fn new(rows: usize) -> Self {
        let zeros = Buffer::from(MutableBuffer::from_len_zeroed((rows + 1) * size_of::<u64>()));
        let validity = NullBuffer::new(BooleanBuffer::new(zeros.clone(), 0, rows));
        Self { zeros, validity }
    }

    pub(super) fn rows(&self) -> usize {
        self.validity.len()
    }

    /// A column of this type.
    pub(super) fn array(&self, data_type: &DataType) -> ArrayRef {
        let (zeros, rows, nulls) = (self.zeros.clone(), self.rows(), Some(self.validity.clone()));
        match data_type {
            DataType::Utf8 => {
                let offsets = OffsetBuffer::new(ScalarBuffer::new(zeros, 0, rows + 1));
                Arc::new(StringArray::new(offsets, Buffer::default(), nulls))
            }
            DataType::Boolean => Arc::new(BooleanArray::new(BooleanBuffer::new(zeros, 0, rows), nulls)),
            DataType::Int32 => Arc::new(Int32Array::new(ScalarBuffer::new(zeros, 0, rows), nulls)),
            DataType::Float64 => Arc::new(Float64Array::new(ScalarBuffer::new(zeros, 0, rows), nulls)),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                let array = TimestampMicrosecondArray::new(ScalarBuffer::new(zeros, 0, rows), nulls);
                Arc::new(array.with_timezone_opt(zone.clone()))
            }
            DataType::Struct(fields) if rows > 0 && !fields.is_empty() => {
                let members = fields.iter().map(|field| self.array(field.data_type())).collect();
                Arc::new(StructArray::new(fields.clone(), members, nulls))
            }
            other => new_null_array(other, rows),
        }
    }
}

#[cfg(test)]
mod tests {
    use traillake_model::EventDataStoreKind;

    use super::*;
    use crate::EventSchema;

    #[test]
    fn a_column_of_nulls_is_what_arrow_makes() {
        let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
        for rows in [0, 1, 9] {
            let nulls = Nulls::new(rows);
            for field in schema.file_schema().fields() {
                let array = nulls.array(field.data_type());
                assert_eq!(*array, *new_null_array(field.data_type(), rows), "{}", field.name());
                assert_eq!((array.len(), array.null_count()), (rows, rows), "{}", field.name());
            }
        }
    }
}
