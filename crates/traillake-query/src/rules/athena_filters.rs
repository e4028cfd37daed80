//! Filters on Athena's texts in terms of the columns behind them, so that they prune.
//!
//! - `from_iso8601_timestamp(eventtime)` and other readings of the text are the event time in whole seconds;
//! - `eventtime LIKE '2023-05-14%'` is a range of texts;
//! - where `json_extract_scalar(requestparameters, '$.key')` equals a text, so does the key of the
//!   map: said to the scan beside the filter, which stays.

use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::functions::core::get_field;
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, lit};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use traillake_sql::athena::RECORD_MEMBER;

use super::athena_times::{like_range, read_time};

/// The rule.
#[derive(Debug, Default)]
pub(crate) struct AthenaFilters;

impl OptimizerRule for AthenaFilters {
    fn name(&self) -> &'static str {
        "athena_filters"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        if !matches!(plan, LogicalPlan::Filter(_) | LogicalPlan::TableScan(_)) {
            return Ok(Transformed::no(plan));
        }
        let plan = plan.map_expressions(|expr| expr.transform_up(|expr| in_terms_of_time(expr, config)))?;
        let changed = plan.transformed;
        let (plan, added) = with_members(plan.data);
        Ok(Transformed::new_transformed(plan, changed || added))
    }
}

fn in_terms_of_time(expr: Expr, config: &dyn OptimizerConfig) -> Result<Transformed<Expr>> {
    read_time(expr, config).transform_data(|expr| Ok(like_range(expr)))
}

/// Adds to a scan what its filters on members of the record say of the maps; tells whether there was any.
fn with_members(plan: LogicalPlan) -> (LogicalPlan, bool) {
    let LogicalPlan::TableScan(mut scan) = plan else { return (plan, false) };
    let mut implied: Vec<Expr> = scan.filters.iter().flat_map(split_conjunction).filter_map(of_map).collect();
    implied.retain(|expr| !scan.filters.contains(expr));
    let added = !implied.is_empty();
    scan.filters.append(&mut implied);
    (LogicalPlan::TableScan(scan), added)
}

/// The same condition on the entry of the map, for an equality and a list of texts.
fn of_map(condition: &Expr) -> Option<Expr> {
    match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let (entry, text) = entry(left).map(|entry| (entry, right)).or_else(|| Some((entry(right)?, left)))?;
            text_of(text).map(|text| entry.eq(lit(text)))
        }
        Expr::InList(InList { expr, list, negated: false }) => {
            let texts = list.iter().map(text_of).collect::<Option<Vec<_>>>()?;
            Some(entry(expr)?.in_list(texts.into_iter().map(lit).collect(), false))
        }
        _ => None,
    }
}

/// The entry of the map that `json_extract_scalar("$record_member"(eventjson, member), '$.key')` asks for.
fn entry(expr: &Expr) -> Option<Expr> {
    let [member, path] = call(expr, "json_extract_scalar", 2)? else { return None };
    let key = text_of(path)?.strip_prefix("$.").filter(|key| is_plain(key))?.to_owned();
    let [Expr::Column(record), name] = call(member, RECORD_MEMBER, 2)? else { return None };
    let map = Column::new(record.relation.clone(), text_of(name)?.to_lowercase());
    Some(get_field().call(vec![Expr::Column(map), lit(key)]))
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn call<'e>(expr: &'e Expr, name: &str, arguments: usize) -> Option<&'e [Expr]> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == name && args.len() == arguments => {
            Some(args)
        }
        Expr::Cast(cast) => call(&cast.expr, name, arguments),
        _ => None,
    }
}

fn text_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) | ScalarValue::LargeUtf8(Some(text)),
            _,
        ) => Some(text),
        _ => None,
    }
}
