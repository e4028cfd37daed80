//! Row groups and pages that nested leaves rule out: `useridentity.arn = '…'` prunes like a column of its own.
//!
//! The engine builds pruning predicates for root columns only. So every leaf of a file is shown to it as a root
//! column of a flat schema, in leaf order, and `get_field(useridentity, 'arn')` is rewritten to the flat column
//! `useridentity.arn`. Conjuncts that do not fit that form are left out; they prune nothing.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode as _, TreeNodeRecursion};
use datafusion::datasource::physical_plan::parquet::{
    BloomFilterStatistics, PagePruningAccessPlanFilter, ParquetAccessPlan, ParquetFileMetrics, RowGroupAccessPlanFilter,
};
use datafusion::error::Result;
use datafusion::physical_expr::expressions::{CastExpr, Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr, conjunction};
use datafusion::physical_optimizer::pruning::{PruningPredicate, PruningPredicateBuilder};
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use parquet::arrow::ParquetRecordBatchStreamBuilder;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::file::metadata::ParquetMetaData;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::any_node;
use crate::layout::{BLOOM_LEAVES, ROW_GROUP_ROWS};

/// The conjuncts of a scan's filter that name leaves, ready to be fitted to one file after the other.
#[derive(Debug)]
pub(crate) struct LeafPredicate {
    conjuncts: Vec<Arc<dyn PhysicalExpr>>,
    table_schema: SchemaRef,
    /// Whether a leaf is named of which footers know much even where a file has one row group.
    is_telling: bool,
    /// What was fitted last: most files of a store have the same leaves.
    last: Mutex<Option<Fitted>>,
}

/// Files of fewer rows are read whole: their footers say nothing of most leaves.
const MIN_ROWS: u64 = 1_000;

/// The leaves of a file, and the predicate fitted to them if anything of it fits.
type Fitted = (TypePtr, Option<Arc<FileLeaves>>);

impl LeafPredicate {
    /// None when no conjunct names a leaf.
    pub(crate) fn of(conjuncts: &[Arc<dyn PhysicalExpr>], table_schema: &SchemaRef) -> Option<Self> {
        let named = |test: &dyn Fn(&[String]) -> bool| {
            let is_named = |expr: &Arc<dyn PhysicalExpr>| leaf_of(expr, table_schema).is_some_and(|path| test(&path));
            conjuncts.iter().any(|conjunct| any_node(conjunct, is_named))
        };
        let is_telling =
            |path: &[String]| path.len() > 1 || path.iter().any(|name| BLOOM_LEAVES.contains(&name.as_str()));
        named(&|_| true).then(|| Self {
            conjuncts: conjuncts.to_vec(),
            table_schema: Arc::clone(table_schema),
            is_telling: named(&is_telling),
            last: Mutex::default(),
        })
    }

    /// The leaves that it names, dotted.
    pub(crate) fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        let mut open: Vec<&Arc<dyn PhysicalExpr>> = self.conjuncts.iter().collect();
        while let Some(expr) = open.pop() {
            match leaf_of(expr, &self.table_schema) {
                Some(path) => _ = paths.insert(path.join(".")),
                None => open.extend(expr.children()),
            }
        }
        paths
    }

    /// Whether the footer of a file of so many rows is worth being read while planning; of a row group that is read
    /// anyway, leaves like the event's name rule out next to nothing.
    pub(crate) fn is_worth_a_footer(&self, rows: u64) -> bool {
        let least = if self.is_telling { MIN_ROWS } else { ROW_GROUP_ROWS as u64 };
        rows == 0 || rows >= least
    }

    /// The predicate in terms of a file's leaves; None when nothing of it fits.
    pub(crate) fn fit(&self, footer: &ParquetMetaData) -> Result<Option<Arc<FileLeaves>>> {
        let leaves = footer.file_metadata().schema_descr().root_schema_ptr();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, fitted)) = &*last
            && *known == leaves
        {
            return Ok(fitted.clone());
        }
        let fitted = self.fit_anew(footer)?.map(Arc::new);
        *last = Some((leaves, fitted.clone()));
        Ok(fitted)
    }

    fn fit_anew(&self, footer: &ParquetMetaData) -> Result<Option<FileLeaves>> {
        let flat = FlatSchema::of(footer.file_metadata().schema_descr())?;
        let fitted: Vec<_> =
            self.conjuncts.iter().filter_map(|conjunct| flat.rewrite(conjunct, &self.table_schema)).collect();
        if fitted.is_empty() {
            return Ok(None);
        }
        let predicate = conjunction(fitted);
        let builder = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&flat.arrow));
        let Some(pruning) = builder.build(Arc::clone(&predicate)) else { return Ok(None) };
        let pages = PagePruningAccessPlanFilter::new(&predicate, Arc::clone(&flat.arrow));
        Ok(Some(FileLeaves { flat, pruning, pages }))
    }
}

