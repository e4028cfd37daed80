//! Where a result may be delivered to: a place of the configuration that is no lake.

use std::fmt::Write as _;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use traillake::{ErrorCode, Lake, StorageError, open_location};
use uuid::Uuid;

use crate::places;

/// Folders of a prefix.
const MOST_FOLDERS: usize = 32;
/// Places that are looked at at once.
const CONCURRENCY: usize = 8;
/// What makes a folder a lake.
const LAKE: &str = "lake.json";

/// A bucket and a prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    bucket: String,
    prefix: Path,
}

/// Why nothing can be delivered to a place.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    /// Not of the form `s3://bucket[/prefix]`.
    #[error("`{uri}` is not `s3://bucket` or `s3://bucket/prefix`")]
    NotS3 {
        /// As given.
        uri: String,
    },
    /// No bucket can have this name.
    #[error("`{bucket}` is not the name of a bucket")]
    BucketName {
        /// As given.
        bucket: String,
    },
    /// The prefix has something a key should not have.
    #[error("`{prefix}` is not a prefix; hint: letters, digits and `/ - _ . = ! ' ( )`, at most 32 folders")]
    Prefix {
        /// As given.
        prefix: String,
    },
    /// The configuration does not list it.
    #[error(
        "`{uri}` is not among the places this server may deliver to; hint: whoever runs it lists them in `places.delivery` of its configuration"
    )]
    NotListed {
        /// As given.
        uri: String,
    },
    /// A lake lies there.
    #[error("`{uri}` lies in a lake (`{found}` is there), where nothing but a lake's own files may be written")]
    InLake {
        /// As given.
        uri: String,
        /// The lake's document.
        found: String,
    },
    /// There is no such bucket.
    #[error("there is no bucket `{bucket}`")]
    NoBucket {
        /// Its name.
        bucket: String,
    },
    /// The bucket does not let the server look.
    #[error("the bucket `{bucket}` refuses the server's credentials")]
    Refused {
        /// Its name.
        bucket: String,
        /// What it said.
        source: object_store::Error,
    },
    /// The bucket does not answer.
    #[error("the bucket `{bucket}` cannot be reached: {source}")]
    Unreachable {
        /// Its name.
        bucket: String,
        /// What went wrong.
        source: object_store::Error,
    },
    /// There are no credentials, or another setting is missing.
    #[error(transparent)]
    Setting(#[from] StorageError),
}

/// Fails unless results may be delivered to `uri`.
pub(crate) async fn check(listed: &[String], uri: &str, lake: &Lake) -> Result<(), PlaceError> {
    let place = Place::parse(uri)?;
    if !places::allowed(listed, uri) {
        return Err(PlaceError::NotListed { uri: uri.to_owned() });
    }
    let bucket = place.open(lake).await?;
    match place.lake_above(bucket.as_ref(), &lake.metadata().account).await? {
        Some(found) => Err(PlaceError::InLake { uri: uri.to_owned(), found: found.to_string() }),
        None => Ok(()),
    }
}

impl Place {
    /// Reads `s3://bucket[/prefix]`.
    pub(crate) fn parse(uri: &str) -> Result<Self, PlaceError> {
        let rest = uri.strip_prefix("s3://").ok_or_else(|| PlaceError::NotS3 { uri: uri.to_owned() })?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if !is_bucket(bucket) {
            return Err(PlaceError::BucketName { bucket: bucket.to_owned() });
        }
        let wrong = || PlaceError::Prefix { prefix: prefix.to_owned() };
        let trimmed = prefix.trim_end_matches('/');
        if !trimmed.chars().all(is_key_character) || trimmed.split('/').count() > MOST_FOLDERS {
            return Err(wrong());
        }
        let prefix = Path::parse(trimmed).map_err(|_| wrong())?;
        Ok(Self { bucket: bucket.to_owned(), prefix })
    }

    /// The bucket, with the credentials that the lake is read with.
    pub(super) async fn open(&self, lake: &Lake) -> Result<Arc<dyn ObjectStore>, PlaceError> {
        let location = open_location(&format!("s3://{}", self.bucket), lake.object_store_options()).await?;
        Ok(location.store)
    }

    /// The folder of one query's files, as AWS lays them out.
    pub(super) fn folder(&self, account: &str, day: DateTime<Utc>, query: Uuid) -> Path {
        let mut folder = String::new();
        // Writing to a string cannot fail.
        let _ = write!(folder, "{}/{query}", day.format("%Y/%m/%d"));
        folder.split('/').fold(self.queries(account), Path::join)
    }

    fn queries(&self, account: &str) -> Path {
        ["AWSLogs", account, "CloudTrail-Lake", "Query"].into_iter().fold(self.prefix.clone(), Path::join)
    }

