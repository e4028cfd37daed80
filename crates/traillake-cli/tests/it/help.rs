//! Help texts are part of the product.

use crate::support::World;

#[test]
fn every_command_has_its_help() {
    let world = World::new();
    let commands: [&[&str]; 39] = [
        &[],
        &["demo"],
        &["generate"],
        &["trail"],
        &["trail", "add"],
        &["trail", "list"],
        &["trail", "describe"],
        &["trail", "remove"],
        &["ingest"],
        &["query"],
        &["find"],
        &["repl"],
        &["samples"],
        &["store"],
        &["store", "create"],
        &["store", "list"],
        &["store", "describe"],
        &["store", "update"],
        &["store", "delete"],
        &["store", "restore"],
        &["quarantine"],
        &["quarantine", "list"],
        &["quarantine", "show"],
        &["quarantine", "export"],
        &["quarantine", "retry"],
        &["expire"],
        &["compact"],
        &["index"],
        &["vacuum"],
        &["serve"],
        &["users"],
        &["users", "add-key"],
        &["users", "add-user"],
        &["users", "add-token"],
        &["users", "list"],
        &["users", "remove"],
        &["tls", "self-signed"],
        &["completions"],
        &["config"],
    ];
    for command in commands {
        let name = if command.is_empty() { "traillake".to_owned() } else { command.join("_") };
        let ran = world.run(&[command, &["--help"]].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name}");
        insta::assert_snapshot!(format!("help_{name}"), ran.stdout);
    }
}

#[test]
fn the_version_is_one_line_on_standard_output() {
    let world = World::new();
    for arguments in [["version"], ["--version"]] {
        let ran = world.run(&arguments);
        assert_eq!((ran.code, ran.stdout), (0, format!("traillake {}\n", env!("CARGO_PKG_VERSION"))));
    }
}

#[test]
fn completions_are_written_for_the_usual_shells() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = world.run(&["completions", shell]);
        assert!(ran.code == 0 && ran.stdout.contains("quarantine"), "{shell}");
    }
}
