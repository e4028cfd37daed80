//! Drops files, and parts of large ones, that cannot hold a value a filter demands: before any of them is opened.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::physical_plan::parquet::{ParquetAccessPlan, RowGroupAccess};
use datafusion::physical_expr::PhysicalExpr;
use parquet::arrow::arrow_reader::RowSelection;
use parquet::file::metadata::PageIndexPolicy;

use super::EventTableProvider;
use super::bundle::Member;
use super::files::object_meta;
use crate::footer::Footer;
use crate::index::SECTION_ROWS;
use crate::pruning::files::KeptFiles;
use crate::pruning::lookups::wanted;
use crate::scan_report::ScanReport;
use crate::snapshot::DataFile;

/// What the lookup index says of the files of a scan.
#[derive(Debug, Default)]
pub(super) struct LookedUp {
    /// By path: rows that may match, of files of which others cannot.
    rows: HashMap<String, Vec<Range<u64>>>,
    files_ruled_out: usize,
    bytes_read: u64,
}

/// Looks up what `conjuncts` demand, and takes the files out of `kept` that do not have it.
pub(super) async fn look_up(
    provider: &EventTableProvider,
    conjuncts: &[Arc<dyn PhysicalExpr>],
    kept: &mut KeptFiles,
) -> LookedUp {
    let wanted = wanted(conjuncts, &provider.schema);
    let is_small = kept.files.len() < 2 && kept.files.iter().all(|file| file.rows <= SECTION_ROWS);
    if wanted.is_empty() || is_small {
        return LookedUp::default();
    }
    let index = &provider.table.0.lookup_index;
    let searched = match index.search(provider.snapshot.version, &kept.files, &wanted).await {
        Ok(searched) => searched,
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "the lookup index cannot be read; all files are");
            return LookedUp::default();
        }
    };
    let mut looked_up = LookedUp { bytes_read: searched.bytes_read, ..LookedUp::default() };
    let mut rows = searched.rows.into_iter();
    let before = kept.files.len();
    kept.files.retain(|file| match rows.next().flatten() {
        Some(rows) if rows.is_empty() => false,
        Some(rows) => {
            looked_up.rows.insert(file.path.clone(), rows);
            true
        }
        None => true,
    });
    looked_up.files_ruled_out = before - kept.files.len();
    kept.partitions_kept = kept.files.chunk_by(|a, b| a.partition == b.partition).count();
    looked_up
}

impl LookedUp {
    /// Whether the index tells which rows of a file may match, so that no bloom filter is needed.
    pub(super) fn tells_of(&self, file: &DataFile) -> bool {
        self.rows.contains_key(&file.path)
    }

    /// Narrows the plans of files to the rows that are left, and reports what was ruled out.
    pub(super) async fn narrow(
        mut self,
        provider: &EventTableProvider,
        members: &mut Vec<Member>,
        report: &mut ScanReport,
    ) -> Result<()> {
        report.files_ruled_out = self.files_ruled_out;
        // The index tells of all accounts: how much of it was read is nothing for who may not see them all.
        if provider.policy.grants.accounts().is_none() {
            report.bytes_planned += usize::try_from(self.bytes_read).unwrap_or(usize::MAX);
        }
        for member in members.iter_mut() {
            let Some(rows) = self.rows.remove(&member.file.path) else { continue };
            match member.plan.take() {
                Some(plan) => {
                    let footer = footer(provider, member).await?;
                    member.plan = Some(narrowed(plan, &footer, &rows));
                }
                // Whoever reads the file has its footer then.
                None => member.rows = Some(rows),
            }
        }
        let is_read =
            |member: &Member| member.plan.as_ref().is_none_or(|plan| plan.row_group_index_iter().next().is_some());
        members.retain(is_read);
        report.files_kept = members.len();
        Ok(())
    }
}

async fn footer(provider: &EventTableProvider, member: &Member) -> Result<Arc<Footer>> {
    let store = provider.table.object_store().as_ref();
    provider.table.footers().get(store, &object_meta(&member.file)?, PageIndexPolicy::Skip).await
}

/// The plan of a file without the rows that are not among `rows`.
pub(super) fn narrowed(mut plan: ParquetAccessPlan, footer: &Footer, rows: &[Range<u64>]) -> ParquetAccessPlan {
    let mut start = 0;
    for (number, group) in footer.groups().iter().enumerate() {
        let end = start + group.rows() as u64;
        let inside: Vec<Range<usize>> = rows.iter().filter_map(|rows| inside(rows, start..end)).collect();
        match inside.as_slice() {
            [] => plan.skip(number),
            [all] if all.len() == group.rows() => {}
            _ => plan.scan_selection(number, RowSelection::from_consecutive_ranges(inside.into_iter(), group.rows())),
        }
        if matches!(plan.inner().get(number), Some(RowGroupAccess::Selection(selection)) if !selection.selects_any()) {
            plan.skip(number);
        }
        start = end;
    }
    plan
}

/// The part of `rows` that lies in a row group, counted from its start.
fn inside(rows: &Range<u64>, group: Range<u64>) -> Option<Range<usize>> {
    let (start, end) = (rows.start.max(group.start), rows.end.min(group.end));
    let place = |row: u64| usize::try_from(row - group.start).ok();
    if start < end { Some(place(start)?..place(end)?) } else { None }
}
