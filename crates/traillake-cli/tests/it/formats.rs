//! Every format of `query`, and where it goes.

use std::io::Read;
use std::process::Stdio;

use crate::support::World;

const SQL: &str = "SELECT eventID, eventTime, eventName, userIdentity.type, readOnly, errorMessage, userAgent, requestParameters, resources, \
                   count(*) OVER () AS n, count(*) OVER () AS n FROM events ORDER BY eventID";

#[test]
fn every_format_of_a_query_is_as_documented() {
    let world = World::with_events();
    for format in ["table", "csv", "tsv", "json", "ndjson", "markdown"] {
        let ran = world.run(&["query", SQL, "--format", format, "--quiet"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{format}");
        insta::assert_snapshot!(format!("format_{format}"), ran.stdout);
    }
}

#[test]
fn after_a_query_its_cost_is_on_standard_error() {
    let world = World::with_events();
    let ran =
        world.run(&["query", "SELECT count(*) AS n FROM events WHERE awsRegion = 'eu-west-1' AND eventName <> ''"]);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn binary_formats_go_to_files_that_appear_when_complete() {
    let world = World::with_events();
    for (format, magic) in [("arrow", &b"\xff\xff\xff\xff"[..]), ("parquet", b"PAR1")] {
        let file = world.path(format);
        let ran = world.run(&["query", SQL, "--format", format, "--output", file.to_str().unwrap()]);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
        assert!(std::fs::read(&file).unwrap().starts_with(magic), "{format}");
        assert!(!world.path(&format!("{format}.partial")).exists());
    }
}

#[test]
fn a_failed_query_leaves_the_old_output_file_alone() {
    let world = World::with_events();
    world.write("out.csv", "old");
    let ran = world.run(&["query", "SELECT nosuch FROM events", "--output", "out.csv"]);
    assert_eq!(ran.code, 1);
    assert_eq!(std::fs::read_to_string(world.path("out.csv")).unwrap(), "old");
    assert!(!world.path("out.csv.partial").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let world = World::with_events();
    let sql = "SELECT a.eventID, b.value FROM events a CROSS JOIN UNNEST(sequence(1, 500000)) AS b(value)";
    let mut child = world
        .command(&["query", sql, "--format", "csv", "--quiet"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 64]).unwrap();
    drop(stdout);
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn parameters_files_and_the_store_of_a_query_are_bound() {
    let world = World::with_events();
    let by_parameter = world.run(&[
        "query",
        "SELECT eventName FROM events WHERE userIdentity.userName = :who",
        "--param",
        "who=anna",
        "--format",
        "csv",
    ]);
    assert_eq!(by_parameter.stdout, "eventName\nGetObject\n", "{}", by_parameter.stderr);
    world.write("question.sql", "SELECT count(*) AS n FROM $EDS_ID");
    let by_file = world.run(&["query", "-f", "question.sql", "--store", "events", "--format", "json"]);
    assert_eq!(by_file.json(), serde_json::json!([{"n": 3}]), "{}", by_file.stderr);
}
