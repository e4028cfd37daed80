//! `generate`: a synthetic trail tree.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use crate::args::GenerateArgs;
use crate::context::Context;
use crate::error::{CliError, Result};
use crate::exit::ExitStatus;
use crate::generate::{GenerateOptions, GenerateProgress, GeneratedTrail, generate};
use crate::progress::ProgressLine;
use crate::text;

pub(super) async fn run(context: &Context, args: &GenerateArgs) -> Result<ExitStatus> {
    if args.out.to_string_lossy().contains("://") {
        let hint = "generate into a folder, then copy it, for example with `aws s3 sync`";
        return Err(CliError::usage(format!("`{}` is not a folder", args.out.display()), hint));
    }
    write_trail(context, &args.out, args.options()).await?;
    context.printer.status(format_args!("next: traillake ingest {}", args.out.display()));
    Ok(ExitStatus::Done)
}

/// Writes a trail with a progress line and says what was written.
pub(super) async fn write_trail(context: &Context, out: &Path, options: GenerateOptions) -> Result<GeneratedTrail> {
    let started = Instant::now();
    let progress = Arc::new(GenerateProgress::default());
    let line = ProgressLine::of_generator(&context.printer, &progress, options.events);
    let stop = StopOnDrop(Arc::clone(&progress));
    let folder = out.to_path_buf();
    let work = tokio::task::spawn_blocking(move || generate(&folder, &options, &progress));
    let trail = work.await.map_err(|error| CliError::Internal { message: error.to_string() })??;
    drop((line, stop));
    context.printer.status(format_args!(
        "generated {} events in {} ({} of JSON, {} compressed) in {}",
        text::count(trail.events),
        text::counted(trail.objects, "object"),
        text::bytes(trail.json_bytes),
        text::bytes(trail.gzip_bytes),
        text::time(started.elapsed()),
    ));
    Ok(trail)
}

/// When the command is interrupted its future is dropped; the threads must hear of it.
struct StopOnDrop(Arc<GenerateProgress>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stop();
    }
}
