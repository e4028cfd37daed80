//! `ingest`: what is stored, what is said, how it ends.

use crate::support::{World, log_file};

#[test]
fn a_summary_in_words_balances() {
    let world = World::new();
    world.write("logs/a.json", &log_file());
    insta::assert_snapshot!("summary_first", world.run(&["ingest", "logs"]).shown());
    insta::assert_snapshot!("summary_again", world.run(&["ingest", "logs"]).shown());
}

#[test]
fn the_json_summary_is_one_object_alone_on_standard_output() {
    let world = World::new();
    world.write("logs/a.json", &log_file());
    let ran = world.run(&["ingest", "logs", "--format", "json", "--quiet"]);
    let summary = ran.json();
    assert_eq!(
        (ran.code, summary["events"]["stored"].as_u64(), summary["objects"]["ingested"].as_u64()),
        (0, Some(3), Some(1))
    );
    let members: Vec<_> = summary.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["store", "objects", "events", "bytes", "elapsed_ms"]);
}

#[test]
fn a_rehearsal_writes_nothing_not_even_a_lake() {
    let world = World::new();
    world.write("logs/a.json", &log_file());
    let ran = world.run(&["ingest", "logs", "--dry-run", "--format", "json"]);
    assert_eq!((ran.code, ran.json()["events"]["stored"].as_u64()), (0, Some(3)), "{}", ran.stderr);
    assert!(!world.path("lake").exists());
}

#[test]
fn standard_input_is_a_source() {
    let world = World::new();
    let ran = world.run_with_input(&["ingest", "-", "--format", "json"], &log_file());
    assert_eq!((ran.code, ran.json()["events"]["stored"].as_u64()), (0, Some(3)), "{}", ran.stderr);
}

#[test]
fn bad_records_are_set_aside_and_exit_with_three() {
    let world = World::new();
    world.write("logs/a.json", &log_file().replace("[{", "[17,{"));
    let ran = world.run(&["ingest", "logs"]);
    assert_eq!(ran.code, 3);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn events_beyond_the_retention_are_expired_with_a_hint() {
    let world = World::new();
    world.write("logs/a.json", &log_file());
    assert_eq!(world.run(&["store", "create", "short", "--retention-days", "7"]).code, 0);
    let ran = world.run(&["ingest", "logs", "--store", "short"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("3 expired") && ran.stderr.contains("hint: "), "{}", ran.stderr);
}

#[test]
fn keys_choose_objects_and_objects_without_keys_stay() {
    let world = World::new();
    assert_eq!(
        world.run(&["generate", "trail", "--events", "300", "--accounts", "1", "--regions", "2", "--days", "2"]).code,
        0
    );
    world.write("trail/other.json", &log_file());
    let seen = |arguments: &[&str]| {
        world.run(&[&["ingest", "trail", "--dry-run", "--format", "json"], arguments].concat()).json()["objects"]["seen"].as_u64().unwrap()
    };
    let all = seen(&[]);
    let (one, other) = (seen(&["--region", "us-east-1"]), seen(&["--region", "eu-west-1"]));
    assert_eq!(one + other, all + 1);
    assert_eq!(seen(&["--account", "000000000000"]), 1);
    assert_eq!(seen(&["--from", "2025-03-04"]) + seen(&["--to", "2025-03-03"]), all + 1);
}

#[cfg(unix)]
#[test]
fn following_stores_what_arrives_and_ends_in_good_order() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let world = World::new();
    world.write("logs/a.json", &log_file());
    let child = world
        .command(&["ingest", "logs", "--follow", "--poll", "1s", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stored = |least: u64| {
        let started = Instant::now();
        while started.elapsed() < Duration::from_mins(1) {
            let ran = world.run(&["query", "SELECT count(*) AS n FROM events", "--format", "json", "--quiet"]);
            if ran.code == 0 && ran.json()[0]["n"].as_u64().unwrap() >= least {
                return true;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        false
    };
    let first = stored(3);
    world.write("logs/b.json", &log_file().replace("4000-8000", "4000-9000"));
    let second = stored(6);
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first && second, "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