    /// The document of a lake that the files would lie in.
    async fn lake_above(&self, bucket: &dyn ObjectStore, account: &str) -> Result<Option<Path>, PlaceError> {
        let target = self.queries(account);
        let parts: Vec<_> = target.parts().collect();
        let folders = (0..=parts.len()).map(|depth| parts.iter().take(depth).cloned().collect::<Path>());
        let looks = folders.map(|folder| self.holds(bucket, folder.join(LAKE)));
        let found = futures::stream::iter(looks.collect::<Vec<_>>()).buffered(CONCURRENCY);
        let found: Vec<Option<Path>> = found.try_collect().await?;
        Ok(found.into_iter().flatten().next())
    }

    async fn holds(&self, bucket: &dyn ObjectStore, path: Path) -> Result<Option<Path>, PlaceError> {
        let name = self.bucket.clone();
        // Not a HEAD: its answer has no body, and only that tells a missing bucket from a missing object.
        match bucket.get(&path).await {
            Ok(_) => Ok(Some(path)),
            Err(error) if says_no_bucket(&error) => Err(PlaceError::NoBucket { bucket: name }),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(
                source @ (object_store::Error::PermissionDenied { .. } | object_store::Error::Unauthenticated { .. }),
            ) => Err(PlaceError::Refused { bucket: name, source }),
            Err(source) => Err(PlaceError::Unreachable { bucket: name, source }),
        }
    }
}

impl PlaceError {
    /// The exception of `StartQuery`.
    pub(crate) fn code(&self) -> ErrorCode {
        match self {
            Self::NotS3 { .. } => ErrorCode::InvalidParameter,
            Self::BucketName { .. } => ErrorCode::InvalidS3BucketName,
            Self::Prefix { .. } => ErrorCode::InvalidS3Prefix,
            Self::NotListed { .. } | Self::InLake { .. } | Self::Refused { .. } => {
                ErrorCode::InsufficientS3BucketPolicy
            }
            Self::NoBucket { .. } => ErrorCode::S3BucketDoesNotExist,
            Self::Unreachable { .. } | Self::Setting(_) => ErrorCode::ServiceUnavailable,
        }
    }
}

/// Whether an object store says that the bucket does not exist.
pub(super) fn says_no_bucket(error: &object_store::Error) -> bool {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text.contains("NoSuchBucket")
}

/// AWS: 3 to 63 of lower-case letters, digits, dots and hyphens, at both ends a letter or digit.
fn is_bucket(name: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (3..=63).contains(&bytes.len())
        && bytes.first().is_some_and(plain)
        && bytes.last().is_some_and(plain)
        && bytes.iter().all(|byte| plain(byte) || matches!(byte, b'.' | b'-'))
        && !name.contains("..")
}

/// AWS: the characters that are safe in keys.
fn is_key_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/-_.=!'()".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_with_or_without_a_prefix_is_a_place() {
        for (uri, prefix) in [
            ("s3://my-results", ""),
            ("s3://my-results/", ""),
            ("s3://my.results/a/b", "a/b"),
            ("s3://my-results/a/b/", "a/b"),
        ] {
            assert_eq!(Place::parse(uri).unwrap().prefix.as_ref(), prefix, "{uri}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_place_has_its_own_exception() {
        for (uri, code) in [
            ("file:///tmp/x", ErrorCode::InvalidParameter),
            ("s3:/my-results", ErrorCode::InvalidParameter),
            ("s3://", ErrorCode::InvalidS3BucketName),
            ("s3://My-Results/x", ErrorCode::InvalidS3BucketName),
            ("s3://-results", ErrorCode::InvalidS3BucketName),
            ("s3://a..b/x", ErrorCode::InvalidS3BucketName),
            ("s3://my-results/a/../b", ErrorCode::InvalidS3Prefix),
            ("s3://my-results/a//b", ErrorCode::InvalidS3Prefix),
            ("s3://my-results/a b", ErrorCode::InvalidS3Prefix),
            ("s3://my-results/%2e%2e/b", ErrorCode::InvalidS3Prefix),
        ] {
            assert_eq!(Place::parse(uri).unwrap_err().code(), code, "{uri}");
        }
        let deep = format!("s3://my-results/{}", "a/".repeat(40));
        assert_eq!(Place::parse(&deep).unwrap_err().code(), ErrorCode::InvalidS3Prefix);
    }

    #[test]
    fn the_folder_of_a_query_is_as_at_aws() {
        let day = DateTime::parse_from_rfc3339("2022-05-10T22:06:30Z").unwrap().to_utc();
        let folder = Place::parse("s3://my-results/audit/").unwrap().folder("111122223333", day, Uuid::nil());
        assert_eq!(
            folder.as_ref(),
            "audit/AWSLogs/111122223333/CloudTrail-Lake/Query/2022/05/10/00000000-0000-0000-0000-000000000000"
        );
    }
}
