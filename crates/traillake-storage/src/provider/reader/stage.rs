//! Conjuncts of a filter that are evaluated together: those on single texts first, by text, then the rest on rows.

use std::sync::Arc;

use arrow::array::BooleanArray;
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::physical_expr::{PhysicalExpr, split_conjunction};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::schema::types::SchemaDescPtr;

use super::by_text::{TextFilter, TextLeaves, masks};
use super::chunks::Loaded;
use super::fit::Fit;
use super::slots::{Slots, takes_nested};

/// Of row groups of which fewer rows are left than this share, a condition is asked of these rows, not of all texts.
const FEW: usize = 16;

/// Some conjuncts.
pub(super) struct Stage {
    pub(super) by_text: Vec<TextFilter>,
    pub(super) rest: Slots,
}

/// How files of one schema are read for a stage.
#[derive(Debug)]
pub(super) struct StageFit {
    /// For each filter by text: how its rows are read, and its leaves if they hold texts.
    pub(super) by_text: Vec<(Fit, Option<TextLeaves>)>,
    pub(super) rest: Fit,
    /// The leaves of all of them.
    pub(super) leaves: Vec<usize>,
}

/// Row groups in memory, the values of their hidden columns, and the rows that are left of them; `None` is all.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) loaded: Arc<[Loaded]>,
    pub(super) hidden: Arc<[ScalarValue]>,
    pub(super) selection: Option<RowSelection>,
}

impl Stage {
    /// The conjuncts of `filter` in the order of what they cost.
    pub(super) fn all(table: &TableSchema, filter: Option<&Arc<dyn PhysicalExpr>>) -> Result<Vec<Self>> {
        let conjuncts = filter.map(split_conjunction).unwrap_or_default().into_iter().map(Arc::clone);
        let (costly, cheap): (Vec<_>, Vec<_>) = conjuncts.partition(|conjunct| takes_nested(conjunct, table));
        let stages = [cheap, costly].into_iter().filter(|stage| !stage.is_empty());
        stages.map(|conjuncts| Self::of(conjuncts, table)).collect()
    }

    fn of(conjuncts: Vec<Arc<dyn PhysicalExpr>>, table: &TableSchema) -> Result<Self> {
        let (mut by_text, mut rest) = (Vec::new(), Vec::new());
        for conjunct in conjuncts {
            match TextFilter::of(&conjunct, table)? {
                Some(filter) => by_text.push(filter),
                None => rest.push(conjunct),
            }
        }
        Ok(Self { by_text, rest: Slots::of(rest, table)? })
    }

    pub(super) fn fit(&self, file: &SchemaDescPtr) -> Result<StageFit> {
        let by_text = self.by_text.iter().map(|filter| {
            let fit = Fit::of(&filter.slots, file)?;
            let leaves = TextLeaves::of(&fit, file);
            Ok((fit, leaves))
        });
        let by_text = by_text.collect::<Result<Vec<_>>>()?;
        let rest = Fit::of(&self.rest, file)?;
        let mut leaves: Vec<usize> =
            by_text.iter().map(|(fit, _)| fit).chain([&rest]).flat_map(|fit| &fit.leaves).copied().collect();
        leaves.sort_unstable();
        leaves.dedup();
        Ok(StageFit { by_text, rest, leaves })
    }
}

impl Rows {
    /// The rows of the row groups.
    pub(super) fn all(&self) -> usize {
        self.loaded.iter().map(|loaded| loaded.rows).sum()
    }

    pub(super) fn len(&self) -> usize {
        self.selection.as_ref().map_or_else(|| self.all(), RowSelection::row_count)
    }

    /// The rows that are left, of all.
    pub(super) fn selection(&self) -> RowSelection {
        self.selection.clone().unwrap_or_else(|| vec![RowSelector::select(self.all())].into())
    }

    /// Those for which a condition on a text holds; none where it must be asked of decoded rows.
    pub(super) fn by_text(&self, filter: &TextFilter, leaves: Option<TextLeaves>) -> Option<Self> {
        if self.len() < self.all() / FEW {
            return None;
        }
        let kept = RowSelection::from_filters(&masks(filter, &self.loaded, leaves?)?);
        let kept = self.selection.as_ref().map_or_else(|| kept.clone(), |before| before.intersection(&kept));
        Some(Self { selection: Some(kept), ..self.clone() })
    }

    /// Those of `masks`, which say something of every row that is left.
    pub(super) fn masked(&self, masks: &[BooleanArray]) -> Self {
        let kept = RowSelection::from_filters(masks);
        let kept = self.selection.as_ref().map_or_else(|| kept.clone(), |before| before.and_then(&kept));
        Self { selection: Some(kept), ..self.clone() }
    }
}
