//! An S3 server inside the test process: the real protocol through `s3s`, objects in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};
use futures::{TryStreamExt, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use s3s::auth::SimpleAuth;
use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CommonPrefix, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag, GetObjectInput, GetObjectOutput,
    HeadObjectInput, HeadObjectOutput, ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput,
    PutObjectOutput, Range, StreamingBlob, UploadPartInput, UploadPartOutput,
};
use s3s::service::S3ServiceBuilder;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use tokio::task::JoinHandle;

use crate::s3_requests::{RequestNumber, Requests, ServedRequest};

/// A running server on a loopback port; it ends when this is dropped.
///
/// Access key `test`, secret `test`, any region, path-style addresses. Buckets exist as soon
/// as they are named. `If-None-Match: *` is honoured on put and on completing an upload.
#[derive(Debug)]
pub struct S3Server {
    endpoint: String,
    objects: Arc<Objects>,
    requests: Requests,
    accepting: JoinHandle<()>,
}

/// The access key and the secret that the server takes.
const CREDENTIALS: (&str, &str) = ("test", "test");

impl S3Server {
    /// Starts a server on a free port of 127.0.0.1.
    pub async fn start() -> Self {
        let objects = Arc::new(Objects::default());
        let requests = Requests::default();
        let mut builder = S3ServiceBuilder::new(Handler(Arc::clone(&objects), requests.clone()));
        builder.set_auth(SimpleAuth::from_single(CREDENTIALS.0, CREDENTIALS.1));
        builder.set_access(requests.clone());
        let service = builder.build();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let accepting = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    let _closed = server.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self { endpoint, objects, requests, accepting }
    }

