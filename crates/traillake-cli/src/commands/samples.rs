//! `samples`: the bundled queries, listed, searched, shown and run.

use chrono::Utc;
use serde_json::{Value, json};
use traillake::{Sample, SampleError, nearest_sample, search_samples};

use super::ask::{Asker, Target, stats_text};
use crate::args::{Format, ListFormat, SamplesArgs};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::listing::{Listing, print_thing};
use crate::printer::Printer;

pub(super) async fn run(context: &Context, args: &SamplesArgs) -> Result<ExitStatus> {
    match &args.name {
        Some(name) if args.run => ask(context, args, named(name)?).await?,
        Some(name) => show(named(name)?, list_format(args)?)?,
        None => {
            let found = search_samples(args.search.as_deref().unwrap_or_default());
            if found.is_empty() {
                context.printer.note("no sample holds all these words", Some("take fewer of them"));
            }
            list(&found, list_format(args)?)?;
        }
    }
    Ok(ExitStatus::Done)
}

/// The sample of this name.
fn named(name: &str) -> Result<&'static Sample> {
    let unknown = || {
        let hint = nearest_sample(name).map_or_else(
            || "`traillake samples` lists them".to_owned(),
            |near| format!("did you mean `{}`?", near.name),
        );
        CliError::usage(format!("there is no sample `{name}`"), hint)
    };
    traillake::sample(name).ok_or_else(unknown)
}

/// Prints the sample of this name, or lists those that hold the words; all without any.
pub(crate) fn show_or_search(words: Option<&str>) -> Result<()> {
    let words = words.unwrap_or_default();
    if let Some(sample) = traillake::sample(words) {
        return show(sample, ListFormat::Table);
    }
    let found = search_samples(words);
    if found.is_empty() {
        return named(words).and_then(|sample| show(sample, ListFormat::Table));
    }
    list(&found, ListFormat::Table)
}

fn list(found: &[&Sample], format: ListFormat) -> Result<()> {
    let rows = found.iter().map(|sample| described(sample, format));
    Listing::new(rows).print(format, &["name", "title", "controls"])
}

fn show(sample: &Sample, format: ListFormat) -> Result<()> {
    match format {
        ListFormat::Table => Ok(Printer::data(sample.text)?),
        ListFormat::Json => print_thing(format, &described(sample, format)),
    }
}

/// Listings know two of the formats.
fn list_format(args: &SamplesArgs) -> Result<ListFormat> {
    match args.ask.format {
        None | Some(Format::Table) => Ok(ListFormat::Table),
        Some(Format::Json) => Ok(ListFormat::Json),
        Some(other) => Err(CliError::usage(
            format!("samples are not listed as {}", other.as_str()),
            "`table` or `json`; rows of a sample come with `--run`",
        )),
    }
}

/// A table shows the controls as text.
fn described(sample: &Sample, format: ListFormat) -> Value {
    let controls = match format {
        ListFormat::Table => Value::from(sample.controls.join(", ")),
        ListFormat::Json => json!(sample.controls),
    };
    let parameters = sample.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "kind": parameter.kind_name(),
            "default": parameter.default.to_string(),
            "text": parameter.text,
        })
    });
    json!({
        "name": sample.name,
        "title": sample.title,
        "why": sample.why,
        "controls": controls,
        "kind": sample.kind.to_string(),
        "parameters": parameters.collect::<Value>(),
        "sql": sample.sql,
    })
}

async fn ask(context: &Context, args: &SamplesArgs, sample: &Sample) -> Result<()> {
    let parameters = sample.values(&args.parameters, Utc::now()).map_err(misused)?;
    let mut asker = Asker::open(context, &args.ask).await?;
    asker.options.parameters = parameters;
    choose_store(&mut asker, sample).await?;
    if let Some(path) = &args.output {
        asker.target = Target::File(path.clone());
    }
    let stats = asker.ask(sample.sql).await?;
    context.printer.status(stats_text(&stats));
    Ok(())
}

#[expect(clippy::needless_pass_by_value, reason = "as `map_err` passes it")]
fn misused(error: SampleError) -> CliError {
    CliError::Usage { message: error.to_string(), hint: error.hint() }
}

/// A sample reads stores of one kind: without a name, the only one of that kind.
async fn choose_store(asker: &mut Asker, sample: &Sample) -> Result<()> {
    let stores = asker.lake.event_data_stores_or_all(None).await?;
    let Some(wanted) = &asker.options.default_store else {
        let mut fitting = stores.iter().filter(|store| store.kind == sample.kind);
        let (one, another) = (fitting.next(), fitting.next());
        let Some(one) = one else {
            return Err(CliError::usage(
                format!("`{}` reads stores of kind `{}`, and the lake has none", sample.name, sample.kind),
                "`traillake store list` shows the stores and their kinds",
            ));
        };
        if another.is_none() {
            asker.options.default_store = Some(one.name.to_string());
        }
        return Ok(());
    };
    let is_wanted = |text: String| text.eq_ignore_ascii_case(wanted);
    let named = stores.iter().find(|store| is_wanted(store.name.to_string()) || is_wanted(store.id.to_string()));
    match named.filter(|store| store.kind != sample.kind) {
        None => Ok(()),
        Some(store) => Err(CliError::usage(
            format!(
                "`{}` reads stores of kind `{}`, and `{}` is of kind `{}`",
                sample.name, sample.kind, store.name, store.kind
            ),
            "`traillake store list` shows the stores and their kinds",
        )),
    }
}
