//! Records from memory: gathered into objects of bounded size that go the way of log files.

use std::fmt::Write as _;
use std::sync::Arc;

use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use sha2::{Digest as _, Sha256};
use traillake_ingest::{IngestRequest, IngestSummary, SourceSpec};
use traillake_storage::{ObjectStoreOptions, StorageError};

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
        let memory: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
        let path = Path::from(format!("{}.json", hex(&Sha256::digest(&object))));
        let put = memory.put(&path, object.into()).await;
        put.map_err(|source| StorageError::ObjectStore { operation: "write", path: path.to_string(), source })?;
        let wrap = move |_| Arc::clone(&memory);
        let options = ObjectStoreOptions { wrap: Some(Arc::new(wrap)), ..ObjectStoreOptions::default() };
        let mut request = IngestRequest::new(vec![SourceSpec::Url("memory:///".to_owned())], options);
        request.limits = self.ingest_limits;
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
