//! A column chunk: where it lies, and what its footer says of it when somebody asks.

use std::ops::Range;

use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::schema::types::ColumnDescPtr;

use super::walk::{Walk, damaged};

/// Where a column chunk lies.
#[derive(Debug)]
pub(crate) struct Chunk {
    start: u64,
    bytes: u64,
    /// Where the footer tells of it.
    pub(super) told: Range<u32>,
}

impl Chunk {
    /// The bytes of the file it takes.
    pub(crate) fn range(&self) -> Range<u64> {
        self.start..self.start + self.bytes
    }
}

/// What a footer says of a column chunk.
#[derive(Debug, Default)]
pub(super) struct Told {
    data: Option<i64>,
    dictionary: Option<i64>,
    bytes: Option<i64>,
    values: Option<i64>,
    compression: Option<i64>,
    bloom: Option<i64>,
    bloom_bytes: Option<i64>,
    /// Least and greatest value of a leaf of eight bytes without nulls.
    pub(super) bounds: Option<(i64, i64)>,
    /// Start and length of what locates the pages.
    pub(super) offsets: (Option<i64>, Option<i64>),
    /// Start and length of what tells of the values of pages.
    pub(super) columns: (Option<i64>, Option<i64>),
}

impl Told {
    /// What stands at `walk`, which is after it then.
    pub(super) fn read(walk: &mut Walk<'_>) -> Option<Self> {
        let mut told = Self::default();
        walk.fields(|walk, field| {
            let place = match field.number {
                3 if field.is_struct() => return told.read_metadata(walk),
                4 => &mut told.offsets.0,
                5 => &mut told.offsets.1,
                6 => &mut told.columns.0,
                7 => &mut told.columns.1,
                _ => return walk.skip(field),
            };
            *place = Some(walk.number(field)?);
            Some(())
        })?;
        Some(told)
    }

    fn read_metadata(&mut self, walk: &mut Walk<'_>) -> Option<()> {
        walk.fields(|walk, field| {
            let place = match field.number {
                4 => &mut self.compression,
                5 => &mut self.values,
                7 => &mut self.bytes,
                9 => &mut self.data,
                11 => &mut self.dictionary,
                12 if field.is_struct() => return self.read_statistics(walk),
                14 => &mut self.bloom,
                15 => &mut self.bloom_bytes,
                _ => return walk.skip(field),
            };
            *place = Some(walk.number(field)?);
            Some(())
        })
    }

    /// Least and greatest value, if they are of eight bytes: whole numbers, or what nobody asks for. Where there may be nulls,
    /// they do not speak for all rows.
    fn read_statistics(&mut self, walk: &mut Walk<'_>) -> Option<()> {
        let ([mut old_max, mut old_min, mut max, mut min], mut nulls) = ([None; 4], None);
        walk.fields(|walk, field| {
            let place = match field.number {
                1 => &mut old_max,
                2 => &mut old_min,
                3 => return walk.number(field).map(|count| nulls = Some(count)),
                5 => &mut max,
                6 => &mut min,
                _ => return walk.skip(field),
            };
            *place = Some(walk.binary(field)?);
            Some(())
        })?;
        let (min, max) = if min.is_none() && max.is_none() { (old_min, old_max) } else { (min, max) };
        let value = |bytes: Option<&[u8]>| Some(i64::from_le_bytes(*bytes?.first_chunk()?));
        self.bounds = value(min).zip(value(max)).filter(|_| nulls == Some(0));
        Some(())
    }

    /// Where the chunk lies in a file of `size` bytes, none where that is outside; `told` is where the footer says so.
    pub(super) fn chunk(&self, size: u64, told: Range<u32>) -> Option<Chunk> {
        let start = u64::try_from(self.dictionary.or(self.data)?).ok()?;
        let bytes = u64::try_from(self.bytes?).ok()?;
        start.checked_add(bytes).filter(|&end| end <= size)?;
        Some(Chunk { start, bytes, told })
    }

    /// The library's form of it, without statistics.
    pub(super) fn expanded(&self, leaf: &ColumnDescPtr) -> Result<ColumnChunkMetaData> {
        ColumnChunkMetaData::builder(ColumnDescPtr::clone(leaf))
            .set_compression(compression(self.compression.ok_or_else(damaged)?)?)
            .set_num_values(self.values.ok_or_else(damaged)?)
            .set_total_compressed_size(self.bytes.ok_or_else(damaged)?)
            .set_data_page_offset(self.data.ok_or_else(damaged)?)
            .set_dictionary_page_offset(self.dictionary)
            .set_bloom_filter_offset(self.bloom)
            .set_bloom_filter_length(self.bloom_bytes.and_then(|bytes| i32::try_from(bytes).ok()))
            .build()
    }

    /// What the page index takes of the file for it: what locates pages, what tells of their values.
    pub(super) fn page_index(&self) -> [Option<Range<u64>>; 2] {
        [self.offsets, self.columns].map(|(start, length)| {
            let (start, length) = (u64::try_from(start?).ok()?, u64::try_from(length?).ok()?);
            Some(start..start.checked_add(length)?)
        })
    }
}

fn compression(code: i64) -> Result<Compression> {
    Ok(match code {
        0 => Compression::UNCOMPRESSED,
        1 => Compression::SNAPPY,
        2 => Compression::GZIP(GzipLevel::default()),
        3 => Compression::LZO,
        4 => Compression::BROTLI(BrotliLevel::default()),
        5 => Compression::LZ4,
        6 => Compression::ZSTD(ZstdLevel::default()),
        7 => Compression::LZ4_RAW,
        _ => return Err(ParquetError::General(format!("compression {code} is not known"))),
    })
}
