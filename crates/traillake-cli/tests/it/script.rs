//! Scripts from standard input, with and without `repl`.

use crate::support::World;

#[test]
fn a_script_runs_its_statements_in_order() {
    let world = World::with_events();
    let script = "-- how many?\nSELECT count(*) AS n\nFROM events;\n.mode csv\n.timer off\nSELECT ';' AS semicolon; SELECT 2 AS two\n";
    for arguments in [&[][..], &["repl"]] {
        insta::assert_snapshot!("script", world.run_with_input(arguments, script).shown());
    }
}

#[test]
fn a_script_stops_at_its_first_failure() {
    let world = World::with_events();
    let ran = world.run_with_input(&[], "SELECT 1 AS one;\nSELECT nosuch;\nSELECT 3 AS three;\n");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("one") && !ran.stdout.contains("three"), "{}", ran.stdout);
}

#[test]
fn dot_commands_work_in_scripts() {
    let world = World::with_events();
    world.write("more.sql", "SELECT 7 AS seven;\n.exit\nSELECT 8;\n");
    let script = ".help\n.mode\n.mode json\n.schema events\n.stores\n.output out.json\nSELECT 5 AS five;\nSELECT 6 AS six;\n.output\n.read more.sql\nSELECT 9 AS nine;\n";
    let ran = world.run_with_input(&[], script);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("useridentity.sessioncontext.sessionissuer.username"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("seven") && !ran.stdout.contains("nine") && !ran.stdout.contains("five"),
        "{}",
        ran.stdout
    );
    assert_eq!(std::fs::read_to_string(world.path("out.json")).unwrap(), "[{\"five\":5}]\n[{\"six\":6}]\n");
    let wrong = world.run_with_input(&[], ".nosuch\n");
    insta::assert_snapshot!("dot_unknown", wrong.shown());
}

#[test]
fn functions_are_listed_by_a_part_of_their_name() {
    let world = World::with_events();
    let ran = world.run_with_input(&[], ".mode csv\n.functions most_f\n.functions 'xx%'\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let header = "name,category,usage,description,example,example_result\n";
    assert!(ran.stdout.starts_with(header), "{}", ran.stdout);
    let names: Vec<_> = ran.stdout.lines().filter_map(|line| line.split(',').next()).collect();
    assert_eq!(names, ["name", "approx_most_frequent", "name", "xxhash64"]);
}

#[test]
fn a_script_that_reads_itself_ends() {
    let world = World::with_events();
    world.write("loop.sql", ".read loop.sql\n");
    let ran = world.run_with_input(&[], ".read loop.sql\n");
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}
