//! Pages unpacked with one decompressor for each thread.
//!
//! The library makes a compressor and a decompressor for every column chunk it opens, which costs more than unpacking
//! the few kilobytes that most chunks have. So it is told that chunks are not compressed, and what it gives is
//! unpacked here.

use std::cell::{Cell, RefCell};
use std::io::Read as _;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

/// Bytes of a page at most: the format counts them in a signed number of 32 bits.
const PAGE_BYTES: u64 = i32::MAX as u64;

/// Bytes of the buffer that a thread keeps for its next page.
const SPARE_BYTES: usize = 2 << 20;

thread_local! {
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// The chunk as one that is not compressed, if its pages can be unpacked here.
pub(super) fn as_packed(chunk: &ColumnChunkMetaData) -> Option<Result<ColumnChunkMetaData>> {
    let is_zstd = matches!(chunk.compression(), Compression::ZSTD(_));
    is_zstd.then(|| chunk.clone().into_builder().set_compression(Compression::UNCOMPRESSED).build())
}

/// Unpacks the pages that `inner` gives as they are stored.
pub(super) struct Unpack<R>(pub(super) R);

impl<R: PageReader> Iterator for Unpack<R> {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl<R: PageReader> PageReader for Unpack<R> {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.0.get_next_page()?.map(unpacked_page).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.0.at_record_boundary()
    }
}

/// A page as it was before it was packed.
pub(super) fn unpacked_page(mut page: Page) -> Result<Page> {
    match &mut page {
        Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => *buf = unpacked(buf)?,
        Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, is_compressed, .. } => {
            let levels = *def_levels_byte_len as usize + *rep_levels_byte_len as usize;
            if *is_compressed {
                let beyond = || ParquetError::EOF("the levels of a page reach beyond it".to_owned());
                let values = buf.get(levels..).ok_or_else(beyond)?;
                let values = unpacked(values)?;
                *buf = [buf.get(..levels).ok_or_else(beyond)?, &values].concat().into();
            }
        }
    }
    Ok(page)
}

/// What `read` makes of what is packed, in a buffer that is used again.
pub(super) fn with_unpacked<T>(packed: &[u8], read: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
    let mut buffer = SPARE.take();
    let made = unpack_into(&mut buffer, packed).and_then(|()| read(&buffer));
    if buffer.capacity() <= SPARE_BYTES {
        SPARE.set(buffer);
    }
    made
}

fn unpacked(packed: &[u8]) -> Result<Bytes> {
    let mut bytes = Vec::new();
    unpack_into(&mut bytes, packed)?;
    Ok(bytes.into())
}

fn unpack_into(buffer: &mut Vec<u8>, packed: &[u8]) -> Result<()> {
    buffer.clear();
    if packed.is_empty() {
        return Ok(());
    }
    let too_large = || ParquetError::General(format!("a page of more than {PAGE_BYTES} bytes"));
    let Some(size) = get_frame_content_size(packed).ok().flatten() else { return streamed(buffer, packed) };
    let size = usize::try_from(size).ok().filter(|&size| size as u64 <= PAGE_BYTES).ok_or_else(too_large)?;
    buffer.try_reserve_exact(size).map_err(|_| too_large())?;
    DECOMPRESSOR.with_borrow_mut(|known| {
        let decompressor = match known {
            Some(decompressor) => decompressor,
            None => known.insert(Decompressor::new()?),
        };
        decompressor.decompress_to_buffer(packed, buffer)?;
        Ok(())
    })
}

/// A page whose writer did not say how large it is.
fn streamed(buffer: &mut Vec<u8>, packed: &[u8]) -> Result<()> {
    zstd::stream::read::Decoder::new(packed)?.take(PAGE_BYTES).read_to_end(buffer)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_unpacked_whether_or_not_their_size_is_told() {
        let text = b"AssumedRole, again and again and again and again".repeat(100);
        let told = zstd::bulk::compress(&text, 3).unwrap();
        let untold = {
            let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 3).unwrap();
            std::io::Write::write_all(&mut encoder, &text).unwrap();
            encoder.finish().unwrap()
        };
        assert_eq!((unpacked(&told).unwrap(), unpacked(&untold).unwrap()), (text.clone().into(), text.into()));
        assert!(unpacked(b"").unwrap().is_empty());
        assert!(unpacked(b"no frame at all").is_err());
    }

    #[test]
    fn a_buffer_that_is_used_again_holds_nothing_of_the_page_before() {
        let packed = |text: &[u8]| zstd::bulk::compress(text, 1).unwrap();
        let read = |packed: &[u8]| with_unpacked(packed, |bytes| Ok(bytes.to_vec()));
        assert_eq!(read(&packed(b"longer than the next")).unwrap(), b"longer than the next");
        assert_eq!(read(&packed(b"short")).unwrap(), b"short");
        assert!(read(b"").unwrap().is_empty() && read(b"no frame at all").is_err());
        let both = with_unpacked(&packed(b"outer"), |outer| Ok([outer, &read(&packed(b"inner"))?].concat()));
        assert_eq!(both.unwrap(), b"outerinner");
    }

    #[test]
    fn the_levels_of_a_second_version_page_are_not_packed() {
        let values = zstd::bulk::compress(b"values", 1).unwrap();
        let page = |is_compressed, buf: Vec<u8>| Page::DataPageV2 {
            buf: buf.into(),
            num_values: 1,
            encoding: parquet::basic::Encoding::PLAIN,
            num_nulls: 0,
            num_rows: 1,
            def_levels_byte_len: 2,
            rep_levels_byte_len: 1,
            is_compressed,
            statistics: None,
        };
        let packed = page(true, [b"lvl".as_slice(), &values].concat());
        assert_eq!(unpacked_page(packed).unwrap().buffer().as_ref(), b"lvlvalues");
        assert_eq!(unpacked_page(page(false, b"lvlvalues".to_vec())).unwrap().buffer().as_ref(), b"lvlvalues");
        assert!(unpacked_page(page(true, b"lv".to_vec())).is_err());
    }
}
