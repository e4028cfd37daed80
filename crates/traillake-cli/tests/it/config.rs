//! File, environment, flags: the later wins.

use crate::support::World;

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let world = World::new();
    world.write("config.toml", "lake = 'from-file'\nregion = 'eu-west-1'\n[query]\nformat = 'csv'\n");
    let shown = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = world.bare();
        command
            .args(["--config", "config.toml"])
            .args(arguments)
            .args(["config", "--format", "json"])
            .envs(environment.iter().copied());
        let ran = world.finish(&mut command, "");
        let settings = ran.json();
        let lake = settings.as_array().unwrap().iter().find(|setting| setting["setting"] == "lake").unwrap().clone();
        (lake["value"].as_str().unwrap().to_owned(), lake["from"].as_str().unwrap().to_owned())
    };
    assert_eq!(shown(&[], &[]), ("from-file".to_owned(), "file".to_owned()));
    assert_eq!(shown(&[], &[("TRAILLAKE_LAKE", "from-env")]), ("from-env".to_owned(), "environment".to_owned()));
    assert_eq!(
        shown(&["--lake", "from-flag"], &[("TRAILLAKE_LAKE", "from-env")]),
        ("from-flag".to_owned(), "flag".to_owned())
    );
}

#[cfg(target_os = "linux")]
#[test]
fn the_settings_are_listed_with_their_origin() {
    let world = World::new();
    world.write("home/.config/traillake/config.toml", "[query]\nformat = 'csv'\ntimeout = '5m'\n");
    let mut command = world.bare();
    command.args(["config"]);
    insta::assert_snapshot!(world.finish(&mut command, "").shown_loosely());
}

#[test]
fn a_wrong_file_is_named_with_the_line() {
    let world = World::new();
    world.write("config.toml", "lake = 'x'\n\n[query]\nformt = 'csv'\n");
    insta::assert_snapshot!("config_unknown_key", world.run(&["--config", "config.toml", "config"]).shown());
    insta::assert_snapshot!("config_missing", world.run(&["--config", "nosuch.toml", "config"]).shown());
}

#[test]
fn the_default_format_of_the_file_is_used() {
    let world = World::with_events();
    world.write("config.toml", "[query]\nformat = 'csv'\n");
    let ran = world.run(&["--config", "config.toml", "--quiet", "query", "SELECT 1 AS one"]);
    assert_eq!(ran.stdout, "one\n1\n");
}
