//! The pages of one column chunk as they are stored: unpacked where somebody looks into them.

use parquet::column::page::Page;
use parquet::errors::Result;

use super::plain::Plain;
use crate::provider::reader::chunks::{Loaded, PackedPages};
use crate::provider::reader::opened::{Depth, Opened, is_coded, open};
use crate::provider::reader::unpack::unpacked_page;

/// Values of a chunk at most: what is made of one takes some ten bytes.
const MOST_VALUES: usize = 1 << 24;

/// The pages of a chunk.
pub(super) struct Pages {
    /// Its dictionary, if it has one.
    pub(super) dictionary: Option<Plain>,
    pub(super) data: Vec<DataPage>,
}

/// A page with values.
pub(super) struct DataPage {
    page: Page,
    is_packed: bool,
    /// Whether its values are places in the dictionary; else they are texts.
    pub(super) is_coded: bool,
}

impl Pages {
    /// None where the chunk was read in parts, or is encoded in a way that is not known here.
    pub(super) fn of(loaded: &Loaded, leaf: usize) -> Result<Option<Self>> {
        if !loaded.chunk(leaf).is_some_and(|chunk| chunk.is_whole()) {
            return Ok(None);
        }
        let PackedPages { reader, is_packed, .. } = loaded.packed_pages(leaf)?;
        let mut this = Self { dictionary: None, data: Vec::new() };
        let mut count = 0;
        for page in reader {
            let page = page?;
            let Some(is_coded) = is_coded(&page) else { return Ok(None) };
            count += page.num_values() as usize;
            if count > MOST_VALUES {
                return Ok(None);
            }
            if page.is_data_page() {
                this.data.push(DataPage { page, is_packed, is_coded });
            } else {
                let page = if is_packed { unpacked_page(page)? } else { page };
                this.dictionary = Some(Plain { bytes: page.buffer().clone(), count: page.num_values() as usize });
            }
        }
        Ok(Some(this))
    }
}

impl DataPage {
    /// Its values, with those that are null.
    pub(super) fn count(&self) -> usize {
        self.page.num_values() as usize
    }

    /// What `read` makes of the page; none where it is not what its header says.
    pub(super) fn read<T>(&self, depth: Depth, read: impl FnOnce(&Opened<'_>) -> Option<T>) -> Option<T> {
        open(&self.page, self.is_packed, depth, |page| Ok(read(page))).ok()?
    }
}
