//! What the footers of files of the same columns share: how they begin, and the schema that says.

use bytes::Bytes;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::errors::Result;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::schema::types::{ColumnDescriptor, SchemaDescPtr, SchemaDescriptor};

use super::Narrowing;
use super::walk::{Walk, damaged};
use crate::layout::EVENT_TIME;

/// The number of the field of a footer that is the schema.
pub(super) const SCHEMA: i16 = 2;

/// What files of the same columns share.
#[derive(Debug)]
pub(super) struct Shape {
    /// How their footers begin, the schema included.
    pub(super) beginning: Bytes,
    pub(super) schema: SchemaDescPtr,
    /// The leaf of event times, if they are kept in microseconds.
    pub(super) time_leaf: Option<usize>,
    /// Cuts footers down to event times.
    pub(super) times: Narrowing,
}

impl Shape {
    /// Of a footer; the schema is that of a file of `known`, if one has the same.
    pub(super) fn of<'k>(footer: &[u8], mut known: impl Iterator<Item = &'k SchemaDescPtr>) -> Result<Self> {
        let beginning = end_of_schema(footer).and_then(|end| footer.get(..end)).ok_or_else(damaged)?;
        let schema = ParquetMetaDataReader::decode_schema(beginning)?;
        let schema =
            known.find(|known| known.root_schema() == schema.root_schema()).map_or(schema, SchemaDescPtr::clone);
        let time_leaf = time_leaf(&schema);
        let times = Narrowing::new([EVENT_TIME.to_owned()].into());
        Ok(Self { beginning: Bytes::copy_from_slice(beginning), schema, time_leaf, times })
    }
}

fn end_of_schema(footer: &[u8]) -> Option<usize> {
    let mut walk = Walk::new(footer, 0);
    let mut last = 0;
    loop {
        let field = walk.field(last)?;
        walk.skip(field)?;
        last = field.number;
        if last == SCHEMA {
            return Some(walk.at());
        }
    }
}

fn time_leaf(schema: &SchemaDescriptor) -> Option<usize> {
    let is_time = |leaf: &ColumnDescriptor| leaf.path().parts() == [EVENT_TIME] && is_in_microseconds(leaf);
    schema.columns().iter().position(|leaf| is_time(leaf))
}

fn is_in_microseconds(leaf: &ColumnDescriptor) -> bool {
    match leaf.logical_type_ref() {
        Some(LogicalType::Timestamp(time)) => time.unit == TimeUnit::MICROS,
        _ => leaf.converted_type() == ConvertedType::TIMESTAMP_MICROS,
    }
}
