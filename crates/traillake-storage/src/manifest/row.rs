//! A row of the manifest: what one source object held and what became of it.

use std::fmt;
use std::str::FromStr;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use uuid::Uuid;

use super::columns::{Columns, moment_column, number_column, text_column, uuid_column};

/// One source object, as of one attempt to read it. The row with the highest manifest number counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManifestRow {
    /// Full address of the source object: the key of the manifest.
    pub object: String,
    /// Entity tag, when the source has one.
    pub etag: Option<String>,
    /// Size of the object in bytes.
    pub size_bytes: u64,
    /// Lower-case hexadecimal SHA-256 of the object's bytes, when all of them were read.
    pub sha256: Option<String>,
    /// When the object was last modified, in milliseconds since 1970.
    pub last_modified_ms: Option<i64>,
    /// What the object's key says.
    pub key: ManifestKey,
    /// What became of it.
    pub status: ObjectStatus,
    /// The attempt that wrote this row; rows of the quarantine carry it too.
    pub attempt: Uuid,
    /// Version of the store's settings that decided.
    pub settings_version: u64,
    /// Records read.
    pub read: u64,
    /// Records stored.
    pub stored: u64,
    /// Records that were stored before.
    pub duplicate: u64,
    /// Records the store does not select.
    pub filtered: u64,
    /// Records beyond the retention.
    pub expired: u64,
    /// Records set aside.
    pub quarantined: u64,
    /// Bytes after decompression.
    pub decompressed_bytes: u64,
    /// Form the records came in, for instance `records`.
    pub envelope: Option<String>,
    /// Earliest event time in microseconds since 1970.
    pub first_event_micros: Option<i64>,
    /// Latest event time in microseconds since 1970.
    pub last_event_micros: Option<i64>,
    /// When it was ingested, in milliseconds since 1970.
    pub ingested_at_ms: i64,
    /// A sentence for people.
    pub detail: Option<String>,
}

/// What the key of a trail object says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ManifestKey {
    /// Folder of the trail, for instance `CloudTrail`.
    pub kind: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Delivery date, `yyyy-mm-dd`.
    pub delivery_date: Option<String>,
}

/// What became of a source object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ObjectStatus {
    /// Read to the end.
    #[default]
    Ingested,
    /// Some of its bytes could not be split into records.
    Partial,
    /// A part of it is committed, the rest follows: after an interruption, or where the ingest was not granted all of its
    /// accounts, it is read again.
    Incomplete,
    /// It holds no records.
    Ignored,
}

impl ObjectStatus {
    /// The word in the manifest: `ingested`, `partial`, `incomplete`, `ignored`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingested => "ingested",
            Self::Partial => "partial",
            Self::Incomplete => "incomplete",
            Self::Ignored => "ignored",
        }
    }
}

impl fmt::Display for ObjectStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ObjectStatus {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Ingested, Self::Partial, Self::Incomplete, Self::Ignored]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| format!("`{text}` is not an object status"))
    }
}

/// A range of object addresses, compared as bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectRange {
    /// First address of the range; none: from the first.
    pub from: Option<String>,
    /// First address after the range; none: to the last.
    pub until: Option<String>,
}

impl ObjectRange {
    /// Every object.
    pub fn all() -> Self {
        Self::default()
    }

    /// Objects whose address starts with `prefix`.
    pub fn prefix(prefix: &str) -> Self {
        let mut until = prefix.to_owned();
        // The next text after all with this prefix: the last character is raised by one.
        while let Some(last) = until.pop() {
            if let Some(next) = ((last as u32).saturating_add(1)..=char::MAX as u32).find_map(char::from_u32) {
                until.push(next);
                return Self { from: Some(prefix.to_owned()), until: Some(until) };
            }
        }
        Self { from: Some(prefix.to_owned()), until: None }
    }

    /// One object.
    pub fn one(object: &str) -> Self {
        Self { from: Some(object.to_owned()), until: Some(format!("{object}\0")) }
    }

    /// Whether `object` lies in the range.
    pub fn contains(&self, object: &str) -> bool {
        self.from.as_deref().is_none_or(|from| object >= from)
            && self.until.as_deref().is_none_or(|until| object < until)
    }

    /// Whether texts from `min` to `max` can lie in the range.
    pub(crate) fn overlaps(&self, min: &str, max: &str) -> bool {
        self.from.as_deref().is_none_or(|from| max >= from) && self.until.as_deref().is_none_or(|until| min < until)
    }
}

/// A row of a sorted file and the number of the commit that wrote it first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sequenced<R> {
    /// Number of the manifest file of that commit.
    pub(crate) sequence: u64,
    /// The row.
    pub(crate) row: R,
}

