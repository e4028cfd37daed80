//! How the process ends.

use crate::support::World;

/// The threads that are left when it ends are not waited for.
#[test]
fn an_answer_is_whole_when_the_process_ends() {
    let world = World::with_events();
    let rows =
        "SELECT a.v * 100 + b.v AS n FROM UNNEST(sequence(1, 100)) AS a(v) CROSS JOIN UNNEST(sequence(1, 100)) AS b(v)";
    for _ in 0..5 {
        let ran = world.run(&["query", rows, "--format", "csv"]);
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, 10_001), "{}", ran.stderr);
    }
}
