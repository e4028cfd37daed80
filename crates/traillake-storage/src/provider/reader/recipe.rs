//! What a scan makes of the rows of its files: which it keeps, and what it gives of them.

use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::compute::{and, filter_record_batch, prep_null_mask_filter};
use arrow::datatypes::SchemaRef;
use datafusion::common::cast::as_boolean_array;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs, Projector};
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowSelection};
use parquet::schema::types::SchemaDescPtr;

use super::chunks::{Groups, Loaded};
use super::fit::Fit;
use super::slots::{Slots, takes_nested};

/// Schemas whose fits are kept: more are met only by a scan over many versions of a store's columns.
const FITS: usize = 8;

/// The filter and the projection of a scan.
pub(super) struct Recipe {
    /// Conjuncts, those over plain leaves before those over maps, lists and structs.
    stages: Vec<Slots>,
    output: Slots,
    /// Where the last stage has the slots of the output, if it has them all.
    covered: Option<Vec<usize>>,
    projector: Projector,
    output_schema: SchemaRef,
    batch_rows: usize,
    fits: Mutex<Vec<(SchemaDescPtr, Arc<Fits>)>>,
}

/// How files of one schema are read, for each stage and for the output.
#[derive(Debug)]
pub(super) struct Fits {
    schema: SchemaDescPtr,
    stages: Vec<Fit>,
    output: Fit,
}

/// Row groups in memory, the values of their hidden columns, and the rows that are left of them; `None` is all.
pub(super) struct Rows {
    pub(super) loaded: Arc<[Loaded]>,
    pub(super) hidden: Arc<[ScalarValue]>,
    pub(super) selection: Option<RowSelection>,
}

impl Rows {
    fn len(&self) -> usize {
        let all = || self.loaded.iter().map(|loaded| loaded.rows).sum();
        self.selection.as_ref().map_or_else(all, RowSelection::row_count)
    }
}

/// Batches of a scan's output.
pub(super) type Batches = Box<dyn Iterator<Item = Result<RecordBatch>> + Send>;

impl Recipe {
    pub(super) fn try_new(
        table: &TableSchema,
        filter: Option<&Arc<dyn PhysicalExpr>>,
        projection: &ProjectionExprs,
        batch_rows: usize,
    ) -> Result<Self> {
        let stages = stages(table, filter)?;
        let output = Slots::of(projection.expr_iter(), table)?;
        let aliases = projection.iter().map(|expr| expr.alias.clone());
        let exprs = output.exprs.iter().map(Arc::clone).zip(aliases);
        let exprs = ProjectionExprs::new(exprs.map(|(expr, alias)| ProjectionExpr::new(expr, alias)));
        Ok(Self {
            covered: stages.last().and_then(|last| last.places_of(&output)),
            projector: exprs.make_projector(&output.schema)?,
            output_schema: Arc::new(projection.project_schema(table.table_schema())?),
            stages,
            output,
            batch_rows,
            fits: Mutex::default(),
        })
    }

