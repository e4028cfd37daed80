//! `config`: the effective settings and where each comes from.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::args::ConfigArgs;
use crate::config::{Origin, Setting, Settings};
use crate::context::{Context, READ_CACHE};
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::folders;
use crate::listing::Listing;

pub(super) fn run(context: &Context, args: &ConfigArgs) -> Result<ExitStatus> {
    let settings = &context.settings;
    let rows = globals(settings).into_iter().chain(sections(settings));
    Listing::new(rows).print(args.format, &["setting", "value", "from"])?;
    Ok(ExitStatus::Done)
}

fn globals(settings: &Settings) -> Vec<Value> {
    let config = settings.config.clone().or_else(folders::config_file).map(|path| path.display().to_string());
    let read = if settings.config.is_some() { "read" } else { "not there" };
    vec![
        json!({"setting": "config", "value": config, "from": read}),
        text("lake", &settings.lake),
        text("lake_account", &settings.lake_account),
        text("lake_region", &settings.lake_region),
        text("endpoint_url", &settings.endpoint_url),
        text("region", &settings.region),
        text("profile", &settings.profile),
        json!({"setting": "quiet", "value": settings.quiet.value, "from": settings.quiet.origin.as_str()}),
        json!({"setting": "color", "value": settings.color.value.as_str(), "from": settings.color.origin.as_str()}),
    ]
}

fn text(name: &str, setting: &Setting<Option<String>>) -> Value {
    json!({"setting": name, "value": setting.value, "from": setting.origin.as_str()})
}

fn sections(settings: &Settings) -> Vec<Value> {
    let (query, ingest, cache) = (&settings.query, &settings.ingest, &settings.read_cache);
    let path = |path: &PathBuf| Value::from(path.display().to_string());
    vec![
        section("query.store", query.store.clone().map(Value::from), Value::Null),
        section("query.format", query.format.map(|format| format.as_str().into()), "table".into()),
        section("query.timeout", query.timeout.map(|timeout| crate::text::time(timeout.0).into()), Value::Null),
        section("query.max_rows", query.max_rows.map(Value::from), Value::Null),
        section("query.memory_limit", query.memory_limit.map(|size| size.to_string().into()), "2 GiB".into()),
        section("ingest.store", ingest.store.clone().map(Value::from), "events".into()),
        section("ingest.memory_limit", ingest.memory_limit.map(|size| size.to_string().into()), "512 MB".into()),
        section("ingest.max_record_size", ingest.max_record_size.map(|size| size.to_string().into()), "16 MiB".into()),
        section("ingest.compact_at", ingest.compact_at.map(Value::from), 16.into()),
        section(
            "read_cache.folder",
            cache.folder.as_ref().map(path),
            folders::read_cache().as_ref().map_or(Value::Null, path),
        ),
        section("read_cache.size", cache.size.map(|size| size.to_string().into()), READ_CACHE.to_string().into()),
    ]
}

fn section(name: &str, value: Option<Value>, default: Value) -> Value {
    let origin = if value.is_some() { Origin::File } else { Origin::Default };
    json!({"setting": name, "value": value.unwrap_or(default), "from": origin.as_str()})
}
