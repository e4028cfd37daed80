//! `store`: event data stores.

use std::path::Path;

use serde_json::{Value, json};
use traillake::{
    AdvancedEventSelector, Error, EventDataStoreDescription, EventDataStoreSettings, ModelError, NewEventDataStore,
    Retention,
};

use super::query::read_text;
use crate::args::{CreateArgs, DeleteArgs, ListFormat, NamedArgs, OnOff, StoreCommand, UpdateArgs};
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::listing::{Listing, print_thing};
use crate::printer::Printer;
use crate::text;

pub(super) async fn run(context: &Context, command: StoreCommand) -> Result<ExitStatus> {
    match command {
        StoreCommand::Create(args) => create(context, args).await?,
        StoreCommand::List(args) => list(context, args.format).await?,
        StoreCommand::Describe(args) => describe(context, &args).await?,
        StoreCommand::Update(args) => update(context, &args).await?,
        StoreCommand::Delete(args) => delete(context, &args).await?,
        StoreCommand::Restore(args) => {
            let store = context.writable().await?.restore_event_data_store(&args.name).await?;
            done(context, args.format, &store, format!("restored `{}`", store.name))?;
        }
    }
    Ok(ExitStatus::Done)
}

/// Says what was done on standard error, or shows the store as JSON on standard output.
fn done(context: &Context, format: ListFormat, store: &EventDataStoreSettings, said: String) -> Result<()> {
    if format == ListFormat::Json {
        return print_thing(format, &shown(store));
    }
    context.printer.status(said);
    Ok(())
}

async fn create(context: &Context, args: CreateArgs) -> Result<()> {
    let new = NewEventDataStore {
        name: args.name,
        kind: args.kind,
        retention: args.retention_days,
        selectors: args.selectors.as_deref().map(selectors).transpose()?,
        partition_by: args.partition_by,
        termination_protection: args.termination_protection == OnOff::On,
    };
    let store = context.writable().await?.create_event_data_store(new).await?;
    done(
        context,
        args.format,
        &store,
        format!("created `{}` ({}), retention {}", store.name, store.id, retention_text(store.retention)),
    )
}

async fn list(context: &Context, format: ListFormat) -> Result<()> {
    let stores = context.readable().await?.event_data_stores().await?;
    let columns = ["name", "id", "kind", "status", "retention_days", "partition_by"];
    Listing::new(stores.iter().map(shown)).print(format, &columns)
}

async fn describe(context: &Context, args: &NamedArgs) -> Result<()> {
    let description = context.readable().await?.describe_event_data_store(&args.name).await?;
    print_thing(args.format, &described(&description))?;
    if let Some(hint) = description.hint() {
        context.printer.note("the files of this store are tiny", Some(&hint));
    }
    Ok(())
}

async fn update(context: &Context, args: &UpdateArgs) -> Result<()> {
    let nothing = args.retention_days.is_none()
        && args.selectors.is_none()
        && args.termination_protection.is_none()
        && args.ingestion.is_none()
        && args.add_column.is_empty();
    if nothing {
        return Err(CliError::usage(
            "there is nothing to change",
            "`traillake store update --help` lists what can be changed",
        ));
    }
    let lake = context.writable().await?;
    let chosen = match args.selectors.as_deref() {
        None => None,
        Some(path) if path == Path::new("none") => Some(None),
        Some(path) => Some(Some(selectors(path)?)),
    };
    let change = |settings: &mut EventDataStoreSettings| {
        args.retention_days.map_or(Ok(()), |retention| settings.set_retention(retention))?;
        chosen.clone().map_or(Ok(()), |selectors| settings.set_selectors(selectors))?;
        args.termination_protection
            .map_or(Ok(()), |protection| settings.set_termination_protection(protection == OnOff::On))?;
        args.ingestion.map_or(Ok(()), |ingestion| set_ingestion(settings, ingestion))
    };
    let mut store = lake.update_event_data_store(&args.name, change).await?;
    for column in &args.add_column {
        store = lake.add_column(&args.name, column.0.clone()).await?;
    }
    done(context, args.format, &store, format!("updated `{}` to version {}", store.name, store.version))
}

/// Starts or stops ingestion unless it is so already.
fn set_ingestion(settings: &mut EventDataStoreSettings, ingestion: OnOff) -> Result<(), ModelError> {
    settings.ensure_active()?;
    match (ingestion, settings.status.ingests()) {
        (OnOff::On, false) => settings.start_ingestion(),
        (OnOff::Off, true) => settings.stop_ingestion(),
        _ => Ok(()),
    }
}

async fn delete(context: &Context, args: &DeleteArgs) -> Result<()> {
    let lake = context.writable().await?;
    let store = lake.event_data_store(&args.name).await?;
    confirm(args.yes, store.name.as_str())?;
    let store = lake.delete_event_data_store(&args.name).await?;
    done(
        context,
        args.format,
        &store,
        format!("deleted `{}`; for 7 days `traillake store restore {}` brings it back", store.name, store.name),
    )
}

/// Asks where there is someone to ask; elsewhere only `--yes` goes on.
fn confirm(yes: bool, name: &str) -> Result<()> {
    if yes {
        return Ok(());
    }
    if !Printer::can_ask() {
        return Err(CliError::usage(
            format!("deleting `{name}` needs a yes, and there is no terminal to ask on"),
            "pass `--yes`",
        ));
    }
    if Printer::ask(&format!("delete event data store `{name}`?"))? {
        Ok(())
    } else {
        Err(CliError::Refused { name: name.to_owned() })
    }
}

fn selectors(path: &Path) -> Result<Vec<AdvancedEventSelector>> {
    Ok(AdvancedEventSelector::parse_list(&read_text(path)?).map_err(Error::from)?)
}

fn retention_text(retention: Retention) -> String {
    retention.days().map_or_else(|| "unlimited".to_owned(), |days| format!("{days} days"))
}

fn retention(retention: Retention) -> Value {
    retention.days().map_or_else(|| "unlimited".into(), Value::from)
}

fn shown(store: &EventDataStoreSettings) -> Value {
    json!({
        "id": store.id.to_string(),
        "arn": store.arn.to_string(),
        "name": store.name.to_string(),
        "kind": store.kind.to_string(),
        "status": store.status.to_string(),
        "retention_days": retention(store.retention),
        "partition_by": store.partition_by.to_string(),
        "termination_protection": store.termination_protection,
        "selectors": store.selectors,
        "added_columns": store.added_columns,
        "settings_version": store.version,
        "created_at": text::moment(store.created_at),
        "updated_at": text::moment(store.updated_at),
        "deleted_at": store.deleted_at.map(text::moment),
    })
}

fn described(description: &EventDataStoreDescription) -> Value {
    let mut shown = shown(&description.settings);
    let figures = json!({
        "events": description.events,
        "first_event": description.first_event().map(text::moment),
        "last_event": description.last_event().map(text::moment),
        "files": description.files,
        "bytes": description.bytes,
        "partitions": description.partitions,
        "accounts": description.accounts,
        "regions": description.regions,
        "table_version": description.table_version,
    });
    if let (Value::Object(shown), Value::Object(figures)) = (&mut shown, figures) {
        shown.extend(figures);
    }
    shown
}
