//! Rows to Arrow columns and back, by column name.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryArray, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow::datatypes::{Int64Type, UInt64Type};
use uuid::Uuid;

use super::row::Sequenced;

/// A text column.
pub(crate) fn text_column<R>(rows: &[Sequenced<R>], value: impl Fn(&R) -> Option<&str>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| value(&row.row)).collect::<StringArray>())
}

/// A column of bytes.
pub(crate) fn binary_column<R>(rows: &[Sequenced<R>], value: impl Fn(&R) -> Option<&[u8]>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| value(&row.row)).collect::<BinaryArray>())
}

/// A column of counts.
pub(crate) fn number_column(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(values))
}

/// A column of signed numbers that may be missing.
pub(crate) fn moment_column<R>(rows: &[Sequenced<R>], value: impl Fn(&R) -> Option<i64>) -> ArrayRef {
    Arc::new(rows.iter().map(|row| value(&row.row)).collect::<Int64Array>())
}

/// A column of identifiers, as text.
pub(crate) fn uuid_column<R>(rows: &[Sequenced<R>], value: impl Fn(&R) -> Uuid) -> ArrayRef {
    Arc::new(rows.iter().map(|row| Some(value(&row.row).to_string())).collect::<StringArray>())
}

/// Columns of a batch that was read, by name. Wrong types and missing columns are the file's fault, not a panic.
#[derive(Debug)]
pub(crate) struct Columns(RecordBatch);

impl Columns {
    pub(crate) fn new(batch: RecordBatch) -> Self {
        Self(batch)
    }

    pub(crate) fn rows(&self) -> usize {
        self.0.num_rows()
    }

    pub(crate) fn text(&self, name: &str, row: usize) -> Result<Option<&str>, String> {
        let Some(column) = self.0.column_by_name(name) else { return Ok(None) };
        let column = column.as_string_opt::<i32>().ok_or_else(|| format!("column `{name}` is not text"))?;
        Ok(column.is_valid(row).then(|| column.value(row)))
    }

    pub(crate) fn required_text(&self, name: &str, row: usize) -> Result<&str, String> {
        self.text(name, row)?.ok_or_else(|| format!("column `{name}` lacks a value in row {row}"))
    }

    pub(crate) fn binary(&self, name: &str, row: usize) -> Result<Option<&[u8]>, String> {
        let Some(column) = self.0.column_by_name(name) else { return Ok(None) };
        let column = column.as_binary_opt::<i32>().ok_or_else(|| format!("column `{name}` is not binary"))?;
        Ok(column.is_valid(row).then(|| column.value(row)))
    }

    /// A count; 0 when the file has no such column.
    pub(crate) fn number(&self, name: &str, row: usize) -> Result<u64, String> {
        Ok(self.optional_number(name, row)?.unwrap_or_default())
    }

    pub(crate) fn optional_number(&self, name: &str, row: usize) -> Result<Option<u64>, String> {
        let Some(column) = self.0.column_by_name(name) else { return Ok(None) };
        let column = column
            .as_primitive_opt::<UInt64Type>()
            .ok_or_else(|| format!("column `{name}` is not an unsigned number"))?;
        Ok(column.is_valid(row).then(|| column.value(row)))
    }

    pub(crate) fn moment(&self, name: &str, row: usize) -> Result<Option<i64>, String> {
        let Some(column) = self.0.column_by_name(name) else { return Ok(None) };
        let column =
            column.as_primitive_opt::<Int64Type>().ok_or_else(|| format!("column `{name}` is not a number"))?;
        Ok(column.is_valid(row).then(|| column.value(row)))
    }

    pub(crate) fn uuid(&self, name: &str, row: usize) -> Result<Uuid, String> {
        let text = self.required_text(name, row)?;
        text.parse().map_err(|_| format!("column `{name}` holds `{text}`, expected a UUID"))
    }
}
