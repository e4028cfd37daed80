//! Large constants, told from others where the engine would repeat them for every row.

use std::sync::{Arc, LazyLock};

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan, ScalarUDF};
use traillake_sql::takes_rows_in_parts;

use crate::functions::Constant;

/// Bytes of a literal that no batch of rows makes too large.
const SMALL_BYTES: usize = 16 << 10;

static CONSTANT: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(Constant::default())));

/// The plan with its large constants checked as it runs.
pub(super) fn with_checks(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    if matches!(
        plan,
        LogicalPlan::Filter(_) | LogicalPlan::TableScan(_) | LogicalPlan::Values(_) | LogicalPlan::Limit(_)
    ) {
        return Ok(Transformed::no(plan));
    }
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        Ok(checked(expr)?.update_data(|expr| name.restore(expr)))
    })
}

fn checked(expr: Expr) -> Result<Transformed<Expr>> {
    expr.transform_down(|expr| {
        if may_be_large(&expr) {
            return Ok(Transformed::new(CONSTANT.call(vec![expr]), true, TreeNodeRecursion::Jump));
        }
        match expr {
            Expr::ScalarFunction(call) if takes_rows_in_parts(&call.func) => arguments(call),
            other => Ok(Transformed::no(other)),
        }
    })
}

/// A call that repeats its own arguments with care: they are left as they are, and looked into.
fn arguments(call: ScalarFunction) -> Result<Transformed<Expr>> {
    let mut changed = false;
    let mut args = Vec::with_capacity(call.args.len());
    for arg in call.args {
        let arg = if may_be_large(&arg) { Transformed::no(arg) } else { checked(arg)? };
        changed |= arg.transformed;
        args.push(arg.data);
    }
    let call = Expr::ScalarFunction(ScalarFunction { func: call.func, args });
    Ok(Transformed::new(call, changed, TreeNodeRecursion::Jump))
}

/// Whether it is a large literal, or a call that gives the same for all rows and was not worth computing before.
fn may_be_large(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(value, _) => value.size() > SMALL_BYTES,
        Expr::ScalarSubquery(_) => true,
        Expr::ScalarFunction(_) => !expr.is_volatile() && !expr.exists(|part| Ok(varies(part))).unwrap_or(true),
        _ => false,
    }
}

fn varies(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Column(_)
            | Expr::OuterReferenceColumn(..)
            | Expr::LambdaVariable(_)
            | Expr::AggregateFunction(_)
            | Expr::WindowFunction(_)
            | Expr::Exists(_)
            | Expr::InSubquery(_)
            | Expr::SetComparison(_)
    )
}
