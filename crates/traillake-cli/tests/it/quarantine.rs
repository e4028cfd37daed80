//! `quarantine`: list, show, export, retry.

use crate::support::{World, log_file};

fn world() -> World {
    let world = World::new();
    world.write("logs/a.json", &log_file().replace("[{", "[17,{"));
    assert_eq!(world.run(&["ingest", "logs"]).code, 3);
    world
}

fn id(world: &World) -> String {
    world.run(&["quarantine", "list", "--format", "json"]).json()[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn pieces_are_listed_with_place_and_reason() {
    let world = world();
    insta::assert_snapshot!(world.run(&["quarantine", "list"]).shown_loosely());
    let listed = world.run(&["quarantine", "list", "--format", "json"]).json();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(
        world.run(&["quarantine", "list", "--reason", "nosuch", "--format", "json"]).json(),
        serde_json::json!([])
    );
}

#[test]
fn the_bytes_of_a_piece_come_back_as_they_were() {
    let world = world();
    let id = id(&world);
    assert_eq!(world.run(&["quarantine", "show", &id, "--raw"]).stdout, "17");
    let shown = world.run(&["quarantine", "show", &id, "--format", "json"]).json();
    assert_eq!((shown["bytes"].as_str(), shown["store"].as_str()), (Some("17"), Some("events")));
    let missing = world.run(&["quarantine", "show", "nosuch"]);
    assert!(missing.code == 1 && missing.stderr.contains("hint: "), "{}", missing.stderr);
}

#[test]
fn pieces_are_exported_with_an_index() {
    let world = world();
    let ran = world.run(&["quarantine", "export", "out"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(std::fs::read_to_string(world.path("out").join(id(&world))).unwrap(), "17");
    assert_eq!(std::fs::read_to_string(world.path("out/index.ndjson")).unwrap().lines().count(), 1);
}

#[test]
fn a_retry_that_changes_nothing_says_so() {
    let world = world();
    let ran = world.run(&["quarantine", "retry", "--format", "json"]);
    assert_eq!((ran.code, ran.json()["events"]["quarantined"].as_u64()), (3, Some(1)), "{}", ran.stderr);
}
