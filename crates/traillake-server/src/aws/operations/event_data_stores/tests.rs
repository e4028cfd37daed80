//! Event data stores over the API: what AWS documents of each operation.

use chrono::TimeDelta;
use serde_json::{Value, json};
use traillake::Grants;

use crate::ServerConfig;
use crate::access::Role;
use crate::aws::testing::{Bench, caller};
use crate::config::ApiConfig;

/// Makes a store and gives its ARN.
async fn made(bench: &Bench, request: Value) -> String {
    let made = bench.ask("CreateEventDataStore", request).await.unwrap();
    made["EventDataStoreArn"].as_str().unwrap().to_owned()
}

async fn found(bench: &Bench, arn: &str) -> Value {
    bench.ask("GetEventDataStore", json!({ "EventDataStore": arn })).await.unwrap()
}

#[tokio::test]
async fn a_store_is_made_with_the_defaults_of_aws() {
    let bench = Bench::new().await;
    let made = bench.ask("CreateEventDataStore", json!({"Name": "events"})).await.unwrap();
    let expected = json!({
        "EventDataStoreArn": made["EventDataStoreArn"],
        "Name": "events",
        "Status": "CREATED",
        "AdvancedEventSelectors": [{
            "Name": "Default management events",
            "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
        }],
        "MultiRegionEnabled": true,
        "OrganizationEnabled": false,
        "RetentionPeriod": 366,
        "TerminationProtectionEnabled": true,
        "TagsList": [],
        "CreatedTimestamp": 1_767_225_600.0,
        "UpdatedTimestamp": 1_767_225_600.0,
        "BillingMode": "EXTENDABLE_RETENTION_PRICING",
    });
    assert_eq!(made, expected);
    let arn = made["EventDataStoreArn"].as_str().unwrap();
    assert!(arn.starts_with("arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/"), "{arn}");
    let found = found(&bench, arn).await;
    assert_eq!((&found["Status"], &found["FederationStatus"]), (&json!("ENABLED"), &json!("DISABLED")));
    let keys = json!([{"Name": "date", "Type": "date"}, {"Name": "region", "Type": "string"}]);
    assert_eq!(found["PartitionKeys"], keys);
}

#[tokio::test]
async fn everything_that_is_said_at_creation_is_kept() {
    let bench = Bench::new().await;
    let selectors = json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["ConfigurationItem"]}]}]);
    let arn = made(
        &bench,
        json!({"Name": "config", "AdvancedEventSelectors": selectors, "MultiRegionEnabled": false,
            "OrganizationEnabled": true, "BillingMode": "FIXED_RETENTION_PRICING", "StartIngestion": false,
            "TerminationProtectionEnabled": false, "TagsList": [{"Key": "team", "Value": "blue"}]}),
    )
    .await;
    let found = found(&bench, &arn).await;
    for (member, value) in [
        ("Status", json!("STOPPED_INGESTION")),
        ("AdvancedEventSelectors", selectors),
        ("MultiRegionEnabled", json!(false)),
        ("OrganizationEnabled", json!(true)),
        ("RetentionPeriod", json!(2557)),
        ("BillingMode", json!("FIXED_RETENTION_PRICING")),
        ("TerminationProtectionEnabled", json!(false)),
    ] {
        assert_eq!(found[member], value, "{member}");
    }
    let tags = bench.ask("ListTags", json!({"ResourceIdList": [arn]})).await.unwrap();
    assert_eq!(tags["ResourceTagList"][0]["TagsList"], json!([{"Key": "team", "Value": "blue"}]));
}

