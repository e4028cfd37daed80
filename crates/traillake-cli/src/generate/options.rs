//! What to generate: the shapes of trails that users have, and their figures.

use std::path::PathBuf;

use chrono::NaiveDate;

/// The shape of a trail: how many events lie in how many objects of how many accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A few busy accounts over two days: about a hundred events per object.
    #[default]
    Busy,
    /// A week of quiet accounts: a handful of events per object.
    ManySmall,
    /// An organisation: 300 accounts in 17 regions over a month.
    Wide,
    /// Seven years of one small account.
    Long,
}

impl Shape {
    /// Every shape, in the order of the help text.
    pub const ALL: [Self; 4] = [Self::Busy, Self::ManySmall, Self::Wide, Self::Long];

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::ManySmall => "many-small",
            Self::Wide => "wide",
            Self::Long => "long",
        }
    }

    /// Minutes between two deliveries of the same account and region.
    pub(crate) fn slot_minutes(self) -> u32 {
        match self {
            Self::Busy | Self::ManySmall => 5,
            Self::Wide => 1440,
            Self::Long => 360,
        }
    }

    /// The most events of one object.
    pub(crate) fn object_events(self) -> u64 {
        match self {
            Self::Busy => 200,
            Self::ManySmall => 8,
            Self::Wide | Self::Long => 100,
        }
    }
}

/// Everything that decides the bytes of a generated trail.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// Events in all, exactly.
    pub events: u64,
    /// Accounts, the first one the busiest.
    pub accounts: u32,
    /// Regions, 1 to 17, the first one (`us-east-1`) the busiest.
    pub regions: u32,
    /// Days of deliveries.
    pub days: u32,
    /// The first day, UTC.
    pub start: NaiveDate,
    /// The seed: another seed, another trail of the same shape.
    pub seed: u64,
    /// How events spread over objects.
    pub shape: Shape,
}

impl GenerateOptions {
    /// The figures that belong to a shape.
    pub fn of(shape: Shape) -> Self {
        let (events, accounts, regions, days) = match shape {
            Shape::Busy => (1_000_000, 3, 4, 2),
            Shape::ManySmall => (200_000, 4, 5, 7),
            Shape::Wide => (600_000, 300, 17, 30),
            Shape::Long => (400_000, 1, 2, 7 * 365 + 2),
        };
        let year = if shape == Shape::Long { 2018 } else { 2025 };
        let start = NaiveDate::from_yo_opt(year, if year == 2018 { 1 } else { 62 }).unwrap_or_default();
        Self { events, accounts, regions, days, start, seed: 1, shape }
    }

    pub(crate) fn check(&self) -> Result<(), GenerateError> {
        let limits = [
            ("events", self.events, 1, 1_000_000_000),
            ("accounts", u64::from(self.accounts), 1, 10_000),
            ("regions", u64::from(self.regions), 1, 17),
            ("days", u64::from(self.days), 1, 7_300),
        ];
        for (name, value, least, most) in limits {
            if value < least || value > most {
                return Err(GenerateError::OutOfRange { name, value, least, most });
            }
        }
        Ok(())
    }
}

/// Why a trail could not be generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A figure is outside what makes sense.
    #[error("`--{name} {value}` is out of range: expected {least} to {most}")]
    OutOfRange {
        /// The option.
        name: &'static str,
        /// What was asked for.
        value: u64,
        /// The least allowed value.
        least: u64,
        /// The greatest allowed value.
        most: u64,
    },
    /// A file or folder could not be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The caller asked to stop.
    #[error("generation was interrupted")]
    Interrupted,
}
