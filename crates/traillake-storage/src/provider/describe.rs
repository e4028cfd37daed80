//! What the scans of a plan read, in words: for those who want to know what a question touches.

use std::collections::BTreeSet;
use std::sync::Arc;

use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::functions::core::getfield::GetFieldFunc;
use datafusion::physical_expr::expressions::{Column, Literal};
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_plan::ExecutionPlan;

use super::held::HeldScanExec;
use super::source::EventSource;
use crate::ScanReport;

/// One scan of an event data store in a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanDescription {
    /// Id of the event data store.
    pub event_data_store: String,
    /// Files and partitions that are read, of all.
    pub report: ScanReport,
    /// Bytes of the files that are read.
    pub bytes_kept: u64,
    /// Whether the files also hold events of accounts that are not granted: then no figure of them is told.
    pub is_shared: bool,
    /// Columns and nested fields that are read, sorted: `useridentity.arn`.
    pub columns: Vec<String>,
}

/// Every scan below `plan`, in the order of the plan.
pub fn describe_scans(plan: &Arc<dyn ExecutionPlan>) -> Vec<ScanDescription> {
    let mut scans = Vec::new();
    let mut open = vec![Arc::clone(plan)];
    while let Some(node) = open.pop() {
        open.extend(node.children().into_iter().rev().map(Arc::clone));
        scans.extend(described(&node));
    }
    scans
}

fn described(node: &Arc<dyn ExecutionPlan>) -> Option<ScanDescription> {
    if let Some(held) = node.downcast_ref::<HeldScanExec>() {
        return Some(held.description());
    }
    let (config, source) = node.downcast_ref::<DataSourceExec>()?.downcast_to_file_source::<EventSource>()?;
    let files = config.file_groups.iter().flat_map(datafusion_datasource::file_groups::FileGroup::files);
    Some(ScanDescription {
        event_data_store: source.event_data_store().to_owned(),
        report: source.report().clone(),
        bytes_kept: files.map(|file| file.object_meta.size).sum(),
        is_shared: false,
        columns: columns(config),
    })
}

/// Columns of the projection and of the filters inside the scan.
fn columns(config: &FileScanConfig) -> Vec<String> {
    let source = config.file_source();
    let mut found = BTreeSet::new();
    for expr in source.projection().into_iter().flat_map(datafusion::physical_expr::projection::ProjectionExprs::iter) {
        add_columns(&expr.expr, &mut found);
    }
    if let Some(filter) = source.filter() {
        add_columns(&filter, &mut found);
    }
    let whole = found.clone();
    let inside = |name: &String| name.rmatch_indices('.').any(|(end, _)| whole.contains(&name[..end]));
    found.into_iter().filter(|name| !inside(name)).collect()
}

fn add_columns(expr: &Arc<dyn PhysicalExpr>, found: &mut BTreeSet<String>) {
    match path(expr) {
        Some(path) => {
            found.insert(path);
        }
        None => expr.children().into_iter().for_each(|child| add_columns(child, found)),
    }
}

/// `useridentity.arn` for a column or the fields of one.
fn path(expr: &Arc<dyn PhysicalExpr>) -> Option<String> {
    if let Some(column) = expr.downcast_ref::<Column>() {
        return Some(column.name().to_owned());
    }
    let call = expr.downcast_ref::<ScalarFunctionExpr>()?;
    call.fun().inner().as_ref().downcast_ref::<GetFieldFunc>()?;
    let (base, names) = call.args().split_first()?;
    let mut path = path(base)?;
    for name in names {
        let name = name.downcast_ref::<Literal>()?.value().try_as_str().flatten()?;
        path = format!("{path}.{name}");
    }
    Some(path)
}
