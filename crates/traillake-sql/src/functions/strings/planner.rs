//! `SUBSTRING(a FROM b FOR c)` and `POSITION(a IN b)`: forms of the grammar that call functions.

use std::sync::Arc;

use datafusion::common::{Result, plan_datafusion_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult};
use datafusion::logical_expr::{Expr, ScalarUDF};

use crate::functions::{Implementation, functions};

/// Plans these forms with this module's functions, not with DataFusion's.
#[derive(Debug)]
pub(crate) struct TextForms;

impl ExprPlanner for TextForms {
    fn plan_position(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        call("strpos", args)
    }

    fn plan_substring(&self, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
        call("substr", args)
    }
}

fn call(name: &str, args: Vec<Expr>) -> Result<PlannerResult<Vec<Expr>>> {
    let function = registered(name).ok_or_else(|| plan_datafusion_err!("Function '{name}' not registered"))?;
    Ok(PlannerResult::Planned(Expr::ScalarFunction(ScalarFunction::new_udf(function, args))))
}

fn registered(name: &str) -> Option<Arc<ScalarUDF>> {
    functions().iter().find(|function| function.doc.name == name).and_then(|function| match &function.implementation {
        Implementation::Scalar(function) => Some(Arc::clone(function)),
        _ => None,
    })
}
