//! `generate` and `demo`.

use crate::support::World;

#[test]
fn the_tour_asks_and_answers_in_a_new_lake_and_refuses_an_old_one() {
    let world = World::new();
    let ran = world.run(&["--lake", "demo-lake", "demo", "--events", "20000"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("6. ") && ran.stdout.contains("203.0.113.77") && ran.stdout.contains("demo-lake"),
        "{}",
        ran.stdout
    );
    let again = world.run(&["--lake", "demo-lake", "demo", "--events", "20000"]);
    assert_eq!(again.code, 2, "{}", again.stderr);
}

#[test]
fn the_tour_leaves_the_users_own_lake_alone() {
    let world = World::with_events();
    let ran = world.run(&["demo", "--events", "2000"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let count = world.run(&["query", "SELECT count(*) AS n FROM events", "--format", "json"]).json();
    assert_eq!(count, serde_json::json!([{"n": 3}]));
}

#[test]
fn a_generated_trail_is_ingested_whole() {
    let world = World::new();
    let ran = world.run(&["generate", "trail", "--events", "5000", "--shape", "many-small"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    let summary = world.run(&["ingest", "trail", "--format", "json"]).json();
    assert_eq!((summary["events"]["read"].as_u64(), summary["events"]["stored"].as_u64()), (Some(5000), Some(5000)));
}
