//! S3 and S3-compatible servers.

use std::sync::Arc;
use std::time::Duration;

use aws_config::meta::region::ProvideRegion;
use aws_config::profile::ProfileFileRegionProvider;
use object_store::aws::AmazonS3Builder;
use object_store::path::Path;
use object_store::{ClientOptions, RetryConfig};
use url::Url;

use super::credentials::AwsChain;
use super::{Location, ObjectStoreOptions};
use crate::{Result, StorageError};

/// Used when nobody names a region.
const DEFAULT_REGION: &str = "us-east-1";
/// A server that is there answers a connection in this time.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For a whole request, its body among it; a long body is then continued where it stopped.
const REQUEST_TIMEOUT: Duration = Duration::from_mins(2);
/// For all attempts at one request, and so for one body; a server that is away is given up much sooner.
const RETRY_TIMEOUT: Duration = Duration::from_mins(30);

/// The place `rest` (`bucket/prefix`) of the address `location`.
pub(super) async fn open(location: &str, rest: &str, options: &ObjectStoreOptions) -> Result<Location> {
    let invalid =
        |reason: &str| StorageError::InvalidLocation { location: location.to_owned(), reason: reason.to_owned() };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    if bucket.is_empty() {
        return Err(invalid("expected `s3://bucket/prefix`"));
    }
    let prefix =
        Path::parse(prefix.trim_end_matches('/')).map_err(|_| invalid("the prefix has an empty or dotted part"))?;
    let region = region(options).await;
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(bucket)
        .with_region(&region)
        .with_credentials(Arc::new(AwsChain::new(options.profile.clone(), region.clone())))
        .with_retry(RetryConfig { max_retries: 6, retry_timeout: RETRY_TIMEOUT, ..RetryConfig::default() });
    let mut client = ClientOptions::new().with_connect_timeout(CONNECT_TIMEOUT).with_timeout(REQUEST_TIMEOUT);
    if let Some(endpoint) = endpoint(options) {
        client = client.with_allow_http(endpoint.starts_with("http://"));
        builder = builder.with_endpoint(endpoint).with_virtual_hosted_style_request(false);
    }
    let store = builder.with_client_options(client).build().map_err(StorageError::object_store("open", location))?;
    let url = Url::parse(&format!("s3://{bucket}/{prefix}{}", if prefix.as_ref().is_empty() { "" } else { "/" }))
        .map_err(|_| invalid("expected `s3://bucket/prefix`"))?;
    Ok(Location { url, store: Arc::new(store), prefix })
}

fn endpoint(options: &ObjectStoreOptions) -> Option<String> {
    options.endpoint_url.clone().or_else(|| variable("AWS_ENDPOINT_URL_S3")).or_else(|| variable("AWS_ENDPOINT_URL"))
}

async fn region(options: &ObjectStoreOptions) -> String {
    let named = options.region.clone().or_else(|| variable("AWS_REGION")).or_else(|| variable("AWS_DEFAULT_REGION"));
    if let Some(region) = named {
        return region;
    }
    let mut profile = ProfileFileRegionProvider::builder();
    if let Some(name) = &options.profile {
        profile = profile.profile_name(name);
    }
    profile.build().region().await.map_or_else(|| DEFAULT_REGION.to_owned(), |region| region.to_string())
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
