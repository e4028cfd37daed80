//! `ingest`: sources, or all trails, into event data stores.

use std::sync::Arc;

use traillake::{
    Error, EventDataStoreSettings, EventDataStoreStatus, FollowOptions, IngestLimits, IngestProgress, IngestRequest,
    IngestSummary, Lake, SourceSpec, StorageError, TrailSettings,
};

use super::summary;
use crate::args::IngestArgs;
use crate::config::IngestSection;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::progress::ProgressLine;
use crate::text;

/// The store that is fed when none is named.
pub(super) const DEFAULT_STORE: &str = "events";

/// One store and the sources that feed it.
struct Job {
    store: String,
    request: IngestRequest,
}

pub(super) async fn run(context: &Context, args: &IngestArgs) -> Result<ExitStatus> {
    let limits = limits(context, args);
    let lake = if args.dry_run { rehearsal(context, args, limits).await? } else { context.ingesting(limits).await? };
    let jobs = jobs(context, &lake, args).await?;
    let mut status = ExitStatus::Done;
    if args.follow {
        return follow_all(context, &lake, args, jobs).await;
    }
    for job in jobs {
        let store = job.store.clone();
        let summary = ingest(context, &lake, job).await?;
        status = worse(status, summary::print(context, &store, &summary, args.format, args.dry_run)?);
        if summary.interrupted {
            break;
        }
    }
    Ok(status)
}

fn worse(one: ExitStatus, other: ExitStatus) -> ExitStatus {
    if one.code() >= other.code() { one } else { other }
}

fn limits(context: &Context, args: &IngestArgs) -> IngestLimits {
    let section = &context.settings.ingest;
    let flags = IngestSection {
        memory_limit: args.memory_limit.or(section.memory_limit),
        max_record_size: args.max_record_size.or(section.max_record_size),
        compact_at: args.compact_at.or(section.compact_at),
        ..IngestSection::default()
    };
    flags.limits()
}

/// The lake as it is, or an empty one in memory when it or the store is not there yet.
async fn rehearsal(context: &Context, args: &IngestArgs, limits: IngestLimits) -> Result<Lake> {
    let lake = match context.readable().await {
        Err(CliError::Lake(error)) if matches!(*error, Error::Storage(StorageError::LakeNotFound { .. })) => {
            return context.rehearsal(limits).await;
        }
        found => found?,
    };
    match lake.event_data_store(store_name(context, args)).await {
        Err(Error::Storage(StorageError::EventDataStoreNotFound { .. })) if !args.sources.is_empty() => {
            context.rehearsal(limits).await
        }
        _ => Ok(lake),
    }
}

fn store_name<'a>(context: &'a Context, args: &'a IngestArgs) -> &'a str {
    args.store.as_deref().or(context.settings.ingest.store.as_deref()).unwrap_or(DEFAULT_STORE)
}

async fn jobs(context: &Context, lake: &Lake, args: &IngestArgs) -> Result<Vec<Job>> {
    if !args.sources.is_empty() {
        let sources = args
            .sources
            .iter()
            .map(|source| SourceSpec::parse(source))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Error::from)?;
        let mut request = IngestRequest::new(sources, context.object_store());
        fill(&mut request, context, args);
        return Ok(vec![Job { store: store_name(context, args).to_owned(), request }]);
    }
    let trails = lake.trails().await?;
    if trails.is_empty() {
        return Err(CliError::usage(
            "there is nothing to ingest: no source is named and the lake has no trails",
            "`traillake ingest FOLDER`, or `traillake trail add NAME SOURCE`",
        ));
    }
    let feeds = |trail: &&TrailSettings| args.store.as_deref().is_none_or(|store| store == trail.store.as_str());
    let fed: Vec<_> = trails.iter().filter(feeds).collect();
    if let (true, Some(store)) = (fed.is_empty(), &args.store) {
        return Err(CliError::usage(
            format!("no trail feeds `{store}`"),
            "`traillake trail list` shows what each trail feeds",
        ));
    }
    let stores = lake.event_data_stores().await?;
    let taken = fed.into_iter().filter(|trail| takes_events(context, &stores, trail));
    taken.map(|trail| trail_job(context, lake, args, trail)).collect()
}

/// Whether the store of a trail takes in what it brings; one that is not there yet does.
fn takes_events(context: &Context, stores: &[EventDataStoreSettings], trail: &TrailSettings) -> bool {
    let store = stores.iter().find(|store| store.name == trail.store);
    if store.is_none_or(|store| store.status != EventDataStoreStatus::StoppedIngestion) {
        return true;
    }
    let message = format!("trail `{}` is left alone: ingestion into `{}` is stopped", trail.name, trail.store);
    let hint = format!("`traillake store update {} --ingestion on` starts it again", trail.store);
    context.printer.note(&message, Some(&hint));
    false
}

fn trail_job(context: &Context, lake: &Lake, args: &IngestArgs, trail: &TrailSettings) -> Result<Job> {
    let mut request = lake.trail_request(trail)?;
    fill(&mut request, context, args);
    Ok(Job { store: trail.store.to_string(), request })
}

fn fill(request: &mut IngestRequest, context: &Context, args: &IngestArgs) {
    request.filter = args.filter();
    request.retry = args.retry;
    request.dry_run = args.dry_run;
    request.limits = limits(context, args);
}

async fn ingest(context: &Context, lake: &Lake, job: Job) -> Result<IngestSummary> {
    let progress = Arc::new(IngestProgress::new());
    let _line = ProgressLine::of_ingest(&context.printer, &progress);
    Ok(lake.ingest_with(&job.store, job.request, progress, context.interrupt.token()).await?)
}

/// Follows all sources at once; each pass that did something is one line.
async fn follow_all(context: &Context, lake: &Lake, args: &IngestArgs, jobs: Vec<Job>) -> Result<ExitStatus> {
    let following = jobs.into_iter().map(|job| follow(context, lake, args, job));
    let summaries = futures::future::try_join_all(following).await?;
    let mut status = ExitStatus::Done;
    for (store, mut summary) in summaries {
        // Being stopped is how following ends.
        summary.interrupted = false;
        status = worse(status, summary::print(context, &store, &summary, args.format, false)?);
    }
    Ok(status)
}

async fn follow(context: &Context, lake: &Lake, args: &IngestArgs, job: Job) -> Result<(String, IngestSummary)> {
    let progress = Arc::new(IngestProgress::new());
    let line = ProgressLine::of_ingest(&context.printer, &progress);
    let (printer, store) = (context.printer.clone(), job.store.clone());
    let on_pass = move |pass: &IngestSummary| {
        for note in &pass.notes {
            printer.note(&note.message, note.hint.as_deref());
        }
        let text = pass_text(&store, pass);
        if !line.println(&text) {
            printer.status(text);
        }
    };
    let options =
        FollowOptions { poll: Some(args.poll.0), on_pass: Some(Arc::new(on_pass)), ..FollowOptions::default() };
    context.printer.status(format_args!("following into `{}`; Ctrl-C ends it", job.store));
    let summary = lake.follow(&job.store, job.request, options, progress, context.interrupt.token()).await?;
    Ok((job.store, IngestSummary { notes: Vec::new(), ..summary }))
}

fn pass_text(store: &str, pass: &IngestSummary) -> String {
    format!(
        "`{store}`: {} from {}, {} quarantined",
        text::counted(pass.events.stored, "event"),
        text::counted(pass.objects.ingested, "object"),
        text::count(pass.events.quarantined)
    )
}
