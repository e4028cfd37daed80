//! `store`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use traillake::{AddedColumn, EventDataStoreKind, EventDataStoreName, PartitionBy, Retention};

use super::ListFormat;

#[derive(Debug, Subcommand)]
pub(crate) enum StoreCommand {
    /// Make an event data store
    Create(CreateArgs),
    /// List the event data stores
    List(FormatArgs),
    /// Show one event data store with its figures
    Describe(NamedArgs),
    /// Change an event data store
    Update(UpdateArgs),
    /// Delete an event data store; it can be restored for 7 days
    Delete(DeleteArgs),
    /// Take a deletion back
    Restore(NamedArgs),
}

#[derive(Args, Debug)]
pub(crate) struct FormatArgs {
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct NamedArgs {
    /// Name, id or ARN
    pub(crate) name: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct CreateArgs {
    /// The name: 3 to 128 letters, digits, `.`, `-`, `_`
    pub(crate) name: EventDataStoreName,
    /// What it holds: cloudtrail, insights, config, `audit_manager` or integration
    #[arg(long, value_name = "KIND", default_value = "cloudtrail")]
    pub(crate) kind: EventDataStoreKind,
    /// How long events are kept: 7 to 3653 days, or `unlimited`
    #[arg(long, value_name = "N", default_value = "2557")]
    pub(crate) retention_days: Retention,
    /// Advanced event selectors (JSON, as AWS takes them); `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) selectors: Option<PathBuf>,
    /// Layout of the files; wide organisations take fewer keys, quiet accounts `month` for `date`
    #[arg(long, value_name = "KEYS", default_value = "account,region,date")]
    pub(crate) partition_by: PartitionBy,
    /// Refuse deletion
    #[arg(long, value_enum, value_name = "ON|OFF", default_value = "on")]
    pub(crate) termination_protection: OnOff,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct UpdateArgs {
    /// Name, id or ARN
    pub(crate) name: String,
    /// How long events are kept: 7 to 3653 days, or `unlimited`
    #[arg(long, value_name = "N")]
    pub(crate) retention_days: Option<Retention>,
    /// New advanced event selectors (JSON); `-` is standard input, `none` takes every event
    #[arg(long, value_name = "FILE")]
    pub(crate) selectors: Option<PathBuf>,
    /// Refuse deletion
    #[arg(long, value_enum, value_name = "ON|OFF")]
    pub(crate) termination_protection: Option<OnOff>,
    /// Take in what trails bring; sources that are named are taken in either way
    #[arg(long, value_enum, value_name = "ON|OFF")]
    pub(crate) ingestion: Option<OnOff>,
    /// Add a column filled from a member of the record: `name=recordMember:type`
    #[arg(long, value_name = "COLUMN")]
    pub(crate) add_column: Vec<NewColumn>,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Args, Debug)]
pub(crate) struct DeleteArgs {
    /// Name, id or ARN
    pub(crate) name: String,
    /// Do not ask
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ListFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

/// `name=recordMember:type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewColumn(pub(crate) AddedColumn);

impl FromStr for NewColumn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let malformed =
            || format!("`{text}` is not a column: expected `name=recordMember:type`, e.g. `risk=riskScore:double`");
        let (name, rest) = text.split_once('=').ok_or_else(malformed)?;
        let (record_field, kind) = rest.rsplit_once(':').ok_or_else(malformed)?;
        let column = AddedColumn {
            name: name.to_owned(),
            record_field: record_field.to_owned(),
            r#type: kind.parse().map_err(|error| format!("{error}"))?,
        };
        column.checked().map(Self).map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_name_member_and_type() {
        let NewColumn(column) = "risk=riskScore:double".parse().unwrap();
        assert_eq!(
            (column.name.as_str(), column.record_field.as_str(), column.r#type.as_str()),
            ("risk", "riskScore", "double")
        );
        for text in ["risk", "risk=riskScore", "risk=riskScore:float", "=x:double", "account=x:string"] {
            assert!(text.parse::<NewColumn>().is_err(), "{text}");
        }
    }
}
