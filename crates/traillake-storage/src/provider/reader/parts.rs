//! The row groups that are left to read of the files of a bundle, and which of them are read in one go.

use std::ops::Range;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::datasource::physical_plan::parquet::{ParquetAccessPlan, RowGroupAccess};
use object_store::path::Path;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use parquet::file::metadata::PageIndexPolicy;

use super::chunks::Loaded;
use super::{RUN_ROWS, Scan};
use crate::footer::Footer;
use crate::layout::PAGE_ROWS;
use crate::provider::bundle::Member;
use crate::provider::files::object_meta;
use crate::provider::looked_up::narrowed;

/// Rows between two that are left of a row group from which on those between are not read: two pages hold one that no
/// other has anything of.
const APART_ROWS: usize = 2 * PAGE_ROWS;

/// Rows, and the event times between which they lie, in microseconds.
type TimedRows = (Range<usize>, (i64, i64));

/// Rows that are read first where few may be enough.
const FIRST_ROWS: usize = 1_024;

/// A row group to read.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) path: Path,
    pub(super) footer: Arc<Footer>,
    pub(super) group: usize,
    pub(super) rows: usize,
    /// The rows that are left of it; `None` is all.
    pub(super) selection: Option<RowSelection>,
    /// Between which event times they lie, in microseconds, if that is known.
    pub(super) times: Option<(i64, i64)>,
}

impl Scan {
    /// The row groups of a file that are left to read, in the order of time: files are sorted by it. Large ones of which
    /// rows far from each other are left are there once for each place.
    pub(super) async fn parts(&self, member: &Member, oldest_first: bool) -> Result<Vec<Part>> {
        let meta = object_meta(&member.file)?;
        // Filters may leave little of a row group, of which only some pages are read then.
        let has_pages = member.file.rows > PAGE_ROWS as u64 && self.recipe.steps() > 1;
        let pages = if has_pages { PageIndexPolicy::Optional } else { PageIndexPolicy::Skip };
        let footer = self.footers.get(self.store.as_ref(), &meta, pages).await?;
        let groups = footer.groups().len();
        let plan = match &member.rows {
            Some(rows) => Some(narrowed(ParquetAccessPlan::new_all(groups), &footer, rows)),
            None => member.plan.clone(),
        };
        let mut parts = Vec::new();
        for group in (0..groups).filter(|&group| member.takes(group, groups)) {
            let rows = footer.groups().get(group).map_or(0, crate::footer::Group::rows);
            let selection = match plan.as_ref().and_then(|plan| plan.inner().get(group)) {
                Some(RowGroupAccess::Skip) => continue,
                Some(RowGroupAccess::Selection(selection)) => Some(to_the_end(selection, rows)),
                Some(RowGroupAccess::Scan) | None => None,
            };
            let (path, times) = (meta.location.clone(), footer.event_times(group));
            let part = Part { path, footer: Arc::clone(&footer), group, rows, selection, times };
            parts.extend(part.places());
        }
        if !oldest_first {
            parts.reverse();
        }
        Ok(parts)
    }
}

impl Part {
    /// The same for each place of which rows are left.
    fn places(self) -> Vec<Self> {
        let has_pages = self.rows > RUN_ROWS && self.footer.pages(self.group, 0).is_some();
        let Some(selection) = self.selection.as_ref().filter(|_| has_pages) else { return vec![self] };
        let mut places: Vec<Vec<Range<usize>>> = Vec::new();
        for rows in ranges(selection) {
            let before = places
                .last_mut()
                .filter(|place| place.last().is_some_and(|last| rows.start.saturating_sub(last.end) < APART_ROWS));
            match before {
                Some(place) => place.push(rows),
                None => places.push(vec![rows]),
            }
        }
        let place = |rows: Vec<Range<usize>>| {
            let selection = RowSelection::from_consecutive_ranges(rows.into_iter(), self.rows);
            Self { selection: Some(selection), ..self.clone() }
        };
        places.into_iter().map(place).collect()
    }