#[tokio::test]
async fn what_breaks_a_rule_makes_no_store() {
    let bench = Bench::new().await;
    let category = |name| json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": [name]}]}]);
    let mut mixed = category("Management");
    mixed.as_array_mut().unwrap().extend(category("Insight").as_array().unwrap().clone());
    for (request, code) in [
        (json!({}), "InvalidParameterException"),
        (json!({"Name": "ab"}), "InvalidParameterException"),
        (json!({"Name": "my store"}), "InvalidParameterException"),
        (json!({"Name": "0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa"}), "InvalidParameterException"),
        (json!({"Name": "abc", "RetentionPeriod": 6}), "InvalidParameterException"),
        (json!({"Name": "abc", "RetentionPeriod": 3654}), "InvalidParameterException"),
        (
            json!({"Name": "abc", "RetentionPeriod": 2558, "BillingMode": "FIXED_RETENTION_PRICING"}),
            "InvalidParameterException",
        ),
        (json!({"Name": "abc", "BillingMode": "FREE"}), "InvalidParameterException"),
        (json!({"Name": "abc", "AdvancedEventSelectors": []}), "InvalidEventSelectorsException"),
        (json!({"Name": "abc", "AdvancedEventSelectors": [{"FieldSelectors": []}]}), "InvalidEventSelectorsException"),
        (json!({"Name": "abc", "AdvancedEventSelectors": category("Other")}), "InvalidEventSelectorsException"),
        (json!({"Name": "abc", "AdvancedEventSelectors": mixed}), "InvalidEventSelectorsException"),
        (json!({"Name": "abc", "KmsKeyId": "alias/key"}), "UnsupportedOperationException"),
        (json!({"Name": "abc", "TagsList": [{"Key": "k"}, {"Key": "k"}]}), "InvalidTagParameterException"),
        (
            json!({"Name": "abc", "StartIngestion": false, "AdvancedEventSelectors": category("Insight")}),
            "InvalidEventDataStoreCategoryException",
        ),
    ] {
        assert_eq!(bench.refused("CreateEventDataStore", request.clone()).await, code, "{request}");
    }
    let stores = bench.ask("ListEventDataStores", json!({})).await.unwrap();
    assert_eq!(stores, json!({"EventDataStores": []}));
}

#[tokio::test]
async fn a_name_is_given_once_and_stores_may_be_limited() {
    let api = ApiConfig { event_data_stores: Some(2) };
    let bench = Bench::with_config(ServerConfig { api, ..ServerConfig::default() }).await;
    made(&bench, json!({"Name": "one"})).await;
    let again = bench.refused("CreateEventDataStore", json!({"Name": "one"})).await;
    assert_eq!(again, "EventDataStoreAlreadyExistsException");
    made(&bench, json!({"Name": "two"})).await;
    let third = bench.refused("CreateEventDataStore", json!({"Name": "three"})).await;
    assert_eq!(third, "EventDataStoreMaxLimitExceededException");
}

#[tokio::test]
async fn an_update_changes_what_it_names_in_one_version() {
    let bench = Bench::new().await;
    let arn = made(&bench, json!({"Name": "events", "BillingMode": "FIXED_RETENTION_PRICING"})).await;
    let selectors = json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]},
        {"Field": "readOnly", "Equals": ["false"]}]}]);
    let updated = bench
        .ask(
            "UpdateEventDataStore",
            json!({"EventDataStore": arn, "Name": "events", "RetentionPeriod": 3000, "MultiRegionEnabled": false,
                "BillingMode": "EXTENDABLE_RETENTION_PRICING", "AdvancedEventSelectors": selectors}),
        )
        .await
        .unwrap();
    assert_eq!((&updated["RetentionPeriod"], &updated["AdvancedEventSelectors"]), (&json!(3000), &selectors));
    assert_eq!((&updated["MultiRegionEnabled"], &updated["OrganizationEnabled"]), (&json!(false), &json!(false)));
    assert_eq!(bench.service.lake.event_data_store("events").await.unwrap().version, 2);
}

