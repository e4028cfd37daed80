//! What to do about each error.

use super::hints::way_out;
use super::statements::instead;
use super::{QueryError, listed};

/// Stores that a hint names.
const LISTED: usize = 20;

impl QueryError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Syntax { hint, .. } | Self::Invalid { hint, .. } => return hint.clone(),
            Self::Empty => "write a SELECT".into(),
            Self::NotAllowed { statement, allowed, .. } => instead(statement, allowed),
            Self::SeveralStatements { .. } => "give one statement per query".into(),
            Self::TextTooLong { .. } => "shorten the list of values, or raise the limit (`text_bytes`)".into(),
            Self::TooComplex { .. } => "write long lists of alternatives with `IN (...)`, or split the query".into(),
            Self::Placeholder { wanted: "a value", .. } => {
                "write `:name`, and give it with `--param name=VALUE`; a program binds a value to each `?`".into()
            }
            Self::Placeholder { .. } => "put a store's name or id there, or `$EDS_ID` and `--store NAME`".into(),
            Self::NoDefaultStore { stores, .. } if stores.is_empty() => {
                "create one: `traillake store create NAME`".into()
            }
            Self::NoDefaultStore { .. } => "choose one: `--store NAME`".into(),
            Self::UnboundParameter { name, .. } => format!("give it: `--param {name}=VALUE`"),
            Self::MalformedParameter { .. } => {
                "write `name=value` or `name:kind=value`, kind being text, number, boolean, timestamp or date".into()
            }
            Self::UnfitValue { .. } => "give a boolean, number, text, binary, date, time, timestamp or interval".into(),
            Self::ValueCount { .. } => "give one value for each `?`".into(),
            Self::InactiveStore { name, .. } => format!("restore it: `traillake store restore {name}`"),
            Self::StoreNotFound { nearest: None, stores, .. } if !stores.is_empty() => {
                format!("stores: {}", listed(&stores[..stores.len().min(LISTED)]))
            }
            Self::StoreNotFound { nearest: None, .. } => "`SHOW TABLES` lists what can be asked".into(),
            Self::UnknownColumn { advice: Some(advice), .. } => advice.clone(),
            Self::UnknownFunction { instead: Some(form), .. } => format!("Lake writes `{form}`"),
            Self::UnknownFunction { nearest: None, of_engine: false, name, .. } => {
                format!("`SHOW FUNCTIONS LIKE '%{}%'` finds those there are", name.replace('\'', "''"))
            }
            Self::UnknownFunction { of_engine: true, .. } => {
                "a function of the engine, not of Lake's SQL: `--dialect datafusion` has it".into()
            }
            Self::Failed { message, .. } => {
                way_out(message).unwrap_or_else(|| "`try(...)` around the call gives NULL instead".into())
            }
            Self::StoreNotFound { nearest: Some(name), .. }
            | Self::UnknownColumn { nearest: Some(name), .. }
            | Self::UnknownFunction { nearest: Some(name), .. } => format!("did you mean `{name}`?"),
            Self::UnknownColumn { fields, .. } if !fields.is_empty() => format!("fields: `{}`", fields.join("`, `")),
            Self::UnknownColumn { .. } => "`SHOW COLUMNS FROM <store>` lists them; text stands in single quotes".into(),
            Self::MemoryLimit { .. } => "narrow the time range, select fewer columns, or raise `--memory-limit`".into(),
            Self::SpillLimit { .. } => "narrow the time range, or raise the limit (`temp_bytes`)".into(),
            Self::Timeout { .. } => "narrow the time range, or raise `--timeout`".into(),
            Self::RowLimit { .. } => "add a LIMIT, or raise `--max-rows`".into(),
            Self::Storage { source } => return source.hint(),
            _ => return None,
        };
        Some(hint)
    }
}
