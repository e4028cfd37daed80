//! `find`: every event in which a value stands.

use traillake::FindOptions;

use super::ask::{Asker, Target, stats_text};
use crate::args::FindArgs;
use crate::context::Context;
use crate::error::Result;
use crate::exit::ExitStatus;

pub(super) async fn run(context: &Context, args: &FindArgs) -> Result<ExitStatus> {
    let mut asker = Asker::open(context, &args.ask()).await?;
    if let Some(path) = &args.output {
        asker.target = Target::File(path.clone());
    }
    let (from, until) = args.times();
    let options = FindOptions { from, until, query: asker.options.clone() };
    let stats = asker.find(&args.value, &options).await?;
    context.printer.status(stats_text(&stats));
    Ok(ExitStatus::Done)
}
