//! `find` and `index`.

use crate::support::World;

#[test]
fn a_value_is_found_wherever_it_stands() {
    let world = World::with_events();
    insta::assert_snapshot!("find_address", world.run(&["find", "198.51.100.7"]).shown());
    insta::assert_snapshot!(
        "find_account",
        world.run(&["find", "111122223333", "--format", "csv", "--store", "events"]).shown()
    );
    insta::assert_snapshot!("find_nothing", world.run(&["find", "nosuch"]).shown());
    insta::assert_snapshot!("find_without_a_store", world.run(&["find", "anna", "--store", "nosuch"]).shown());
}

#[test]
fn what_is_found_can_be_limited() {
    let world = World::with_events();
    let found = |arguments: &[&str]| world.run(&[&["find", "111122223333", "--format", "json"], arguments].concat());
    assert_eq!(found(&["--from", "2024-05-01", "--to", "2024-05-01"]).json().as_array().unwrap().len(), 3);
    for none in [["--from", "2024-05-02"], ["--to", "2024-04-30"]] {
        assert_eq!(found(&none).json().as_array().unwrap().len(), 0, "{none:?}");
    }
    assert_eq!(found(&["--max-rows", "1"]).code, 1);
    let newest_first: Vec<String> =
        found(&[]).json().as_array().unwrap().iter().map(|event| event["eventTime"].to_string()).collect();
    assert!(newest_first.is_sorted_by(|a, b| a >= b), "{newest_first:?}");
}

#[test]
fn a_lost_index_is_made_again() {
    let world = World::with_events();
    let index =
        std::fs::read_dir(world.path("lake/stores")).unwrap().next().unwrap().unwrap().path().join("index/lookup");
    std::fs::remove_dir_all(&index).unwrap();
    insta::assert_snapshot!(
        "find_without_an_index",
        world.run(&["find", "198.51.100.7", "--format", "ndjson"]).shown()
    );
    insta::assert_snapshot!("index_rehearsal", world.run(&["index", "--dry-run"]).shown());
    insta::assert_snapshot!("index_made", world.run(&["index"]).shown());
    assert_eq!(std::fs::read_dir(&index).unwrap().count(), 1);
    assert_eq!(world.run(&["index", "--format", "json"]).json()[0]["files_missing"], 0);
}
