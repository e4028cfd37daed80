//! Results delivered to S3: compressed CSV files and a signed list of their hashes, in the layout of AWS.
//!
//! ```text
//!  parts of the result ──> result_1.csv.gz, result_2.csv.gz, … ──> result_sign.json
//!       row by row           one in memory at a time, create-only    hashes of all, signed
//! ```
//!
//! The server writes with credentials of its own, so only below the places of its configuration, and never into a lake.

mod csv;
mod failure;
mod file;
mod place;
mod sign;

#[cfg(test)]
mod tests;

use futures::TryStreamExt as _;
use object_store::path::Path;
use object_store::{ObjectStore, PutMode, PutOptions};
use traillake::{ByteSize, DeliveryStatus, Lake, QueryJob};

use crate::signing::Signing;

use self::failure::DeliveryError;
use self::file::{FinishedFile, ResultFile};
use self::place::Place;
pub(crate) use place::check;

/// Delivers results of a lake.
#[derive(Debug)]
pub(crate) struct Courier<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) signing: &'a Signing,
    /// Bytes of a file.
    pub(crate) file_bytes: ByteSize,
}

impl Courier<'_> {
    /// Writes the files of a finished query; what became of it.
    pub(crate) async fn deliver(&self, job: &QueryJob, uri: &str) -> DeliveryStatus {
        match self.write_all(job, uri).await {
            Ok(()) => DeliveryStatus::Success,
            Err(error) => {
                tracing::warn!(query = %job.id, %error, "a result could not be delivered");
                error.status()
            }
        }
    }

    async fn write_all(&self, job: &QueryJob, uri: &str) -> Result<(), DeliveryError> {
        let place = Place::parse(uri)?;
        let now = self.lake.storage().clock().now();
        let folder = place.folder(&self.lake.metadata().account, now, job.id);
        let bucket = place.open(self.lake).await?;
        let files = self.write_files(job, bucket.as_ref(), &folder).await?;
        let document = sign::document(&files, &job.region, now, self.signing).await?;
        let path = folder.join(sign::NAME);
        create(bucket.as_ref(), &path, document).await.map_err(|error| DeliveryError::SignFile(Box::new(error)))
    }

    async fn write_files(
        &self,
        job: &QueryJob,
        bucket: &dyn ObjectStore,
        folder: &Path,
    ) -> Result<Vec<FinishedFile>, DeliveryError> {
        let mut files = Vec::new();
        let mut file = ResultFile::open(1, &job.columns)?;
        for part in 0..job.parts.len() {
            let mut rows = self.lake.storage().query_rows(job.id, part, 0).await?;
            while let Some(batch) = rows.try_next().await? {
                file.write(&batch)?;
                if file.bytes() >= self.file_bytes.as_u64() {
                    let next = ResultFile::open(files.len() + 2, &job.columns)?;
                    files.push(put(bucket, folder, std::mem::replace(&mut file, next)).await?);
                }
            }
        }
        if files.is_empty() || !file.is_empty() {
            files.push(put(bucket, folder, file).await?);
        }
        Ok(files)
    }
}

/// Writes a file; its name and hash.
async fn put(bucket: &dyn ObjectStore, folder: &Path, file: ResultFile) -> Result<FinishedFile, DeliveryError> {
    let (finished, body) = file.finish()?;
    create(bucket, &folder.clone().join(finished.name.as_str()), body).await?;
    Ok(finished)
}

async fn create(bucket: &dyn ObjectStore, path: &Path, body: Vec<u8>) -> Result<(), DeliveryError> {
    bucket.put_opts(path, body.into(), PutOptions::from(PutMode::Create)).await?;
    Ok(())
}
