//! Moves one object through decoding and splitting on a blocking thread.

use std::io::{self, Cursor};

use bytes::Bytes;

use super::opened::{Opened, SourceFailed, Tally, whole_or_stream};
use super::{ContentKind, ObjectOutcome, ReadLimits, TakePieces};
use crate::decode::{Decoder, Text, text_of, whole_gzip};
use crate::split::{Ending, Expectation, Splitter};
use crate::{IngestError, ObjectError, UnsplittableReason};

/// Bytes from which on the decompression ratio counts.
const RATIO_FROM_BYTES: u64 = 64 << 20;

/// Why an object was not read to an outcome.
pub(super) enum Stop {
    /// Its source failed.
    Object(ObjectError),
    /// Its pieces could not be taken.
    NotTaken(IngestError),
}

/// Reads, decodes, splits and hands on.
pub(super) fn drive(
    opened: Opened,
    told_bytes: u64,
    limits: &ReadLimits,
    expectation: Expectation,
    take: &mut dyn TakePieces,
) -> Result<ObjectOutcome, Stop> {
    let tally = Tally::default();
    let limits = &ReadLimits { whole_bytes: limits.whole_bytes.min(limits.decompressed_bytes), ..*limits };
    let opened = whole_or_stream(opened, told_bytes, limits.whole_bytes, &tally)
        .map_err(|error| source_failed(error, &tally))?;
    let record_bytes = usize::try_from(limits.record_bytes).unwrap_or(usize::MAX);
    let splitter = Splitter::new(record_bytes, expectation);
    let mut drive = Drive { splitter, expectation, limits, tally, decompressed_bytes: 0, take, other: None };
    let error = drive.run(opened)?;
    Ok(drive.outcome(error))
}

struct Drive<'a> {
    splitter: Splitter,
    expectation: Expectation,
    limits: &'a ReadLimits,
    tally: Tally,
    decompressed_bytes: u64,
    take: &'a mut dyn TakePieces,
    /// What the first bytes say, where they are no text to be split.
    other: Option<ContentKind>,
}

