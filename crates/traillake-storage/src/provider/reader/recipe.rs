//! What a scan makes of the rows of its files: which it keeps, and what it gives of them.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow::array::{Array, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::compute::{and, filter_record_batch, prep_null_mask_filter};
use arrow::datatypes::SchemaRef;
use datafusion::common::cast::as_boolean_array;
use datafusion::common::{Result, exec_err};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::projection::{ProjectionExpr, ProjectionExprs, Projector};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, RowSelection};
use parquet::schema::types::SchemaDescPtr;

use super::chunks::Groups;
use super::fit::Fit;
use super::slots::Slots;
pub(super) use super::stage::Rows;
use super::stage::{Stage, StageFit};
use super::zipped::{Zipped, apart};

/// Schemas whose fits are kept: more are met only by a scan over many versions of a store's columns.
const FITS: usize = 8;
/// Batches of codes that are given on as one: a code takes four bytes, and many files of few rows become one dictionary.
const CODES_AT_ONCE: usize = 4;
/// Of row groups of which fewer rows are left than this share, texts are read one by one.
const FEW: usize = 4;

/// The filter and the projection of a scan.
pub(super) struct Recipe {
    /// Conjuncts, those over plain leaves before those over maps, lists and structs.
    stages: Vec<Stage>,
    output: Slots,
    /// Where the rows of the last stage have the slots of the output, if they have them all.
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
    stages: Vec<StageFit>,
    output: Fit,
    /// The output of few rows, where that is read in another way.
    few: OnceLock<Option<Fit>>,
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
        let stages = Stage::all(table, filter)?;
        let output = Slots::with_codes(projection.expr_iter(), table)?;
        let aliases = projection.iter().map(|expr| expr.alias.clone());
        let exprs = output.exprs.iter().map(Arc::clone).zip(aliases);
        let exprs = ProjectionExprs::new(exprs.map(|(expr, alias)| ProjectionExpr::new(expr, alias)));
        Ok(Self {
            covered: last_rows(&stages).and_then(|last| last.places_of(&output)),
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
        let stages = self.stages.iter().map(|stage| stage.fit(schema)).collect::<Result<_>>()?;
        let output = Fit::of(&self.output, schema)?;
        let fits = Arc::new(Fits { schema: Arc::clone(schema), stages, output, few: OnceLock::new() });
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
        let (Some(stage), Some(fit)) = (self.stages.get(stage), fits.stages.get(stage)) else {
            return Ok((RowSelection::default(), 0));
        };
        let mut kept = self.narrow_by_text(stage, (fit, fits), rows)?;
        if kept.len() > 0 && !stage.rest.exprs.is_empty() {
            kept = self.narrow_rows(&stage.rest, (&fit.rest, fits), &kept)?;
        }
        Ok((kept.selection(), rows.len() - kept.len()))
    }

    fn narrow_by_text(&self, stage: &Stage, (fit, fits): (&StageFit, &Fits), rows: &Rows) -> Result<Rows> {
        let mut rows = rows.clone();
        for (filter, (fit, leaves)) in stage.by_text.iter().zip(&fit.by_text) {
            if rows.len() == 0 {
                break;
            }
            rows = match rows.by_text(filter, *leaves) {
                Some(rows) => rows,
                None => self.narrow_rows(&filter.slots, (fit, fits), &rows)?,
            };
        }
        Ok(rows)
    }

    fn narrow_rows(&self, slots: &Slots, (fit, fits): (&Fit, &Fits), rows: &Rows) -> Result<Rows> {
        let mut masks = Vec::new();
        for read in self.reader(fits, fit, rows)? {
            masks.push(mask(slots, &fit.slots_of(&read?, &rows.hidden)?)?);
        }
        if masks.iter().map(Array::len).sum::<usize>() != rows.len() {
            return exec_err!("a data file has fewer rows than its footer says");
        }
        Ok(rows.masked(&masks))
    }

    /// The output, batch by batch; `dropped` is told of rows that the last stage drops.
    pub(super) fn output(
        self: &Arc<Self>,
        fits: Arc<Fits>,
        rows: &Rows,
        dropped: impl Fn(usize) + Send + 'static,
    ) -> Result<Batches> {
        if self.covered.is_none() && rows.len() < rows.all() / FEW && self.few(&fits)?.is_some() {
            return self.output_apart(fits, rows, Fits::few);
        }
        if !fits.output.apart.is_empty() {
            return self.output_apart(fits, rows, Fits::output);
        }
        let last = self.covered.as_ref().and_then(|_| self.stages.last().zip(fits.stages.last()));
        let kept = match last {
            Some((stage, fit)) => self.narrow_by_text(stage, (fit, &fits), rows)?,
            None => rows.clone(),
        };
        dropped(rows.len() - kept.len());
        if kept.len() == 0 {
            return Ok(Box::new(std::iter::empty()));
        }
        let this = Arc::clone(self);
        let reader = self.reader(&fits, last.map_or(&fits.output, |(_, fit)| &fit.rest), &kept)?;
        let hidden = Arc::clone(&rows.hidden);
        let batch = move |read: &RecordBatch| match (&this.covered, this.stages.last(), fits.stages.last()) {
            (Some(places), Some(stage), Some(fit)) => {
                let read = fit.rest.slots_of(read, &hidden)?;
                let mask = mask(&stage.rest, &read)?;
                dropped(mask.len() - mask.true_count());
                this.project(&this.covered_output(&read, &mask, places)?)
            }
            _ => this.project(&fits.output.slots_of(read, &hidden)?),
        };
        let batches = reader.map(move |read| batch(&read?));
        Ok(Box::new(batches.filter(|batch| batch.as_ref().map_or(true, |batch| batch.num_rows() > 0))))
    }

    /// How few rows of the output are read, where that is not how many are.
    fn few<'f>(&self, fits: &'f Fits) -> Result<Option<&'f Fit>> {
        if let Some(known) = fits.few.get() {
            return Ok(known.as_ref());
        }
        let few = Fit::of_few(&self.output, &fits.schema)?;
        Ok(fits.few.get_or_init(|| few).as_ref())
    }

    /// The output where some columns are read by themselves, which no stage has.
    fn output_apart(self: &Arc<Self>, fits: Arc<Fits>, rows: &Rows, fit: fn(&Fits) -> &Fit) -> Result<Batches> {
        let plain = fit(&fits).has_plain.then(|| self.reader(&fits, fit(&fits), rows)).transpose()?;
        let apart = apart(fit(&fits), &fits.schema, rows)?;
        let (this, hidden) = (Arc::clone(self), Arc::clone(&rows.hidden));
        let batch = move |(read, apart): (RecordBatch, Vec<ArrayRef>)| {
            this.project(&fit(&fits).slots_with(&read, &apart, &hidden)?)
        };
        let zipped = Zipped::new(plain, apart, CODES_AT_ONCE * self.batch_rows);
        Ok(Box::new(zipped.map(move |read| batch(read?))))
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
    fn output(&self) -> &Fit {
        &self.output
    }

    /// The output of few rows.
    fn few(&self) -> &Fit {
        self.few.get().and_then(Option::as_ref).unwrap_or(&self.output)
    }

    /// The leaves that a step reads.
    pub(super) fn leaves(&self, step: usize) -> &[usize] {
        self.stages.get(step).map_or(&self.output.leaves, |stage| &stage.leaves)
    }
}

/// The slots that the last stage decodes of every row.
fn last_rows(stages: &[Stage]) -> Option<&Slots> {
    stages.last().map(|stage| &stage.rest).filter(|rest| !rest.exprs.is_empty())
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
