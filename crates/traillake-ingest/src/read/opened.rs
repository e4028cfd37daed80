//! Opens an object for blocking reads, wherever it lies, and keeps account of the stored bytes.

use std::io::{self, Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Buf, Bytes};
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::GetOptions;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle;

use crate::source::Origin;
use crate::{ObjectError, SourceObject};

/// The stored bytes of an object.
pub(crate) enum Opened {
    /// All of them.
    Whole(Bytes),
    /// To be read.
    Stream(Box<dyn Read + Send>),
}

/// Opens `object`; short ones of an object store come whole.
pub(super) async fn open(object: &SourceObject, whole_bytes: u64) -> Result<Opened, ObjectError> {
    let Origin::Store { store, path } = object.origin() else {
        let origin = object.origin().clone();
        let opening = tokio::task::spawn_blocking(move || open_here(&origin)).await;
        return opening.map_err(|error| ObjectError::Open { source: io::Error::other(error) })?;
    };
    let store_error = |source| ObjectError::Store { source };
    let options = GetOptions { if_match: object.etag.clone(), ..GetOptions::default() };
    let result = store.get_opts(path, options).await.map_err(store_error)?;
    if object.size_bytes <= whole_bytes {
        return result.bytes().await.map(Opened::Whole).map_err(store_error);
    }
    let chunks = result.into_stream();
    Ok(Opened::Stream(Box::new(StreamReader { chunks, current: Bytes::new(), runtime: Handle::current() })))
}

/// Opens what lies on this machine, on a thread that may block.
pub(super) fn open_here(origin: &Origin) -> Result<Opened, ObjectError> {
    match origin {
        Origin::Bytes(bytes) => Ok(Opened::Whole(bytes.clone())),
        Origin::Stdin => Ok(Opened::Stream(Box::new(io::stdin()))),
        Origin::Local(path) => {
            let file = std::fs::File::open(path).map_err(|source| ObjectError::Open { source })?;
            Ok(Opened::Stream(Box::new(file)))
        }
        Origin::Store { .. } => Err(ObjectError::Open { source: io::ErrorKind::Unsupported.into() }),
    }
}

/// Blocking reads from an async stream; lives on a thread for blocking work.
struct StreamReader {
    chunks: BoxStream<'static, object_store::Result<Bytes>>,
    current: Bytes,
    runtime: Handle,
}

impl Read for StreamReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.runtime.block_on(self.chunks.next()) {
                Some(chunk) => self.current = chunk?,
                None => return Ok(0),
            }
        }
        let length = self.current.len().min(buffer.len());
        self.current.copy_to_slice(&mut buffer[..length]);
        Ok(length)
    }
}

/// Count and hash of the stored bytes read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally(Arc<Mutex<(Sha256, u64)>>);

impl Tally {
    /// Stored bytes read.
    pub(super) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Lower-case hex SHA-256 of them.
    pub(super) fn sha256(&self) -> String {
        let digest = self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone().finalize();
        digest.iter().fold(String::with_capacity(64), |mut text, byte| {
            text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            text
        })
    }

    pub(super) fn add(&self, bytes: &[u8]) {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tally.0.update(bytes);
        tally.1 += bytes.len() as u64;
    }
}

/// A reader that keeps account, and marks errors of the source to tell them from damaged bytes.
pub(super) struct Counted<R> {
    inner: R,
    tally: Tally,
}

/// An error of the source, inside an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) struct SourceFailed(pub(super) io::Error);

impl<R: Read> Counted<R> {
    pub(super) fn new(inner: R, tally: Tally) -> Self {
        Self { inner, tally }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.inner.read(buffer) {
                Ok(length) => {
                    self.tally.add(buffer.get(..length).unwrap_or_default());
                    return Ok(length);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io::Error::other(SourceFailed(error))),
            }
        }
    }
}

/// Reads `opened` whole where it is short enough, else hands on a reader that starts at its first
/// byte. `told_bytes` is what the listing said of its size, 0 where that is not known.
pub(super) fn whole_or_stream(opened: Opened, told_bytes: u64, whole_bytes: u64, tally: &Tally) -> io::Result<Opened> {
    let reader = match opened {
        Opened::Whole(bytes) => {
            tally.add(&bytes);
            return Ok(Opened::Whole(bytes));
        }
        Opened::Stream(reader) => reader,
    };
    let mut reader = Counted::new(reader, tally.clone());
    if told_bytes > whole_bytes {
        return Ok(Opened::Stream(Box::new(reader)));
    }
    let mut start = Vec::with_capacity(usize::try_from(told_bytes).unwrap_or_default().saturating_add(1));
    let read = reader.by_ref().take(whole_bytes.saturating_add(1)).read_to_end(&mut start)?;
    if read as u64 <= whole_bytes {
        return Ok(Opened::Whole(start.into()));
    }
    Ok(Opened::Stream(Box::new(Read::chain(Cursor::new(start), reader))))
}
