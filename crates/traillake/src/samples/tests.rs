//! The header's rules, the search, and what holds for every bundled file.

use std::path::Path;

use chrono::TimeZone as _;
use traillake_query::ParameterKind;

use super::*;

const GOOD: &str = "-- title: A title\n-- why: Because of\n--   a reason: this\n-- controls: CIS AWS Foundations 1.7, SOC 2 CC7.2\n\
                    -- kind: insights\n-- parameter: since timestamp -30d From: then\n-- parameter: who text 'a b' Name of\n\
                    --   somebody\nSELECT 1\n-- the end\n";

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 2, 1, 12, 0, 0).unwrap()
}

fn read(text: &'static str) -> Result<Sample, String> {
    header::read("x", text).map_err(|error| error.to_string())
}

#[test]
fn a_header_is_read_with_its_continuations() {
    let sample = read(GOOD).unwrap();
    assert_eq!((sample.title.as_str(), sample.why.as_str()), ("A title", "Because of a reason: this"));
    assert_eq!(sample.controls, ["CIS AWS Foundations 1.7", "SOC 2 CC7.2"]);
    assert_eq!((sample.kind, sample.sql), (EventDataStoreKind::Insights, "SELECT 1\n-- the end"));
    let who = &sample.parameters[1];
    assert_eq!((who.name.as_str(), who.kind, who.text.as_str()), ("who", ParameterKind::Text, "Name of somebody"));
    assert_eq!(who.default, SampleDefault::Literal("a b".to_owned()));
}

#[test]
fn none_is_no_control() {
    let text = "-- title: t\n-- why: w\n-- controls: none\n-- kind: config\nSELECT 1";
    assert_eq!(read(text).unwrap().controls, Vec::<String>::new());
}

#[test]
fn a_wrong_header_says_where_and_what() {
    for (text, message) in [
        ("", "`x.sql`: there is no statement below the header"),
        ("SELECT 1", "`x.sql`: the header has no `title`"),
        ("-- title:\nSELECT 1", "`x.sql`: the header has no `title`"),
        (
            "-- title: t\n-- why: w\n-- controls: none\n-- kind: config\n",
            "`x.sql`: there is no statement below the header",
        ),
        ("-- title: t\n-- why: w\n-- kind: config\nSELECT 1", "`x.sql`: the header has no `controls`"),
        ("-- title: t\n-- hello\nSELECT 1", "`x.sql`, line 2: expected `-- field: text`"),
        ("--   more\nSELECT 1", "`x.sql`, line 1: expected `-- field: text`"),
        ("-- titel: t\nSELECT 1", "`x.sql`, line 1: `titel` is not a field: title, why, controls, kind or parameter"),
        ("-- title: t\n-- title: u\nSELECT 1", "`x.sql`, line 2: `title` is there already"),
        (
            "-- title: t\n-- why: w\n-- controls: none\n-- kind: trail\nSELECT 1",
            "`x.sql`, line 4: `trail` is not a kind of event data store",
        ),
    ] {
        assert_eq!(read(text).unwrap_err(), message, "{text}");
    }
}

#[test]
fn a_parameter_has_a_name_a_kind_a_default_and_a_text() {
    for line in [
        "since",
        "since timestamp",
        "since timestamp -30d",
        "since moment -30d When",
        "since timestamp -30y When",
        "since timestamp yesterday When",
        "since date -d When",
        "1st number 1 One",
        "who text 'open Who",
        "who text '' ",
    ] {
        assert_eq!(SampleParameter::read(line), None, "{line}");
    }
    let default = |line: &str| SampleParameter::read(line).unwrap().default;
    assert_eq!(default("a timestamp now T"), SampleDefault::Before(chrono::TimeDelta::zero()));
    assert_eq!(default("a timestamp -90m T"), SampleDefault::Before(chrono::TimeDelta::minutes(90)));
    assert_eq!(default("a date 2026-01-02 T"), SampleDefault::Literal("2026-01-02".to_owned()));
    assert_eq!(default("a text -1d T"), SampleDefault::Literal("-1d".to_owned()));
    assert_eq!(default("a text '' T"), SampleDefault::Literal(String::new()));
}

#[test]
fn a_default_is_written_as_it_was_read() {
    for default in ["now", "-90m", "-12h", "-30d", "2026-01-02"] {
        let parameter = SampleParameter::read(&format!("a timestamp {default} T")).unwrap();
        assert_eq!((parameter.default.to_string().as_str(), parameter.kind_name()), (default, "timestamp"));
    }
}

