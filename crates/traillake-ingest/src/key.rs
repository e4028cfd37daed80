//! What the key of a log file tells: organisation, account, folder, region and delivery date.

use std::fmt;

use chrono::{NaiveDate, NaiveDateTime};

/// The folder that stands before the name of every trail tree.
const ANCHOR: &str = "AWSLogs/";

/// The parts of `[prefix/]AWSLogs/[o-id/]account/folder/region/yyyy/mm/dd/file`, or of the file
/// name alone (`account_CloudTrail_region_timeZ_id.json.gz`). Text of the key, in the form AWS
/// writes it, and nothing more: nobody has checked that the account exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailKey {
    /// Everything before the last `AWSLogs/`, or before the file name where there is none.
    pub prefix: String,
    /// `o-…` of an organisation trail.
    pub org_id: Option<String>,
    /// Twelve digits.
    pub account: String,
    /// What the file holds, by its folder.
    pub folder: KeyFolder,
    /// Lower-case region, where the key has one.
    pub region: Option<String>,
    /// UTC day of delivery, where the key has one.
    pub date: Option<NaiveDate>,
}

/// The folder below the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFolder {
    /// Management and data events.
    CloudTrail,
    /// Insights events.
    Insight,
    /// Network activity events.
    NetworkActivity,
    /// Five-minute summaries of data events.
    Aggregated,
    /// Digest files.
    Digest,
    /// Saved results of Lake queries, with their sign file.
    LakeQuery,
    /// Snapshots and histories of AWS Config.
    Config,
    /// Any other, by name: load balancer logs, flow logs …
    Other(String),
}

impl KeyFolder {
    /// The folder of this name.
    pub fn of(name: &str) -> Self {
        match name {
            "CloudTrail" => Self::CloudTrail,
            "CloudTrail-Insight" => Self::Insight,
            "CloudTrail-NetworkActivity" => Self::NetworkActivity,
            "CloudTrail-Aggregated" => Self::Aggregated,
            "CloudTrail-Digest" => Self::Digest,
            "CloudTrail-Lake" => Self::LakeQuery,
            "Config" => Self::Config,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The folder's name.
    pub fn as_str(&self) -> &str {
        match self {
            Self::CloudTrail => "CloudTrail",
            Self::Insight => "CloudTrail-Insight",
            Self::NetworkActivity => "CloudTrail-NetworkActivity",
            Self::Aggregated => "CloudTrail-Aggregated",
            Self::Digest => "CloudTrail-Digest",
            Self::LakeQuery => "CloudTrail-Lake",
            Self::Config => "Config",
            Self::Other(name) => name,
        }
    }

    /// False where the folder alone says that a file holds no CloudTrail records, so that a walk
    /// need not open it. Unknown folders of CloudTrail's own family are opened.
    pub fn may_hold_records(&self) -> bool {
        match self {
            Self::CloudTrail | Self::Insight | Self::NetworkActivity | Self::Aggregated => true,
            Self::Digest | Self::LakeQuery | Self::Config => false,
            Self::Other(name) => name.starts_with("CloudTrail"),
        }
    }
}

impl fmt::Display for KeyFolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TrailKey {
    /// Reads a key, path or url. `None` where it is not a trail's key. Text such as `../` inside
    /// the key has no meaning here and never becomes a path.
    pub fn parse(key: &str) -> Option<Self> {
        Self::from_folders(key).or_else(|| Self::from_file_name(key))
    }

    fn from_folders(key: &str) -> Option<Self> {
        let at = anchor(key)?;
        let mut parts = key[at + ANCHOR.len()..].split('/').peekable();
        let org_id = parts.next_if(|part| is_org_id(part)).map(str::to_owned);
        let account = parts.next().filter(|part| is_account(part))?.to_owned();
        let folder = KeyFolder::of(parts.next().filter(|part| !part.is_empty())?);
        parts.peek()?; // the file itself is no folder
        let region = parts.next_if(|part| is_region(part)).map(str::to_owned);
        let date = folder_date(&mut parts);
        Some(Self { prefix: key[..at].to_owned(), org_id, account, folder, region, date })
    }

    fn from_file_name(key: &str) -> Option<Self> {
        let at = key.rfind('/').map_or(0, |slash| slash + 1);
        let mut parts = key[at..].split('_');
        let account = parts.next().filter(|part| is_account(part))?.to_owned();
        let folder =
            parts.next().filter(|part| part.starts_with("CloudTrail") || *part == "Config").map(KeyFolder::of)?;
        let region = parts.next().filter(|part| is_region(part))?.to_owned();
        let date = parts.find_map(|part| file_date(part.split('.').next().unwrap_or(part)));
        Some(Self { prefix: key[..at].to_owned(), org_id: None, account, folder, region: Some(region), date })
    }
}

/// Where the last `AWSLogs/` starts that begins a path segment.
pub(crate) fn anchor(key: &str) -> Option<usize> {
    key.rmatch_indices(ANCHOR).map(|(at, _)| at).find(|at| *at == 0 || key.as_bytes().get(at - 1) == Some(&b'/'))
}

/// The segments after the last `AWSLogs/`.
pub(crate) fn after_anchor(key: &str) -> Option<&str> {
    anchor(key).map(|at| &key[at + ANCHOR.len()..])
}

/// `o-` and 4 to 32 lower-case letters or digits (AWS: 10 to 32).
pub(crate) fn is_org_id(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|id| {
        (4..=32).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    })
}

/// Twelve digits.
pub(crate) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Two to five dash-joined parts of lower-case letters and digits, the last starting with a digit.
pub(crate) fn is_region(text: &str) -> bool {
    let form = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 32
        && (2..=5).contains(&text.split('-').count())
        && text.split('-').all(form)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.rsplit('-').next().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_digit()))
}

/// The next three segments as a date, from the first that is a year (`Query/yyyy/mm/dd` too).
fn folder_date<'k>(parts: &mut impl Iterator<Item = &'k str>) -> Option<NaiveDate> {
    let year = parts.find_map(|part| number(part, 4))?;
    let month = parts.next().and_then(|part| number(part, 2).or_else(|| number(part, 1)))?;
    let day = parts.next().and_then(|part| number(part, 2).or_else(|| number(part, 1)))?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// A number of exactly this many digits.
pub(crate) fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// The day of `20230710T1240Z` or `20230710T124000Z`.
fn file_date(text: &str) -> Option<NaiveDate> {
    let parse = |form| NaiveDateTime::parse_from_str(text, form).ok();
    (text.len() >= 14)
        .then(|| parse("%Y%m%dT%H%MZ").or_else(|| parse("%Y%m%dT%H%M%SZ")))
        .flatten()
        .map(|time| time.date())
}

#[cfg(test)]
mod tests;
