//! An object store that fails where a plan says so.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// How one operation goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is done and an error is returned.
    Error,
    /// Nothing is done and an error is returned after a while.
    Timeout,
    /// The operation is done, but an error is returned.
    LostAcknowledgement,
}

/// Which operation fails, counted over every store that shares the plan.
#[derive(Debug)]
pub struct FaultPlan {
    fault: Fault,
    start: Start,
    lasting: bool,
    seen: AtomicU64,
    struck: AtomicBool,
}

/// Where the failing begins.
#[derive(Debug)]
enum Start {
    Operation(u64),
    PutOf(String),
}

impl FaultPlan {
    /// The `at`-th operation (from 0) fails, once.
    pub fn once(fault: Fault, at: u64) -> Arc<Self> {
        Self::starting(fault, Start::Operation(at), false)
    }

    /// The `at`-th operation (from 0) and every one after it fails.
    pub fn from(fault: Fault, at: u64) -> Arc<Self> {
        Self::starting(fault, Start::Operation(at), true)
    }

    /// The first write of an object whose path ends in `suffix` and every operation after it fail.
    pub fn from_put_of(fault: Fault, suffix: &str) -> Arc<Self> {
        Self::starting(fault, Start::PutOf(suffix.to_owned()), true)
    }

    fn starting(fault: Fault, start: Start, lasting: bool) -> Arc<Self> {
        Arc::new(Self { fault, start, lasting, seen: AtomicU64::new(0), struck: AtomicBool::new(false) })
    }

    /// Whether an operation has failed.
    pub fn has_struck(&self) -> bool {
        self.struck.load(Ordering::SeqCst)
    }

    /// Operations counted so far.
    pub fn operations(&self) -> u64 {
        self.seen.load(Ordering::SeqCst)
    }

    fn next(&self, written: Option<&Path>) -> Option<Fault> {
        let n = self.seen.fetch_add(1, Ordering::SeqCst);
        let fails = match &self.start {
            Start::Operation(at) => n == *at || (self.lasting && n > *at),
            Start::PutOf(suffix) => {
                (self.lasting && self.has_struck())
                    || written.is_some_and(|path| path.as_ref().ends_with(suffix.as_str()))
            }
        };
        if fails {
            self.struck.store(true, Ordering::SeqCst);
        }
        fails.then_some(self.fault)
    }
}

/// A store whose operations fail as its plan says.
#[derive(Debug)]
pub struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    plan: Arc<FaultPlan>,
}

impl FaultyStore {
    /// `inner`, failing as `plan` says.
    pub fn new(inner: Arc<dyn ObjectStore>, plan: Arc<FaultPlan>) -> Self {
        Self { inner, plan }
    }

    async fn run<T>(&self, operation: impl Future<Output = Result<T>> + Send) -> Result<T> {
        fail(self.plan.next(None), operation).await
    }

    async fn write<T>(&self, path: &Path, operation: impl Future<Output = Result<T>> + Send) -> Result<T> {
        fail(self.plan.next(Some(path)), operation).await
    }
}

/// Does `operation`, or lets it fail.
async fn fail<T>(fault: Option<Fault>, operation: impl Future<Output = Result<T>> + Send) -> Result<T> {
    match fault {
        None => operation.await,
        Some(Fault::Error) => Err(injected("error")),
        Some(Fault::Timeout) => {
            tokio::time::sleep(Duration::from_millis(5)).await;
            Err(injected("timeout"))
        }
        Some(Fault::LostAcknowledgement) => {
            let _unheard = operation.await;
            Err(injected("lost acknowledgement"))
        }
    }
}

fn injected(kind: &str) -> object_store::Error {
    object_store::Error::Generic { store: "FaultyStore", source: format!("injected {kind}").into() }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultyStore({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.write(location, self.inner.put_opts(location, payload, options)).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.run(self.inner.put_multipart_opts(location, options)).await?;
        Ok(Box::new(FaultyUpload { path: location.clone(), inner: upload, plan: Arc::clone(&self.plan) }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.run(self.inner.get_opts(location, options)).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let inner = Arc::clone(&self.inner);
        let plan = Arc::clone(&self.plan);
        locations
            .and_then(move |path| {
                let store = Self { inner: Arc::clone(&inner), plan: Arc::clone(&plan) };
                async move {
                    store.run(store.inner.delete(&path)).await?;
                    Ok(path)
                }
            })
            .boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.plan.next(None) {
            None => self.inner.list(prefix),
            Some(_) => futures::stream::once(async { Err(injected("listing error")) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.run(self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.run(self.inner.copy_opts(from, to, options)).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    path: Path,
    inner: Box<dyn MultipartUpload>,
    plan: Arc<FaultPlan>,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> object_store::UploadPart {
        let fault = self.plan.next(None);
        Box::pin(fail(fault, self.inner.put_part(data)))
    }

    async fn complete(&mut self) -> Result<PutResult> {
        fail(self.plan.next(Some(&self.path)), self.inner.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}