#[test]
fn a_parameter_named_twice_is_refused() {
    let text = "-- title: t\n-- why: w\n-- controls: none\n-- kind: config\n-- parameter: a number 1 One\n\
                -- parameter: A number 2 Two\nSELECT 1";
    assert_eq!(read(text).unwrap_err(), "`x.sql`, line 6: `A` is there already");
}

#[test]
fn spans_count_back_from_the_run() {
    let sample = read(GOOD).unwrap();
    let values = sample.defaults(noon());
    assert_eq!((values[0].kind, values[0].value.as_str()), (ParameterKind::Timestamp, "2026-01-02 12:00:00.000"));
    assert_eq!(values[1].value, "a b");
}

#[test]
fn given_values_take_the_place_of_defaults_and_their_kind() {
    let sample = read(GOOD).unwrap();
    let given = ["SINCE=-2h", "who=carl", "who=dora"].map(|given| given.parse().unwrap());
    let values = sample.values(&given, noon()).unwrap();
    assert_eq!((values[0].kind, values[0].value.as_str()), (ParameterKind::Timestamp, "2026-02-01 10:00:00.000"));
    assert_eq!((values[1].kind, values[1].value.as_str()), (ParameterKind::Text, "dora"));
    let other = sample.values(&["since:date=2026-01-01".parse().unwrap()], noon()).unwrap();
    assert_eq!((other[0].kind, other[0].value.as_str()), (ParameterKind::Date, "2026-01-01"));
}

#[test]
fn a_value_nobody_asks_for_is_refused() {
    let error = read(GOOD).unwrap().values(&["until=now".parse().unwrap()], noon()).unwrap_err();
    assert_eq!(error.to_string(), "sample `x` has no parameter `until`");
    assert_eq!(error.hint().unwrap(), "it has `since`, `who`");
}

#[test]
fn every_file_of_the_folder_is_embedded_and_can_be_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sql-examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sql = files.filter(|path| path.extension().is_some_and(|extension| extension == "sql"));
    let mut names: Vec<_> = sql.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    assert_eq!(bundled::FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    for (name, text) in bundled::FILES {
        assert_eq!(header::read(name, text).map(|sample| sample.name), Ok(*name));
    }
    assert_eq!(samples().len(), names.len());
}

#[test]
fn every_sample_names_a_control_and_is_bounded_in_time() {
    const FRAMEWORKS: [&str; 5] = ["CIS AWS Foundations ", "PCI DSS ", "HIPAA 164.", "GDPR ", "SOC 2 CC"];
    for sample in samples() {
        let name = sample.name;
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        assert!(!sample.controls.is_empty() || sample.text.contains("\n-- controls: none\n"), "{name}");
        for control in &sample.controls {
            assert!(FRAMEWORKS.iter().any(|framework| control.starts_with(framework)), "{name}: {control}");
        }
        assert!(sample.sql.contains("eventTime >= :since AND eventTime < :until"), "{name}");
        for parameter in &sample.parameters {
            assert!(sample.sql.contains(&format!(":{}", parameter.name)), "{name}: {} is not used", parameter.name);
        }
        assert!(sample.text.lines().all(|line| line.chars().count() <= 120), "{name} has a long line");
    }
}

#[test]
fn words_find_samples_in_any_letter_case_best_first() {
    assert_eq!(search_samples("ROOT")[0].name, "root-user-activity");
    assert_eq!(search_samples("trust policy")[0].name, "role-trust-changes");
    assert!(search_samples("pci 10.2.1.3").iter().any(|sample| sample.name == "audit-log-access"));
    assert!(search_samples("root nosuchword").is_empty());
    assert_eq!(search_samples(" ").len(), samples().len());
}

#[test]
fn half_a_name_or_a_misspelt_one_finds_the_sample_that_was_meant() {
    let nearest = |name: &str| nearest_sample(name).map(|sample| sample.name);
    assert_eq!(nearest("root-user-activty"), Some("root-user-activity"));
    assert_eq!(nearest("Role_Chains.sql"), Some("role-chains"));
    assert_eq!(nearest("root"), Some("root-user-activity"));
    assert_eq!(nearest("xyzzyx"), None);
}
