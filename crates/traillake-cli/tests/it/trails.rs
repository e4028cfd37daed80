//! `trail`, and an ingest of all trails.

use crate::support::{World, log_file};

#[test]
fn a_trail_is_named_once_and_ingested_by_name() {
    let world = World::new();
    world.write("logs/a.json", &log_file());
    insta::assert_snapshot!("trail_add", world.run(&["trail", "add", "main", "logs"]).shown());
    insta::assert_snapshot!("trail_list", world.run(&["trail", "list"]).shown_loosely());
    insta::assert_snapshot!("trail_describe", world.run(&["trail", "describe", "main"]).shown());
    let ran = world.run(&["ingest", "--format", "json"]);
    assert_eq!((ran.code, ran.json()["events"]["stored"].as_u64()), (0, Some(3)), "{}", ran.stderr);
    insta::assert_snapshot!("trail_remove", world.run(&["trail", "remove", "main"]).shown());
    assert_eq!(world.run(&["trail", "list", "--format", "json"]).json(), serde_json::json!([]));
}

#[test]
fn a_source_that_means_nothing_is_refused_at_once() {
    let world = World::new();
    let ran = world.run(&["trail", "add", "main", ""]);
    assert!(ran.code != 0 && !ran.stderr.contains("panicked"), "{}", ran.stderr);
}

#[test]
fn trails_of_a_store_whose_ingestion_is_stopped_are_left_alone_and_named_sources_are_not() {
    let world = World::new();
    world.write("logs/a.json", &log_file());
    let switch = |state| {
        let ran = world.run(&["store", "update", "events", "--ingestion", state, "--format", "json"]);
        ran.json()["status"].as_str().unwrap().to_owned()
    };
    world.run(&["trail", "add", "main", "logs"]);
    world.run(&["store", "create", "events", "--retention-days", "unlimited"]);
    assert_eq!(switch("off"), "STOPPED_INGESTION");
    assert_eq!(switch("off"), "STOPPED_INGESTION");
    let ran = world.run(&["ingest"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    assert!(ran.stderr.contains("--ingestion on"), "{}", ran.stderr);
    let ran = world.run(&["ingest", "logs", "--format", "json"]);
    assert_eq!(ran.json()["events"]["stored"], 3);
    assert_eq!(switch("on"), "ENABLED");
    let ran = world.run(&["ingest", "--format", "json"]);
    assert_eq!(ran.json()["objects"]["unchanged"], 1);
}
