//! gzip of one or many members: streamed, or at once where it is short.

use std::cell::RefCell;
use std::io::{self, BufRead, Read};

use bytes::Bytes;
use flate2::bufread::GzDecoder;
use libdeflater::{DecompressionError, Decompressor};
use memchr::memmem;

use super::{Decoder, GZIP, at_end};

thread_local! {
    /// Its tables are some ten kilobytes, to be made and cleared for every object else.
    static DECOMPRESSOR: RefCell<Decompressor> = RefCell::new(Decompressor::new());
}

/// Decompresses a single-member gzip of at most `limit_bytes` decompressed. `None` for anything
/// else (also damage): the streaming decoder says what is wrong and delivers what is good.
pub(crate) fn whole_gzip(bytes: &[u8], limit_bytes: u64) -> Option<Bytes> {
    if !bytes.starts_with(&GZIP) || bytes.len() < 18 || memmem::find(bytes.get(GZIP.len()..)?, &GZIP).is_some() {
        return None; // other members may follow, and the decompressor would not tell
    }
    let told = u32::from_le_bytes(bytes.get(bytes.len() - 4..)?.try_into().ok()?);
    let limit = usize::try_from(limit_bytes).unwrap_or(usize::MAX);
    let size = usize::try_from(told).ok().filter(|size| *size <= limit && size / 1_032 <= bytes.len())?;
    let mut text = vec![0; size];
    match DECOMPRESSOR.with_borrow_mut(|decompressor| decompressor.gzip_decompress(bytes, &mut text)) {
        Ok(length) if length == size && Decoder::is_plain(&text) => Some(text.into()),
        Ok(_) | Err(DecompressionError::BadData | DecompressionError::InsufficientSpace) => None,
    }
}

/// All members of a gzip stream, one after the other; zero padding at the end is skipped.
pub(super) struct GzipMembers<R> {
    /// Absent only while one member gives way to the next, and after an error.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { member: Some(GzDecoder::new(reader)) }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            match member.read(buffer)? {
                0 if !buffer.is_empty() => self.next_member()?,
                read => return Ok(read),
            }
        }
        Ok(0)
    }
}

impl<R: BufRead> GzipMembers<R> {
    fn next_member(&mut self) -> io::Result<()> {
        let Some(member) = self.member.take() else { return Ok(()) };
        let mut rest = member.into_inner();
        let mut padded = false;
        while !at_end(&mut rest)? {
            let buffer = rest.fill_buf()?;
            let zeros = buffer.iter().take_while(|byte| **byte == 0).count();
            let ends = zeros < buffer.len();
            rest.consume(zeros);
            padded |= zeros > 0;
            if !ends {
                continue;
            }
            if padded || rest.fill_buf()?.first() != Some(&GZIP[0]) {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "bytes after the end of the gzip stream"));
            }
            self.member = Some(GzDecoder::new(rest));
            return Ok(());
        }
        Ok(())
    }
}
