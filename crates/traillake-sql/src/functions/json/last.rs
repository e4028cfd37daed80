//! Paths are constants nearly always: the last one is kept from row to row.

use datafusion::common::Result;

/// The last text that was read, and what it was read as.
pub(super) struct Last<'a, P>(Option<(&'a str, P)>);

impl<'a, P> Last<'a, P> {
    /// Nothing was read.
    pub(super) fn none() -> Self {
        Self(None)
    }

    /// What the text is read as.
    pub(super) fn read(&mut self, text: &'a str, parse: impl FnOnce(&str) -> Result<P>) -> Result<&P> {
        let read = match self.0.take() {
            Some(last) if last.0 == text => last,
            _ => (text, parse(text)?),
        };
        Ok(&self.0.insert(read).1)
    }
}
