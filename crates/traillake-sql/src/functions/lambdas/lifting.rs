//! Lambdas lifted out of plans: each call that takes lambdas becomes a scalar function whose arguments are
//! its values and the columns its lambdas use.
//!
//! DataFusion numbers a lambda's parameters behind the columns of the schema it was planned on. An expression
//! that a physical rule moves over other columns (into a scan, say) would take columns for parameters.

use std::sync::Arc;

use arrow::datatypes::FieldRef;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result};
use datafusion::logical_expr::expr::{HigherOrderFunction, Lambda};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan, ScalarUDF};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

use super::lifted::{Body, Lifted, Slot};

/// The rule; it comes last, after bodies were simplified.
#[derive(Debug, Default)]
pub(crate) struct LiftLambdas;

impl OptimizerRule for LiftLambdas {
    fn name(&self) -> &'static str {
        "lift_lambdas"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let takes_lambdas = |expr: &Expr| Ok(matches!(expr, Expr::HigherOrderFunction(_)));
        let mut any = false;
        plan.apply_expressions(|expr| {
            any = any || expr.exists(takes_lambdas)?;
            Ok(if any { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
        })?;
        if !any {
            return Ok(Transformed::no(plan));
        }
        let schema = schema_of(&plan)?;
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let lifted = expr.transform_up(|expr| lift(expr, &schema))?;
            Ok(lifted.update_data(|expr| name.restore(expr)))
        })
    }
}

/// What a plan's expressions are about.
fn schema_of(plan: &LogicalPlan) -> Result<DFSchema> {
    match plan {
        // Filters that were pushed down know columns that the scan does not give back.
        LogicalPlan::TableScan(scan) => {
            DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())
        }
        _ => Ok(merge_schema(&plan.inputs())),
    }
}

fn lift(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let Expr::HigherOrderFunction(call) = &expr else { return Ok(Transformed::no(expr)) };
    if call.args.iter().map(is_closed).collect::<Result<Vec<_>>>()?.contains(&false) {
        return Ok(Transformed::no(expr));
    }
    let returns = expr.to_field(schema)?.1;
    let (slots, mut args, captures) = parts(call, schema)?;
    let fields = captures.iter().map(|capture| Ok(capture.to_field(schema)?.1)).collect::<Result<Vec<_>>>()?;
    args.extend(captures);
    let lifted = Lifted::new(Arc::clone(&call.func), slots, fields, returns);
    Ok(Transformed::yes(ScalarUDF::from(lifted).call(args)))
}

/// Whether a lambda's body is without queries and calls that were not lifted.
fn is_closed(arg: &Expr) -> Result<bool> {
    let Expr::Lambda(lambda) = arg else { return Ok(true) };
    let open = |expr: &Expr| {
        Ok(matches!(
            expr,
            Expr::ScalarSubquery(_) | Expr::InSubquery(_) | Expr::Exists(_) | Expr::HigherOrderFunction(_)
        ))
    };
    Ok(!lambda.body.exists(open)?)
}

/// The arguments in their order, the values among them, and what the lambdas use of the row around them.
fn parts(call: &HigherOrderFunction, schema: &DFSchema) -> Result<(Vec<Slot>, Vec<Expr>, Vec<Expr>)> {
    let mut parameters = call.lambda_parameters(schema)?.into_iter();
    let (mut slots, mut values, mut captures) = (vec![], vec![], vec![]);
    for arg in &call.args {
        if let Expr::Lambda(lambda) = arg {
            let parameters = parameters.next().unwrap_or_default();
            let result = lambda.body.to_field(schema)?.1;
            slots.push(Slot::Lambda(body(lambda, parameters, result, &mut captures)?));
        } else {
            slots.push(Slot::Value(arg.to_field(schema)?.1));
            values.push(arg.clone());
        }
    }
    Ok((slots, values, captures))
}

/// The body over columns of its own: what it captures, then its parameters.
fn body(lambda: &Lambda, parameters: Vec<FieldRef>, result: FieldRef, captures: &mut Vec<Expr>) -> Result<Body> {
    let expr = lambda.body.as_ref().clone().transform_down(|expr| {
        let own = match &expr {
            Expr::LambdaVariable(variable) => lambda.params.iter().position(|name| *name == variable.name),
            Expr::Column(_) | Expr::OuterReferenceColumn(..) => None,
            _ => return Ok(Transformed::no(expr)),
        };
        let name = match own {
            Some(index) => Body::parameter(index),
            None => Body::capture(place_of(captures, expr)),
        };
        Ok(Transformed::new(Expr::Column(Column::new_unqualified(name)), true, TreeNodeRecursion::Jump))
    })?;
    let parameters = parameters.into_iter().take(lambda.params.len()).collect();
    Ok(Body::new(parameters, expr.data, result))
}

fn place_of(captures: &mut Vec<Expr>, expr: Expr) -> usize {
    captures.iter().position(|known| *known == expr).unwrap_or_else(|| {
        captures.push(expr);
        captures.len() - 1
    })
}
