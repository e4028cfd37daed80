//! Codes of many pages put together to one column.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, PrimitiveArray};
use arrow::buffer::ScalarBuffer;
use arrow::datatypes::{DataType, UInt32Type};
use parquet::errors::{ParquetError, Result};

use super::NULL;
use super::page::Codes;
use super::texts::{Strings, Texts};

/// Bytes of texts after which a column is given on: pages without a dictionary bring their values along.
const MOST_BYTES: usize = 4 << 20;
/// Rows of one dictionary that are given on by themselves, so that the dictionary is known again.
const ALONE_ROWS: usize = 2_048;

/// Rows of a column of texts, as codes into one dictionary.
///
/// As long as all rows are of one dictionary, it stays what it is; then dictionaries are laid end to end, a text that
/// stands in several of them several times.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    codes: Vec<u32>,
    shared: Option<Arc<Texts>>,
    own: Strings,
}

impl Gathered {
    pub(super) fn rows(&self) -> usize {
        self.codes.len()
    }

    /// Whether rows of `texts` may follow.
    pub(super) fn takes(&self, texts: &Arc<Texts>) -> bool {
        match &self.shared {
            Some(shared) => Arc::ptr_eq(shared, texts) || self.codes.len() < ALONE_ROWS,
            None => self.own.bytes() < MOST_BYTES,
        }
    }

    pub(super) fn add(&mut self, texts: &Arc<Texts>, codes: &[u32]) -> Result<()> {
        if !self.share(texts)? {
            return self.append(texts, codes);
        }
        self.codes.extend_from_slice(codes);
        Ok(())
    }

    /// Adds all rows of a page; about `more` rows follow it.
    pub(super) fn add_page(&mut self, page: &Codes, more: usize) -> Result<()> {
        if self.share(&page.texts)? {
            self.codes.reserve(page.rows + more);
            return page.read(&mut self.codes);
        }
        let mut codes = Vec::with_capacity(page.rows);
        page.read(&mut codes)?;
        self.append(&page.texts, &codes)
    }

    /// Whether all rows, and those that follow, are of `texts`.
    fn share(&mut self, texts: &Arc<Texts>) -> Result<bool> {
        if self.codes.is_empty() {
            self.shared = Some(Arc::clone(texts));
        } else if let Some(shared) = self.shared.take_if(|shared| !Arc::ptr_eq(shared, texts)) {
            let before = std::mem::take(&mut self.codes);
            self.append(&shared, &before)?;
        }
        Ok(self.shared.is_some())
    }

    /// Copies the dictionary, or the texts of the rows where those are fewer.
    fn append(&mut self, texts: &Texts, codes: &[u32]) -> Result<()> {
        if texts.len() <= codes.len() {
            let before = u32::try_from(self.own.len())?;
            for text in texts.iter() {
                self.own.push(text)?;
            }
            self.codes.extend(codes.iter().map(|&code| if code == NULL { NULL } else { before + code }));
            return Ok(());
        }
        for &code in codes {
            let text = code.checked_sub(1).map(|number| texts.get(number as usize));
            self.codes.push(text.map_or(Ok(NULL), |text| self.own.push(text))?);
        }
        Ok(())
    }

    /// The column, a dictionary of `data_type`.
    pub(super) fn finish(self, data_type: &DataType) -> Result<ArrayRef> {
        let values = match self.shared {
            Some(texts) => texts.array(data_type)?,
            None => self.own.finish(data_type)?,
        };
        let codes = PrimitiveArray::<UInt32Type>::new(ScalarBuffer::from(self.codes), None);
        let array = DictionaryArray::try_new(codes, values);
        Ok(Arc::new(array.map_err(|error| ParquetError::General(error.to_string()))?))
    }
}