/// A predicate fitted to the leaves of one file.
#[derive(Debug)]
pub(crate) struct FileLeaves {
    flat: FlatSchema,
    pruning: Arc<PruningPredicate>,
    pages: PagePruningAccessPlanFilter,
}

impl FileLeaves {
    /// The row groups that statistics and bloom filters leave over. Bloom filters are read through a `reader`, if there
    /// is one, which is made where the file has one for a leaf that must have a certain value.
    pub(crate) async fn prune_row_groups(
        &self,
        footer: &Arc<ParquetMetaData>,
        reader: Option<impl FnOnce() -> Result<Box<dyn AsyncFileReader>>>,
        metrics: &ParquetFileMetrics,
    ) -> Result<ParquetAccessPlan> {
        let groups = footer.row_groups();
        let mut filter = RowGroupAccessPlanFilter::new(ParquetAccessPlan::new_all(groups.len()));
        filter.prune_by_statistics(&self.flat.arrow, &self.flat.parquet, groups, &self.pruning, metrics);
        let leaves = self.bloom_leaves(footer);
        if let Some(reader) = reader.filter(|_| !filter.is_empty() && !leaves.is_empty()) {
            let blooms = self.bloom_filters(footer, &leaves, &filter, reader()?).await?;
            filter.prune_by_bloom_filters(&self.pruning, metrics, &blooms);
        }
        // Rebuilt without the "fully matched" marks: they would hold for the fitted conjuncts only.
        Ok(ParquetAccessPlan::new(filter.build().into_inner()))
    }

    /// The pages that are left over of `plan`; `footer` has the page index, if the file has one.
    pub(crate) fn prune_pages(
        &self,
        plan: ParquetAccessPlan,
        footer: &ParquetMetaData,
        metrics: &ParquetFileMetrics,
    ) -> ParquetAccessPlan {
        let (arrow, parquet) = (&self.flat.arrow, &self.flat.parquet);
        let plan = self.pages.prune_plan_with_page_index(plan, arrow, parquet, footer, metrics);
        ParquetAccessPlan::new(plan.into_inner())
    }

    /// Names and places of the leaves that must have a certain value and have bloom filters.
    fn bloom_leaves(&self, footer: &ParquetMetaData) -> Vec<(String, usize)> {
        let has_bloom = |&(_, leaf): &(String, usize)| {
            let chunks = footer.row_groups().iter().filter_map(|group| group.columns().get(leaf));
            chunks.into_iter().any(|chunk| chunk.bloom_filter_offset().is_some())
        };
        let place = |name: String| self.flat.arrow.index_of(&name).ok().map(|leaf| (name, leaf));
        self.pruning.literal_columns().into_iter().filter_map(place).filter(has_bloom).collect()
    }

    async fn bloom_filters(
        &self,
        footer: &Arc<ParquetMetaData>,
        leaves: &[(String, usize)],
        filter: &RowGroupAccessPlanFilter,
        reader: Box<dyn AsyncFileReader>,
    ) -> Result<Vec<BloomFilterStatistics>> {
        let mut filters = vec![BloomFilterStatistics::new(); footer.num_row_groups()];
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(footer), ArrowReaderOptions::new())?;
        let mut builder = ParquetRecordBatchStreamBuilder::new_with_metadata(reader, metadata);
        for group in filter.row_group_indexes() {
            for (name, leaf) in leaves {
                let Some(bloom) = builder.get_row_group_column_bloom_filter(group, *leaf).await? else { continue };
                let column = self.flat.parquet.column(*leaf);
                if let Some(known) = filters.get_mut(group) {
                    known.insert(name, bloom, column.physical_type(), column.type_length());
                }
            }
        }
        Ok(filters)
    }
}

/// All leaves of a file as root columns, in leaf order, for Arrow and for Parquet.
#[derive(Debug)]
struct FlatSchema {
    arrow: SchemaRef,
    parquet: SchemaDescriptor,
}

