//! `store`, `expire`, `compact` and `vacuum`.

use crate::support::{World, log_file};

#[test]
fn a_store_is_made_listed_described_and_changed() {
    let world = World::new();
    world.write("selectors.json", r#"[{"Name":"writes","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]"#);
    insta::assert_snapshot!(
        "store_create",
        world
            .run(&["store", "create", "audit", "--selectors", "selectors.json", "--partition-by", "account,date"])
            .shown()
    );
    insta::assert_snapshot!("store_create_again", world.run(&["store", "create", "audit"]).shown());
    insta::assert_snapshot!("store_list", world.run(&["store", "list"]).shown());
    insta::assert_snapshot!("store_describe", world.run(&["store", "describe", "audit"]).shown());
    insta::assert_snapshot!(
        "store_update",
        world.run(&["store", "update", "audit", "--retention-days", "unlimited", "--selectors", "none"]).shown()
    );
    insta::assert_snapshot!("store_update_nothing", world.run(&["store", "update", "audit"]).shown());
    let described = world.run(&["store", "describe", "audit", "--format", "json"]).json();
    assert_eq!((described["retention_days"].as_str(), described["selectors"].is_null()), (Some("unlimited"), true));
}

#[test]
fn a_store_by_month_is_compacted_by_month() {
    let world = World::new();
    assert_eq!(world.run(&["store", "create", "quiet", "--partition-by", "account,month"]).code, 0);
    let described = world.run(&["store", "describe", "quiet", "--format", "json"]).json();
    assert_eq!(described["partition_by"], "account,month");
    for name in ["a", "b"] {
        world.write(&format!("logs/{name}.json"), &log_file().replace("4000-8000", &format!("4000-{name}000")));
        let ran = world.run(&["ingest", "logs", "--store", "quiet"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let merged = world.run(&["compact", "--format", "json"]).json();
    assert_eq!(merged[0]["month"], "2024-05-01", "{merged}");
    assert_eq!(merged[0]["files_after"], 1, "{merged}");
    assert!(merged[0]["date"].is_null(), "{merged}");
    let both = world.run(&["store", "create", "both", "--partition-by", "date,month"]);
    assert!(both.code == 2 && both.stderr.contains("`date,month` is not a valid partitioning"), "{}", both.stderr);
}

#[test]
fn a_list_in_json_has_the_documented_members() {
    let world = World::with_events();
    let listed = world.run(&["store", "list", "--format", "json"]).json();
    for member in ["id", "arn", "name", "kind", "status", "retention_days", "partition_by"] {
        assert!(listed[0].get(member).is_some(), "{member}: {listed}");
    }
}

#[test]
fn deletion_needs_protection_off_and_a_yes_and_can_be_taken_back() {
    let world = World::with_events();
    insta::assert_snapshot!("delete_protected", world.run(&["store", "delete", "events", "--yes"]).shown());
    assert_eq!(world.run(&["store", "update", "events", "--termination-protection", "off"]).code, 0);
    insta::assert_snapshot!("delete_unasked", world.run(&["store", "delete", "events"]).shown());
    insta::assert_snapshot!("delete_done", world.run(&["store", "delete", "events", "--yes"]).shown());
    insta::assert_snapshot!("restore_done", world.run(&["store", "restore", "events"]).shown());
    let count = world.run(&["query", "SELECT count(*) AS n FROM events", "--format", "json"]).json();
    assert_eq!(count, serde_json::json!([{"n": 3}]));
}

#[test]
fn a_column_is_added_to_a_store_that_has_events() {
    let world = World::with_events();
    let ran = world.run(&["store", "update", "events", "--add-column", "risk=riskScore:double"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    world.write(
        "logs/b.json",
        &log_file().replace("4000-8000", "4000-9000").replace("\"eventType\"", "\"riskScore\":0.5,\"eventType\""),
    );
    assert_eq!(world.run(&["ingest", "logs"]).code, 0);
    let ran = world.run(&[
        "query",
        "SELECT risk, count(*) AS n FROM events GROUP BY risk ORDER BY risk NULLS FIRST",
        "--format",
        "json",
    ]);
    assert_eq!(ran.json(), serde_json::json!([{"risk": null, "n": 3}, {"risk": 0.5, "n": 3}]), "{}", ran.stderr);
}

#[test]
fn maintenance_rehearses_and_works() {
    let world = World::with_events();
    for part in 0..5 {
        world.write(&format!("logs/{part}.json"), &log_file().replace("4000-8000", &format!("400{part}-9000")));
        assert_eq!(world.run(&["ingest", "logs"]).code, 0);
    }
    let rehearsal = world.run(&["compact", "--dry-run"]);
    assert_eq!((rehearsal.code, rehearsal.stderr.as_str()), (0, "`events` would merge 12 files into 2\n"));
    let compacted = world.run(&["compact", "--format", "json"]);
    assert_eq!(compacted.code, 0, "{}", compacted.stderr);
    let count = world.run(&["query", "SELECT count(*) AS n FROM events", "--format", "json"]).json();
    assert_eq!(count, serde_json::json!([{"n": 18}]));
    assert_eq!(world.run(&["vacuum", "--older-than", "0s"]).code, 0);
    assert_eq!(world.run(&["store", "update", "events", "--retention-days", "7"]).code, 0);
    let rehearsal = world.run(&["expire", "--dry-run"]);
    assert!(rehearsal.stderr.starts_with("`events` would expire 18 events before "), "{}", rehearsal.stderr);
    assert!(rehearsal.stdout.contains("| eu-west-1 | 2024-05-01 |"), "{}", rehearsal.stdout);
    let expired = world.run(&["expire", "--now", "--format", "json"]);
    assert_eq!((expired.code, expired.json().as_array().unwrap().len()), (0, 2), "{}", expired.stderr);
}
