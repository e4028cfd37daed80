//! A store for tests whose requests fail where they are told to.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done.
    Error,
    /// It is done, and fails nevertheless.
    LostAcknowledgement,
}

/// A store whose requests of some numbers (from 0) fail.
#[derive(Debug)]
pub(crate) struct Faulty {
    inner: Arc<dyn ObjectStore>,
    fault: Fault,
    numbers: Range<u64>,
    puts_only: bool,
    seen: AtomicU64,
}

impl Faulty {
    /// Puts of these numbers fail.
    pub(crate) fn puts(inner: impl ObjectStore, fault: Fault, numbers: Range<u64>) -> Self {
        Self { inner: Arc::new(inner), fault, numbers, puts_only: true, seen: AtomicU64::new(0) }
    }

    /// Requests of these numbers fail.
    pub(crate) fn all(inner: Arc<dyn ObjectStore>, fault: Fault, numbers: Range<u64>) -> Self {
        Self { inner, fault, numbers, puts_only: false, seen: AtomicU64::new(0) }
    }

    /// Requests counted so far.
    pub(crate) fn seen(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    fn fault(&self, is_put: bool) -> Option<Fault> {
        if self.puts_only && !is_put {
            return None;
        }
        self.numbers.contains(&self.seen.fetch_add(1, Ordering::SeqCst)).then_some(self.fault)
    }

    async fn run<T>(&self, is_put: bool, request: impl Future<Output = Result<T>> + Send) -> Result<T> {
        match self.fault(is_put) {
            None => request.await,
            Some(Fault::Error) => Err(injected()),
            Some(Fault::LostAcknowledgement) => {
                let _unheard = request.await;
                Err(injected())
            }
        }
    }
}

fn injected() -> Error {
    Error::Generic { store: "Faulty", source: "injected".into() }
}

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Faulty({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for Faulty {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.run(true, self.inner.put_opts(location, payload, options)).await
    }

    async fn put_multipart_opts(&self, location: &Path, options: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.run(true, self.inner.put_multipart_opts(location, options)).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.run(false, self.inner.get_opts(location, options)).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.fault(false) {
            None => self.inner.list(prefix),
            Some(_) => Box::pin(futures::stream::once(async { Err(injected()) })),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.run(false, self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.run(true, self.inner.copy_opts(from, to, options)).await
    }
}
