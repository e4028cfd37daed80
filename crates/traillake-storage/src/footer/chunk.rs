//! One leaf of one row group: where its bytes lie and what is known of its values.

use std::ops::Range;

use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// Where a column chunk lies and what is known of its values.
#[derive(Debug)]
pub(crate) struct Chunk {
    data: i64,
    dictionary: Option<i64>,
    bytes: i64,
    values: i64,
    compression: Compression,
    statistics: Option<Box<Statistics>>,
    bloom: Option<Box<Bloom>>,
}

/// Where a bloom filter lies; its length where the writer told.
#[derive(Debug, Clone, Copy)]
struct Bloom {
    offset: i64,
    length: Option<i32>,
}

impl Chunk {
    /// Of a chunk in a file of `size` bytes; an error where it lies outside.
    pub(super) fn try_new(chunk: &ColumnChunkMetaData, size: u64) -> Result<Self> {
        let this = Self {
            data: chunk.data_page_offset(),
            dictionary: chunk.dictionary_page_offset(),
            bytes: chunk.compressed_size(),
            values: chunk.num_values(),
            compression: chunk.compression(),
            statistics: chunk.statistics().map(|statistics| Box::new(statistics.clone())),
            bloom: chunk
                .bloom_filter_offset()
                .map(|offset| Box::new(Bloom { offset, length: chunk.bloom_filter_length() })),
        };
        let outside = || ParquetError::General(format!("leaf `{}` lies outside of the file", chunk.column_path()));
        let start = u64::try_from(this.start()).ok().ok_or_else(outside)?;
        let end = u64::try_from(this.bytes).ok().and_then(|bytes| start.checked_add(bytes));
        end.filter(|&end| end <= size).ok_or_else(outside)?;
        Ok(this)
    }

    fn start(&self) -> i64 {
        self.dictionary.unwrap_or(self.data)
    }

    /// The bytes of the file it takes.
    pub(crate) fn range(&self) -> Range<u64> {
        let start = self.start().unsigned_abs();
        start..start + self.bytes.unsigned_abs()
    }

    /// Least and greatest value of a leaf of whole numbers.
    pub(super) fn bounds(&self) -> Option<(i64, i64)> {
        match self.statistics.as_deref()? {
            Statistics::Int64(values) => Some((*values.min_opt()?, *values.max_opt()?)),
            _ => None,
        }
    }

    /// The library's form of it.
    pub(super) fn expanded(&self, leaf: &ColumnDescPtr) -> Result<ColumnChunkMetaData> {
        let builder = ColumnChunkMetaData::builder(ColumnDescPtr::clone(leaf))
            .set_compression(self.compression)
            .set_num_values(self.values)
            .set_total_compressed_size(self.bytes)
            .set_data_page_offset(self.data)
            .set_dictionary_page_offset(self.dictionary)
            .set_bloom_filter_offset(self.bloom.as_ref().map(|bloom| bloom.offset))
            .set_bloom_filter_length(self.bloom.as_ref().and_then(|bloom| bloom.length));
        match &self.statistics {
            Some(statistics) => builder.set_statistics(Statistics::clone(statistics)),
            None => builder,
        }
        .build()
    }

    /// About the bytes it takes in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        let values = |statistics: &Statistics| {
            let bytes = |value: Option<&[u8]>| value.map_or(0, <[u8]>::len);
            bytes(statistics.min_bytes_opt()) + bytes(statistics.max_bytes_opt())
        };
        size_of::<Self>()
            + self.statistics.as_deref().map_or(0, |statistics| size_of::<Statistics>() + values(statistics))
            + self.bloom.as_ref().map_or(0, |_| size_of::<Bloom>())
    }
}