impl Drive<'_> {
    /// `Ok(Some)` where the object's own bytes are at fault.
    fn run(&mut self, opened: Opened) -> Result<Option<ObjectError>, Stop> {
        let read = match opened {
            Opened::Whole(bytes) => match whole_gzip(&bytes, self.limits.whole_bytes) {
                Some(text) => self.text(&text).map(|_| ()),
                None if Decoder::is_plain(&bytes) && bytes.len() as u64 <= self.limits.whole_bytes => {
                    self.text(&bytes).map(|_| ())
                }
                None => self.stream(Decoder::new(Box::new(Cursor::new(bytes)))),
            },
            Opened::Stream(reader) => self.stream(Decoder::new(reader)),
        };
        let (ending, error) = match read {
            Ok(()) => (Ending::Complete, None),
            Err(Fault::Stop(stop)) => return Err(stop),
            Err(Fault::Object(reason, error)) => (Ending::Broken(reason, error.to_string()), Some(error)),
        };
        if self.other.is_none() || self.expectation.records || self.expectation.named {
            self.splitter.finish(&ending);
        }
        self.hand_on()?;
        Ok(error)
    }

    fn stream(&mut self, decoder: io::Result<Decoder>) -> Result<(), Fault> {
        let mut decoder = decoder.map_err(|error| self.fault(error, None))?;
        loop {
            let chunk = decoder.next_chunk().map_err(|error| self.fault(error, Some(&decoder)))?;
            if chunk.is_empty() || !self.text(&chunk)? {
                return Ok(());
            }
            self.check_ratio()?;
        }
    }

    /// Takes decompressed bytes; false where no more are wanted.
    fn text(&mut self, chunk: &Bytes) -> Result<bool, Fault> {
        let mut chunk = chunk.clone();
        let mut skipped = 0;
        if self.decompressed_bytes == 0 {
            match text_of(&chunk) {
                Text::Utf8 { bom_bytes } => skipped = bom_bytes,
                Text::Other(encoding) => {
                    self.other = Some(ContentKind::NotUtf8);
                    return Err(Fault::Object(UnsplittableReason::NotUtf8, ObjectError::NotUtf8 { encoding }));
                }
                Text::Binary if !(self.expectation.records || self.expectation.named) => {
                    self.other = Some(ContentKind::Binary);
                    return Ok(false);
                }
                Text::Binary => self.other = Some(ContentKind::Binary),
            }
        }
        self.decompressed_bytes = self.decompressed_bytes.saturating_add(chunk.len() as u64);
        if skipped > 0 {
            self.splitter.skip(skipped as u64);
            chunk = chunk.slice(skipped..);
        }
        self.splitter.push(&chunk, self.take);
        self.hand_on().map_err(Fault::Stop)?;
        Ok(!self.splitter.is_done())
    }

    fn hand_on(&mut self) -> Result<(), Stop> {
        let ready = self.splitter.take_pieces();
        if ready.is_empty() {
            return Ok(());
        }
        self.take.pieces(ready).map_err(Stop::NotTaken)
    }

    fn check_ratio(&self) -> Result<(), Fault> {
        let (decompressed_bytes, limit) = (self.decompressed_bytes, self.limits.decompression_ratio);
        let compressed_bytes = self.tally.bytes();
        if decompressed_bytes > self.limits.decompressed_bytes {
            let error = ObjectError::TooManyBytes { limit_bytes: self.limits.decompressed_bytes };
            return Err(Fault::Object(UnsplittableReason::DecompressionLimit, error));
        }
        if decompressed_bytes > RATIO_FROM_BYTES && decompressed_bytes / limit.max(1) > compressed_bytes {
            let error = ObjectError::Bomb { compressed_bytes, decompressed_bytes, limit };
            return Err(Fault::Object(UnsplittableReason::DecompressionLimit, error));
        }
        Ok(())
    }

    fn fault(&self, error: io::Error, decoder: Option<&Decoder>) -> Fault {
        if error.get_ref().and_then(|inner| inner.downcast_ref::<SourceFailed>()).is_some() {
            return Fault::Stop(source_failed(error, &self.tally));
        }
        let decompressed_bytes = self.decompressed_bytes;
        let format = decoder.map_or("gzip", Decoder::format);
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Fault::Object(
                UnsplittableReason::TruncatedCompression,
                ObjectError::TruncatedCompression { format, decompressed_bytes },
            ),
            io::ErrorKind::Unsupported => Fault::Object(
                UnsplittableReason::NestedCompression,
                ObjectError::NestedCompression { limit: Decoder::MAX_LEVELS },
            ),
            _ => {
                let error = ObjectError::CorruptCompression { format, decompressed_bytes, source: error };
                Fault::Object(UnsplittableReason::CorruptCompression, error)
            }
        }
    }

    fn outcome(self, error: Option<ObjectError>) -> ObjectOutcome {
        let read_all = error.is_none() && !self.splitter.is_done() && self.other != Some(ContentKind::Binary);
        let content_kind = match (self.splitter.content_kind(), self.other) {
            (ContentKind::Records, _) => ContentKind::Records,
            (_, Some(other)) => other,
            (kind, None) => kind,
        };
        ObjectOutcome {
            sha256: read_all.then(|| self.tally.sha256()),
            compressed_bytes: self.tally.bytes(),
            decompressed_bytes: self.decompressed_bytes,
            envelope: self.splitter.envelope(),
            content_kind,
            error,
        }
    }
}

enum Fault {
    Stop(Stop),
    Object(UnsplittableReason, ObjectError),
}

fn source_failed(error: io::Error, tally: &Tally) -> Stop {
    Stop::Object(ObjectError::Read { offset_bytes: tally.bytes(), source: error })
}
