//! What a generated trail promises.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;

use super::*;
use crate::generate::event::{EventWriter, Studio};
use crate::generate::template::{Piece, pieces};

fn small(shape: Shape) -> GenerateOptions {
    GenerateOptions { events: 3000, ..GenerateOptions::of(shape) }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

fn text(gzip: &[u8]) -> String {
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzip).read_to_string(&mut text).unwrap();
    text
}

fn records(gzip: &[u8]) -> Vec<serde_json::Value> {
    let file: serde_json::Value = serde_json::from_str(&text(gzip)).unwrap();
    file["Records"].as_array().unwrap().clone()
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for folder in &folders {
        generate(folder.path(), &small(Shape::Busy), &GenerateProgress::default()).unwrap();
    }
    assert_eq!(files(folders[0].path()), files(folders[1].path()));
}

#[test]
fn another_seed_gives_other_events() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (folder, seed) in folders.iter().zip([1, 2]) {
        generate(folder.path(), &GenerateOptions { seed, ..small(Shape::Busy) }, &GenerateProgress::default()).unwrap();
    }
    assert_ne!(files(folders[0].path()), files(folders[1].path()));
}

#[test]
fn every_event_is_json_with_its_own_id_and_of_believable_size() {
    let folder = tempfile::tempdir().unwrap();
    let trail = generate(folder.path(), &small(Shape::Busy), &GenerateProgress::default()).unwrap();
    let all: Vec<_> = files(folder.path()).values().flat_map(|gzip| records(gzip)).collect();
    let ids: BTreeSet<_> = all.iter().map(|record| record["eventID"].as_str().unwrap().to_owned()).collect();
    assert_eq!((all.len(), ids.len(), trail.events), (3000, 3000, 3000));
    let average = trail.json_bytes / trail.events;
    assert!((1100..1700).contains(&average), "{average} bytes per event");
}

#[test]
fn keys_name_the_account_and_region_of_the_records() {
    let folder = tempfile::tempdir().unwrap();
    generate(folder.path(), &small(Shape::ManySmall), &GenerateProgress::default()).unwrap();
    for (key, gzip) in files(folder.path()) {
        let parts: Vec<_> = key.split('/').collect();
        assert_eq!((parts[0], parts[2], parts.len()), ("AWSLogs", "CloudTrail", 8), "{key}");
        assert!(
            parts[7]
                .starts_with(&format!("{}_CloudTrail_{}_{}{}{}T", parts[1], parts[3], parts[4], parts[5], parts[6])),
            "{key}"
        );
        for record in records(&gzip) {
            assert_eq!(
                (record["recipientAccountId"].as_str(), record["awsRegion"].as_str()),
                (Some(parts[1]), Some(parts[3]))
            );
        }
    }
}

#[test]
fn a_plan_holds_exactly_the_events_asked_for() {
    for shape in Shape::ALL {
        for events in [1, 17, 9999] {
            let options = GenerateOptions { events, ..GenerateOptions::of(shape) };
            let total: u64 = plan::plan(&options).iter().map(|object| object.events).sum();
            assert_eq!(total, events, "{shape:?}");
        }
    }
}

#[test]
fn shapes_have_the_object_counts_they_promise() {
    let objects = |shape| plan::plan(&GenerateOptions::of(shape)).len();
    assert!((7_000..11_000).contains(&objects(Shape::Busy)), "{}", objects(Shape::Busy));
    assert!((33_000..50_000).contains(&objects(Shape::ManySmall)), "{}", objects(Shape::ManySmall));
    assert!(objects(Shape::Wide) >= 300 * 17 * 30, "{}", objects(Shape::Wide));
    assert!(objects(Shape::Long) > 10_000, "{}", objects(Shape::Long));
}

#[test]
fn every_variable_of_every_template_is_known() {
    for template in catalog::all().chain(incident::TEMPLATES) {
        let error = template.error.map_or("", |(_, message, _)| message);
        for text in
            [template.request, template.response, template.extra, template.resources, template.service_details, error]
        {
            for piece in pieces(text) {
                assert!(!matches!(piece, Piece::Text(text) if text.contains('<')), "{}: {piece:?}", template.name);
            }
        }
    }
}

#[test]
fn every_template_writes_json() {
    let studio = Studio {
        world: world::World::new(5, 2, 3),
        catalog: catalog::Catalog::new(),
        incident: incident::Incident::new(),
        seed: 5,
    };
    let object = plan::ObjectPlan {
        index: 0,
        account: 0,
        region: 0,
        window_start: 1_741_000_000,
        delivered: 1_741_000_600,
        events: 20_000,
        incident: true,
    };
    let mut text = String::new();
    EventWriter::new(&studio).write_object(&object, &mut text);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    let seen: BTreeSet<_> =
        file["Records"].as_array().unwrap().iter().map(|record| record["eventName"].as_str().unwrap()).collect();
    let missing: Vec<_> = catalog::all()
        .filter(|template| template.weight > 2 && !seen.contains(template.name))
        .map(|template| template.name)
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_last_night_holds_the_intruder() {
    let folder = tempfile::tempdir().unwrap();
    generate(
        folder.path(),
        &GenerateOptions { events: 60_000, ..GenerateOptions::of(Shape::Busy) },
        &GenerateProgress::default(),
    )
    .unwrap();
    let calls: usize = files(folder.path())
        .values()
        .map(|gzip| text(gzip).matches(r#""sourceIPAddress":"203.0.113.77""#).count())
        .sum();
    assert!(calls > 4, "{calls}");
}

#[test]
fn figures_out_of_range_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let options = GenerateOptions { regions: 18, ..small(Shape::Busy) };
    let error = generate(folder.path(), &options, &GenerateProgress::default()).unwrap_err();
    assert_eq!(error.to_string(), "`--regions 18` is out of range: expected 1 to 17");
    assert!(files(folder.path()).is_empty());
}

#[test]
fn moments_are_spelled_as_aws_spells_them() {
    let moment = time::Moment::from_seconds(1_741_011_129);
    let mut text = String::new();
    moment.write_iso(&mut text);
    text.push(' ');
    moment.write_compact_minute(&mut text);
    text.push(' ');
    moment.write_american(&mut text);
    assert_eq!(text, "2025-03-03T14:12:09Z 20250303T1412Z Mar 3, 2025, 2:12:09 PM");
}
