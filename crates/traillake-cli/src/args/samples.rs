//! `samples`.

use std::path::PathBuf;

use clap::Args;
use traillake::QueryParameter;

use super::AskArgs;

const AFTER_HELP: &str = "\
A listing is a table or JSON (`--format json`). A run asks the store of `--store`, or the only one of the sample's kind.
Moments are given as `2025-03-01`, `'2025-03-01 12:00:00'`, or as a span before now: `-12h`, `-30d`, `now`.

  traillake samples --search 'root'
  traillake samples root-user-activity
  traillake samples root-user-activity --run --param since=-90d --format csv";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SamplesArgs {
    /// The sample to show or run; without one, they are listed
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// List those that hold all these words, best first
    #[arg(long, short, value_name = "WORDS", conflicts_with = "name")]
    pub(crate) search: Option<String>,
    /// Run the sample
    #[arg(long, requires = "name")]
    pub(crate) run: bool,
    /// A value in the place of a parameter's default, `name=value`
    #[arg(long = "param", value_name = "K=V", requires = "run", allow_hyphen_values = true)]
    pub(crate) parameters: Vec<QueryParameter>,
    /// Write the rows to a file; it appears when it is complete
    #[arg(long, short, value_name = "FILE", requires = "run")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) ask: AskArgs,
}
