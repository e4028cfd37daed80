//! Footers of data files: read once, kept small, and given on as far as a question needs them.
//!
//! The library's form of a footer takes some 500 bytes for every leaf of every row group, and what reads it pays for
//! all hundred leaves where a question names three. Here a leaf takes about 60 bytes, the files of a store share their
//! schema, and [`Footer::narrowed`] gives the library's form of the leaves that are asked for.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, ParquetMetaData, ParquetMetaDataBuilder, RowGroupMetaData,
};
use parquet::file::page_index::offset_index::PageLocation;
use parquet::schema::types::{ColumnDescriptor, SchemaDescPtr, SchemaDescriptor, Type, TypePtr};

use crate::layout::EVENT_TIME;

mod cache;
mod chunk;
mod pages;

pub(crate) use cache::Footers;
pub(crate) use chunk::Chunk;
use pages::Pages;

/// Dotted names of leaves, or of what is above them.
pub(crate) type Paths = BTreeSet<String>;

/// The footer of one data file.
#[derive(Debug)]
pub(crate) struct Footer {
    schema: SchemaDescPtr,
    groups: Box<[Group]>,
    pages: Option<Pages>,
}

/// A row group of a file.
#[derive(Debug)]
pub(crate) struct Group {
    rows: usize,
    chunks: Box<[Chunk]>,
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
}

impl Footer {
    /// The compact form of a footer of a file of `size` bytes; an error where it points outside of the file.
    fn try_new(footer: ParquetMetaData, schema: SchemaDescPtr, size: u64, with_pages: bool) -> Result<Self> {
        let leaves = schema.num_columns();
        let groups = footer.row_groups().iter().map(|group| Self::group(group, leaves, size)).collect::<Result<_>>()?;
        let mut parts = footer.into_builder();
        let pages = Pages { columns: parts.take_column_index(), offsets: parts.take_offset_index() };
        Ok(Self { schema, groups, pages: with_pages.then_some(pages) })
    }

    fn group(group: &RowGroupMetaData, leaves: usize, size: u64) -> Result<Group> {
        let rows = usize::try_from(group.num_rows())?;
        if group.num_columns() != leaves {
            return Err(ParquetError::General("a row group of other leaves than the schema's".to_owned()));
        }
        let chunks = group.columns().iter().map(|chunk| Chunk::try_new(chunk, size)).collect::<Result<_>>()?;
        Ok(Group { rows, chunks })
    }

    /// Of a file whose size is not known, with its page index.
    #[cfg(test)]
    pub(crate) fn of(footer: ParquetMetaData) -> Self {
        let schema = footer.file_metadata().schema_descr_ptr();
        Self::try_new(footer, schema, u64::MAX, true).unwrap()
    }

    /// The schema, which files of the same shape share.
    pub(crate) fn schema(&self) -> &SchemaDescPtr {
        &self.schema
    }

    pub(crate) fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The chunk of a leaf in the library's form.
    pub(crate) fn chunk(&self, group: usize, leaf: usize) -> Result<ColumnChunkMetaData> {
        let missing = || ParquetError::General(format!("a file without row group {group}"));
        let chunk = self.groups.get(group).ok_or_else(missing)?.chunk(leaf)?;
        chunk.expanded(&self.schema.column(leaf))
    }

    /// Where the pages of a leaf lie, if the page index was read and the file has one.
    pub(crate) fn pages(&self, group: usize, leaf: usize) -> Option<&[PageLocation]> {
        self.pages.as_ref()?.of(group, leaf)
    }

    /// First and last event time of a row group in microseconds, if its writer told.
    pub(crate) fn event_times(&self, group: usize) -> Option<(i64, i64)> {
        self.groups.get(group)?.chunks.get(self.time_leaf()?)?.bounds()
    }

    /// First row of every page of event times of a row group, and its first and last time in microseconds, if the page
    /// index was read and tells.
    pub(crate) fn page_times(&self, group: usize) -> Option<Vec<(usize, (i64, i64))>> {
        self.pages.as_ref()?.times(group, self.time_leaf()?)
    }

