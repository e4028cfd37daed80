use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use traillake::{ByteSize, ErrorCode};

use super::*;
use crate::access::hex;
use crate::jobs::testing::{BUCKET, ENDLESS, Yard, delivered, ended, query, start, until};

const PLACE: &str = "s3://results/audit";

fn text(yard: &Yard, key: &str) -> String {
    let body = yard.bucket.get(BUCKET, key).unwrap();
    let mut text = String::new();
    GzDecoder::new(body.as_ref()).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_lies_where_aws_puts_it_with_a_signed_list_of_hashes() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let sql = "SELECT 'a,b' AS \"first name\", NULL AS n, '' AS e";
    let (status, keys) = delivered(&yard, &service, sql, PLACE).await;
    assert_eq!(status, DeliveryStatus::Success);
    let folder = keys[0].strip_suffix("/result_1.csv.gz").unwrap();
    assert!(folder.starts_with("audit/AWSLogs/111122223333/CloudTrail-Lake/Query/2026/01/02/"), "{folder}");
    assert_eq!(keys, [format!("{folder}/result_1.csv.gz"), format!("{folder}/result_sign.json")]);
    assert_eq!(text(&yard, &keys[0]), "first name,n,e\n\"a,b\",,\"\"\n");

    let sign: Value = serde_json::from_slice(&yard.bucket.get(BUCKET, &keys[1]).unwrap()).unwrap();
    let hash = hex::encode(&Sha256::digest(yard.bucket.get(BUCKET, &keys[0]).unwrap()));
    assert_eq!(sign["files"], serde_json::json!([{ "fileHashValue": hash, "fileName": "result_1.csv.gz" }]));
    assert_eq!(sign["queryCompleteTime"], "2026-01-02T03:04:05Z");
    assert_eq!((&sign["version"], &sign["region"]), (&"1.0".into(), &"eu-west-1".into()));
    let signed = service.signing.sign(&hash).await.unwrap();
    assert_eq!(
        (&sign["hashSignature"], &sign["publicKeyFingerprint"]),
        (&signed.signature.into(), &signed.fingerprint.into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_result_is_cut_into_files_that_each_have_a_header() {
    let mut yard = Yard::new().await;
    yard.config.queries.delivery_file_bytes = ByteSize::new(10_000);
    let service = yard.server().await;
    let sql = "SELECT n, sha256(to_utf8(cast(n AS varchar))) AS hash FROM UNNEST(sequence(1, 3000)) AS t(n) ORDER BY n";
    let (status, keys) = delivered(&yard, &service, sql, PLACE).await;
    assert_eq!(status, DeliveryStatus::Success);
    let files = keys.len() - 1;
    assert!(files > 3, "{keys:?}");
    let mut rows = Vec::new();
    for n in 1..=files {
        let key = keys.iter().find(|key| key.ends_with(&format!("/result_{n}.csv.gz"))).unwrap();
        let text = text(&yard, key);
        let (header, lines) = text.split_once('\n').unwrap();
        assert_eq!(header, "n,hash");
        rows.extend(lines.lines().map(|line| line.split(',').next().unwrap().parse::<u32>().unwrap()));
    }
    assert_eq!(rows, (1..=3000).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_without_rows_is_a_header() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let (status, keys) = delivered(&yard, &service, "SELECT 1 AS one WHERE false", PLACE).await;
    assert_eq!((status, text(&yard, &keys[0]).as_str()), (DeliveryStatus::Success, "one\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_delivered_of_a_query_that_failed_or_was_cancelled() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let (status, keys) =
        delivered(&yard, &service, "SELECT 1 / (n - n) FROM UNNEST(sequence(1, 2)) AS t(n)", PLACE).await;
    assert_eq!((status, keys), (DeliveryStatus::Failed, vec![]));
    let new = crate::jobs::NewQuery { delivery: Some(PLACE.into()), ..query(ENDLESS) };
    let id = start(&service, new).await;
    service.jobs.cancel(id).await.unwrap();
    let job = until(&service, id, |job| !job.is_at_work()).await;
    assert_eq!(job.delivery.unwrap().status, DeliveryStatus::Cancelled);
    assert_eq!(yard.bucket.keys(BUCKET), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_never_overwritten() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let job = ended(&service, query("SELECT 1")).await;
    let place = Place::parse(PLACE).unwrap();
    let folder = place.folder("111122223333", service.clock.now(), job.id);
    yard.bucket.put(BUCKET, &format!("{folder}/result_1.csv.gz"), "theirs");
    let courier = Courier { lake: &service.lake, signing: &service.signing, file_bytes: ByteSize::new(1 << 20) };
    assert_eq!(courier.deliver(&job, PLACE).await, DeliveryStatus::Failed);
    assert_eq!(yard.bucket.get(BUCKET, &format!("{folder}/result_1.csv.gz")).unwrap(), "theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_listed_places_outside_of_lakes_are_delivered_to() {
    let yard = Yard::new().await;
    let service = yard.server().await;
    let check = async |uri: &str| check(&yard.config.places.delivery, uri, &service.lake).await.map_err(|e| e.code());
    for uri in [PLACE, "s3://results/audit/", "s3://results/audit/2026"] {
        assert_eq!(check(uri).await, Ok(()), "{uri}");
    }
    for uri in ["s3://results", "s3://results/auditors", "s3://other-bucket/audit"] {
        assert_eq!(check(uri).await, Err(ErrorCode::InsufficientS3BucketPolicy), "{uri}");
    }
    yard.bucket.put(BUCKET, "audit/their/lake/lake.json", "{}");
    for uri in ["s3://results/audit/their/lake", "s3://results/audit/their/lake/stores/x"] {
        assert_eq!(check(uri).await, Err(ErrorCode::InsufficientS3BucketPolicy), "{uri}");
    }
    assert_eq!(check("s3://results/audit/their").await, Ok(()));
    yard.bucket.put(BUCKET, "audit/AWSLogs/lake.json", "{}");
    assert_eq!(check(PLACE).await, Err(ErrorCode::InsufficientS3BucketPolicy));
}
