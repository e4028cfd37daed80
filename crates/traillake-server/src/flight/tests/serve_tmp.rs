//! Scratch.
use super::super::Flight;
use crate::access::{Access, AccessConfig};
use crate::service::Service;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
#[ignore]
async fn serve_forever() {
    let lake = traillake::Lake::open(&std::env::var("S3LAKE").unwrap()).await.unwrap();
    let clock = Arc::new(traillake::SystemClock);
    let access = Access::insecure_open(&AccessConfig::default(), clock.clone());
    let service = Service::new(lake, crate::ServerConfig::default(), clock);
    let router = Flight::new(service, access).unwrap().router();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:18815").await.unwrap();
    axum::serve(listener, router).await.unwrap();
}
