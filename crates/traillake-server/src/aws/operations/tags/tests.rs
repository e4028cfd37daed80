//! Tags over the API, of stores and trails.

use serde_json::{Value, json};
use traillake::{Grants, NewTrail};

use crate::access::Role;
use crate::aws::testing::{Bench, caller};

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

async fn bench() -> (Bench, String) {
    let bench = Bench::new().await;
    let store = bench.ask("CreateEventDataStore", json!({"Name": "events"})).await.unwrap();
    let (name, store_name) = ("main".parse().unwrap(), "events".parse().unwrap());
    let source = "/var/log/trail".to_owned();
    let trail = NewTrail { name, source, store: store_name, region: None, endpoint_url: None };
    bench.service.lake.put_trail(trail).await.unwrap();
    (bench, store["EventDataStoreArn"].as_str().unwrap().to_owned())
}

fn numbered(count: usize) -> Value {
    (0..count).map(|n| json!({"Key": format!("k{n}"), "Value": "v"})).collect()
}

#[tokio::test]
async fn stores_and_trails_are_tagged_and_untagged() {
    let (bench, store) = bench().await;
    for arn in [store.as_str(), TRAIL] {
        let tags = json!([{"Key": "team", "Value": "blue"}, {"Key": "empty"}]);
        let added = bench.ask("AddTags", json!({"ResourceId": arn, "TagsList": tags})).await.unwrap();
        assert_eq!(added, json!({}));
        let tags = json!([{"Key": "team", "Value": "red"}]);
        bench.ask("AddTags", json!({"ResourceId": arn, "TagsList": tags})).await.unwrap();
    }
    let listed = bench.ask("ListTags", json!({"ResourceIdList": [TRAIL, store]})).await.unwrap();
    let tags = json!([{"Key": "empty"}, {"Key": "team", "Value": "red"}]);
    assert_eq!(
        listed["ResourceTagList"],
        json!([{"ResourceId": TRAIL, "TagsList": tags}, {"ResourceId": store, "TagsList": tags}])
    );
    let removed = json!({"ResourceId": store, "TagsList": [{"Key": "team", "Value": "ignored"}, {"Key": "other"}]});
    bench.ask("RemoveTags", removed).await.unwrap();
    let listed = bench.ask("ListTags", json!({"ResourceIdList": [store]})).await.unwrap();
    assert_eq!(listed["ResourceTagList"][0]["TagsList"], json!([{"Key": "empty"}]));
}

#[tokio::test]
async fn what_cannot_be_tagged_is_told_apart() {
    let (bench, store) = bench().await;
    let unknown = "arn:aws:cloudtrail:eu-west-1:111122223333:";
    for (arn, code) in [
        (format!("{unknown}eventdatastore/0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa"), "EventDataStoreNotFoundException"),
        (store.replace("eu-west-1", "eu-west-2"), "EventDataStoreARNInvalidException"),
        (format!("{unknown}trail/other"), "TrailNotFoundException"),
        (format!("{unknown}channel/x"), "ResourceNotFoundException"),
        (format!("{unknown}planet/x"), "ResourceTypeNotSupportedException"),
        ("events".to_owned(), "CloudTrailARNInvalidException"),
    ] {
        let request = json!({"ResourceId": arn, "TagsList": [{"Key": "k"}]});
        assert_eq!(bench.refused("AddTags", request).await, code, "{arn}");
    }
    for (tags, code) in [
        (json!([{"Key": "k"}, {"Key": "k"}]), "InvalidTagParameterException"),
        (json!([{"Key": "aws:k"}]), "InvalidTagParameterException"),
        (json!([{"Key": ""}]), "InvalidTagParameterException"),
        (numbered(201), "InvalidTagParameterException"),
        (numbered(51), "TagsLimitExceededException"),
    ] {
        let request = json!({"ResourceId": store, "TagsList": tags});
        assert_eq!(bench.refused("AddTags", request).await, code, "{tags}");
    }
}

#[tokio::test]
async fn tags_are_changed_by_administrators_and_not_while_a_store_is_pending_deletion() {
    let (bench, store) = bench().await;
    let request = json!({"ResourceId": store, "TagsList": [{"Key": "k"}]});
    let reader = caller(Role::Ingest, Grants::all());
    let refused = bench.ask_as(&reader, "AddTags", request.clone()).await.unwrap_err();
    assert_eq!(refused.code, "AccessDeniedException");
    let off = json!({"EventDataStore": store, "TerminationProtectionEnabled": false});
    bench.ask("UpdateEventDataStore", off).await.unwrap();
    bench.ask("DeleteEventDataStore", json!({"EventDataStore": store})).await.unwrap();
    assert_eq!(bench.refused("AddTags", request.clone()).await, "InactiveEventDataStoreException");
    let listed = bench.refused("ListTags", json!({"ResourceIdList": [store]})).await;
    assert_eq!(listed, "InactiveEventDataStoreException");
}