impl FlatSchema {
    fn of(file: &SchemaDescriptor) -> Result<Self> {
        let nested = parquet::arrow::parquet_to_arrow_schema(file, None)?;
        let fields = file.columns().iter().enumerate().map(|(index, leaf)| {
            let parts = leaf.path().parts();
            let field = if leaf.max_rep_level() > 0 { None } else { leaf_field(&nested, parts) };
            // Leaves of lists and maps keep their place under a name that no expression can have.
            field.unwrap_or_else(|| Field::new(format!("\u{0}{index}"), DataType::Null, true))
        });
        let arrow = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let leaves = file.columns().iter().map(|leaf| leaf.self_type_ptr()).collect();
        let root = Type::group_type_builder("leaves").with_fields(leaves).build()?;
        Ok(Self { arrow, parquet: SchemaDescriptor::new(Arc::new(root)) })
    }

    /// `conjunct` over the flat columns; None when a part of it is no leaf of this file.
    fn rewrite(&self, conjunct: &Arc<dyn PhysicalExpr>, table_schema: &SchemaRef) -> Option<Arc<dyn PhysicalExpr>> {
        let mut fits = true;
        let rewritten = Arc::clone(conjunct).transform_down(|expr| {
            if let Some(path) = leaf_path(&expr) {
                let wanted = expr.data_type(table_schema)?;
                if let Some(column) = self.column(&path, &wanted) {
                    return Ok(Transformed::new(column, true, TreeNodeRecursion::Jump));
                }
                fits = false;
                return Ok(Transformed::new(expr, false, TreeNodeRecursion::Stop));
            }
            Ok(Transformed::no(expr))
        });
        rewritten.ok().filter(|_| fits).map(|rewritten| rewritten.data)
    }

    /// The flat column at `path`, cast to the type that the table shows.
    fn column(&self, path: &[String], wanted: &DataType) -> Option<Arc<dyn PhysicalExpr>> {
        let name = path.join(".");
        let index = self.arrow.index_of(&name).ok()?;
        let stored = self.arrow.field(index).data_type().clone();
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(&name, index));
        if &stored == wanted {
            return Some(column);
        }
        let times = matches!((&stored, wanted), (DataType::Timestamp(..), DataType::Timestamp(..)));
        let numbers = stored.is_numeric() && wanted.is_numeric();
        (times || numbers).then(|| Arc::new(CastExpr::new(column, wanted.clone(), None)) as _)
    }
}

/// The flat field of the leaf at `parts`; None for types whose statistics are not used.
fn leaf_field(schema: &Schema, parts: &[String]) -> Option<Field> {
    let (root, rest) = parts.split_first()?;
    let mut field: &FieldRef = schema.fields().iter().find(|field| field.name() == root)?;
    for name in rest {
        let DataType::Struct(children) = field.data_type() else { return None };
        field = children.iter().find(|child| child.name() == name)?;
    }
    // Texts as the table shows them, so that literals compare without a cast: views at the root, plain below.
    let data_type = match field.data_type() {
        DataType::Utf8 | DataType::Utf8View if rest.is_empty() => DataType::Utf8View,
        DataType::Utf8 | DataType::Utf8View => DataType::Utf8,
        other if other.is_nested() => return None,
        other => other.clone(),
    };
    Some(Field::new(parts.join("."), data_type, true))
}

/// The names from root to leaf if `expr` is a column or a chain of `get_field` with literal names over one.
pub(super) fn leaf_path(expr: &Arc<dyn PhysicalExpr>) -> Option<Vec<String>> {
    if let Some(column) = expr.downcast_ref::<Column>() {
        return Some(vec![column.name().to_owned()]);
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>().filter(|call| call.fun().name() == "get_field")?;
    let (base, names) = call.args().split_first()?;
    let mut path = leaf_path(base)?;
    for name in names {
        let literal = name.downcast_ref::<Literal>()?;
        path.push(literal.value().try_as_str().flatten()?.to_owned());
    }
    Some(path)
}

/// The names from root to leaf if `expr` is a column or a member of a struct column, and not a struct, list or map.
fn leaf_of(expr: &Arc<dyn PhysicalExpr>, table_schema: &Schema) -> Option<Vec<String>> {
    leaf_path(expr).filter(|path| leaf_field(table_schema, path).is_some())
}

/// Metrics of pruning passes that no plan owns.
pub(crate) fn own_metrics() -> ParquetFileMetrics {
    ParquetFileMetrics::new(0, "", &ExecutionPlanMetricsSet::new())
}
