//! Trails over the API, to read.

use serde_json::{Value, json};
use traillake::{Grants, NewTrail};

use crate::access::Role;
use crate::aws::testing::{Bench, caller};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";

/// A bench with the trails `main`, from S3 into a store that is there, and `local`, from a folder into one that is not.
async fn bench() -> Bench {
    let bench = Bench::new().await;
    bench.ask("CreateEventDataStore", json!({"Name": "events"})).await.unwrap();
    for (name, source, store) in [("main", "s3://logs/org/AWSLogs/", "events"), ("local", "/var/log/trail", "later")] {
        let (name, store, source) = (name.parse().unwrap(), store.parse().unwrap(), source.to_owned());
        bench.service.lake.put_trail(NewTrail { name, source, store, region: None, endpoint_url: None }).await.unwrap();
    }
    bench
}

#[tokio::test]
async fn a_trail_is_shown_with_its_bucket_and_prefix() {
    let bench = bench().await;
    for name in ["main", ARN] {
        let found = bench.ask("GetTrail", json!({ "Name": name })).await.unwrap();
        let expected = json!({"Name": "main", "S3BucketName": "logs", "S3KeyPrefix": "org/AWSLogs",
            "HomeRegion": "eu-west-1", "TrailARN": ARN, "HasCustomEventSelectors": true, "HasInsightSelectors": false});
        assert_eq!(found["Trail"], expected);
    }
    let listed = bench.ask("ListTrails", json!({})).await.unwrap();
    assert_eq!(listed["Trails"][1], json!({"TrailARN": ARN, "Name": "main", "HomeRegion": "eu-west-1"}));
    assert_eq!(bench.refused("ListTrails", json!({"NextToken": "x"})).await, "InvalidTokenException");
}

#[tokio::test]
async fn trails_are_described_by_name_or_all_and_unknown_ones_left_out() {
    let bench = bench().await;
    let names = async |request: Value| {
        let answer = bench.ask("DescribeTrails", request).await.unwrap();
        let names =
            answer["trailList"].as_array().unwrap().iter().map(|trail| trail["Name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(json!({})).await, ["local", "main"]);
    assert_eq!(names(json!({"trailNameList": [], "includeShadowTrails": false})).await, ["local", "main"]);
    assert_eq!(names(json!({"trailNameList": [ARN, "other"]})).await, ["main"]);
    let refused = bench.refused("DescribeTrails", json!({"trailNameList": ["-"]})).await;
    assert_eq!(refused, "InvalidTrailNameException");
}

#[tokio::test]
async fn a_trail_logs_while_its_store_takes_events_in() {
    let bench = bench().await;
    let status = async || bench.ask("GetTrailStatus", json!({"Name": "main"})).await.unwrap();
    assert_eq!(status().await, json!({"IsLogging": true, "StartLoggingTime": 1_767_225_600.0}));
    bench.service.trail_passes.delivered(&"main".parse().unwrap(), "2026-01-01T00:00:01Z".parse().unwrap());
    assert_eq!(status().await["LatestDeliveryTime"], json!(1_767_225_601.0));
    let stores = bench.ask("ListEventDataStores", json!({})).await.unwrap();
    let store = json!({"EventDataStore": stores["EventDataStores"][0]["EventDataStoreArn"]});
    bench.ask("StopEventDataStoreIngestion", store).await.unwrap();
    assert_eq!(status().await["IsLogging"], false);
}

#[tokio::test]
async fn the_selectors_of_a_trail_are_those_of_its_store() {
    let bench = bench().await;
    let main = bench.ask("GetEventSelectors", json!({"TrailName": "main"})).await.unwrap();
    assert_eq!(main["AdvancedEventSelectors"][0]["Name"], "Default management events");
    let local = bench.ask("GetEventSelectors", json!({"TrailName": "local"})).await.unwrap();
    let all = json!([{"ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [],
        "ExcludeManagementEventSources": []}]);
    assert_eq!((&local["EventSelectors"], &local["AdvancedEventSelectors"]), (&all, &Value::Null));
}

#[tokio::test]
async fn insights_are_never_on_and_channels_and_dashboards_never_there() {
    let bench = bench().await;
    let error = bench.ask("GetInsightSelectors", json!({"TrailName": "main"})).await.unwrap_err();
    assert_eq!(error.code, "InsightNotEnabledException");
    assert!(error.message.starts_with(&format!("Trail {ARN} does not have Insights enabled.")), "{}", error.message);
    assert_eq!(bench.refused("GetInsightSelectors", json!({})).await, "InvalidParameterCombinationException");
    assert_eq!(bench.ask("ListChannels", json!({})).await.unwrap(), json!({"Channels": []}));
    assert_eq!(bench.ask("ListDashboards", json!({})).await.unwrap(), json!({"Dashboards": []}));
    assert_eq!(bench.refused("ListChannels", json!({"NextToken": "AAAA"})).await, "InvalidNextTokenException");
}

#[tokio::test]
async fn a_trail_is_seen_by_those_who_see_its_store_and_no_part_of_its_accounts() {
    let bench = bench().await;
    for grants in [Grants::all().with_stores(["others"]), Grants::all().with_accounts(["444455556666"]).unwrap()] {
        let ann = caller(Role::Read, grants);
        assert_eq!(bench.ask_as(&ann, "ListTrails", json!({})).await.unwrap(), json!({"Trails": []}));
        let hidden = bench.ask_as(&ann, "GetTrail", json!({"Name": "main"})).await.unwrap_err();
        assert_eq!(hidden.code, "TrailNotFoundException");
    }
    let ann = caller(Role::Read, Grants::all().with_stores(["events"]));
    bench.ask_as(&ann, "GetTrailStatus", json!({"Name": "main"})).await.unwrap();
}
