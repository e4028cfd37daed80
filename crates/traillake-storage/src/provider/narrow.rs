//! Footers cut down to the columns of one scan.
//!
//! A store has some hundred and fifty leaves and a question names a handful. What the engine does for every file it
//! opens (types, statistics, projections) costs time for each leaf of the footer it is given, so it is given few.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use datafusion::datasource::physical_plan::parquet::ParquetFileReaderFactory;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion_datasource::PartitionedFile;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::Result;
use parquet::file::metadata::{FileMetaData, ParquetMetaData, ParquetMetaDataBuilder, RowGroupMetaData};
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type};

/// Names of root columns.
pub(super) type Roots = BTreeSet<String>;

/// The part of a footer that describes the columns in `roots`; places in the file stay as they are.
pub(super) fn narrowed(footer: &ParquetMetaData, roots: &Roots) -> Result<ParquetMetaData> {
    let file = footer.file_metadata();
    let leaves = Leaves::of(file.schema_descr(), roots)?;
    let groups = footer.row_groups().iter().map(|group| leaves.row_group(group)).collect::<Result<Vec<_>>>()?;
    let metadata = FileMetaData::new(
        file.version(),
        file.num_rows(),
        file.created_by().map(str::to_owned),
        None,
        Arc::clone(&leaves.schema),
        file.column_orders().map(|orders| leaves.pick(orders)),
    );
    let columns = footer.column_index().map(|groups| groups.iter().map(|group| leaves.pick(group)).collect());
    let offsets = footer.offset_index().map(|groups| groups.iter().map(|group| leaves.pick(group)).collect());
    Ok(ParquetMetaDataBuilder::new(metadata)
        .set_row_groups(groups)
        .set_column_index(columns)
        .set_offset_index(offsets)
        .build())
}

/// The leaves that are kept, and the schema they make.
struct Leaves {
    kept: Vec<usize>,
    schema: SchemaDescPtr,
}

impl Leaves {
    fn of(file: &SchemaDescriptor, roots: &Roots) -> Result<Self> {
        let root = file.root_schema();
        let fields = root.get_fields().iter().filter(|field| roots.contains(field.name())).map(Arc::clone);
        let narrow = Type::group_type_builder(root.name()).with_fields(fields.collect()).build()?;
        let kept = (0..file.num_columns()).filter(|&leaf| roots.contains(file.get_column_root(leaf).name())).collect();
        Ok(Self { kept, schema: Arc::new(SchemaDescriptor::new(Arc::new(narrow))) })
    }

    fn pick<T: Clone>(&self, all: &[T]) -> Vec<T> {
        self.kept.iter().filter_map(|&leaf| all.get(leaf)).cloned().collect()
    }

    fn row_group(&self, group: &RowGroupMetaData) -> Result<RowGroupMetaData> {
        RowGroupMetaData::builder(Arc::clone(&self.schema))
            .set_num_rows(group.num_rows())
            .set_total_byte_size(group.total_byte_size())
            .set_column_metadata(self.pick(group.columns()))
            .build()
    }
}

/// Makes readers that give narrowed footers.
#[derive(Debug)]
pub(super) struct NarrowReaders {
    inner: Arc<dyn ParquetFileReaderFactory>,
    roots: Arc<Roots>,
}

impl NarrowReaders {
    pub(super) fn new(inner: Arc<dyn ParquetFileReaderFactory>, roots: Arc<Roots>) -> Self {
        Self { inner, roots }
    }
}

impl ParquetFileReaderFactory for NarrowReaders {
    fn create_reader(
        &self,
        partition_index: usize,
        file: PartitionedFile,
        metadata_size_hint: Option<usize>,
        metrics: &ExecutionPlanMetricsSet,
    ) -> datafusion::common::Result<Box<dyn AsyncFileReader + Send>> {
        let inner = self.inner.create_reader(partition_index, file, metadata_size_hint, metrics)?;
        Ok(Box::new(NarrowReader { inner, roots: Arc::clone(&self.roots) }))
    }
}

struct NarrowReader {
    inner: Box<dyn AsyncFileReader + Send>,
    roots: Arc<Roots>,
}

impl AsyncFileReader for NarrowReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        self.inner.get_bytes(range)
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        self.inner.get_byte_ranges(ranges)
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            let footer = self.inner.get_metadata(options).await?;
            Ok(Arc::new(narrowed(&footer, &self.roots)?))
        }
        .boxed()
    }
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
        let roots: Roots = ["eventtime", "useridentity", "nowhere"].map(str::to_owned).into();
        let narrow = narrowed(&whole, &roots).unwrap();
        let fields = narrow.file_metadata().schema_descr().root_schema().get_fields();
        assert_eq!(fields.iter().map(|field| field.name()).collect::<Vec<_>>(), ["useridentity", "eventtime"]);
        let (all, few) = (whole.row_group(0), narrow.row_group(0));
        assert_eq!((few.num_rows(), narrow.file_metadata().num_rows()), (1_500, 1_500));
        assert!(few.num_columns() < all.num_columns());
        for chunk in few.columns() {
            let twin = all.columns().iter().find(|twin| twin.column_path() == chunk.column_path()).unwrap();
            assert_eq!((chunk.byte_range(), chunk.statistics()), (twin.byte_range(), twin.statistics()));
        }
        assert_eq!(narrow.offset_index().map(|groups| groups[0].len()), Some(few.num_columns()));
    }
}
