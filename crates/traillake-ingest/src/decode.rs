//! Decompression told by the first bytes, never by the name: gzip, zstd or plain, up to two levels.

mod gzip;

use std::io::{self, BufRead, BufReader, Read};

use bytes::Bytes;

use gzip::GzipMembers;
pub(crate) use gzip::whole_gzip;

const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Bytes of one decompressed chunk, and of the first one, which is wanted soon.
const CHUNK_BYTES: usize = 1 << 20;

/// A blocking reader of decompressed chunks.
pub(crate) struct Decoder {
    reader: Box<dyn Read + Send>,
    format: &'static str,
}

impl std::fmt::Debug for Decoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoder").field("format", &self.format).finish_non_exhaustive()
    }
}

impl Decoder {
    /// Levels of compression that are followed.
    pub(crate) const MAX_LEVELS: usize = 2;

    /// Tells the format from the first bytes.
    ///
    /// # Errors
    ///
    /// Of kind `Unsupported` where it is compressed more than twice.
    pub(crate) fn new(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut decoder = Self { reader, format: "plain" };
        for level in 0.. {
            let mut buffered = BufReader::with_capacity(64 << 10, Prefixed::new(decoder.reader));
            let magic = buffered.get_mut().peek();
            let compressed = !Self::is_plain(magic);
            let gzip = magic.starts_with(&GZIP);
            if compressed && level == Self::MAX_LEVELS {
                return Err(io::Error::from(io::ErrorKind::Unsupported));
            }
            if !compressed {
                return Ok(Self { reader: Box::new(buffered), format: decoder.format });
            }
            decoder = if gzip {
                Self { reader: Box::new(GzipMembers::new(buffered)), format: "gzip" }
            } else {
                Self { reader: Box::new(zstd::stream::read::Decoder::with_buffer(buffered)?), format: "zstd" }
            };
        }
        Ok(decoder)
    }

    /// True where the bytes begin like neither gzip nor zstd.
    pub(crate) fn is_plain(bytes: &[u8]) -> bool {
        !bytes.starts_with(&GZIP) && !bytes.starts_with(&ZSTD)
    }

    /// The innermost compression.
    pub(crate) fn format(&self) -> &'static str {
        self.format
    }

    /// The next decompressed bytes, a full chunk but for the last; empty at the end. Bytes that
    /// come before an error are delivered first.
    pub(crate) fn next_chunk(&mut self) -> io::Result<Bytes> {
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut filled = 0;
        while filled < chunk.len() {
            match self.reader.read(&mut chunk[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(error),
                Err(error) => {
                    self.reader = Box::new(Failed(Some(error)));
                    break;
                }
            }
        }
        chunk.truncate(filled);
        Ok(chunk.into())
    }
}

/// A reader that fails once.
struct Failed(Option<io::Error>);

impl Read for Failed {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// A reader whose first bytes can be looked at.
struct Prefixed<R> {
    start: io::Cursor<Vec<u8>>,
    /// An error that came with them.
    failed: Option<io::Error>,
    inner: R,
}

impl<R: Read> Prefixed<R> {
    fn new(inner: R) -> Self {
        Self { start: io::Cursor::default(), failed: None, inner }
    }

    /// The first bytes, at most four; fewer at the end or before an error, which comes later.
    fn peek(&mut self) -> &[u8] {
        let start = self.start.get_mut();
        self.failed = self.inner.by_ref().take(ZSTD.len() as u64).read_to_end(start).err();
        start
    }
}

impl<R: Read> Read for Prefixed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match (self.start.read(buffer)?, self.failed.take()) {
            (0, Some(error)) => Err(error),
            (0, None) => self.inner.read(buffer),
            (read, failed) => {
                self.failed = failed;
                Ok(read)
            }
        }
    }
}

/// What the first decompressed bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// UTF-8 or anything like it, after a byte order mark of this length.
    Utf8 {
        /// 0 or 3.
        bom_bytes: usize,
    },
    /// Another encoding, by name.
    Other(&'static str),
    /// No text.
    Binary,
}

/// Looks at the first chunk of an object.
pub(crate) fn text_of(start: &[u8]) -> Text {
    match start {
        [0xef, 0xbb, 0xbf, ..] => Text::Utf8 { bom_bytes: 3 },
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] | [0, 0, 0, b'{' | b'[', ..] | [b'{' | b'[', 0, 0, 0, ..] => {
            Text::Other("UTF-32")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, b'{' | b'[', ..] | [b'{' | b'[', 0, ..] => Text::Other("UTF-16"),
        _ if looks_binary(start) => Text::Binary,
        _ => Text::Utf8 { bom_bytes: 0 },
    }
}

/// A NUL among the first bytes, and no JSON value to begin with.
fn looks_binary(start: &[u8]) -> bool {
    let begins_json =
        start.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| matches!(byte, b'{' | b'['));
    !begins_json && start.iter().take(4096).any(|byte| *byte == 0)
}

/// True when nothing more comes.
fn at_end(reader: &mut impl BufRead) -> io::Result<bool> {
    Ok(reader.fill_buf()?.is_empty())
}

#[cfg(test)]
mod tests;
