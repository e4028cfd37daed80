use std::time::Duration;

use serde_json::{Value, json};
use traillake::Grants;

use crate::ServerConfig;
use crate::access::{Principal, Role};
use crate::aws::ApiError;
use crate::aws::testing::{Bench, caller};

/// A bench with 100 events in the store `events`; its id.
async fn bench() -> (Bench, String) {
    with_config(ServerConfig::default()).await
}

async fn with_config(config: ServerConfig) -> (Bench, String) {
    let bench = Bench::with_config(config).await;
    let records: Vec<String> = (0..100).map(|n| traillake_testing::record(n).to_string()).collect();
    bench.service.lake.ingest_records("events", records).await.unwrap();
    let id = bench.service.lake.event_data_store("events").await.unwrap().id.to_string();
    (bench, id)
}

async fn start(bench: &Bench, sql: &str) -> String {
    let answer = bench.ask("StartQuery", json!({ "QueryStatement": sql })).await.unwrap();
    answer["QueryId"].as_str().unwrap().to_owned()
}

async fn until_over(bench: &Bench, who: &Principal, id: &str) -> Value {
    for _ in 0..2_000 {
        let answer = bench.ask_as(who, "DescribeQuery", json!({ "QueryId": id })).await.unwrap();
        if !["QUEUED", "RUNNING"].contains(&answer["QueryStatus"].as_str().unwrap()) {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{id} does not end")
}

fn root() -> Principal {
    Principal::admin("root")
}

async fn results(bench: &Bench, request: Value) -> Result<Value, ApiError> {
    bench.ask("GetQueryResults", request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_started_described_and_its_rows_are_as_at_aws() {
    let (bench, id) = bench().await;
    let sql = format!(
        "SELECT eventName, eventTime, errorCode, userIdentity.sessionContext.attributes, count(*) \
         FROM {id} WHERE eventName = 'PutObject' AND userIdentity.userName = 'user1' \
         GROUP BY 1, 2, 3, 4 ORDER BY eventTime LIMIT 1"
    );
    let query = start(&bench, &sql).await;
    let described = until_over(&bench, &root(), &query).await;
    let statistics = &described["QueryStatistics"];
    assert_eq!((&described["QueryStatus"], &described["QueryString"]), (&json!("FINISHED"), &json!(sql)));
    assert_eq!((&statistics["EventsScanned"], &statistics["EventsMatched"]), (&json!(100), &json!(8)));
    assert!(statistics["BytesScanned"].as_u64().unwrap() > 0 && statistics["CreationTime"].is_number());
    assert_eq!((described.get("ErrorMessage"), described.get("DeliveryStatus")), (None, None));

    let answer = results(&bench, json!({ "QueryId": query })).await.unwrap();
    assert_eq!(
        answer["QueryResultRows"],
        json!([[
            { "eventName": "PutObject" }, { "eventTime": "2026-01-01 00:00:01.000" }, { "errorCode": null },
            { "attributes": null }, { "_col4": "1" }
        ]])
    );
    assert_eq!((&answer["QueryStatus"], answer.get("NextToken")), (&json!("FINISHED"), None));
    assert_eq!(answer["QueryStatistics"]["TotalResultsCount"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_repeat_and_pages_follow_each_other() {
    let (bench, _) = bench().await;
    let query = start(&bench, "SELECT eventID, eventID FROM events ORDER BY 1").await;
    until_over(&bench, &root(), &query).await;
    let (mut rows, mut request) = (Vec::new(), json!({ "QueryId": query, "MaxQueryResults": 30 }));
    loop {
        let page = results(&bench, request.clone()).await.unwrap();
        let count = page["QueryResultRows"].as_array().unwrap().len();
        assert_eq!(page["QueryStatistics"]["ResultsCount"], count);
        assert_eq!(page["QueryStatistics"]["TotalResultsCount"], 100);
        rows.extend(page["QueryResultRows"].as_array().unwrap().clone());
        let Some(token) = page.get("NextToken") else { break };
        request["NextToken"] = token.clone();
    }
    assert_eq!(rows.len(), 100);
    assert_eq!(
        rows[99],
        json!([{ "eventID": "00000000-0000-4000-8000-000000000099" }, { "eventID": "00000000-0000-4000-8000-000000000099" }])
    );
    let other = start(&bench, "SELECT 1").await;
    let error = results(&bench, json!({ "QueryId": other, "NextToken": request["NextToken"] })).await.unwrap_err();
    assert_eq!(error.code, "InvalidNextTokenException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_cannot_run_gets_no_id() {
    let (bench, id) = bench().await;
    for (statement, code) in [
        ("SELECT nme FROM events", "InvalidQueryStatementException"),
        ("SELEC 1", "InvalidQueryStatementException"),
        ("DROP TABLE events", "InvalidQueryStatementException"),
        ("SHOW TABLES", "InvalidQueryStatementException"),
        ("EXPLAIN SELECT 1", "InvalidQueryStatementException"),
        ("SELECT 1; SELECT 2", "InvalidQueryStatementException"),
        ("SELECT 1 FROM 0f4c9a1e-1234-4c6b-9f00-aaaaaaaaaaaa", "EventDataStoreNotFoundException"),
    ] {
        assert_eq!(bench.refused("StartQuery", json!({ "QueryStatement": statement })).await, code, "{statement}");
    }
    for request in [
        json!({}),
        json!({ "QueryStatement": "SELECT 1", "QueryAlias": "root-user-activity" }),
        json!({ "QueryStatement": "SELECT ?", "QueryParameters": ["1"] }),
        json!({ "QueryStatement": "x".repeat(10_001) }),
        json!({ "QueryAlias": "no-such-query" }),
    ] {
        assert_eq!(bench.refused("StartQuery", request.clone()).await, "InvalidParameterException", "{request}");
    }
    let elsewhere = json!({ "QueryStatement": "SELECT 1", "EventDataStoreOwnerAccountId": "999999999999" });
    assert_eq!(bench.refused("StartQuery", elsewhere).await, "EventDataStoreNotFoundException");
    bench
        .service
        .lake
        .update_event_data_store("events", |s| {
            s.termination_protection = false;
            Ok(())
        })
        .await
        .unwrap();
    bench.service.lake.delete_event_data_store("events").await.unwrap();
    let gone = json!({ "QueryStatement": format!("SELECT 1 FROM {id}") });
    assert_eq!(bench.refused("StartQuery", gone).await, "InactiveEventDataStoreException");
    assert_eq!(bench.service.lake.storage().query_ids().await.unwrap().len(), 0);
    assert_eq!(bench.service.admission.load().running, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundled_query_is_started_by_its_name_with_values_that_stay_values() {
    let (bench, id) = bench().await;
    let sample = traillake::sample("address-activity").unwrap();
    let values: Vec<String> = sample
        .parameters
        .iter()
        .map(|p| match p.name.as_str() {
            "address" => "' OR 1=1 --".to_owned(),
            "since" => "2025-12-31".to_owned(),
            "until" => "2026-01-02".to_owned(),
            _ => "1".to_owned(),
        })
        .collect();
    for values in [Vec::new(), values.clone(), [vec![id.clone()], values.clone()].concat(), vec![id.clone()]] {
        let mut request = json!({ "QueryAlias": sample.name });
        if !values.is_empty() {
            request["QueryParameters"] = json!(values);
        }
        let answer = bench.ask("StartQuery", request).await.unwrap();
        let query = answer["QueryId"].as_str().unwrap();
        let described = until_over(&bench, &root(), query).await;
        assert_eq!((&described["QueryStatus"], &described["QueryString"]), (&json!("FINISHED"), &json!(sample.sql)));
        let rows = results(&bench, json!({ "QueryId": query })).await.unwrap();
        assert_eq!(rows["QueryResultRows"], json!([]), "{values:?}");
        bench.clock.advance(chrono::TimeDelta::seconds(1));
        let by_alias = bench.ask("DescribeQuery", json!({ "QueryAlias": sample.name })).await.unwrap();
        assert_eq!(by_alias["QueryId"], query);
    }
    let many = json!({ "QueryAlias": sample.name, "QueryParameters": vec!["x"; sample.parameters.len() + 2] });
    assert_eq!(bench.refused("StartQuery", many).await, "InvalidParameterException");
    bench.service.lake.event_data_store_or_new("others").await.unwrap();
    let error = bench.ask("StartQuery", json!({ "QueryAlias": sample.name })).await.unwrap_err();
    assert!(error.message.contains("in front of the `QueryParameters`"), "{error}");
    let unknown = json!({ "QueryAlias": "never-run" });
    assert_eq!(bench.refused("DescribeQuery", unknown).await, "QueryIdNotFoundException");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_nobody_elses_not_even_an_administrators() {
    let (bench, id) = bench().await;
    let ann = caller(Role::Read, Grants::all());
    let answer = bench.ask_as(&ann, "StartQuery", json!({ "QueryStatement": "SELECT 1 FROM events" })).await.unwrap();
    let query = answer["QueryId"].clone();
    until_over(&bench, &ann, query.as_str().unwrap()).await;
    for operation in ["DescribeQuery", "GetQueryResults", "CancelQuery"] {
        assert_eq!(bench.refused(operation, json!({ "QueryId": query })).await, "QueryIdNotFoundException");
    }
    let listed = bench.ask("ListQueries", json!({ "EventDataStore": id })).await.unwrap();
    assert_eq!(listed["Queries"], json!([]));
    let listed = bench.ask_as(&ann, "ListQueries", json!({ "EventDataStore": id })).await.unwrap();
    assert_eq!(listed["Queries"][0]["QueryId"], query);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_may_not_see_a_store_any_more_does_not_see_its_results() {
    let (bench, _) = bench().await;
    let ann = caller(Role::Read, Grants::all().with_stores(["events"]));
    let answer = bench.ask_as(&ann, "StartQuery", json!({ "QueryStatement": "SELECT 1 FROM events" })).await.unwrap();
    let query = json!({ "QueryId": answer["QueryId"] });
    until_over(&bench, &ann, answer["QueryId"].as_str().unwrap()).await;
    let later = caller(Role::Read, Grants::all().with_stores(["others"]));
    let error = bench.ask_as(&later, "GetQueryResults", query.clone()).await.unwrap_err();
    assert_eq!(error.code, "QueryIdNotFoundException");
    assert!(bench.ask_as(&ann, "GetQueryResults", query).await.is_ok());
    let error =
        bench.ask_as(&later, "StartQuery", json!({ "QueryStatement": "SELECT 1 FROM events" })).await.unwrap_err();
    assert_eq!((error.code, error.message.contains("`others`")), ("EventDataStoreNotFoundException", false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_is_held_to_fewer_accounts_than_before_does_not_see_older_results() {
    let (bench, id) = bench().await;
    let held = |accounts: &[&str]| caller(Role::Admin, Grants::all().with_accounts(accounts.iter().copied()).unwrap());
    let both = held(&["111122223333", "444455556666"]);
    let answer = bench.ask_as(&both, "StartQuery", json!({ "QueryStatement": "SELECT 1 FROM events" })).await.unwrap();
    let query = json!({ "QueryId": answer["QueryId"] });
    until_over(&bench, &both, answer["QueryId"].as_str().unwrap()).await;
    let less = held(&["444455556666"]);
    for operation in ["DescribeQuery", "GetQueryResults", "CancelQuery"] {
        let error = bench.ask_as(&less, operation, query.clone()).await.unwrap_err();
        assert_eq!(error.code, "QueryIdNotFoundException", "{operation}");
    }
    let count = async |who: &Principal| {
        let listed = bench.ask_as(who, "ListQueries", json!({ "EventDataStore": id })).await.unwrap();
        listed["Queries"].as_array().unwrap().len()
    };
    assert_eq!((count(&less).await, count(&both).await), (0, 1));
    let more = held(&["111122223333", "444455556666", "777788889999"]);
    assert!(bench.ask_as(&more, "GetQueryResults", query).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_shown_to_who_asked_them_alone() {
    let (bench, _) = bench().await;
    let query = start(&bench, "SELECT 'of the root'").await;
    until_over(&bench, &root(), &query).await;
    let ann = caller(Role::Admin, Grants::all().with_stores(["events"]));
    let asked = json!({ "QueryStatement": "SELECT sql FROM system.queries" });
    for (who, seen) in [(root(), true), (ann, false)] {
        let answer = bench.ask_as(&who, "StartQuery", asked.clone()).await.unwrap();
        until_over(&bench, &who, answer["QueryId"].as_str().unwrap()).await;
        let rows = bench.ask_as(&who, "GetQueryResults", json!({ "QueryId": answer["QueryId"] })).await.unwrap();
        assert_eq!(rows["QueryResultRows"].to_string().contains("of the root"), seen, "{rows}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn queries_are_listed_by_store_time_and_status() {
    let (bench, id) = bench().await;
    bench.service.lake.event_data_store_or_new("others").await.unwrap();
    let mut queries = Vec::new();
    for sql in [
        "SELECT 1 FROM events",
        "SELECT 1 FROM others",
        "SELECT 1 / (eventID <> '' AND 1 = 2) FROM events",
        "SELECT 2 FROM events, others",
    ] {
        let sql = sql.replace("(eventID <> '' AND 1 = 2)", "cardinality(filter(ARRAY[1], x -> eventID = ''))");
        let query = start(&bench, &sql).await;
        until_over(&bench, &root(), &query).await;
        queries.push(query);
        bench.clock.advance(chrono::TimeDelta::seconds(10));
    }
    let listed = async |more: Value| {
        let mut request = json!({ "EventDataStore": id });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = bench.ask("ListQueries", request).await.unwrap();
        let ids = answer["Queries"].as_array().unwrap().iter();
        (
            ids.map(|query| query["QueryId"].as_str().unwrap().to_owned()).collect::<Vec<_>>(),
            answer["NextToken"].clone(),
        )
    };
    let of = |places: &[usize]| places.iter().map(|n| queries[*n].clone()).collect::<Vec<_>>();
    let start: f64 = 1_767_225_600.0;
    assert_eq!(listed(json!({})).await.0, of(&[3, 2, 0]));
    assert_eq!(listed(json!({ "QueryStatus": "FAILED" })).await.0, of(&[2]));
    assert_eq!(listed(json!({ "StartTime": start + 5.0 })).await.0, of(&[3, 2]));
    assert_eq!(listed(json!({ "EndTime": start + 25.0 })).await.0, of(&[2, 0]));
    let (first, token) = listed(json!({ "MaxResults": 2 })).await;
    assert_eq!(
        (first, listed(json!({ "MaxResults": 2, "NextToken": token })).await),
        (of(&[3, 2]), (of(&[0]), Value::Null))
    );
    for (more, code) in [
        (json!({ "StartTime": 2, "EndTime": 1 }), "InvalidDateRangeException"),
        (json!({ "QueryStatus": "DONE" }), "InvalidQueryStatusException"),
        (json!({ "MaxResults": 0 }), "InvalidMaxResultsException"),
    ] {
        let mut request = json!({ "EventDataStore": id });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(bench.refused("ListQueries", request).await, code);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_the_query_does_not_read_does_not_have_it() {
    let (bench, id) = bench().await;
    let other = bench.service.lake.event_data_store_or_new("others").await.unwrap();
    let query = start(&bench, "SELECT 1 FROM events").await;
    until_over(&bench, &root(), &query).await;
    for operation in ["DescribeQuery", "GetQueryResults"] {
        let ask = |store: String| bench.ask(operation, json!({ "QueryId": query, "EventDataStore": store }));
        assert!(ask(id.clone()).await.is_ok());
        assert_eq!(ask(other.id.to_string()).await.unwrap_err().code, "QueryIdNotFoundException");
        assert_eq!(ask("events".to_owned()).await.unwrap_err().code, "EventDataStoreARNInvalidException");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_cancelled_once() {
    let (bench, _) = bench().await;
    let query = json!({ "QueryId": start(&bench, crate::jobs::testing::ENDLESS).await });
    let cancelled = bench.ask("CancelQuery", query.clone()).await.unwrap();
    assert_eq!((&cancelled["QueryId"], &cancelled["QueryStatus"]), (&query["QueryId"], &json!("CANCELLED")));
    assert_eq!(bench.refused("CancelQuery", query.clone()).await, "InactiveQueryException");
    let rows = results(&bench, query).await.unwrap();
    assert_eq!((&rows["QueryStatus"], &rows["QueryResultRows"]), (&json!("CANCELLED"), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_ten_queries_at_most_and_others_have_theirs() {
    let (bench, _) = bench().await;
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(start(&bench, crate::jobs::testing::ENDLESS).await);
    }
    let one_more = json!({ "QueryStatement": "SELECT 1" });
    assert_eq!(bench.refused("StartQuery", one_more.clone()).await, "MaxConcurrentQueriesException");
    assert_eq!(bench.refused("LookupEvents", json!({})).await, "ThrottlingException");
    let ann = caller(Role::Read, Grants::all());
    let anns = bench.ask_as(&ann, "StartQuery", one_more).await.unwrap();
    for id in ids {
        bench.ask("CancelQuery", json!({ "QueryId": id })).await.unwrap();
    }
    let described = until_over(&bench, &ann, anns["QueryId"].as_str().unwrap()).await;
    assert_eq!(described["QueryStatus"], "FINISHED");
}

#[tokio::test(flavor = "multi_thread")]
async fn delivery_is_refused_before_there_is_an_id() {
    let mut config = ServerConfig::default();
    config.places.delivery = vec!["s3://listed-results".to_owned()];
    let (bench, _) = with_config(config).await;
    for (uri, code) in [
        ("s3://my-results/x", "InsufficientS3BucketPolicyException"),
        ("s3://UPPER/x", "InvalidS3BucketNameException"),
        ("s3://listed-results/a//b", "InvalidS3PrefixException"),
        ("https://listed-results", "InvalidParameterException"),
    ] {
        let request = json!({ "QueryStatement": "SELECT 1", "DeliveryS3Uri": uri });
        assert_eq!(bench.refused("StartQuery", request).await, code, "{uri}");
    }
    assert_eq!(bench.service.lake.storage().query_ids().await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn samples_are_found_by_words_with_the_best_first() {
    let bench = Bench::new().await;
    let answer = bench
        .ask("SearchSampleQueries", json!({ "SearchPhrase": "root user access keys", "MaxResults": 3 }))
        .await
        .unwrap();
    let found = answer["SearchResults"].as_array().unwrap();
    let relevance: Vec<f64> = found.iter().map(|sample| sample["Relevance"].as_f64().unwrap()).collect();
    assert_eq!(found.len(), 3);
    assert!(
        relevance.is_sorted_by(|a, b| a >= b) && relevance.iter().all(|r| (0.0..=1.0).contains(r)),
        "{relevance:?}"
    );
    assert_eq!(found[0]["Name"], "Access keys used from many addresses");
    assert!(found[0]["SQL"].as_str().unwrap().contains("timestamp '2026-01-01 00:00:00.000'"), "{}", found[0]["SQL"]);
    let next = json!({ "SearchPhrase": "root user access keys", "MaxResults": 3, "NextToken": answer["NextToken"] });
    let next = bench.ask("SearchSampleQueries", next).await.unwrap();
    assert!(next["SearchResults"][0]["Relevance"].as_f64().unwrap() <= relevance[2]);
    for (request, code) in [
        (json!({ "SearchPhrase": "x" }), "InvalidParameterException"),
        (json!({ "SearchPhrase": "schlüssel" }), "InvalidParameterException"),
        (json!({ "SearchPhrase": "keys", "MaxResults": 51 }), "InvalidParameterException"),
    ] {
        assert_eq!(bench.refused("SearchSampleQueries", request).await, code);
    }
    let none = bench.ask("SearchSampleQueries", json!({ "SearchPhrase": "zzzzqqqq" })).await.unwrap();
    assert_eq!(none, json!({ "SearchResults": [] }));
}

#[tokio::test(flavor = "multi_thread")]
async fn public_keys_are_listed_by_the_time_they_are_valid() {
    let bench = Bench::new().await;
    assert_eq!(bench.ask("ListPublicKeys", json!({})).await.unwrap(), json!({ "PublicKeyList": [] }));
    let signed = bench.service.signing.sign("x").await.unwrap();
    let keys = bench.ask("ListPublicKeys", json!({})).await.unwrap();
    let key = &keys["PublicKeyList"][0];
    assert_eq!((&key["Fingerprint"], &key["ValidityStartTime"]), (&json!(signed.fingerprint), &json!(1_767_225_600.0)));
    for (from, until, count) in
        [(0, 1_767_225_599, 0), (1_767_225_600, 1_767_225_600, 1), (1_800_000_000, 1_900_000_000, 0)]
    {
        let request = json!({ "StartTime": from, "EndTime": until });
        let found = bench.ask("ListPublicKeys", request).await.unwrap();
        assert_eq!(found["PublicKeyList"].as_array().unwrap().len(), count);
    }
    let wrong = json!({ "StartTime": 2, "EndTime": 1 });
    assert_eq!(bench.refused("ListPublicKeys", wrong).await, "InvalidTimeRangeException");
    let token = json!({ "NextToken": "x" });
    assert_eq!(bench.refused("ListPublicKeys", token).await, "InvalidTokenException");
}
