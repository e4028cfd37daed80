//! Buckets that a lake reads without asking the environment: one in process, and one that never answers.

use std::path::Path;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use traillake::{Lake, ObjectStoreOptions};
use traillake_testing::S3Server;

use crate::support::lake;

/// `s3://logs` is in process; `s3://silent` takes requests and answers none.
pub(crate) struct Buckets {
    pub(crate) s3: S3Server,
    silent: TcpListener,
}

impl Buckets {
    pub(crate) async fn start() -> Self {
        Self { s3: S3Server::start().await, silent: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    pub(crate) fn put(&self, key: &str, records: &[Value]) {
        self.s3.put("logs", key, traillake_testing::gzip(json!({ "Records": records }).to_string().as_bytes()));
    }

    /// A lake in a folder that reads these buckets.
    pub(crate) async fn lake(&self, folder: &Path) -> Lake {
        let logs = bucket("logs", self.s3.endpoint());
        let silent = bucket("silent", &format!("http://{}", self.silent.local_addr().unwrap()));
        // The stores that would ask the environment for credentials give way to these.
        let wrap = move |store: Arc<dyn ObjectStore>| match store.to_string().as_str() {
            "AmazonS3(logs)" => Arc::clone(&logs),
            "AmazonS3(silent)" => Arc::clone(&silent),
            _ => store,
        };
        let options = ObjectStoreOptions {
            wrap: Some(Arc::new(wrap)),
            region: Some("us-east-1".to_owned()),
            ..ObjectStoreOptions::default()
        };
        lake(folder, options).await
    }
}

fn bucket(name: &str, endpoint: &str) -> Arc<dyn ObjectStore> {
    let builder = AmazonS3Builder::new().with_bucket_name(name).with_endpoint(endpoint).with_region("us-east-1");
    let builder = builder.with_access_key_id("test").with_secret_access_key("test").with_allow_http(true);
    Arc::new(builder.build().unwrap())
}
