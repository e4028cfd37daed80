//! Error, hint and exit code of what goes wrong.

use crate::support::World;

#[test]
fn queries_that_fail_say_why_and_what_to_do() {
    let world = World::with_events();
    let questions = [
        ("unknown_column", "SELECT eventNam FROM events"),
        ("unknown_store", "SELECT * FROM event"),
        ("unknown_function", "SELECT elementat(requestParameters, 'x') FROM events"),
        ("syntax", "SELECT FROM WHERE"),
        ("empty", "  "),
        ("several", "SELECT 1; DROP TABLE events"),
        ("write", "INSERT INTO events SELECT * FROM events"),
        ("copy", "COPY (SELECT 1) TO 'x.csv'"),
        ("file", "SELECT * FROM '/etc/passwd'"),
        ("parameter", "SELECT :who"),
    ];
    for (name, sql) in questions {
        let ran = world.run(&["query", sql]);
        assert_eq!(ran.code, 1, "{name}: {}", ran.stderr);
        insta::assert_snapshot!(format!("query_error_{name}"), ran.shown());
    }
}

#[test]
fn limits_of_a_query_name_themselves() {
    let world = World::with_events();
    let ran =
        world.run(&["query", "SELECT eventName FROM events ORDER BY eventName", "--max-rows", "2", "--format", "csv"]);
    insta::assert_snapshot!("limit_rows", ran.shown());
    let ran = world.run(&["query", "SELECT count(*) FROM events", "--timeout", "0s"]);
    insta::assert_snapshot!("limit_time", ran.shown());
}

#[test]
fn sql_may_begin_with_a_comment_and_a_wrong_option_is_none() {
    let world = World::with_events();
    let ran = world.run(&["query", "-- how many = all\nSELECT count(*) AS n FROM events", "--format", "json"]);
    assert_eq!((ran.code, ran.json()[0]["n"].as_u64()), (0, Some(3)), "{}", ran.stderr);
    let ran = world.run(&["query", "--format", "json", "--counted\nSELECT eventNam FROM events"]);
    assert!(ran.code == 1 && ran.stderr.contains("line 2:8"), "{}", ran.stderr);
    let ran = world.run(&["query", "--fromat", "json", "SELECT 1"]);
    assert!(ran.code == 2 && ran.stderr.contains("similar argument exists: '--format'"), "{}", ran.stderr);
}

#[test]
fn wrong_usage_exits_with_two() {
    let world = World::new();
    let wrong: [(&str, &[&str]); 9] = [
        ("command", &["nosuchcommand"]),
        ("option", &["ingest", "--nosuch"]),
        ("format", &["query", "SELECT 1", "--format", "xml"]),
        ("no_sql", &["query"]),
        ("duration", &["query", "SELECT 1", "--timeout", "soon"]),
        ("size", &["ingest", "x", "--memory-limit", "lots"]),
        ("retention", &["store", "create", "short", "--retention-days", "1"]),
        ("name", &["store", "create", "x y"]),
        ("generate", &["generate", "out", "--regions", "99"]),
    ];
    for (name, arguments) in wrong {
        let ran = world.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}: {}", ran.stderr);
        insta::assert_snapshot!(format!("usage_{name}"), ran.shown());
    }
}

#[test]
fn a_lake_or_source_that_is_not_there_is_named() {
    let world = World::new();
    insta::assert_snapshot!("missing_lake", world.run(&["query", "SELECT 1"]).shown());
    insta::assert_snapshot!("missing_source", world.run(&["ingest", "nosuch"]).shown());
    insta::assert_snapshot!("missing_trails", world.run(&["ingest"]).shown());
    insta::assert_snapshot!("missing_store", world.run(&["store", "describe", "nosuch"]).shown());
    insta::assert_snapshot!("missing_trail", world.run(&["trail", "describe", "nosuch"]).shown());
    insta::assert_snapshot!("bad_location", world.run(&["--lake", "ftp://x/y", "store", "list"]).shown());
}

#[test]
fn quiet_silences_all_but_errors() {
    let world = World::with_events();
    let ran = world.run(&["--quiet", "query", "SELECT 1 AS one", "--format", "csv"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("one\n1\n", ""));
    let ran = world.run(&["--quiet", "query", "SELECT nosuch"]);
    assert!(ran.stderr.contains("error: "), "{}", ran.stderr);
}

#[test]
fn colours_are_only_used_when_asked_for() {
    let world = World::new();
    assert!(!world.run(&["query", "SELECT 1"]).stderr.contains('\u{1b}'));
    assert!(world.run(&["--color", "always", "query", "SELECT 1"]).stderr.contains("\u{1b}[1;31merror:"));
}
