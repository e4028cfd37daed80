//! `users` and `tls`: who may speak to a server, and certificates for trials.

use serde_json::json;

use crate::support::World;

#[test]
fn users_are_added_listed_and_removed() {
    let world = World::new();
    let key = world.run(&["users", "add-key", "--role", "admin", "--name", "ci", "--format", "json"]);
    assert_eq!(key.code, 0, "{}", key.stderr);
    let (id, secret) = (key.json()["access_key_id"].clone(), key.json()["secret_access_key"].clone());
    assert_eq!((id.as_str().unwrap().len(), secret.as_str().unwrap().len()), (20, 40));
    let held = ["--store", "events", "--account", "111122223333", "--format", "json"];
    let added = world.run_with_input(
        &[&["users", "add-user", "alice", "--password-stdin"], &held[..]].concat(),
        "a long enough one\n",
    );
    assert_eq!(added.json(), json!({"user": "alice", "password": null}));
    let made = world.run(&["users", "add-user", "bob", "--format", "json"]).json();
    assert!(made["password"].as_str().unwrap().len() >= 32, "{made}");
    let token = world.run(&["users", "add-token", "grafana", "--format", "json"]).json();
    assert!(token["token"].as_str().unwrap().len() >= 32, "{token}");
    let listed = world.run(&["users", "list", "--format", "json"]).json();
    let expected = json!([
        {"kind": "access key", "id": id, "name": "ci", "role": "admin", "stores": null, "accounts": null},
        {"kind": "user", "id": "alice", "name": "alice", "role": "read", "stores": ["events"], "accounts": ["111122223333"]},
        {"kind": "user", "id": "bob", "name": "bob", "role": "read", "stores": null, "accounts": null},
        {"kind": "token", "id": "grafana", "name": "grafana", "role": "read", "stores": null, "accounts": null},
    ]);
    assert_eq!(listed, expected);
    for removed in [id.as_str().unwrap(), "alice", "grafana"] {
        assert_eq!(world.run(&["users", "remove", removed]).code, 0, "{removed}");
    }
    insta::assert_snapshot!("users_list", world.run(&["users", "list"]).shown());
    insta::assert_snapshot!("users_remove_again", world.run(&["users", "remove", "alice"]).shown());
}

#[cfg(target_os = "linux")]
#[test]
fn secrets_lie_sealed_in_a_file_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = World::new();
    let key = world.run(&["users", "add-key", "--format", "json"]);
    assert!(key.stderr.contains("made the sealing key"), "{}", key.stderr);
    let secret = key.json()["secret_access_key"].as_str().unwrap().to_owned();
    let password = world.run(&["users", "add-user", "bob", "--format", "json"]).json()["password"].clone();
    for name in ["users.toml", "sealing.key"] {
        let path = world.path(&format!("home/.config/traillake/{name}"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&secret) && !text.contains(password.as_str().unwrap()), "{name}");
    }
}

#[test]
fn rights_and_names_that_cannot_be_are_refused() {
    let world = World::new();
    let wrong: [(&str, &[&str]); 5] = [
        ("role", &["add-key", "--role", "boss"]),
        ("account", &["add-token", "grafana", "--account", "11"]),
        ("name", &["add-user", "al ice"]),
        ("nothing", &[]),
        ("both", &["add-token"]),
    ];
    for (name, arguments) in wrong {
        let ran = world.run(&[&["users"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}: {}", ran.stderr);
        insta::assert_snapshot!(format!("users_wrong_{name}"), ran.shown());
    }
    let ran = world.run_with_input(&["users", "add-user", "bob", "--password-stdin"], "short\n");
    assert!(ran.code == 2 && ran.stderr.contains("12 to 1024"), "{}", ran.stderr);
    world.run(&["users", "add-key", "--name", "ci", "--role", "admin"]);
    let ran = world.run(&["users", "add-key", "--name", "ci", "--role", "read"]);
    assert!(ran.code == 2 && ran.stderr.contains("another role"), "{}", ran.stderr);
}

#[test]
fn a_certificate_for_trials_is_never_written_over_another() {
    let world = World::new();
    insta::assert_snapshot!("tls_self_signed", world.run(&["tls", "self-signed"]).shown());
    let key = std::fs::read_to_string(world.path("traillake.key")).unwrap();
    insta::assert_snapshot!("tls_self_signed_again", world.run(&["tls", "self-signed"]).shown());
    let ran = world.run(&["tls", "self-signed", "--key", "other.key"]);
    assert!(ran.code == 1 && ran.stderr.contains("`traillake.crt` is already there"), "{}", ran.stderr);
    assert!(!world.path("other.key").exists());
    assert_eq!(std::fs::read_to_string(world.path("traillake.key")).unwrap(), key);
    assert_eq!(world.run(&["tls", "self-signed", "--days", "many"]).code, 2);
}
