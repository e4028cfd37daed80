//! Records from memory: gathered into objects of bounded size that go the way of log files.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use traillake_ingest::{IngestSummary, SourceObject};

use super::Lake;
use crate::Result;

/// Bytes of records that become one object of the manifest.
const OBJECT_BYTES: usize = 32 << 20;

impl Lake {
    /// Stores records given as JSON texts; the store is made when missing. Memory is bounded however many there are.
    ///
    /// Records are gathered into objects `memory:///<sha-256>.json`, which the manifest accounts for as for log
    /// files: the same records given again are known, what is no record is quarantined.
    ///
    /// # Errors
    /// As [`ingest`](Self::ingest).
    pub async fn ingest_records<I>(&self, store: &str, records: I) -> Result<IngestSummary>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        let settings = self.event_data_store_or_new(store).await?;
        let mut total = IngestSummary::empty(settings.id);
        let mut object = Vec::new();
        for record in records {
            object.extend_from_slice(record.as_ref());
            object.push(b'\n');
            if object.len() >= OBJECT_BYTES {
                add(&mut total, self.ingest_object(store, std::mem::take(&mut object)).await?);
            }
        }
        if !object.is_empty() {
            add(&mut total, self.ingest_object(store, object).await?);
        }
        Ok(total)
    }

    async fn ingest_object(&self, store: &str, object: Vec<u8>) -> Result<IngestSummary> {
        let url = format!("memory:///{}.json", hex(&Sha256::digest(&object)));
        let mut object = SourceObject::from_bytes(&url, object.into());
        object.etag = Some(url);
        let mut request = self.request_of(vec![]);
        request.objects = vec![object];
        self.ingest(store, request).await
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn add(total: &mut IngestSummary, part: IngestSummary) {
    total.objects.seen += part.objects.seen;
    total.objects.ingested += part.objects.ingested;
    total.objects.unchanged += part.objects.unchanged;
    total.objects.ignored += part.objects.ignored;
    total.objects.failed += part.objects.failed;
    total.events += part.events;
    total.bytes += part.bytes;
    total.elapsed_ms += part.elapsed_ms;
    total.notes.extend(part.notes);
    total.reasons.extend(part.reasons);
    total.interrupted |= part.interrupted;
}
