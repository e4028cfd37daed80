//! Runs the built binary as a user would, on a lake in a folder or on the in-process S3 server.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use traillake_testing::{S3Server, record, write_trail};

/// A backend that holds the lake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backend {
    Folder,
    S3,
}

/// A trail on disk and room for many lakes.
#[derive(Debug)]
pub(crate) struct Bench {
    folder: TempDir,
    server: Option<S3Server>,
    pub(crate) events: u64,
}

impl Bench {
    /// A trail of `files` log files with `per_file` records each; lakes go to `backend`.
    pub(crate) async fn new(backend: Backend, files: u64, per_file: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_trail(&folder.path().join("trail"), files, per_file);
        let server = match backend {
            Backend::Folder => None,
            Backend::S3 => Some(S3Server::start().await),
        };
        Self { folder, server, events: files * per_file }
    }

    pub(crate) fn trail(&self) -> PathBuf {
        self.folder.path().join("trail")
    }

    /// The address of the lake `name`.
    pub(crate) fn lake(&self, name: &str) -> String {
        match &self.server {
            None => self.folder.path().join(name).to_str().unwrap().to_owned(),
            Some(_) => format!("s3://lakes/{name}"),
        }
    }

    /// The binary on the lake `name`, with nothing of the caller's environment that matters.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = binary(self.folder.path());
        command.args(["--lake", &self.lake(name)]);
        if let Some(server) = &self.server {
            command.envs(server.environment());
        }
        command
    }

    /// Starts an ingest of the trail whose memory limit is so small that it takes several commits.
    pub(crate) fn start_ingest(&self, name: &str) -> Child {
        let mut command = self.command(name);
        command.arg("ingest").arg(self.trail()).args([
            "--memory-limit",
            "4MB",
            "--compact-at",
            "0",
            "--format",
            "json",
        ]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    }

    /// Ingests the trail to the end; gives the summary.
    pub(crate) async fn finish_ingest(&self, name: &str) -> Value {
        json(&self.start_ingest(name).wait_with_output().await.unwrap())
    }

    /// Starts a command on the lake `name`.
    pub(crate) fn start(&self, name: &str, arguments: &[&str]) -> Child {
        let mut command = self.command(name);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
    }

    /// Runs a command on the lake `name` to its end.
    pub(crate) async fn run(&self, name: &str, arguments: &[&str]) -> Output {
        let output = self.start(name, arguments).wait_with_output().await.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output
    }

    /// The first row of a query.
    pub(crate) async fn row(&self, name: &str, sql: &str) -> Value {
        let output = self.command(name).args(["query", sql, "--format", "json"]).output().await.unwrap();
        json(&output)[0].clone()
    }

    /// Events that the lake holds; 0 when it cannot be opened yet.
    pub(crate) async fn stored(&self, name: &str) -> u64 {
        let sql = "SELECT count(*) AS n FROM events";
        let output = self.command(name).args(["query", sql, "--format", "json"]).output().await.unwrap();
        if output.status.success() { json(&output)[0]["n"].as_u64().unwrap() } else { 0 }
    }

    /// Asserts that the lake holds each event of the trail once, and that the manifest accounts for all of them.
    pub(crate) async fn assert_exact(&self, name: &str) {
        let id = |n| record(n)["eventID"].clone();
        let events = self.row(name, "SELECT count(*) AS n, count(DISTINCT eventID) AS ids, min(eventID) AS first, max(eventID) AS last FROM events").await;
        assert_eq!(events["n"], events["ids"], "`{name}` holds events twice");
        assert_eq!(events["ids"], self.events, "`{name}` lost events");
        assert_eq!((&events["first"], &events["last"]), (&id(0), &id(self.events - 1)));
        let account = self.row(name, ACCOUNT).await;
        assert_eq!(account["unbalanced"], 0, "`{name}`: {account}");
        assert_eq!(account["unfinished"], 0, "`{name}`: {account}");
        assert_eq!(account["stored"], self.events, "`{name}`: {account}");
    }
}

/// Sums of the manifest.
const ACCOUNT: &str = "SELECT count(*) AS objects, sum(read) AS read, sum(stored) AS stored, \
    count(*) FILTER (WHERE read <> stored + duplicate + filtered + expired + quarantined) AS unbalanced, \
    count(*) FILTER (WHERE status <> 'ingested') AS unfinished FROM system.objects";

/// The built binary with a home of its own, no environment and no AWS account.
pub(crate) fn binary(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_traillake"));
    command.env_clear().env("HOME", home).env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null());
    command
}

/// Standard output as JSON; fails with standard error when the exit code is not 0.
pub(crate) fn json(output: &Output) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", output.status);
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stdout)))
}