    fn time_leaf(&self) -> Option<usize> {
        let is_time = |&leaf: &usize| {
            let leaf = self.schema.column(leaf);
            leaf.path().parts() == [EVENT_TIME] && is_in_microseconds(&leaf)
        };
        (0..self.schema.num_columns()).find(is_time)
    }

    /// The part of the footer that describes the leaves of `narrowing`; places in the file stay as they are.
    pub(crate) fn narrowed(&self, narrowing: &Narrowing) -> Result<ParquetMetaData> {
        let leaves = narrowing.leaves(&self.schema)?;
        let rows = self.groups.iter().map(|group| i64::try_from(group.rows).unwrap_or(i64::MAX));
        let metadata =
            FileMetaData::new(2, rows.fold(0, i64::saturating_add), None, None, Arc::clone(&leaves.schema), None);
        let groups = self.groups.iter().map(|group| self.narrowed_group(group, &leaves)).collect::<Result<Vec<_>>>()?;
        let columns = self.pages.as_ref().and_then(|pages| pages.columns.as_ref());
        let offsets = self.pages.as_ref().and_then(|pages| pages.offsets.as_ref());
        Ok(ParquetMetaDataBuilder::new(metadata)
            .set_row_groups(groups)
            .set_column_index(columns.map(|groups| groups.iter().map(|group| leaves.pick(group)).collect()))
            .set_offset_index(offsets.map(|groups| groups.iter().map(|group| leaves.pick(group)).collect()))
            .build())
    }

    fn narrowed_group(&self, group: &Group, leaves: &Leaves) -> Result<RowGroupMetaData> {
        let chunks = leaves.kept.iter().map(|&leaf| group.chunk(leaf)?.expanded(&self.schema.column(leaf)));
        RowGroupMetaData::builder(Arc::clone(&leaves.schema))
            .set_num_rows(i64::try_from(group.rows)?)
            .set_column_metadata(chunks.collect::<Result<Vec<_>>>()?)
            .build()
    }

    /// About the bytes it takes in memory; its schema is not its own.
    fn memory_bytes(&self) -> usize {
        let chunks = self.groups.iter().flat_map(|group| &group.chunks);
        size_of::<Self>()
            + chunks.map(Chunk::memory_bytes).sum::<usize>()
            + self.pages.as_ref().map_or(0, Pages::memory_bytes)
    }
}

fn is_in_microseconds(leaf: &ColumnDescriptor) -> bool {
    match leaf.logical_type_ref() {
        Some(LogicalType::Timestamp(time)) => time.unit == TimeUnit::MICROS,
        _ => leaf.converted_type() == ConvertedType::TIMESTAMP_MICROS,
    }
}

/// Cuts footers down to some leaves; what it takes to do so is worked out once for each schema.
#[derive(Debug)]
pub(crate) struct Narrowing {
    paths: Paths,
    last: Mutex<Option<(SchemaDescPtr, Arc<Leaves>)>>,
}

impl Narrowing {
    pub(crate) fn new(paths: Paths) -> Self {
        Self { paths, last: Mutex::default() }
    }

    fn leaves(&self, schema: &SchemaDescPtr) -> Result<Arc<Leaves>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, leaves)) = &*last
            && Arc::ptr_eq(known, schema)
        {
            return Ok(Arc::clone(leaves));
        }
        let leaves = Arc::new(Leaves::of(schema, &self.paths)?);
        *last = Some((Arc::clone(schema), Arc::clone(&leaves)));
        Ok(leaves)
    }
}

/// The leaves that are kept of a schema, and the schema they make.
#[derive(Debug)]
struct Leaves {
    kept: Vec<usize>,
    schema: SchemaDescPtr,
}

impl Leaves {
    fn of(file: &SchemaDescriptor, paths: &Paths) -> Result<Self> {
        let root = file.root_schema();
        let fields = root.get_fields().iter().map(|field| kept_of(field, "", paths));
        let fields = fields.filter_map(Result::transpose).collect::<Result<_>>()?;
        let narrow = Type::group_type_builder(root.name()).with_fields(fields).build()?;
        let is_kept = |&leaf: &usize| {
            let parts = file.column(leaf).path().parts().to_vec();
            (1..=parts.len()).any(|length| parts.get(..length).is_some_and(|parts| paths.contains(&parts.join("."))))
        };
        let kept = (0..file.num_columns()).filter(is_kept).collect();
        Ok(Self { kept, schema: Arc::new(SchemaDescriptor::new(Arc::new(narrow))) })
    }

