//! A row group: its rows, and where its chunks lie.

use parquet::errors::{ParquetError, Result};

use super::chunk::{Chunk, Told};
use super::pages::Extent;
use super::shape::Shape;
use super::walk::{Field, Walk, damaged};

/// First and last event time in microseconds, if its writer told and no row is without.
type Times = Option<(i64, i64)>;

/// A row group of a file.
#[derive(Debug)]
pub(crate) struct Group {
    rows: usize,
    chunks: Box<[Chunk]>,
    pub(super) times: Times,
}

impl Group {
    /// Rows of each leaf.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The chunk of a leaf.
    pub(crate) fn chunk(&self, leaf: usize) -> Result<&Chunk> {
        self.chunks.get(leaf).ok_or_else(|| ParquetError::General(format!("a row group without leaf {leaf}")))
    }

    pub(super) fn memory_bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.chunks)
    }
}

/// Reads the row groups of a footer.
pub(super) struct Groups<'s> {
    /// The columns of the file.
    pub(super) shape: &'s Shape,
    /// The bytes of the file.
    pub(super) size: u64,
    /// Where the page index of the row groups read so far lies.
    pub(super) page_index: Extent,
}

impl Groups<'_> {
    /// The row groups in a list.
    pub(super) fn all(&mut self, walk: &mut Walk<'_>, field: Field) -> Result<Box<[Group]>> {
        let mut groups = Vec::new();
        for _ in 0..walk.structs(field).ok_or_else(damaged)? {
            groups.push(self.group(walk)?);
        }
        Ok(groups.into())
    }

    fn group(&mut self, walk: &mut Walk<'_>) -> Result<Group> {
        let (mut rows, mut chunks, mut times, mut last) = (None, Vec::new(), None, 0);
        loop {
            let field = walk.field(last).ok_or_else(damaged)?;
            match field.number {
                _ if field.is_end() => break,
                1 => (chunks, times) = self.chunks(walk, field)?,
                3 => rows = walk.number(field).and_then(|rows| usize::try_from(rows).ok()),
                _ => walk.skip(field).ok_or_else(damaged)?,
            }
            last = field.number;
        }
        if chunks.len() != self.shape.schema.num_columns() {
            return Err(ParquetError::General("a row group of other leaves than the schema's".to_owned()));
        }
        Ok(Group { rows: rows.ok_or_else(damaged)?, chunks: chunks.into(), times })
    }

    fn chunks(&mut self, walk: &mut Walk<'_>, field: Field) -> Result<(Vec<Chunk>, Times)> {
        let (mut chunks, mut times) = (Vec::with_capacity(self.shape.schema.num_columns()), None);
        for leaf in 0..walk.structs(field).ok_or_else(damaged)? {
            let start = u32::try_from(walk.at())?;
            let told = Told::read(walk).ok_or_else(damaged)?;
            let chunk = told.chunk(self.size, start..u32::try_from(walk.at())?);
            chunks.push(chunk.ok_or_else(|| self.outside(leaf))?);
            self.page_index.add(&told);
            if self.shape.time_leaf == Some(leaf) {
                times = told.bounds;
            }
        }
        Ok((chunks, times))
    }

    fn outside(&self, leaf: usize) -> ParquetError {
        let leaf = self.shape.schema.columns().get(leaf).map(|leaf| leaf.path().string()).unwrap_or_default();
        ParquetError::General(format!("leaf `{leaf}` lies outside of the file"))
    }
}
