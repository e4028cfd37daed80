//! The compliance scripts on a generated lake: what they leave behind, and what they refuse.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ran, World};

/// The scripts' folder, or `None` with the reason printed.
fn scripts() -> Option<PathBuf> {
    if !Path::new("/bin/sh").exists() {
        eprintln!("skipped: there is no /bin/sh to run the compliance scripts with");
        return None;
    }
    Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sql-examples/compliance"))
}

/// Events of 3 and 4 March 2025.
fn world() -> World {
    let world = World::new();
    for arguments in [&["generate", "logs", "--events", "4000"][..], &["ingest", "logs"]] {
        let ran = world.run(arguments);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    world
}

fn run(world: &World, script: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new("/bin/sh");
    command.arg(script).args(arguments).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", world.path("home")).current_dir(world.path("."));
    command.env("TRAILLAKE", env!("CARGO_BIN_EXE_traillake")).env("TRAILLAKE_LAKE", world.path("lake"));
    world.finish(&mut command, "")
}

/// Checks the folder that a run has made against what its index and its sums say.
fn check_folder(world: &World, ran: &Ran, framework: &str) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let folder = world.path(ran.stdout.trim());
    let index = std::fs::read_to_string(folder.join("index.md")).unwrap();
    let mut listed: BTreeSet<String> = ["index.md", "SHA256SUMS"].map(str::to_owned).into();
    for row in index.lines().filter(|line| line.contains("](")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let &[control, title, query, _, rows, version, file, sum] = &cells[..] else { panic!("{row}") };
        let sample = traillake::sample(query).unwrap();
        assert_eq!(title, sample.title);
        let number = control.trim_start_matches("CIS ");
        assert!(sample.controls.contains(&format!("{framework} {number}")), "{row}");
        let file = file.trim_start_matches('[').split(']').next().unwrap();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(version.parse::<u64>().is_ok() && sum.len() == 64, "{row}");
        // Rows of Markdown are lines: a header, a rule, and one for each row.
        if Path::new(file).extension().is_some_and(|extension| extension == "md") {
            assert_eq!(text.lines().count() - 2, rows.parse::<usize>().unwrap(), "{row}");
        }
        listed.insert(file.to_owned());
    }
    let found = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(found.collect::<BTreeSet<_>>(), listed);
    let sums = std::fs::read_to_string(folder.join("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count(), listed.len() - 1);
    assert!(index.lines().filter(|line| line.contains("](")).all(|row| {
        let sum = row.trim_end_matches(" |").rsplit(' ').next().unwrap();
        sums.contains(sum)
    }));
}

#[test]
fn a_month_of_cis_evidence_is_complete() {
    let Some(scripts) = scripts() else { return };
    let world = world();
    let script = scripts.join("cis-monthly.sh");
    let ran = run(&world, &script, &["-o", "proof", "2025-03"]);
    check_folder(&world, &ran, "CIS AWS Foundations");
    let logins = std::fs::read_to_string(world.path("proof/cis-2025-03/CIS-4.6-failed-console-logins.csv")).unwrap();
    assert!(logins.starts_with("account,who,source_address,failures,"), "{logins}");
    // The trail ended on the fourth, and the month did not.
    let silence = std::fs::read_to_string(world.path("proof/cis-2025-03/CIS-3.1-hours-without-events.csv")).unwrap();
    assert!(silence.contains(",2025-04-01 00:00:00.000,"), "{silence}");
    let again = run(&world, &script, &["-o", "proof", "2025-03"]);
    assert!(again.code == 1 && again.stderr.contains("is there already"), "{}", again.stderr);
}

#[test]
fn a_day_of_pci_evidence_is_complete() {
    let Some(scripts) = scripts() else { return };
    let world = world();
    let ran = run(&world, &scripts.join("pci-dss-10-daily.sh"), &["-d", "payments%", "2025-03-04"]);
    check_folder(&world, &ran, "PCI DSS");
    let index = std::fs::read_to_string(world.path("evidence/pci-dss-10-2025-03-04/index.md")).unwrap();
    assert!(index.contains("| bucket=payments% |"), "{index}");
}

#[test]
fn nothing_is_left_behind_by_what_cannot_be_shown() {
    let Some(scripts) = scripts() else { return };
    let world = world();
    for (script, arguments, code, said) in [
        ("cis-monthly.sh", &["2025-13"][..], 2, "is not a month"),
        ("cis-monthly.sh", &["2025-01", "2025-02"], 2, "one month at a time"),
        ("cis-monthly.sh", &["-x"], 2, "usage: cis-monthly.sh"),
        ("cis-monthly.sh", &["-s", "nosuch", "2025-03"], 1, "there is no event data store `nosuch`"),
        ("cis-monthly.sh", &["2025-02"], 1, "holds no event from 2025-02-01"),
        ("cis-monthly.sh", &["2199-01"], 1, "is not over"),
        ("pci-dss-10-daily.sh", &["yesterday"], 2, "is not a day"),
        ("pci-dss-10-daily.sh", &["2025-02-31"], 1, "cannot ask the lake for the day after `2025-02-31`"),
        ("pci-dss-10-daily.sh", &["-r", "(", "2025-03-04"], 1, "`administrative-activity` failed"),
    ] {
        let ran = run(&world, &scripts.join(script), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    }
    let left: Vec<_> = std::fs::read_dir(world.path("evidence")).into_iter().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}