    /// How files of this schema are read.
    pub(super) fn fits(&self, schema: &SchemaDescPtr) -> Result<Arc<Fits>> {
        let mut known = self.fits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, fits)) = known.iter().find(|(known, _)| Arc::ptr_eq(known, schema)) {
            return Ok(Arc::clone(fits));
        }
        let stages = self.stages.iter().map(|stage| Fit::of(stage, schema)).collect::<Result<_>>()?;
        let fits = Fits { schema: Arc::clone(schema), stages, output: Fit::of(&self.output, schema)? };
        let fits = Arc::new(fits);
        if known.len() == FITS {
            known.remove(0);
        }
        known.push((Arc::clone(schema), Arc::clone(&fits)));
        Ok(fits)
    }

    /// Number of steps from row groups to the output: each is told the leaves it reads by [`Fits::leaves`].
    pub(super) fn steps(&self) -> usize {
        self.stages.len() + usize::from(self.covered.is_none())
    }

    /// The rows that a stage leaves over, which is not the last step, and how many it drops.
    pub(super) fn narrow(&self, stage: usize, fits: &Fits, rows: &Rows) -> Result<(RowSelection, usize)> {
        let (Some(slots), Some(fit)) = (self.stages.get(stage), fits.stages.get(stage)) else {
            return Ok((RowSelection::default(), 0));
        };
        let mut masks = Vec::new();
        for read in self.reader(fits, fit, rows)? {
            masks.push(mask(slots, &fit.slots_of(&read?, &rows.hidden)?)?);
        }
        let dropped = masks.iter().map(|mask| mask.len() - mask.true_count()).sum();
        if masks.iter().map(Array::len).sum::<usize>() != rows.len() {
            return exec_err!("a data file has fewer rows than its footer says");
        }
        let kept = RowSelection::from_filters(&masks);
        let kept = rows.selection.as_ref().map_or_else(|| kept.clone(), |before| before.and_then(&kept));
        Ok((kept, dropped))
    }

    /// The output, batch by batch; `dropped` is told of rows that the last stage drops.
    pub(super) fn output(
        self: &Arc<Self>,
        fits: Arc<Fits>,
        rows: &Rows,
        dropped: impl Fn(usize) + Send + 'static,
    ) -> Result<Batches> {
        let this = Arc::clone(self);
        let last = if self.covered.is_some() { fits.stages.last() } else { None };
        let reader = self.reader(&fits, last.unwrap_or(&fits.output), rows)?;
        let hidden = Arc::clone(&rows.hidden);
        let batch = move |read: &RecordBatch| match (&this.covered, this.stages.last(), fits.stages.last()) {
            (Some(places), Some(slots), Some(fit)) => {
                let read = fit.slots_of(read, &hidden)?;
                let mask = mask(slots, &read)?;
                dropped(mask.len() - mask.true_count());
                this.project(&this.covered_output(&read, &mask, places)?)
            }
            _ => this.project(&fits.output.slots_of(read, &hidden)?),
        };
        let batches = reader.map(move |read| batch(&read?));
        Ok(Box::new(batches.filter(|batch| batch.as_ref().map_or(true, |batch| batch.num_rows() > 0))))
    }

    fn reader(&self, fits: &Fits, fit: &Fit, rows: &Rows) -> Result<ParquetRecordBatchReader> {
        let groups = Groups::new(Arc::clone(&rows.loaded), &fits.schema);
        let selection = rows.selection.clone();
        Ok(ParquetRecordBatchReader::try_new_with_row_groups(&fit.levels, &groups, self.batch_rows, selection)?)
    }

    /// The rows of `mask` of what the last stage read, as the slots of the output.
    fn covered_output(&self, read: &RecordBatch, mask: &BooleanArray, places: &[usize]) -> Result<RecordBatch> {
        let columns = places.iter().filter_map(|&place| read.columns().get(place)).map(Arc::clone).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(read.num_rows()));
        let picked = RecordBatch::try_new_with_options(Arc::clone(&self.output.schema), columns, &options)?;
        if mask.true_count() == mask.len() { Ok(picked) } else { Ok(filter_record_batch(&picked, mask)?) }
    }

    fn project(&self, slots: &RecordBatch) -> Result<RecordBatch> {
        let projected = self.projector.project_batch(slots)?;
        if projected.schema_ref() == &self.output_schema {
            return Ok(projected);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(projected.num_rows()));
        let (_, columns, _) = projected.into_parts();
        Ok(RecordBatch::try_new_with_options(Arc::clone(&self.output_schema), columns, &options)?)
    }
}

impl Fits {
    /// The leaves that a step reads.
    pub(super) fn leaves(&self, step: usize) -> &[usize] {
        &self.stages.get(step).unwrap_or(&self.output).leaves
    }
}

/// The conjuncts of `filter` in the order of what they cost.
fn stages(table: &TableSchema, filter: Option<&Arc<dyn PhysicalExpr>>) -> Result<Vec<Slots>> {
    let conjuncts = filter.map(split_conjunction).unwrap_or_default().into_iter().map(Arc::clone);
    let (costly, cheap): (Vec<_>, Vec<_>) = conjuncts.partition(|conjunct| takes_nested(conjunct, table));
    let stages = [cheap, costly].into_iter().filter(|stage| !stage.is_empty());
    stages.map(|stage| Slots::of(stage, table)).collect()
}

/// The rows for which all expressions of `slots` hold; no nulls.
fn mask(slots: &Slots, rows: &RecordBatch) -> Result<BooleanArray> {
    let mut kept = BooleanArray::from(vec![true; rows.num_rows()]);
    for expr in &slots.exprs {
        if !kept.has_true() {
            break;
        }
        let value = expr.evaluate_selection(rows, &kept)?.into_array(rows.num_rows())?;
        let held = as_boolean_array(&value)?;
        let held = if held.null_count() > 0 { prep_null_mask_filter(held) } else { held.clone() };
        kept = and(&kept, &held)?;
    }
    Ok(kept)
}
