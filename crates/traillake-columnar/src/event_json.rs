//! Columns to records: [`EventJsonWriter`] writes the exact JSON text of stored events.

mod arrays;
mod replay;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray, StringBuilder};
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use sha2::{Digest, Sha256};

use crate::shape::{Program, ShapeError};
use crate::{ColumnarError, EventSchema, RECORD_REST, RECORD_SHAPE};
use arrays::Arrays;
use replay::Replay;

/// Writes stored events back as the JSON text they came as: same members, same order, same number text.
///
/// White space between tokens is gone, and characters of strings are escaped only where JSON asks for it.
#[derive(Debug, Clone)]
pub struct EventJsonWriter {
    schema: Arc<EventSchema>,
    columns_needed: Vec<String>,
}

impl EventJsonWriter {
    /// A writer for batches of one kind of store.
    pub fn new(schema: Arc<EventSchema>) -> Self {
        let columns_needed = schema.file_schema().fields().iter().map(|field| field.name().clone()).collect();
        Self { schema, columns_needed }
    }

    /// The top-level columns a batch must have, in the order of the file schema.
    pub fn columns_needed(&self) -> &[String] {
        &self.columns_needed
    }

    /// The event JSON of every row; null where a row has no record shape.
    ///
    /// Columns are found by name, in any order. Times may be in milliseconds or microseconds, with or without zone; texts
    /// may be `Utf8` or `Utf8View`. A column that no record of the batch uses may be missing.
    ///
    /// # Errors
    /// When columns are missing, of another type, or do not belong together, and when the text exceeds 2 GiB.
    pub fn write(&self, batch: &RecordBatch) -> Result<StringArray, ColumnarError> {
        let rows = batch.num_rows();
        let arrays = Arrays::new(&self.schema, batch)?;
        let mut programs = Programs::default();
        let mut out = StringBuilder::with_capacity(rows, 0);
        let (mut json, mut total) = (String::new(), 0_usize);
        for row in 0..rows {
            json.clear();
            if !self.replay(&arrays, &mut programs, row, &mut json)? {
                out.append_null();
                continue;
            }
            total += json.len();
            if i32::try_from(total).is_err() {
                return Err(ColumnarError::BatchTooLarge { rows });
            }
            out.append_value(&json);
        }
        Ok(out.finish())
    }

    /// Appends the event JSON of one row to `out`; nothing when the row has no record shape.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_row(&self, batch: &RecordBatch, row: usize, out: &mut String) -> Result<(), ColumnarError> {
        let arrays = Arrays::new(&self.schema, batch)?;
        self.replay(&arrays, &mut Programs::default(), row, out).map(drop)
    }

    /// False when the row has no shape.
    fn replay<'b>(
        &self,
        arrays: &Arrays<'b>,
        programs: &mut Programs<'b>,
        row: usize,
        out: &mut String,
    ) -> Result<bool, ColumnarError> {
        let Some(shape) = arrays.shape(row) else { return Ok(false) };
        let program = programs.get(&self.schema, shape).map_err(|error| ColumnarError::DamagedShape {
            row,
            offset_bytes: error.offset_bytes,
            expected: error.expected,
        })?;
        Replay::new(arrays, row)
            .run(program, out)
            .map_err(|column| ColumnarError::DamagedRow { row, column: self.column_path(column).to_owned() })?;
        Ok(true)
    }

    fn column_path(&self, column: u32) -> &str {
        match column {
            replay::REST => RECORD_REST,
            replay::SHAPE => RECORD_SHAPE,
            column => &self.schema.columns().get(column).path,
        }
    }
}

/// The programs of the shapes met so far.
#[derive(Debug, Default)]
struct Programs<'b> {
    by_shape: HashMap<&'b str, Program>,
    shape_bytes: usize,
}

impl<'b> Programs<'b> {
    /// Shapes in bytes that are remembered; a program takes up to about 15 times as much.
    const MAX_SHAPE_BYTES: usize = 8 << 20;

    fn get(&mut self, schema: &EventSchema, shape: &'b str) -> Result<&Program, ShapeError> {
        if self.shape_bytes > Self::MAX_SHAPE_BYTES && !self.by_shape.contains_key(shape) {
            *self = Self::default();
        }
        match self.by_shape.entry(shape) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(new) => {
                self.shape_bytes += shape.len();
                Ok(new.insert(Program::compile(schema, shape)?))
            }
        }
    }
}

/// The checksum of an event's JSON text: lower-case hex SHA-256 of its UTF-8 bytes.
///
/// ```
/// let checksum = traillake_columnar::event_json_checksum("{}");
/// assert_eq!(checksum, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
/// ```
pub fn event_json_checksum(json: &str) -> String {
    let hash: [u8; 32] = Sha256::digest(json.as_bytes()).into();
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    hash.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
