//! `generate` and `demo`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;

use crate::generate::{GenerateOptions, Shape};

const SHAPES: &str = "\
Shapes and their figures, which the options override:
  busy        1,000,000 events in about 9,000 objects of 3 accounts and 4 regions over 2 days
  many-small  200,000 events in about 40,000 objects of 4 accounts and 5 regions over 7 days
  wide        600,000 events of 300 accounts in 17 regions over 30 days
  long        400,000 events of one account in 2 regions over 7 years";

#[derive(Args, Debug)]
#[command(after_help = SHAPES)]
pub(crate) struct GenerateArgs {
    /// The folder to write `AWSLogs/` into
    #[arg(value_name = "OUT")]
    pub(crate) out: PathBuf,
    /// How events spread over objects, accounts and days
    #[arg(long, default_value = "busy", value_parser = shape_parser())]
    pub(crate) shape: Shape,
    /// Events in all
    #[arg(long, value_name = "N")]
    pub(crate) events: Option<u64>,
    /// Accounts
    #[arg(long, value_name = "N")]
    pub(crate) accounts: Option<u32>,
    /// Regions, at most 17
    #[arg(long, value_name = "N")]
    pub(crate) regions: Option<u32>,
    /// Days
    #[arg(long, value_name = "N")]
    pub(crate) days: Option<u32>,
    /// The first day [default: 2025-03-03, long: 2018-01-01]
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) start: Option<NaiveDate>,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

impl GenerateArgs {
    pub(crate) fn options(&self) -> GenerateOptions {
        let shape = GenerateOptions::of(self.shape);
        GenerateOptions {
            events: self.events.unwrap_or(shape.events),
            accounts: self.accounts.unwrap_or(shape.accounts),
            regions: self.regions.unwrap_or(shape.regions),
            days: self.days.unwrap_or(shape.days),
            start: self.start.unwrap_or(shape.start),
            seed: self.seed,
            shape: self.shape,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Events to generate
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) events: u64,
    /// Another seed, another trail
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Keep the generated log files, and the lake if it is in a temporary folder
    #[arg(long)]
    pub(crate) keep: bool,
}

fn shape_parser() -> impl TypedValueParser<Value = Shape> {
    PossibleValuesParser::new(Shape::ALL.map(Shape::as_str))
        .map(|text| Shape::ALL.into_iter().find(|shape| shape.as_str() == text).unwrap_or_default())
}
