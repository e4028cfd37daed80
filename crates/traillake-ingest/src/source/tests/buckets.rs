//! Listing over the S3 protocol.

use object_store::aws::AmazonS3Builder;

use super::*;

/// A bucket with these keys, all non-empty unless they end in `/`.
async fn bucket(keys: &[String]) -> (S3Server, ObjectStoreOptions) {
    let server = S3Server::start().await;
    for key in keys {
        server.put("bucket", key, if key.ends_with('/') { "" } else { "{}" });
    }
    let environment: std::collections::HashMap<_, _> = server.environment().into_iter().collect();
    let store = AmazonS3Builder::new()
        .with_bucket_name("bucket")
        .with_endpoint(server.endpoint())
        .with_access_key_id(&environment["AWS_ACCESS_KEY_ID"])
        .with_secret_access_key(&environment["AWS_SECRET_ACCESS_KEY"])
        .with_region("us-east-1")
        .with_allow_http(true)
        .build()
        .unwrap();
    let store: Arc<dyn ObjectStore> = Arc::new(store);
    // The store that would ask the environment for credentials gives way to this one.
    let wrap = Arc::new(move |_| Arc::clone(&store));
    (server, ObjectStoreOptions { wrap: Some(wrap), region: Some("us-east-1".into()), ..ObjectStoreOptions::default() })
}

async fn keys(url: &str, filter: &KeyFilter, options: &ObjectStoreOptions) -> Vec<String> {
    let items = list(&SourceSpec::parse(url).unwrap(), filter, options).await.unwrap().collect().await;
    names(items, "s3://bucket")
}

fn many() -> Vec<String> {
    let mut keys = Vec::new();
    for account in ["111122223333", "444455556666"] {
        for folder in ["CloudTrail", "CloudTrail-Digest"] {
            for region in ["eu-west-1", "us-east-1"] {
                keys.push(format!("logs/AWSLogs/{account}/{folder}/"));
                for day in 1..=3 {
                    keys.push(format!("logs/AWSLogs/{account}/{folder}/{region}/2023/07/0{day}/f.json.gz"));
                }
            }
        }
    }
    keys.extend(
        ["logs.json", "logs/a.json", "logs/AWSLogs.json", "logs/z/deep/x.json", "logs/z.json"].map(str::to_owned),
    );
    keys
}

fn objects(keys: &[String], prefix: &str) -> Vec<String> {
    let mut keys: Vec<String> =
        keys.iter().filter(|key| key.starts_with(prefix) && !key.ends_with('/')).cloned().collect();
    keys.sort();
    keys
}

#[tokio::test]
async fn a_prefix_is_listed_in_key_order_without_folder_markers() {
    let all = many();
    let (_server, options) = bucket(&all).await;
    for prefix in ["", "logs/", "logs/AWSLogs/", "logs/AWSLogs/111122223333/CloudTrail/eu-west-1/"] {
        let got = keys(&format!("s3://bucket/{prefix}"), &KeyFilter::default(), &options).await;
        assert_eq!(got, objects(&all, prefix), "{prefix}");
    }
    assert_eq!(keys("s3://bucket/logs/a.json", &KeyFilter::default(), &options).await, ["logs/a.json"]);
    assert!(keys("s3://bucket/none", &KeyFilter::default(), &options).await.is_empty());
}

#[tokio::test]
async fn a_filter_gives_what_filtering_every_key_gives() {
    let all = many();
    let (_server, options) = bucket(&all).await;
    let day = |day| chrono::NaiveDate::from_ymd_opt(2023, 7, day);
    for filter in [
        KeyFilter { from: day(2), to: day(2), ..KeyFilter::default() },
        KeyFilter { accounts: vec!["444455556666".into()], ..KeyFilter::default() },
        KeyFilter { regions: vec!["eu-west-1".into()], from: day(3), ..KeyFilter::default() },
        KeyFilter { regions: vec!["none-1".into()], ..KeyFilter::default() },
    ] {
        let expected: Vec<String> =
            objects(&all, "logs/").into_iter().filter(|key| filter.accepts(TrailKey::parse(key).as_ref())).collect();
        assert_eq!(keys("s3://bucket/logs", &filter, &options).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn an_object_of_a_bucket_is_read_through_the_store() {
    let (_server, options) = bucket(&["a.json".to_owned()]).await;
    let spec = SourceSpec::parse("s3://bucket/a.json").unwrap();
    let object = list(&spec, &KeyFilter::default(), &options).await.unwrap().next().await.unwrap().unwrap();
    assert!(object.etag.is_some() && object.last_modified_ms.is_some());
    let (sender, _receiver) = tokio::sync::mpsc::channel(1);
    let outcome = crate::read_object(&object, &crate::ReadLimits::default(), sender).await.unwrap();
    assert_eq!(outcome.decompressed_bytes, 2);
}

#[tokio::test]
async fn three_days_of_a_year_take_one_listing_for_each_region() {
    let first = chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
    let regions = ["ap-south-1", "eu-west-1", "us-east-1"];
    let of_day =
        |region: &str, day: chrono::NaiveDate| trail(&format!("{region}/{}/f.json.gz", day.format("%Y/%m/%d")));
    let all: Vec<String> =
        regions.iter().flat_map(|region| first.iter_days().take(365).map(|day| of_day(region, day))).collect();
    let (server, options) = bucket(&all).await;
    let day = |month, day| chrono::NaiveDate::from_ymd_opt(2023, month, day);
    for (from, to, most) in [(day(7, 10), day(7, 12), 7), (day(2, 27), day(3, 1), 10), (day(1, 1), day(12, 31), 40)] {
        let filter = KeyFilter { from, to, ..KeyFilter::default() };
        server.take_requests();
        let got = keys("s3://bucket/AWSLogs/111122223333/CloudTrail/", &filter, &options).await;
        let requests = server.take_requests();
        let mut expected = all.clone();
        expected.retain(|key| filter.accepts(TrailKey::parse(key).as_ref()));
        expected.sort();
        assert_eq!(got, expected);
        assert!(requests.len() <= most, "{from:?} to {to:?}: {requests:#?}");
    }
}
