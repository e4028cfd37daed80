//! Scans for callers who are held to some accounts: the one way from the table into a scan.
//!
//! ```text
//!  files of one account each   only the granted ones are in the provider's snapshot: the scan is as any other
//!  files that accounts share   HeldScanExec, a leaf to the engine
//!                                └ columns asked for, records rebuilt
//!                                    └ FilterExec: recipientaccountid is granted
//!                                        └ scan of the partitions that the question may touch
//! ```
//!
//! Nothing of the question goes below the filter but whole partitions: no condition, limit or expression of the caller's
//! meets a row before the filter has let it through, whatever the engine's rules move where. Nor are files, row groups
//! or pages left out by what they hold: how much is read would tell which values other accounts have.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::config::ConfigOptions;
use datafusion::common::{Result, ScalarValue};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::Expr;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, Literal, in_list};
use datafusion::physical_expr::projection::ProjectionExpr;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::replace_children_if_necessary;
use traillake_model::Grants;

use super::held::HeldScanExec;
use super::{EventTableProvider, scan};
use crate::TableSnapshot;
use crate::pruning::files::keep_files;
use crate::scan_report::ScanReport;
use crate::snapshot::{DataFile, FileSet};

/// The column that tells whose a row is, where the partition does not.
const OWNER: &str = "recipientaccountid";

/// The accounts that the rows of shared files are held to.
pub(super) type Owners = Arc<BTreeSet<String>>;

/// The part of a snapshot that a provider may know, and the owners to filter rows by when accounts share its files.
pub(super) fn held_to(snapshot: Arc<TableSnapshot>, grants: &Grants) -> (Arc<TableSnapshot>, Option<Owners>) {
    let Some(accounts) = grants.accounts() else { return (snapshot, None) };
    let granted = snapshot.granted(grants);
    let is_shared = granted.files.partitions().any(|(partition, _)| partition.account.is_none());
    (granted, is_shared.then(|| Arc::new(accounts.clone())))
}

/// What may be told of a scan: nothing of files that accounts share.
pub(super) fn told(provider: &EventTableProvider, report: ScanReport) -> ScanReport {
    match provider.owners {
        None => report,
        Some(_) => ScanReport { table_version: report.table_version, ..ScanReport::default() },
    }
}

/// Plans a scan of what is granted.
pub(super) async fn plan(
    provider: &EventTableProvider,
    state: &dyn Session,
    projection: Option<&Vec<usize>>,
    filters: &[Expr],
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>> {
    let Some(owners) = &provider.owners else {
        return scan::plan(provider, state, projection, filters, limit).await;
    };
    let asked = projection.cloned().unwrap_or_else(|| (0..provider.schema.fields().len()).collect());
    let shown = Arc::new(provider.schema.project(&asked)?);
    let columns = shown.fields().iter().map(|field| field.name().clone()).collect();
    let inner = match provider.schema.index_of(OWNER) {
        Ok(owner) if !owners.is_empty() => {
            let places = if asked.contains(&owner) { asked.clone() } else { [asked.as_slice(), &[owner]].concat() };
            let within = touched(provider, state, filters)?;
            let rows = scan::plan(&within, state, Some(&places), &[], None).await?;
            first_columns(guarded(rows, owners, state.config().options())?, asked.len())?
        }
        _ => Arc::new(EmptyExec::new(shown)),
    };
    Ok(Arc::new(HeldScanExec::new(inner, provider.table.id().to_string(), provider.snapshot.version, columns)))
}

/// The table of the partitions that may hold rows for `filters`.
fn touched(provider: &EventTableProvider, state: &dyn Session, filters: &[Expr]) -> Result<EventTableProvider> {
    let conjuncts = scan::conjuncts(provider, state, filters)?;
    let keep = |conjuncts: &[Arc<dyn PhysicalExpr>]| {
        keep_files(&provider.snapshot.files, provider.policy.first_visible_date, conjuncts, &provider.schema)
    };
    // What fails on a day of others says so of granted rows, if it fails on any.
    let kept = keep(&conjuncts).or_else(|_| keep(&[]))?;
    let mut files = FileSet::default();
    kept.files.iter().for_each(|file| files.insert(DataFile::clone(file)));
    let snapshot = TableSnapshot { files: Arc::new(files), ..provider.snapshot.as_ref().clone() };
    Ok(EventTableProvider { snapshot: Arc::new(snapshot), ..provider.clone() })
}

/// The plan with the filter right above each of its leaves; fails when a leaf does not tell whose its rows are.
fn guarded(
    plan: Arc<dyn ExecutionPlan>,
    owners: &BTreeSet<String>,
    options: &ConfigOptions,
) -> Result<Arc<dyn ExecutionPlan>> {
    let inputs: Vec<_> = plan.children().into_iter().map(Arc::clone).collect();
    if !inputs.is_empty() {
        let inputs = inputs.into_iter().map(|input| guarded(input, owners, options)).collect::<Result<Vec<_>>>()?;
        return replace_children_if_necessary(plan, inputs);
    }
    let granted = is_granted(&plan, owners)?;
    let rows = with_row_filter(plan, &granted, options)?;
    Ok(Arc::new(FilterExec::try_new(granted, rows)?))
}

fn is_granted(leaf: &Arc<dyn ExecutionPlan>, owners: &BTreeSet<String>) -> Result<Arc<dyn PhysicalExpr>> {
    let schema = leaf.schema();
    let owner = Column::new_with_schema(OWNER, &schema)?;
    let data_type = schema.field(owner.index()).data_type();
    let literal = |account: &String| -> Result<Arc<dyn PhysicalExpr>> {
        Ok(Arc::new(Literal::new(ScalarValue::from(account.as_str()).cast_to(data_type)?)))
    };
    let literals = owners.iter().map(literal).collect::<Result<Vec<_>>>()?;
    in_list(Arc::new(owner), literals, &false, &schema)
}

/// The leaf with the filter inside its reader as well, which then decodes the other columns of granted rows only.
fn with_row_filter(
    leaf: Arc<dyn ExecutionPlan>,
    granted: &Arc<dyn PhysicalExpr>,
    options: &ConfigOptions,
) -> Result<Arc<dyn ExecutionPlan>> {
    let Some(scan) = leaf.downcast_ref::<DataSourceExec>() else { return Ok(leaf) };
    let pushed = scan.data_source().try_pushdown_filters(vec![Arc::clone(granted)], options)?;
    Ok(match pushed.updated_node {
        Some(source) => Arc::new(DataSourceExec::new(source)),
        None => leaf,
    })
}

pub(super) fn first_columns(plan: Arc<dyn ExecutionPlan>, count: usize) -> Result<Arc<dyn ExecutionPlan>> {
    let schema = plan.schema();
    if schema.fields().len() == count {
        return Ok(plan);
    }
    let column = |(place, field): (usize, &Arc<arrow::datatypes::Field>)| {
        ProjectionExpr::new(Arc::new(Column::new(field.name(), place)) as Arc<dyn PhysicalExpr>, field.name())
    };
    let kept: Vec<_> = schema.fields().iter().take(count).enumerate().map(column).collect();
    Ok(Arc::new(ProjectionExec::try_new(kept, plan)?))
}

#[cfg(test)]
mod tests;
