//! `samples` and `.samples`.

use crate::support::World;

#[test]
fn samples_are_listed_and_searched_without_a_lake() {
    let world = World::new();
    let all = world.run(&["samples"]);
    assert!(all.code == 0 && all.stdout.lines().count() > 45, "{} {}", all.stdout, all.stderr);
    insta::assert_snapshot!("samples_search", world.run(&["samples", "--search", "ROOT use"]).shown());
    insta::assert_snapshot!("samples_search_nothing", world.run(&["samples", "--search", "nosuchword"]).shown());
    let found = world.run(&["samples", "--search", "root use", "--format", "json"]).json();
    assert_eq!(found[0]["name"], "root-user-activity");
    assert_eq!(found[0]["controls"][0], "CIS AWS Foundations 1.7");
    assert_eq!(found[0]["parameters"][0]["default"], "-30d");
}

#[test]
fn a_sample_is_shown_as_its_file_or_as_json() {
    let world = World::new();
    let file = include_str!("../../../../sql-examples/root-user-activity.sql");
    assert_eq!(world.run(&["samples", "root-user-activity"]).stdout, file);
    let json = world.run(&["samples", "root-user-activity", "--format", "json"]).json();
    assert_eq!(json["kind"], "cloudtrail");
}

#[test]
fn what_is_shown_is_a_query_that_runs() {
    let world = World::with_events();
    world.write("mine.sql", &world.run(&["samples", "activity-by-region"]).stdout);
    let given = ["--param", "since:timestamp=2024-05-01", "--param", "until:timestamp=2024-05-02"];
    let ran = world.run(&[&["query", "-f", "mine.sql", "--format", "csv"], &given[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("\neu-west-1,2,"), "{}", ran.stdout);
}

#[test]
fn a_sample_runs_with_its_defaults_and_with_values_of_ones_own() {
    let world = World::with_events();
    let by_default = world.run(&["samples", "root-user-activity", "--run", "--format", "csv", "--quiet"]);
    assert_eq!((by_default.code, by_default.stdout.lines().count()), (0, 1), "{}", by_default.stderr);
    insta::assert_snapshot!(
        "samples_run",
        world
            .run(&["samples", "root-user-activity", "--run", "--param", "since=2024-05-01", "--format", "json"])
            .shown()
    );
    let to_file = world.run(&[
        "samples",
        "root-user-activity",
        "--run",
        "--param",
        "since=2024-05-01",
        "--format",
        "csv",
        "-o",
        "root.csv",
        "--store",
        "events",
    ]);
    assert_eq!((to_file.code, to_file.stdout.as_str()), (0, ""), "{}", to_file.stderr);
    assert_eq!(std::fs::read_to_string(world.path("root.csv")).unwrap().lines().count(), 2);
}

#[test]
fn what_cannot_be_run_is_said_with_what_could() {
    let world = World::with_events();
    let wrong: [(&str, &[&str]); 6] = [
        ("name", &["samples", "root-usr-activity"]),
        ("parameter", &["samples", "root-user-activity", "--run", "--param", "from=-1d"]),
        ("kind", &["samples", "insights-causes", "--run"]),
        ("kind_of_store", &["samples", "insights-causes", "--run", "--store", "events"]),
        ("format", &["samples", "--format", "csv"]),
        ("without_run", &["samples", "root-user-activity", "--param", "since=-1d"]),
    ];
    for (name, arguments) in wrong {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}: {}", ran.stderr);
        insta::assert_snapshot!(format!("samples_wrong_{name}"), ran.shown());
    }
}

#[test]
fn the_only_store_of_a_samples_kind_is_asked() {
    let world = World::with_events();
    assert_eq!(world.run(&["store", "create", "unusual", "--kind", "insights"]).code, 0);
    for name in ["insights-causes", "root-user-activity"] {
        let ran = world.run(&["samples", name, "--run", "--format", "csv"]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
    }
}

#[test]
fn the_prompt_finds_and_shows_samples() {
    let world = World::with_events();
    let ran = world.run_with_input(&[], ".samples root use\n.samples root-user-activity\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains(" root-user-activity "), "{}", ran.stdout);
    assert!(ran.stdout.contains("-- title: Use of the root user\n"), "{}", ran.stdout);
    let wrong = world.run_with_input(&[], ".samples rot-user-activity\n");
    assert!(wrong.code == 2 && wrong.stderr.contains("did you mean `root-user-activity`?"), "{}", wrong.stderr);
}
