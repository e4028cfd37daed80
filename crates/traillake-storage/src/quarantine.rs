//! The quarantine: bytes that could not be read as records, with the place they came from and the reason.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use futures::StreamExt;
use futures::stream::BoxStream;
use uuid::Uuid;

use crate::Result;
use crate::manifest::{
    Columns, ManifestRow, Sequenced, SortedRow, binary_column, moment_column, number_column, text_column, uuid_column,
};

/// One piece that was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuarantineRow {
    /// Identity of the piece.
    pub id: Uuid,
    /// Full address of the source object.
    pub object: String,
    /// The attempt that set it aside; the row counts while it is the attempt of the object's latest manifest row.
    pub attempt: Uuid,
    /// Entity tag of the object.
    pub etag: Option<String>,
    /// Where the piece starts in the decompressed object.
    pub offset_bytes: u64,
    /// Number of the record in the object, from 0.
    pub record_index: Option<u64>,
    /// Code of the reason, snake case.
    pub reason: String,
    /// A sentence for people.
    pub message: String,
    /// The bytes, up to 1 MiB.
    pub bytes: Option<Vec<u8>>,
    /// Path of the bytes below the store's folder, when they are larger.
    pub blob: Option<String>,
    /// Length of the piece in bytes.
    pub length_bytes: u64,
    /// When it was set aside, in milliseconds since 1970.
    pub quarantined_at_ms: i64,
}

impl SortedRow for QuarantineRow {
    const ROW_GROUP_ROWS: usize = 4_096;
    const BATCH_ROWS: usize = 16;

    fn schema() -> SchemaRef {
        let text = |name: &str| Field::new(name, DataType::Utf8, true);
        Schema::new(vec![
            Field::new("object", DataType::Utf8, false),
            Field::new("sequence", DataType::UInt64, false),
            text("id"),
            text("attempt"),
            text("etag"),
            Field::new("offset_bytes", DataType::UInt64, false),
            Field::new("record_index", DataType::UInt64, true),
            text("reason"),
            text("message"),
            Field::new("bytes", DataType::Binary, true),
            text("blob"),
            Field::new("length_bytes", DataType::UInt64, false),
            Field::new("quarantined_at_ms", DataType::Int64, true),
        ])
        .into()
    }

    fn object(&self) -> &str {
        &self.object
    }

    fn weight(&self) -> usize {
        300 + self.object.len() + self.message.len() + self.bytes.as_ref().map_or(0, Vec::len)
    }

    fn to_batch(rows: &[Sequenced<Self>]) -> Result<RecordBatch, ArrowError> {
        let record_index: ArrayRef = Arc::new(rows.iter().map(|r| r.row.record_index).collect::<UInt64Array>());
        let columns = vec![
            text_column(rows, |r| Some(&r.object)),
            number_column(rows.iter().map(|r| r.sequence)),
            uuid_column(rows, |r| r.id),
            uuid_column(rows, |r| r.attempt),
            text_column(rows, |r| r.etag.as_deref()),
            number_column(rows.iter().map(|r| r.row.offset_bytes)),
            record_index,
            text_column(rows, |r| Some(&r.reason)),
            text_column(rows, |r| Some(&r.message)),
            binary_column(rows, |r| r.bytes.as_deref()),
            text_column(rows, |r| r.blob.as_deref()),
            number_column(rows.iter().map(|r| r.row.length_bytes)),
            moment_column(rows, |r| Some(r.quarantined_at_ms)),
        ];
        RecordBatch::try_new(Self::schema(), columns)
    }

    fn from_batch(columns: &Columns, row: usize) -> Result<Sequenced<Self>, String> {
        let text = |name| columns.text(name, row).map(|text| text.map(str::to_owned));
        let quarantined = Self {
            id: columns.uuid("id", row)?,
            object: columns.required_text("object", row)?.to_owned(),
            attempt: columns.uuid("attempt", row)?,
            etag: text("etag")?,
            offset_bytes: columns.number("offset_bytes", row)?,
            record_index: columns.optional_number("record_index", row)?,
            reason: columns.required_text("reason", row)?.to_owned(),
            message: text("message")?.unwrap_or_default(),
            bytes: columns.binary("bytes", row)?.map(<[u8]>::to_vec),
            blob: text("blob")?,
            length_bytes: columns.number("length_bytes", row)?,
            quarantined_at_ms: columns.moment("quarantined_at_ms", row)?.unwrap_or_default(),
        };
        Ok(Sequenced { sequence: columns.number("sequence", row)?, row: quarantined })
    }
}

/// Those of `rows` whose attempt is that of their object's row in `manifest`; both sorted by object.
pub(crate) fn live(
    rows: BoxStream<'static, Result<Sequenced<QuarantineRow>>>,
    manifest: BoxStream<'static, Result<Sequenced<ManifestRow>>>,
) -> BoxStream<'static, Result<Sequenced<QuarantineRow>>> {
    let state = (rows, manifest, None::<ManifestRow>);
    futures::stream::try_unfold(state, |(mut rows, mut manifest, mut current)| async move {
        while let Some(row) = rows.next().await.transpose()? {
            let order = loop {
                match current.as_ref().map(|known| known.object.cmp(&row.row.object)) {
                    None | Some(Ordering::Less) => match manifest.next().await.transpose()? {
                        Some(next) => current = Some(next.row),
                        None => break Ordering::Greater,
                    },
                    Some(order) => break order,
                }
            };
            let latest = current.as_ref().filter(|_| order == Ordering::Equal);
            if latest.is_some_and(|latest| latest.attempt == row.row.attempt) {
                return Ok(Some((row, (rows, manifest, current))));
            }
        }
        Ok(None)
    })
    .boxed()
}
