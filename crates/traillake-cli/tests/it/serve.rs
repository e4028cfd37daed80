//! `serve`: what it prints, what it refuses, how it ends.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::World;

/// A server that listens.
struct Serving {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
}

impl Serving {
    fn start(world: &World, arguments: &[&str]) -> Self {
        let mut command = world.command(&[&["serve"], arguments].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdout }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        line
    }

    /// Asks it to end; exit code, the rest of standard output, and standard error.
    #[cfg(unix)]
    fn end(mut self) -> (Option<i32>, String, String) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let code = self.child.wait().unwrap().code();
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (code, stdout, stderr)
    }
}

const ANY_PORT: [&str; 4] = ["--flight", "127.0.0.1:0", "--http", "127.0.0.1:0"];

#[cfg(unix)]
#[test]
fn what_listens_where_and_a_key_made_for_the_run_are_one_line_of_json() {
    let world = World::with_events();
    let mut server = Serving::start(&world, &[&ANY_PORT[..], &["--format", "json"]].concat());
    let line: Value = serde_json::from_str(&server.line()).unwrap();
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
    assert!(text("flight").starts_with("grpc://127.0.0.1:") && text("http").starts_with("http://127.0.0.1:"), "{line}");
    assert!(!text("http").ends_with(":0"), "{line}");
    assert_eq!((text("access_key_id").len(), text("secret_access_key").len()), (20, 40));
    let address = text("http").replace("http://", "");
    let mut plain = std::net::TcpStream::connect(&address).unwrap();
    std::io::Write::write_all(
        &mut plain,
        format!("GET /ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes(),
    )
    .unwrap();
    let mut answer = String::new();
    plain.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ready\n"), "{answer}");
    assert_eq!(server.end(), (Some(0), String::new(), "the server has ended\n".to_owned()));
}

#[cfg(unix)]
#[test]
fn people_read_a_line_for_each_door() {
    let world = World::with_events();
    let mut server = Serving::start(&world, &["--flight", "off", "--http", "127.0.0.1:0", "--insecure-open"]);
    let line = server.line();
    assert!(line.starts_with("http  http://127.0.0.1:"), "{line}");
    let (code, rest, stderr) = server.end();
    assert_eq!((code, rest.as_str()), (Some(0), ""), "no key is made for those who let anyone in");
    assert_eq!(stderr, "note: any credentials are taken: this is for trials\nthe server has ended\n");
}

#[test]
fn what_it_may_not_or_cannot_listen_on_is_refused() {
    let world = World::new();
    world.write("users.toml", "");
    let refused: [(&str, &[&str]); 7] = [
        ("elsewhere", &["--http", "0.0.0.0:0"]),
        (
            "elsewhere_open",
            &["--http", "0.0.0.0:0", "--flight", "off", "--insecure-open", "--danger-listen-unprotected"],
        ),
        ("nowhere", &["--http", "off", "--flight", "off"]),
        ("address", &["--flight", "off", "--http", "nonsense"]),
        ("host", &["--flight", "off", "--http", "127.0.0.1:0", "--host", "a b"]),
        ("half_tls", &["--tls-key", "x"]),
        ("open_and_users", &["--users", "users.toml", "--insecure-open"]),
    ];
    for (name, arguments) in refused {
        let ran = world.run(&[&["serve"], arguments].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{name}: {}", ran.stderr);
        insta::assert_snapshot!(format!("serve_{name}"), ran.shown());
    }
}

#[cfg(unix)]
#[test]
fn elsewhere_takes_users_and_a_certificate() {
    let world = World::new();
    let made = world.run(&["tls", "self-signed"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    assert_eq!(world.run(&["users", "add-key", "--users", "users.toml"]).code, 0);
    let (tls, users) =
        (["--tls-certificate", "traillake.crt", "--tls-key", "traillake.key"], ["--users", "users.toml"]);
    let door = ["--flight", "0.0.0.0:0", "--http", "off"];
    let ran = world.run(&[&["serve"][..], &door, &users].concat());
    assert!(ran.code == 2 && ran.stderr.contains("no TLS"), "{}", ran.stderr);
    let ran = world.run(&[&["serve"][..], &door, &tls].concat());
    assert!(ran.code == 2 && ran.stderr.contains("no users file"), "{}", ran.stderr);
    let mut server = Serving::start(&world, &[&door[..], &tls, &users].concat());
    let line = server.line();
    assert!(line.starts_with("flight  grpc+tls://0.0.0.0:"), "{line}");
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn settings_of_the_file_that_are_wrong_are_named() {
    let world = World::new();
    world.write("config.toml", "[serve]\nflight = \"off\"\nhttp = \"off\"\n");
    let ran = world.run(&["--config", "config.toml", "serve"]);
    assert!(ran.code == 2 && ran.stderr.contains("nothing to listen on"), "{}", ran.stderr);
    world.write("config.toml", "[serve.net]\nconections = 1\n");
    let ran = world.run(&["--config", "config.toml", "serve"]);
    assert!(
        ran.code == 2 && ran.stderr.contains("config.toml:2") && ran.stderr.contains("conections"),
        "{}",
        ran.stderr
    );
}
