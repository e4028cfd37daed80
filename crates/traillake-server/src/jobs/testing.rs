//! Servers that share a lake, for tests of what outlives one of them.

use std::sync::Arc;
use std::time::Duration;

use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use traillake::{
    Clock, DeliveryStatus, FixedClock, Lake, LakeHome, LakeOptions, ObjectStoreOptions, QueryJob, QueryOptions,
    StatementRules,
};
use traillake_testing::S3Server;
use uuid::Uuid;

use super::NewQuery;
use crate::ServerConfig;
use crate::access::SealingKey;
use crate::service::Service;

/// More rows than a test waits for.
pub(crate) const ENDLESS: &str = "SELECT sum(x * y) FROM UNNEST(sequence(1, 10000)) a(x) \
     CROSS JOIN (SELECT y FROM UNNEST(sequence(1, 10000)) b(y) CROSS JOIN UNNEST(sequence(1, 30)) c(z))";
/// The bucket of deliveries.
pub(crate) const BUCKET: &str = "results";

/// A lake in a folder, and a bucket beside it.
pub(crate) struct Yard {
    folder: tempfile::TempDir,
    pub(crate) bucket: S3Server,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) config: ServerConfig,
}

impl Yard {
    pub(crate) async fn new() -> Self {
        let mut config = ServerConfig::default();
        config.places.delivery = vec![format!("s3://{BUCKET}/audit")];
        Self {
            folder: tempfile::tempdir().unwrap(),
            bucket: S3Server::start().await,
            clock: Arc::new(FixedClock::new("2026-01-02T03:04:05Z".parse().unwrap())),
            config,
        }
    }

    /// A server over the lake, with the sealing key of all of them.
    pub(crate) async fn server(&self) -> Service {
        let key = self.folder.path().join("sealing.key");
        let sealing = SealingKey::create_file(&key).or_else(|_| SealingKey::from_file(&key)).unwrap();
        self.server_with(Some(sealing)).await
    }

    pub(crate) async fn server_with(&self, sealing: Option<SealingKey>) -> Service {
        let clock = Arc::<FixedClock>::clone(&self.clock) as Arc<dyn Clock>;
        Service::with_sealing_key(self.lake().await, self.config.clone(), clock, sealing)
    }

    async fn lake(&self) -> Lake {
        let bucket: Arc<dyn ObjectStore> = Arc::new(
            AmazonS3Builder::new()
                .with_endpoint(self.bucket.endpoint())
                .with_bucket_name(BUCKET)
                .with_region("us-east-1")
                .with_access_key_id("test")
                .with_secret_access_key("test")
                .with_allow_http(true)
                .build()
                .unwrap(),
        );
        // The store that would ask the environment for credentials gives way to the bucket.
        let wrap = move |store: Arc<dyn ObjectStore>| {
            if store.to_string().contains("S3") { Arc::clone(&bucket) } else { store }
        };
        let store = ObjectStoreOptions {
            wrap: Some(Arc::new(wrap)),
            region: Some("us-east-1".into()),
            ..ObjectStoreOptions::default()
        };
        let home = LakeHome::default().with_account("111122223333").unwrap();
        let options = LakeOptions::new().home(home).object_store(store).clock(Arc::<FixedClock>::clone(&self.clock));
        options.open(self.folder.path().join("lake").to_str().unwrap()).await.unwrap()
    }
}

/// A query of `ann`.
pub(crate) fn query(sql: &str) -> NewQuery {
    NewQuery {
        owner: "ann".to_owned(),
        sql: sql.to_owned(),
        alias: None,
        stores: Vec::new(),
        region: "eu-west-1".to_owned(),
        delivery: None,
        options: QueryOptions { statements: StatementRules::QueryOnly, ..QueryOptions::default() },
    }
}

/// Starts a query and does not wait for it.
pub(crate) async fn start(service: &Service, new: NewQuery) -> Uuid {
    let ticket = service.admission.enter(&new.owner).unwrap();
    service.jobs.start(new, ticket).await.unwrap().id
}

/// Waits for something about a query of `ann`.
pub(crate) async fn until(service: &Service, id: Uuid, holds: impl Fn(&QueryJob) -> bool) -> QueryJob {
    for _ in 0..2_000 {
        let job = service.jobs.find(id, "ann").await.unwrap().unwrap();
        if holds(&job) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", service.jobs.find(id, "ann").await)
}

/// Runs a query to its end.
pub(crate) async fn ended(service: &Service, new: NewQuery) -> QueryJob {
    let id = start(service, new).await;
    until(service, id, |job| !job.is_at_work()).await
}

/// Runs a query to its end and delivers its result; the keys of what was delivered.
pub(crate) async fn delivered(yard: &Yard, service: &Service, sql: &str, uri: &str) -> (DeliveryStatus, Vec<String>) {
    let before = yard.bucket.keys(BUCKET);
    let job = ended(service, NewQuery { delivery: Some(uri.to_owned()), ..query(sql) }).await;
    let mut keys = yard.bucket.keys(BUCKET);
    keys.retain(|key| !before.contains(key));
    (job.delivery.unwrap().status, keys)
}