    /// `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The environment a child process needs to talk to this server.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ACCESS_KEY_ID", CREDENTIALS.0.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", CREDENTIALS.1.to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
        ]
    }

    /// The requests that came since this was called last.
    pub fn take_requests(&self) -> Vec<ServedRequest> {
        self.requests.take()
    }

    /// Lets every request wait this long from now on, as a network would.
    pub fn delay(&self, delay: Duration) {
        self.requests.delay(delay);
    }

    /// Stores an object without going through the protocol; any text is a key.
    pub fn put(&self, bucket: &str, key: &str, body: impl Into<Bytes>) {
        self.objects.insert(bucket, key, body.into());
    }

    /// The keys of `bucket`, in order.
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let objects = self.objects.map.lock().unwrap();
        objects.keys().filter(|(b, _)| b == bucket).map(|(_, key)| key.clone()).collect()
    }

    /// The bytes of an object.
    pub fn get(&self, bucket: &str, key: &str) -> Option<Bytes> {
        self.objects.get(bucket, key).map(|object| object.body)
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

#[derive(Debug, Clone)]
struct Stored {
    body: Bytes,
    etag: String,
    modified: SystemTime,
}

#[derive(Debug, Default)]
struct Objects {
    map: Mutex<BTreeMap<(String, String), Stored>>,
    uploads: Mutex<BTreeMap<String, BTreeMap<i32, Bytes>>>,
    counter: std::sync::atomic::AtomicU64,
}

impl Objects {
    fn stored(&self, body: Bytes) -> Stored {
        let n = self.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let modified = SystemTime::UNIX_EPOCH
            + Duration::from_secs(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
        Stored { etag: format!("{n:032x}"), body, modified }
    }

    fn insert(&self, bucket: &str, key: &str, body: Bytes) -> String {
        let stored = self.stored(body);
        let etag = stored.etag.clone();
        self.map.lock().unwrap().insert((bucket.to_owned(), key.to_owned()), stored);
        etag
    }

    fn create(&self, bucket: &str, key: &str, body: Bytes) -> S3Result<String> {
        let stored = self.stored(body);
        let etag = stored.etag.clone();
        let mut map = self.map.lock().unwrap();
        match map.entry((bucket.to_owned(), key.to_owned())) {
            std::collections::btree_map::Entry::Occupied(_) => Err(s3_error!(PreconditionFailed)),
            std::collections::btree_map::Entry::Vacant(free) => {
                free.insert(stored);
                Ok(etag)
            }
        }
    }

    fn write(&self, bucket: &str, key: &str, body: Bytes, only_new: bool) -> S3Result<ETag> {
        let etag = if only_new { self.create(bucket, key, body)? } else { self.insert(bucket, key, body) };
        Ok(ETag::Strong(etag))
    }

    fn get(&self, bucket: &str, key: &str) -> Option<Stored> {
        self.map.lock().unwrap().get(&(bucket.to_owned(), key.to_owned())).cloned()
    }
}

#[derive(Debug, Clone)]
struct Handler(Arc<Objects>, Requests);

async fn body_bytes(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let all: BytesMut = body
        .try_fold(BytesMut::new(), |mut all, chunk| async move {
            all.extend_from_slice(&chunk);
            Ok(all)
        })
        .await
        .map_err(|error| s3_error!(IncompleteBody, "{error}"))?;
    Ok(all.freeze())
}

fn blob(bytes: Bytes) -> StreamingBlob {
    StreamingBlob::wrap(stream::iter([Ok::<_, std::io::Error>(bytes)]))
}

fn slice(range: Option<Range>, body: &Bytes) -> S3Result<(Bytes, Option<String>)> {
    let total = body.len() as u64;
    let Some(range) = range else { return Ok((body.clone(), None)) };
    let (start, end) = match range {
        Range::Int { first, last } => (first, last.map_or(total, |last| (last + 1).min(total))),
        Range::Suffix { length } => (total.saturating_sub(length), total),
    };
    if start >= end {
        return Err(s3_error!(InvalidRange));
    }
    let part = body.slice(usize::try_from(start).unwrap()..usize::try_from(end).unwrap());
    Ok((part, Some(format!("bytes {start}-{}/{total}", end - 1))))
}

struct Listing {
    contents: Vec<Object>,
    prefixes: Vec<CommonPrefix>,
    next: Option<String>,
}

fn list(objects: &Objects, input: &ListObjectsV2Input) -> Listing {
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = input.continuation_token.clone().or_else(|| input.start_after.clone()).unwrap_or_default();
    let limit = usize::try_from(input.max_keys.unwrap_or(1000)).unwrap();
    let mut listing = Listing { contents: Vec::new(), prefixes: Vec::new(), next: None };
    let mut last = String::new();
    let map = objects.map.lock().unwrap();
    for ((_, key), object) in map
        .range((input.bucket.clone(), prefix.clone())..)
        .take_while(|((b, k), _)| *b == input.bucket && k.starts_with(&prefix))
    {
        let folder = input
            .delimiter
            .as_ref()
            .and_then(|d| key[prefix.len()..].find(d.as_str()).map(|at| key[..prefix.len() + at + d.len()].to_owned()));
        let entry = folder.clone().unwrap_or_else(|| key.clone());
        if entry <= after
            || entry == last
            || (!after.is_empty() && key.starts_with(&after) && folder.as_ref() == Some(&after))
        {
            continue;
        }
        if listing.contents.len() + listing.prefixes.len() == limit {
            listing.next = Some(last);
            break;
        }
        last.clone_from(&entry);
        match folder {
            Some(folder) => listing.prefixes.push(CommonPrefix { prefix: Some(folder) }),
            None => listing.contents.push(Object {
                key: Some(key.clone()),
                size: Some(i64::try_from(object.body.len()).unwrap()),
                e_tag: Some(ETag::Strong(object.etag.clone())),
                last_modified: Some(object.modified.into()),
                ..Object::default()
            }),
        }
    }
    listing
}

#[async_trait::async_trait]
impl S3 for Handler {
    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let body = body_bytes(input.body).await?;
        let etag = self.0.write(&input.bucket, &input.key, body, input.if_none_match.is_some())?;
        Ok(S3Response::new(PutObjectOutput { e_tag: Some(etag), ..Default::default() }))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let input = request.input;
        let object = self.0.get(&input.bucket, &input.key).ok_or_else(|| s3_error!(NoSuchKey))?;
        let (part, content_range) = slice(input.range, &object.body)?;
        self.1.answered(request.extensions.get::<RequestNumber>(), part.len());
        Ok(S3Response::new(GetObjectOutput {
            content_length: Some(i64::try_from(part.len()).unwrap()),
            body: Some(blob(part)),
            content_range,
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(object.modified.into()),
            ..Default::default()
        }))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        let input = request.input;
        let object = self.0.get(&input.bucket, &input.key).ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(i64::try_from(object.body.len()).unwrap()),
            e_tag: Some(ETag::Strong(object.etag)),
            last_modified: Some(object.modified.into()),
            ..Default::default()
        }))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let listing = list(&self.0, &input);
        let count = listing.contents.len() + listing.prefixes.len();
        Ok(S3Response::new(ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            delimiter: input.delimiter,
            key_count: Some(i32::try_from(count).unwrap()),
            is_truncated: Some(listing.next.is_some()),
            next_continuation_token: listing.next,
            contents: Some(listing.contents),
            common_prefixes: Some(listing.prefixes),
            ..Default::default()
        }))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        let input = request.input;
        self.0.map.lock().unwrap().remove(&(input.bucket, input.key));
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        let input = request.input;
        let mut map = self.0.map.lock().unwrap();
        let mut deleted = Vec::new();
        for object in input.delete.objects {
            map.remove(&(input.bucket.clone(), object.key.clone()));
            deleted.push(DeletedObject { key: Some(object.key), ..Default::default() });
        }
        Ok(S3Response::new(DeleteObjectsOutput { deleted: Some(deleted), ..Default::default() }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let input = request.input;
        let id = format!("upload-{}", self.0.counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        self.0.uploads.lock().unwrap().insert(id.clone(), BTreeMap::new());
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..Default::default()
        }))
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let input = request.input;
        let body = body_bytes(input.body).await?;
        let mut uploads = self.0.uploads.lock().unwrap();
        let parts = uploads.get_mut(&input.upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
        parts.insert(input.part_number, body);
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(format!("part-{}", input.part_number))),
            ..Default::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let parts = self.0.uploads.lock().unwrap().remove(&input.upload_id).ok_or_else(|| s3_error!(NoSuchUpload))?;
        let body: Vec<u8> = parts.into_values().flat_map(|part| part.to_vec()).collect();
        let etag = self.0.write(&input.bucket, &input.key, body.into(), input.if_none_match.is_some())?;
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            e_tag: Some(etag),
            bucket: Some(input.bucket),
            key: Some(input.key),
            ..Default::default()
        }))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.0.uploads.lock().unwrap().remove(&request.input.upload_id);
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::aws::AmazonS3Builder;
    use object_store::path::Path;
    use object_store::{ObjectStore, ObjectStoreExt, PutMode};

    fn client(server: &S3Server) -> impl ObjectStore {
        AmazonS3Builder::new()
            .with_endpoint(server.endpoint())
            .with_bucket_name("bucket")
            .with_region("us-east-1")
            .with_access_key_id(CREDENTIALS.0)
            .with_secret_access_key(CREDENTIALS.1)
            .with_allow_http(true)
            .build()
            .unwrap()
    }

    #[tokio::test]
    async fn a_second_create_of_the_same_key_is_refused() {
        let server = S3Server::start().await;
        let store = client(&server);
        let path = Path::from("a/b");
        store.put_opts(&path, "1".into(), PutMode::Create.into()).await.unwrap();
        let again = store.put_opts(&path, "2".into(), PutMode::Create.into()).await;
        assert!(matches!(again, Err(object_store::Error::AlreadyExists { .. })), "{again:?}");
        assert_eq!(server.get("bucket", "a/b").unwrap(), "1");
    }

    #[tokio::test]
    async fn listings_page_through_keys_and_folders_in_order() {
        let server = S3Server::start().await;
        for n in 0..2500 {
            server.put("bucket", &format!("p/{:03}/{n:05}", n / 10), "x");
        }
        let store = client(&server);
        let prefix = Path::from("p");
        let all: Vec<_> = store.list(Some(&prefix)).try_collect().await.unwrap();
        assert_eq!(all.len(), 2500);
        assert_eq!(store.list_with_delimiter(Some(&prefix)).await.unwrap().common_prefixes.len(), 250);
    }

    #[tokio::test]
    async fn ranges_and_multipart_uploads_give_the_bytes_back() {
        let server = S3Server::start().await;
        let store = client(&server);
        let path = Path::from("big");
        let mut upload = store.put_multipart(&path).await.unwrap();
        upload.put_part(vec![b'a'; 6 << 20].into()).await.unwrap();
        upload.put_part("tail".into()).await.unwrap();
        upload.complete().await.unwrap();
        let end = store.get_range(&path, (6 << 20)..(6 << 20) + 4).await.unwrap();
        assert_eq!(end, "tail");
    }
}
