//! A temporary world: a folder with a lake, a home of its own, and the binary.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) struct World {
    folder: TempDir,
}

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    filters: Vec<(String, &'static str)>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A world whose lake holds the three events of [`log_file`].
    pub(crate) fn with_events() -> Self {
        let world = Self::new();
        world.write("logs/a.json", &log_file());
        let ran = world.run(&["ingest", "logs"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The binary with a clean environment, in the world's folder, on the world's lake.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare();
        command.env("TRAILLAKE_LAKE", self.path("lake")).args(arguments);
        command
    }

    /// The binary without a lake.
    pub(crate) fn bare(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_traillake"));
        command.env_clear().env("HOME", self.path("home")).current_dir(self.folder.path());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.finish(&mut self.command(arguments), "")
    }

    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        self.finish(&mut self.command(arguments), input)
    }

    pub(crate) fn finish(&self, command: &mut Command, input: &str) -> Ran {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A command that does not read its input may have closed it.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        self.ran(&child.wait_with_output().unwrap())
    }

    fn ran(&self, output: &Output) -> Ran {
        let folder = self.folder.path().canonicalize().unwrap_or_else(|_| self.folder.path().to_path_buf());
        Ran {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            filters: vec![(text(&folder), "[FOLDER]"), (text(self.folder.path()), "[FOLDER]")],
        }
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

impl Ran {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", self.stdout, self.stderr))
    }

    /// Everything a user sees, with what changes from run to run replaced.
    pub(crate) fn shown(&self) -> String {
        let mut shown = format!("exit: {}\n", self.code);
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                let _ = write!(shown, "--- {name}\n{text}");
            }
        }
        for (from, to) in &self.filters {
            shown = shown.replace(from, to);
        }
        steady(&shown)
    }
}

/// The same with runs of spaces and dashes as one, where a column is as wide as the folder's name.
impl Ran {
    pub(crate) fn shown_loosely(&self) -> String {
        let mut loose = String::new();
        for c in self.shown().chars() {
            if !(matches!(c, ' ' | '-') && loose.ends_with(c)) {
                loose.push(c);
            }
        }
        loose
    }
}

/// Ids, moments, lengths of time and sizes change from run to run.
fn steady(text: &str) -> String {
    text.split_inclusive('\n').map(steady_line).collect()
}

fn steady_line(line: &str) -> String {
    let mut steady = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let inside_word = steady.chars().next_back().is_some_and(char::is_alphanumeric);
        let found = if inside_word { None } else { uuid(rest).or_else(|| moment(rest)).or_else(|| measure(rest)) };
        let (length, shown) = found.unwrap_or((first.len_utf8(), ""));
        steady.push_str(if shown.is_empty() { &rest[..length] } else { shown });
        rest = &rest[length..];
    }
    steady
}

fn uuid(text: &str) -> Option<(usize, &'static str)> {
    let candidate = text.get(..36)?;
    let fits = candidate
        .char_indices()
        .all(|(place, c)| if [8, 13, 18, 23].contains(&place) { c == '-' } else { c.is_ascii_hexdigit() });
    // Ids that tests choose start with zeros.
    (fits && !candidate.starts_with("00000000")).then_some((36, "[UUID]"))
}

fn moment(text: &str) -> Option<(usize, &'static str)> {
    let candidate = text.get(..23)?;
    let fits = candidate.char_indices().all(|(place, c)| match place {
        4 | 7 => c == '-',
        10 => c == ' ',
        13 | 16 => c == ':',
        19 => c == '.',
        _ => c.is_ascii_digit(),
    });
    (fits && !candidate.starts_with("2024-05-01")).then_some((23, "[MOMENT]"))
}

/// `0.012 s`, `1.5 kB`, and the milliseconds of a summary.
fn measure(text: &str) -> Option<(usize, &'static str)> {
    if let Some(rest) = text.strip_prefix("elapsed_ms\":") {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        return Some((text.len() - rest.len() + digits, "elapsed_ms\":[MS]"));
    }
    let number = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    let rest = text[number..].strip_prefix(' ').filter(|_| number > 0)?;
    let unit = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
    match &rest[..unit] {
        "s" | "min" => Some((number + 1 + unit, "[TIME]")),
        "B" | "kB" | "MB" => Some((number + 1 + unit, "[BYTES]")),
        _ => None,
    }
}

/// Three events of one account: a read, a refused write, and one with difficult text.
pub(crate) fn log_file() -> String {
    let records = [
        r#"{"eventVersion":"1.11","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/anna","userName":"anna"},"eventTime":"2024-05-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.7","readOnly":true,"requestParameters":{"bucketName":"reports","key":"a,b.csv"},"responseElements":null,"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::reports/a,b.csv"}],"eventID":"00000000-0000-4000-8000-000000000001","eventType":"AwsApiCall","eventCategory":"Data","managementEvent":false,"recipientAccountId":"111122223333"}"#,
        r#"{"eventVersion":"1.11","userIdentity":{"type":"Root"},"eventTime":"2024-05-01T10:00:01Z","eventSource":"ec2.amazonaws.com","eventName":"RunInstances","awsRegion":"eu-west-1","sourceIPAddress":"198.51.100.8","errorCode":"Client.UnauthorizedOperation","errorMessage":"You are not \"authorized\"\nto do this | or that","readOnly":false,"requestParameters":{"instanceType":"m6i.large","maxCount":3},"eventID":"00000000-0000-4000-8000-000000000002","eventType":"AwsApiCall","eventCategory":"Management","managementEvent":true,"recipientAccountId":"111122223333"}"#,
        r#"{"eventVersion":"1.11","userIdentity":{"type":"AWSService","invokedBy":"config.amazonaws.com"},"eventTime":"2024-05-01T10:00:02Z","eventSource":"kms.amazonaws.com","eventName":"Decrypt","awsRegion":"us-east-1","sourceIPAddress":"config.amazonaws.com","userAgent":"größe 日本","readOnly":true,"requestParameters":null,"eventID":"00000000-0000-4000-8000-000000000003","eventType":"AwsApiCall","eventCategory":"Management","managementEvent":true,"recipientAccountId":"111122223333"}"#,
    ];
    format!("{{\"Records\":[{}]}}", records.join(","))
}
