//! The questions people start from: the queries of the folder `sql-examples`, and what each is for.
//!
//! A query's file begins with a header of comment lines, in this order:
//!
//! ```sql
//! -- title: Use of the root user
//! -- why: One or two sentences; a line that starts with three spaces
//! --   goes on with the one before it.
//! -- controls: CIS AWS Foundations 1.7, PCI DSS 10.2.1.2
//! -- kind: cloudtrail
//! -- parameter: since timestamp -30d Events from this moment on
//! -- parameter: until timestamp now Events before this moment
//! SELECT ...
//! ```
//!
//! `controls` is `none` where there is none. A parameter has a name, a kind, a default and a text. A default is a
//! literal, in single quotes where it has spaces, or, for timestamps and dates, `now` or a span before it: `-90m`,
//! `-12h`, `-30d`.

mod bundled;
mod error;
mod header;
mod parameter;
mod search;
mod statement;

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use traillake_model::EventDataStoreKind;
use traillake_query::QueryParameter;

pub use error::SampleError;
pub use parameter::{SampleDefault, SampleParameter};
pub use search::{nearest_sample, rank_samples, search_samples};

/// A bundled query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The name of its file without `.sql`.
    pub name: &'static str,
    /// What it asks.
    pub title: String,
    /// Why one asks.
    pub why: String,
    /// The controls it serves, each with the name of its framework; empty where there are none.
    pub controls: Vec<String>,
    /// The kind of store it reads.
    pub kind: EventDataStoreKind,
    /// Its `:name` placeholders.
    pub parameters: Vec<SampleParameter>,
    /// The statement.
    pub sql: &'static str,
    /// The whole file.
    pub text: &'static str,
}

impl Sample {
    /// The values its placeholders have at `now` when none is given.
    pub fn defaults(&self, now: DateTime<Utc>) -> Vec<QueryParameter> {
        self.parameters.iter().map(|parameter| parameter.value_at(now)).collect()
    }

    /// The values of a run at `now`: what is `given`, else the defaults.
    ///
    /// A text given for a parameter of another kind is read as that kind, and spans are understood as in defaults.
    ///
    /// # Errors
    /// [`SampleError::UnknownParameter`] when a value is given that the query does not ask for.
    pub fn values(&self, given: &[QueryParameter], now: DateTime<Utc>) -> Result<Vec<QueryParameter>, SampleError> {
        let is_known =
            |value: &&QueryParameter| self.parameters.iter().any(|parameter| parameter.is_named(&value.name));
        if let Some(unknown) = given.iter().find(|value| !is_known(value)) {
            return Err(SampleError::UnknownParameter {
                sample: self.name,
                name: unknown.name.clone(),
                known: self.parameters.iter().map(|parameter| parameter.name.clone()).collect(),
            });
        }
        let value = |parameter: &SampleParameter| {
            let given = given.iter().rfind(|value| parameter.is_named(&value.name));
            given.map_or_else(|| parameter.value_at(now), |given| parameter.given(given, now))
        };
        Ok(self.parameters.iter().map(value).collect())
    }
}

/// All bundled queries, sorted by name.
///
/// ```
/// use traillake::samples;
///
/// let about_the_root_user: Vec<_> = samples().iter().filter(|sample| sample.name.starts_with("root-")).collect();
/// assert_eq!(about_the_root_user[0].title, "Use of the root user");
/// ```
pub fn samples() -> &'static [Sample] {
    // The tests show that every file can be read.
    static SAMPLES: LazyLock<Vec<Sample>> =
        LazyLock::new(|| bundled::FILES.iter().filter_map(|&(name, text)| header::read(name, text).ok()).collect());
    &SAMPLES
}

/// The bundled query of this name.
pub fn sample(name: &str) -> Option<&'static Sample> {
    samples().iter().find(|sample| sample.name == name)
}

#[cfg(test)]
mod tests;