    /// The same in slices: as many pages as all before together, where it is known what is in a page.
    fn slices(&self, oldest_first: bool) -> Vec<Self> {
        let slice = |rows: Range<usize>, times| {
            let selection = RowSelection::from_consecutive_ranges(std::iter::once(rows), self.rows);
            Self { selection: Some(selection), times, ..self.clone() }
        };
        let Some(mut pages) = self.pages(oldest_first).filter(|pages| pages.len() > 1) else {
            let (first, rest) = if oldest_first {
                (0..FIRST_ROWS, FIRST_ROWS..self.rows)
            } else {
                (self.rows - FIRST_ROWS..self.rows, 0..self.rows - FIRST_ROWS)
            };
            return vec![slice(first, self.times), slice(rest, self.times)];
        };
        let mut slices = Vec::new();
        let mut count = 1;
        while !pages.is_empty() {
            let rest = pages.split_off(count.min(pages.len()));
            let together = pages.into_iter().reduce(|(rows, (first, last)), (more, times)| {
                (rows.start.min(more.start)..rows.end.max(more.end), (first.min(times.0), last.max(times.1)))
            });
            slices.extend(together.map(|(rows, times)| slice(rows, Some(times))));
            count = if slices.len() > 1 { count * 2 } else { 1 };
            pages = rest;
        }
        slices
    }

    /// The rows of its pages of event times with their times, in the order in which they are read.
    fn pages(&self, oldest_first: bool) -> Option<Vec<TimedRows>> {
        let starts = self.footer.page_times(self.group)?;
        let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([self.rows]);
        let mut pages: Vec<_> = starts.iter().zip(ends).map(|((start, times), end)| (*start..end, *times)).collect();
        if !oldest_first {
            pages.reverse();
        }
        pages.iter().all(|(rows, _)| rows.start < rows.end).then_some(pages)
    }
}

/// What is read one after the other of a run, where a filter tightens with every row: of a single row group the rows that
/// come first by their time, then more and more of the others, which may be ruled out by then.
pub(super) fn slices(run: Vec<Part>, oldest_first: bool) -> Vec<Vec<Part>> {
    match run.as_slice() {
        [part] if part.selection.is_none() && part.rows > 2 * FIRST_ROWS => {
            part.slices(oldest_first).into_iter().map(|slice| vec![slice]).collect()
        }
        _ => vec![run],
    }
}

/// The rows that a selection leaves.
pub(super) fn ranges(selection: &RowSelection) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut end = 0;
    let ranges = selection.iter().map(move |selector| {
        let start = end;
        end += selector.row_count;
        (!selector.skip && start < end).then_some(start..end)
    });
    ranges.flatten()
}

/// Parts in order, cut where the schema changes or enough rows are together.
pub(super) fn runs(parts: impl Iterator<Item = Part>) -> Vec<Vec<Part>> {
    let mut runs: Vec<Vec<Part>> = Vec::new();
    let mut rows = 0;
    for part in parts {
        let fits = |first: &Part| Arc::ptr_eq(first.footer.schema(), part.footer.schema());
        rows += part.rows;
        match runs.last_mut() {
            Some(run) if rows <= RUN_ROWS && run.first().is_some_and(fits) => run.push(part),
            _ => {
                rows = part.rows;
                runs.push(vec![part]);
            }
        }
    }
    runs
}

/// A selection that says something of every row of its row group.
fn to_the_end(selection: &RowSelection, rows: usize) -> RowSelection {
    let told = selection.row_count() + selection.skipped_row_count();
    let rest = rows.checked_sub(told).filter(|&rest| rest > 0).map(RowSelector::skip);
    selection.iter().copied().chain(rest).collect::<Vec<_>>().into()
}

/// The rows that are left of parts laid end to end; `None` is all.
pub(super) fn selected(parts: &[Part]) -> Option<RowSelection> {
    if parts.iter().all(|part| part.selection.is_none()) {
        return None;
    }
    let selectors = parts.iter().flat_map(|part| match &part.selection {
        Some(selection) => selection.iter().copied().collect(),
        None => vec![RowSelector::select(part.rows)],
    });
    Some(selectors.collect::<Vec<_>>().into())
}