/// Rows that are kept in Parquet files sorted by object.
pub(crate) trait SortedRow: Sized + Send + Clone + 'static {
    /// Columns of the file.
    fn schema() -> SchemaRef;
    /// The sort key.
    fn object(&self) -> &str;
    /// Bytes the row takes, about, for the size of row groups.
    fn weight(&self) -> usize;
    /// Rows as columns, in the order of [`SortedRow::schema`].
    fn to_batch(rows: &[Sequenced<Self>]) -> Result<RecordBatch, ArrowError>;
    /// One row of a batch; the error says what is wrong with the file.
    fn from_batch(columns: &Columns, row: usize) -> Result<Sequenced<Self>, String>;
    /// Rows of one row group, at most.
    const ROW_GROUP_ROWS: usize;
    /// Rows decoded at once.
    const BATCH_ROWS: usize;
}

impl SortedRow for ManifestRow {
    const ROW_GROUP_ROWS: usize = 8_192;
    const BATCH_ROWS: usize = 1_024;

    fn schema() -> SchemaRef {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        let count = |name: &str| Field::new(name, DataType::UInt64, false);
        let moment = |name: &str| Field::new(name, DataType::Int64, true);
        Schema::new(vec![
            Field::new("object", DataType::Utf8, false),
            count("sequence"),
            text("etag"),
            count("size_bytes"),
            text("sha256"),
            moment("last_modified_ms"),
            text("key_kind"),
            text("key_account"),
            text("key_region"),
            text("key_delivery_date"),
            text("status"),
            text("attempt"),
            count("settings_version"),
            count("read"),
            count("stored"),
            count("duplicate"),
            count("filtered"),
            count("expired"),
            count("quarantined"),
            count("decompressed_bytes"),
            text("envelope"),
            moment("first_event_micros"),
            moment("last_event_micros"),
            moment("ingested_at_ms"),
            text("detail"),
        ])
        .into()
    }

    fn object(&self) -> &str {
        &self.object
    }

    fn weight(&self) -> usize {
        400 + self.object.len() + self.detail.as_ref().map_or(0, String::len)
    }

    fn to_batch(rows: &[Sequenced<Self>]) -> Result<RecordBatch, ArrowError> {
        let columns = vec![
            text_column(rows, |r| Some(&r.object)),
            number_column(rows.iter().map(|r| r.sequence)),
            text_column(rows, |r| r.etag.as_deref()),
            number_column(rows.iter().map(|r| r.row.size_bytes)),
            text_column(rows, |r| r.sha256.as_deref()),
            moment_column(rows, |r| r.last_modified_ms),
            text_column(rows, |r| r.key.kind.as_deref()),
            text_column(rows, |r| r.key.account.as_deref()),
            text_column(rows, |r| r.key.region.as_deref()),
            text_column(rows, |r| r.key.delivery_date.as_deref()),
            text_column(rows, |r| Some(r.status.as_str())),
            uuid_column(rows, |r| r.attempt),
            number_column(rows.iter().map(|r| r.row.settings_version)),
            number_column(rows.iter().map(|r| r.row.read)),
            number_column(rows.iter().map(|r| r.row.stored)),
            number_column(rows.iter().map(|r| r.row.duplicate)),
            number_column(rows.iter().map(|r| r.row.filtered)),
            number_column(rows.iter().map(|r| r.row.expired)),
            number_column(rows.iter().map(|r| r.row.quarantined)),
            number_column(rows.iter().map(|r| r.row.decompressed_bytes)),
            text_column(rows, |r| r.envelope.as_deref()),
            moment_column(rows, |r| r.first_event_micros),
            moment_column(rows, |r| r.last_event_micros),
            moment_column(rows, |r| Some(r.ingested_at_ms)),
            text_column(rows, |r| r.detail.as_deref()),
        ];
        RecordBatch::try_new(Self::schema(), columns)
    }

    fn from_batch(columns: &Columns, row: usize) -> Result<Sequenced<Self>, String> {
        let text = |name| columns.text(name, row).map(|text| text.map(str::to_owned));
        let count = |name| columns.number(name, row);
        let key = ManifestKey {
            kind: text("key_kind")?,
            account: text("key_account")?,
            region: text("key_region")?,
            delivery_date: text("key_delivery_date")?,
        };
        let row = Self {
            object: columns.required_text("object", row)?.to_owned(),
            etag: text("etag")?,
            size_bytes: count("size_bytes")?,
            sha256: text("sha256")?,
            last_modified_ms: columns.moment("last_modified_ms", row)?,
            key,
            status: columns.required_text("status", row)?.parse()?,
            attempt: columns.uuid("attempt", row)?,
            settings_version: count("settings_version")?,
            read: count("read")?,
            stored: count("stored")?,
            duplicate: count("duplicate")?,
            filtered: count("filtered")?,
            expired: count("expired")?,
            quarantined: count("quarantined")?,
            decompressed_bytes: count("decompressed_bytes")?,
            envelope: text("envelope")?,
            first_event_micros: columns.moment("first_event_micros", row)?,
            last_event_micros: columns.moment("last_event_micros", row)?,
            ingested_at_ms: columns.moment("ingested_at_ms", row)?.unwrap_or_default(),
            detail: text("detail")?,
        };
        Ok(Sequenced { sequence: count("sequence")?, row })
    }
}