#[tokio::test]
async fn what_an_update_may_not_change_stays() {
    let bench = Bench::new().await;
    let arn = made(&bench, json!({"Name": "events"})).await;
    let insights = json!([{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Insight"]}]}]);
    for (change, code) in [
        (json!({}), "InvalidParameterException"),
        (json!({"Name": "others"}), "UnsupportedOperationException"),
        (json!({"KmsKeyId": "alias/key"}), "UnsupportedOperationException"),
        (json!({"BillingMode": "FIXED_RETENTION_PRICING"}), "InvalidParameterException"),
        (json!({"AdvancedEventSelectors": insights}), "InvalidEventSelectorsException"),
        (json!({"RetentionPeriod": 5}), "InvalidParameterException"),
    ] {
        let mut request = change.clone();
        request["EventDataStore"] = json!(arn);
        assert_eq!(bench.refused("UpdateEventDataStore", request).await, code, "{change}");
    }
    assert_eq!(bench.service.lake.event_data_store("events").await.unwrap().version, 1);
}

#[tokio::test]
async fn a_store_is_deleted_for_a_week_and_restored_as_it_was() {
    let bench = Bench::new().await;
    let arn = made(&bench, json!({"Name": "events", "StartIngestion": false})).await;
    let store = json!({ "EventDataStore": arn });
    let protected = bench.refused("DeleteEventDataStore", store.clone()).await;
    assert_eq!(protected, "EventDataStoreTerminationProtectedException");
    assert_eq!(bench.refused("RestoreEventDataStore", store.clone()).await, "InvalidEventDataStoreStatusException");
    let off = json!({"EventDataStore": arn, "TerminationProtectionEnabled": false});
    bench.ask("UpdateEventDataStore", off.clone()).await.unwrap();
    assert_eq!(bench.ask("DeleteEventDataStore", store.clone()).await.unwrap(), json!({}));
    assert_eq!(found(&bench, &arn).await["Status"], "PENDING_DELETION");
    for operation in ["DeleteEventDataStore", "UpdateEventDataStore"] {
        assert_eq!(bench.refused(operation, off.clone()).await, "InactiveEventDataStoreException", "{operation}");
    }
    let restored = bench.ask("RestoreEventDataStore", store.clone()).await.unwrap();
    assert_eq!(restored["Status"], "STOPPED_INGESTION");
    bench.ask("DeleteEventDataStore", store.clone()).await.unwrap();
    bench.clock.advance(TimeDelta::days(8));
    assert_eq!(bench.refused("RestoreEventDataStore", store).await, "EventDataStoreNotFoundException");
}

#[tokio::test]
async fn ingestion_is_stopped_and_started_by_those_who_may_ingest() {
    let bench = Bench::new().await;
    let store = json!({ "EventDataStore": made(&bench, json!({"Name": "events"})).await });
    let (reader, ingester) = (caller(Role::Read, Grants::all()), caller(Role::Ingest, Grants::all()));
    let refused = bench.ask_as(&reader, "StopEventDataStoreIngestion", store.clone()).await.unwrap_err();
    assert_eq!(refused.code, "AccessDeniedException");
    let words =
        "User: arn:aws:iam::111122223333:user/ann is not authorized to perform: cloudtrail:StopEventDataStoreIngestion";
    assert!(refused.message.starts_with(words), "{}", refused.message);
    let stopped = bench.ask_as(&ingester, "StopEventDataStoreIngestion", store.clone()).await.unwrap();
    assert_eq!(stopped, json!({}));
    let again = bench.refused("StopEventDataStoreIngestion", store.clone()).await;
    assert_eq!(again, "InvalidEventDataStoreStatusException");
    bench.ask("StartEventDataStoreIngestion", store.clone()).await.unwrap();
    let again = bench.refused("StartEventDataStoreIngestion", store).await;
    assert_eq!(again, "InvalidEventDataStoreStatusException");
}

#[tokio::test]
async fn stores_are_listed_in_pages_that_only_their_caller_can_turn() {
    let bench = Bench::new().await;
    for name in ["one", "two", "three", "four", "five"] {
        made(&bench, json!({"Name": name})).await;
    }
    let (mut names, mut token) = (Vec::new(), Value::Null);
    for _ in 0..3 {
        let page = bench.ask("ListEventDataStores", json!({"MaxResults": 2, "NextToken": token})).await.unwrap();
        names.extend(page["EventDataStores"].as_array().unwrap().iter().map(|store| store["Name"].clone()));
        token = page["NextToken"].clone();
    }
    assert_eq!((names, token), (["five", "four", "one", "three", "two"].map(Value::from).to_vec(), Value::Null));
    let first = bench.ask("ListEventDataStores", json!({"MaxResults": 2})).await.unwrap();
    let next = json!({"NextToken": first["NextToken"]});
    let other = bench.ask_as(&caller(Role::Admin, Grants::all()), "ListEventDataStores", next).await.unwrap_err();
    assert_eq!(other.code, "InvalidNextTokenException");
    for (request, code) in [
        (json!({"NextToken": "AAAAAAAA"}), "InvalidNextTokenException"),
        (json!({"NextToken": "A"}), "InvalidNextTokenException"),
        (json!({"MaxResults": 0}), "InvalidMaxResultsException"),
        (json!({"MaxResults": 1001}), "InvalidMaxResultsException"),
    ] {
        assert_eq!(bench.refused("ListEventDataStores", request.clone()).await, code, "{request}");
    }
}

#[tokio::test]
async fn a_store_that_is_not_granted_is_as_if_unknown() {
    let bench = Bench::new().await;
    let secret = made(&bench, json!({"Name": "secret"})).await;
    let open = made(&bench, json!({"Name": "open"})).await;
    let ann = caller(Role::Admin, Grants::all().with_stores(["open", "planned"]));
    let stores = bench.ask_as(&ann, "ListEventDataStores", json!({})).await.unwrap();
    assert_eq!(stores["EventDataStores"].as_array().unwrap().len(), 1);
    bench.ask_as(&ann, "GetEventDataStore", json!({"EventDataStore": open})).await.unwrap();
    let (before, _) = secret.rsplit_once('/').unwrap();
    let unknown = format!("{before}/0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa");
    for operation in
        ["GetEventDataStore", "DeleteEventDataStore", "RestoreEventDataStore", "StopEventDataStoreIngestion"]
    {
        let ask = |arn: &str| bench.ask_as(&ann, operation, json!({ "EventDataStore": arn }));
        let (hidden, missing) = (ask(&secret).await.unwrap_err(), ask(&unknown).await.unwrap_err());
        assert_eq!((hidden.code, hidden.status), ("EventDataStoreNotFoundException", missing.status), "{operation}");
        assert_eq!(hidden.message.replace(&secret, ""), missing.message.replace(&unknown, ""));
    }
    let made = bench.ask_as(&ann, "CreateEventDataStore", json!({"Name": "planned"})).await;
    assert_eq!(made.unwrap()["Name"], "planned");
    for name in ["secret", "new"] {
        let refused = bench.ask_as(&ann, "CreateEventDataStore", json!({ "Name": name })).await.unwrap_err();
        assert_eq!(refused.code, "AccessDeniedException", "{name}");
    }
}

#[tokio::test]
async fn a_caller_held_to_accounts_changes_no_store() {
    let bench = Bench::new().await;
    let store = made(&bench, json!({"Name": "shared"})).await;
    let ann = caller(Role::Admin, Grants::all().with_accounts(["111122223333"]).unwrap());
    for (operation, further) in [
        ("UpdateEventDataStore", json!({"RetentionPeriod": 7})),
        ("StopEventDataStoreIngestion", json!({})),
        ("StartEventDataStoreIngestion", json!({})),
        ("DeleteEventDataStore", json!({})),
        ("RestoreEventDataStore", json!({})),
    ] {
        let mut request = further;
        request["EventDataStore"] = json!(store);
        let refused = bench.ask_as(&ann, operation, request).await.unwrap_err();
        assert_eq!(refused.code, "AccessDeniedException", "{operation}");
        assert!(refused.message.contains("held to accounts"), "{}", refused.message);
    }
    let seen = bench.ask_as(&ann, "GetEventDataStore", json!({ "EventDataStore": store })).await.unwrap();
    assert_eq!(seen["Status"], "ENABLED");
}