/// Gives each part its rows of `kept`, and drops parts of which none is left.
pub(super) fn drop_empty(parts: &mut Vec<Part>, loaded: &mut Vec<Loaded>, mut kept: RowSelection) {
    let both = std::mem::take(parts).into_iter().zip(std::mem::take(loaded));
    let left = both.filter_map(|(mut part, bytes)| {
        let selection = kept.split_off(part.rows);
        let any = selection.selects_any();
        part.selection = Some(selection);
        any.then_some((part, bytes))
    });
    (*parts, *loaded) = left.unzip();
}

#[cfg(test)]
mod tests {
    use traillake_model::Retention;

    use super::*;
    use crate::table_testing::{batch, day, footer_of, records, table};

    const ALL: usize = 200_000;

    async fn part(selection: RowSelection) -> Part {
        let table = table(Retention::Unlimited).await;
        let rows = batch(table.schema(), &records("111111111111", "us-east-1", day(11), 0..1_000));
        let footer = Arc::new(Footer::of(footer_of(&rows)));
        Part { path: Path::from("a.parquet"), footer, group: 0, rows: ALL, selection: Some(selection), times: None }
    }

    #[tokio::test]
    async fn rows_far_from_each_other_are_read_apart() {
        let left = [10..20, 15_000..15_010, 100_000..100_001, 140_000..200_000];
        let part = part(RowSelection::from_consecutive_ranges(left.clone().into_iter(), ALL)).await;
        let places: Vec<Vec<_>> =
            part.places().iter().map(|place| place.selection.iter().flat_map(ranges).collect()).collect();
        assert_eq!(places, [left[..2].to_vec(), left[2..3].to_vec(), left[3..].to_vec()]);
    }

    #[tokio::test]
    async fn every_row_is_in_one_slice_and_the_first_come_first() {
        let whole = Part { selection: None, times: Some((0, 9)), ..part(RowSelection::default()).await };
        let rows = |slices: &[Vec<Part>]| -> Vec<Range<usize>> {
            slices.iter().flatten().flat_map(|slice| slice.selection.iter().flat_map(ranges)).collect()
        };
        let newest = slices(vec![whole.clone()], false);
        assert_eq!(rows(&newest), [ALL - FIRST_ROWS..ALL, 0..ALL - FIRST_ROWS]);
        assert_eq!(rows(&slices(vec![whole.clone()], true)), [0..FIRST_ROWS, FIRST_ROWS..ALL]);
        assert!(newest.iter().flatten().all(|slice| slice.times == whole.times));
        let few = Part { rows: 2 * FIRST_ROWS, ..whole.clone() };
        assert_eq!(slices(vec![few], false).len(), 1);
        assert_eq!(slices(vec![whole.clone(), whole], false).len(), 1);
    }

    #[tokio::test]
    async fn a_slice_of_pages_knows_their_times() {
        let table = table(Retention::Unlimited).await;
        let rows = batch(table.schema(), &records("111111111111", "us-east-1", day(11), 0..5 * PAGE_ROWS));
        let footer = Arc::new(Footer::of(footer_of(&rows)));
        let (times, all) = (footer.event_times(0), rows.num_rows());
        let whole = Part { path: Path::from("a"), footer, group: 0, rows: all, selection: None, times };
        let newest = whole.slices(false);
        let midnight = day(11).and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp();
        let seconds =
            |part: &Part| part.times.map(|(first, last)| (first / 1_000_000 - midnight, last / 1_000_000 - midnight));
        let page = |number: usize| i64::try_from(number * PAGE_ROWS).unwrap();
        let expected = [(4, 5), (3, 4), (1, 3), (0, 1)].map(|(from, to)| Some((page(from), page(to) - 1)));
        assert_eq!(newest.iter().map(seconds).collect::<Vec<_>>(), expected);
        let left: usize = newest.iter().flat_map(|slice| slice.selection.iter()).map(RowSelection::row_count).sum();
        assert_eq!(left, all);
    }

    #[tokio::test]
    async fn a_part_without_rows_is_in_no_place() {
        assert!(part(vec![RowSelector::skip(ALL)].into()).await.places().is_empty());
    }
}
