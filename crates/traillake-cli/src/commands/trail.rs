//! `trail`: named sources.

use serde_json::{Value, json};
use traillake::{NewTrail, TrailSettings};

use crate::args::{TrailAddArgs, TrailCommand};
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;
use crate::listing::{Listing, print_thing};
use crate::text;

pub(super) async fn run(context: &Context, command: TrailCommand) -> Result<ExitStatus> {
    match command {
        TrailCommand::Add(args) => add(context, args).await?,
        TrailCommand::List(args) => {
            let trails = context.readable().await?.trails().await?;
            Listing::new(trails.iter().map(shown)).print(args.format, &["name", "source", "store", "created_at"])?;
        }
        TrailCommand::Describe(args) => {
            let trail = context.readable().await?.trail(&args.name).await?;
            print_thing(args.format, &shown(&trail))?;
        }
        TrailCommand::Remove(args) => {
            let trail = context.writable().await?.remove_trail(&args.name).await?;
            context
                .printer
                .status(format_args!("removed trail `{}`; its events stay in `{}`", trail.name, trail.store));
        }
    }
    Ok(ExitStatus::Done)
}

async fn add(context: &Context, args: TrailAddArgs) -> Result<()> {
    let lake = context.writable().await?;
    let source = absolute(&args.source);
    // A source that cannot be understood is refused now, not at the first ingest.
    lake.ingest_request(&source)?;
    let region = args.source_region.or_else(|| context.settings.region.value.clone());
    let endpoint_url = context.settings.endpoint_url.value.clone();
    let trail = lake.put_trail(NewTrail { name: args.name, source, store: args.store, region, endpoint_url }).await?;
    context.printer.status(format_args!("trail `{}` feeds `{}`; next: traillake ingest", trail.name, trail.store));
    if args.format == crate::args::ListFormat::Json {
        print_thing(args.format, &shown(&trail))?;
    }
    Ok(())
}

/// A trail must mean the same from every folder.
fn absolute(source: &str) -> String {
    if source.contains("://") || source == "-" {
        return source.to_owned();
    }
    std::path::absolute(source).map_or_else(|_| source.to_owned(), |path| path.display().to_string())
}

fn shown(trail: &TrailSettings) -> Value {
    json!({
        "name": trail.name.to_string(),
        "source": trail.source,
        "store": trail.store.to_string(),
        "region": trail.region,
        "endpoint_url": trail.endpoint_url,
        "created_at": text::moment(trail.created_at),
    })
}
