//! Event records to Arrow columns and back: every record is stored as columns that give it back exactly.
//!
//! ```text
//!                      schema/<kind>.json
//!                              |
//!                         EventSchema ------------------------------.
//!                              |                                    |
//! JSON text -> tape -> walk by record tree -> column builders -> RecordBatch
//!                       |      `-> shape ----> recordshape          |
//!                       `--------> rest  ----> recordrest           |
//!                                                                   |
//! JSON text <------------- replay of the shape <-- EventJsonWriter -'
//! ```
//!
//! ```
//! use traillake_columnar::{EventBatchBuilder, EventJsonWriter, EventSchema, RecordLimits, RecordReader};
//! use traillake_model::EventDataStoreKind;
//!
//! let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
//! let mut reader = RecordReader::new(schema.clone(), RecordLimits::default());
//! let mut builder = EventBatchBuilder::new(schema.clone(), 1);
//!
//! let json = r#"{"eventTime":"2023-07-19T21:33:41Z","requestParameters":{"n":1.50,"t":["a"]},"new":null}"#;
//! builder.append(&reader.read(json.as_bytes())?);
//! let batch = builder.finish();
//!
//! let rebuilt = EventJsonWriter::new(schema).write(&batch)?;
//! assert_eq!(rebuilt.value(0), json);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A record whose structure was met before is laid out as the one before it, without a walk.
//!
//! This crate reads and writes no files, splits no log files into records and knows no store: it gets the text of one
//! record and gives rows, or gets rows and gives text.

mod batch;
mod error;
mod event_json;
mod record;
mod record_error;
mod schema;
mod shape;
mod tape;
#[cfg(test)]
mod testing;

pub use batch::EventBatchBuilder;
pub use error::ColumnarError;
pub use event_json::{EventJsonWriter, event_json_checksum};
pub use record::{EventRecord, RecordReader, content_digest};
pub use record_error::{RecordError, RecordErrorReason};
pub use schema::{
    ColumnDefinition, EVENT_JSON, EVENT_JSON_CHECKSUM, EventSchema, LeafColumn, RECORD_REST, RECORD_SHAPE,
};
pub use tape::RecordLimits;