    fn pick<T: Clone>(&self, all: &[T]) -> Vec<T> {
        self.kept.iter().filter_map(|&leaf| all.get(leaf)).cloned().collect()
    }
}

/// What is kept of a field below `above`: all of it, some of its members, or nothing.
fn kept_of(field: &TypePtr, above: &str, paths: &Paths) -> Result<Option<TypePtr>> {
    let path = if above.is_empty() { field.name().to_owned() } else { format!("{above}.{}", field.name()) };
    if paths.contains(&path) {
        return Ok(Some(Arc::clone(field)));
    }
    if field.is_primitive() {
        return Ok(None);
    }
    let members = field.get_fields().iter().map(|member| kept_of(member, &path, paths));
    let members = members.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    if members.is_empty() {
        return Ok(None);
    }
    let own = field.get_basic_info();
    let group = Type::group_type_builder(field.name())
        .with_repetition(own.repetition())
        .with_converted_type(own.converted_type())
        .with_logical_type(own.logical_type_ref().cloned())
        .with_fields(members);
    Ok(Some(Arc::new(group.build()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_testing::{footer_of, records, table};
    use traillake_model::Retention;

    #[tokio::test]
    async fn a_narrowed_footer_describes_its_columns_as_the_whole_one_does() {
        let table = table(Retention::Unlimited).await;
        let day = crate::table_testing::day(11);
        let batch = crate::table_testing::batch(table.schema(), &records("111111111111", "us-east-1", day, 0..1_500));
        let whole = footer_of(&batch);
        let schema = whole.file_metadata().schema_descr_ptr();
        let footer = Footer::try_new(whole.clone(), schema, 1 << 30, true).unwrap();
        let narrowing = Narrowing::new(["eventtime", "useridentity", "nowhere"].map(str::to_owned).into());
        let narrow = footer.narrowed(&narrowing).unwrap();
        let fields = narrow.file_metadata().schema_descr().root_schema().get_fields();
        assert_eq!(fields.iter().map(|field| field.name()).collect::<Vec<_>>(), ["useridentity", "eventtime"]);
        let (all, few) = (whole.row_group(0), narrow.row_group(0));
        assert_eq!((few.num_rows(), narrow.file_metadata().num_rows()), (1_500, 1_500));
        assert!(few.num_columns() < all.num_columns());
        for chunk in few.columns() {
            let twin = all.columns().iter().find(|twin| twin.column_path() == chunk.column_path()).unwrap();
            assert_eq!((chunk.byte_range(), chunk.statistics()), (twin.byte_range(), twin.statistics()));
            assert_eq!(chunk.bloom_filter_offset(), twin.bloom_filter_offset());
            assert_eq!((chunk.num_values(), chunk.compression()), (twin.num_values(), twin.compression()));
        }
        assert_eq!(narrow.offset_index().map(|groups| groups[0].len()), Some(few.num_columns()));
        let paths = ["useridentity.sessioncontext.sessionissuer.arn", "useridentity.nowhere", "eventid"];
        let leaves = footer.narrowed(&Narrowing::new(paths.map(str::to_owned).into())).unwrap();
        let names = leaves.file_metadata().schema_descr().columns().iter().map(|leaf| leaf.path().string());
        assert_eq!(names.collect::<Vec<_>>(), ["useridentity.sessioncontext.sessionissuer.arn", "eventid"]);
        assert!(footer.memory_bytes() < whole.memory_size() / 2, "{} {}", footer.memory_bytes(), whole.memory_size());
    }

    #[tokio::test]
    async fn a_footer_that_points_outside_of_its_file_is_an_error() {
        let table = table(Retention::Unlimited).await;
        let day = crate::table_testing::day(11);
        let batch = crate::table_testing::batch(table.schema(), &records("111111111111", "us-east-1", day, 0..20));
        let whole = footer_of(&batch);
        let schema = whole.file_metadata().schema_descr_ptr();
        let error = Footer::try_new(whole, schema, 100, false).unwrap_err().to_string();
        assert!(error.contains("outside of the file"), "{error}");
    }
}
