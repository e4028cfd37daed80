//! Tells a scan which values its events must hold for a condition on the elements of a list: the lookup index knows the
//! files of values, whichever column they are in.
//!
//! | condition | an event for which it holds has |
//! |---|---|
//! | `any_match(resources, r -> r.arn = 'v' AND ...)` | `v` in `resources` |
//! | `cardinality(filter(resources, r -> r.arn = 'v')) > 0` | the same |
//! | `contains(transform(resources, r -> r.arn), 'v')` | the same |
//! | `... CROSS JOIN UNNEST(resources) AS t(r) WHERE r.arn = 'v'` | the same |
//!
//! What is told is weaker than the condition, which stays where it is: the scan may leave out what cannot hold.

use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result, ScalarValue};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr::{HigherOrderFunction, Lambda, ScalarFunction, Unnest};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, ScalarUDF, lit};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use traillake_storage::{EventTableProvider, FoundIn};

/// Lambdas in lambdas that are looked into.
const MAX_DEPTH: usize = 4;
/// Values of a list that are told; the scan looks up no more.
const MAX_VALUES: usize = 64;
/// Functions that take a value out of a map or list, or a member out of a row.
const PICKED: [&str; 3] = ["get_field", "element_at", "$subscript"];
/// Functions of which the scan knows nothing.
const ABOUT_ELEMENTS: [&str; 2] = ["contains", "element_at"];

/// The rule.
#[derive(Debug, Default)]
pub(crate) struct HeldValues;

impl OptimizerRule for HeldValues {
    fn name(&self) -> &'static str {
        "held_values"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = &plan else { return Ok(Transformed::no(plan)) };
        let Some(source) = Source::of(&filter.input)? else { return Ok(Transformed::no(plan)) };
        let mut told = Vec::new();
        for condition in split_conjunction(&filter.predicate) {
            let condition = source.inlined(condition, filter.input.schema())?;
            if is_about_elements(&condition)? {
                told.extend(demanded(&condition, 0)?.filter(|demand| !source.known.contains(demand)));
            }
        }
        if told.is_empty() {
            return Ok(Transformed::no(plan));
        }
        plan.map_children(|input| tell(input, &told))
    }
}

/// The scan below a filter: its columns as the filter sees them, elements of a list as `UNNEST(list)`.
struct Source {
    columns: Vec<Expr>,
    /// What the scan is told already.
    known: Vec<Expr>,
}

impl Source {
    fn of(plan: &LogicalPlan) -> Result<Option<Self>> {
        let (input, picked) = match plan {
            LogicalPlan::TableScan(scan) if scan.fetch.is_none() => {
                let provider = source_as_provider(&scan.source)?;
                let column = |name: &String| Expr::Column(Column::new(Some(scan.table_name.clone()), name));
                let columns = scan.projected_schema.fields().iter().map(|field| column(field.name())).collect();
                let is_store = provider.downcast_ref::<EventTableProvider>().is_some();
                return Ok(is_store.then(|| Self { columns, known: scan.filters.clone() }));
            }
            LogicalPlan::SubqueryAlias(alias) => return Self::of(&alias.input),
            LogicalPlan::Filter(filter) => return Self::of(&filter.input),
            LogicalPlan::Projection(projection) => (&projection.input, &projection.expr),
            LogicalPlan::Unnest(unnest) => {
                let Some(Self { columns, known }) = Self::of(&unnest.input)? else { return Ok(None) };
                let column = |place: &usize| match columns
                    .get(*place)
                    .filter(|_| !unnest.struct_type_columns.contains(place))
                {
                    Some(list) if unnest.list_type_columns.iter().any(|(list, _)| list == place) => element_of(list),
                    Some(column) => column.clone(),
                    None => lit(ScalarValue::Null),
                };
                return Ok(Some(Self { columns: unnest.dependency_indices.iter().map(column).collect(), known }));
            }
            _ => return Ok(None),
        };
        let Some(source) = Self::of(input)? else { return Ok(None) };
        let columns = picked.iter().map(|expr| source.inlined(expr, input.schema())).collect::<Result<_>>()?;
        Ok(Some(Self { columns, ..source }))
    }

    /// `expr` over `schema`, in terms of the scan's columns.
    fn inlined(&self, expr: &Expr, schema: &DFSchema) -> Result<Expr> {
        let inline = |expr| {
            let Expr::Column(column) = &expr else { return Ok(Transformed::no(expr)) };
            let found = self.columns.get(schema.index_of_column(column)?).cloned();
            let found = found.unwrap_or_else(|| lit(ScalarValue::Null));
            Ok(Transformed::new(found, true, TreeNodeRecursion::Jump))
        };
        Ok(expr.clone().transform_down(inline).data()?.unalias())
    }
}

/// The plan with its scan told of `filters`, which it evaluates for no event.
fn tell(plan: LogicalPlan, filters: &[Expr]) -> Result<Transformed<LogicalPlan>> {
    match plan {
        LogicalPlan::TableScan(mut scan) => {
            scan.filters.extend_from_slice(filters);
            Ok(Transformed::yes(LogicalPlan::TableScan(scan)))
        }
        plan => plan.map_children(|input| tell(input, filters)),
    }
}

fn element_of(list: &Expr) -> Expr {
    Expr::Unnest(Unnest { expr: Box::new(list.clone()), outer: false })
}

/// Whether a condition is one that the scan does not understand by itself.
fn is_about_elements(condition: &Expr) -> Result<bool> {
    condition.exists(|expr| {
        let is_call = call(expr).is_some_and(|(name, _)| ABOUT_ELEMENTS.contains(&name));
        Ok(is_call || matches!(expr, Expr::Unnest(_) | Expr::HigherOrderFunction(_)))
    })
}

/// What an event must hold for which `condition` holds; none when nothing is known.
fn demanded(condition: &Expr, depth: usize) -> Result<Option<Expr>> {
    Ok(match condition {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            match (demanded(left, depth)?, demanded(right, depth)?) {
                (Some(left), Some(right)) => Some(left.and(right)),
                (left, right) => left.or(right),
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let both = demanded(left, depth)?.zip(demanded(right, depth)?);
            both.map(|(left, right)| left.or(right))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) if text(left).or(text(right)).is_some() => {
            let (value, place) = if text(left).is_some() { (left, right) } else { (right, left) };
            held(value, place, depth)?
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (number(left), number(right)) {
            (None, Some(count)) => counted(left, *op, count, depth)?,
            (Some(count), None) => match op.swap() {
                Some(op) => counted(right, op, count, depth)?,
                None => None,
            },
            _ => None,
        },
        Expr::InList(list) if !list.negated && list.list.len() <= MAX_VALUES => {
            let mut any: Option<Expr> = None;
            for value in &list.list {
                let Some(value) = held(value, &list.expr, depth)? else { return Ok(None) };
                any = Some(any.map_or_else(|| value.clone(), |any| any.or(value.clone())));
            }
            any
        }
        Expr::Not(inner) => match lambda(inner, "none_match") {
            Some((list, lambda)) => demanded_of_element(list, lambda, depth)?,
            None => None,
        },
        Expr::IsTrue(inner) => demanded(inner, depth)?,
        _ => match (lambda(condition, "any_match"), call(condition)) {
            (Some((list, lambda)), _) => demanded_of_element(list, lambda, depth)?,
            // Of a network in a column, `contains` says something else: a list is what a lambda or a map made.
            (_, Some(("contains", [list, value]))) if is_list(list) => held(value, list, depth)?,
            _ => None,
        },
    })
}

/// What `lambda` demands of one element of `list`.
fn demanded_of_element(list: &Expr, lambda: &Lambda, depth: usize) -> Result<Option<Expr>> {
    if depth == MAX_DEPTH { Ok(None) } else { demanded(&body_over(list, lambda)?, depth + 1) }
}

/// `cardinality(filter(...)) > 0`, and all that says that there is one.
fn counted(call_of: &Expr, op: Operator, count: i128, depth: usize) -> Result<Option<Expr>> {
    let is_any = match op {
        Operator::Gt => count >= 0,
        Operator::GtEq | Operator::Eq => count >= 1,
        Operator::NotEq => count == 0,
        _ => false,
    };
    let Some(("cardinality", [filtered])) = call(call_of).filter(|_| is_any) else { return Ok(None) };
    match lambda(filtered, "filter") {
        Some((list, lambda)) => demanded_of_element(list, lambda, depth),
        None => Ok(None),
    }
}

/// That the event holds `value`, a text, where all that `place` gives stands in an event.
fn held(value: &Expr, place: &Expr, depth: usize) -> Result<Option<Expr>> {
    let Some(value) = text(value).filter(|value| FoundIn::is_value(value)) else { return Ok(None) };
    let column = stands_in(place, depth)?.filter(|column| FoundIn::looks_into(&column.name));
    let found = |column| ScalarUDF::from(FoundIn::default()).call(vec![lit(value), Expr::Column(column)]).is_not_null();
    Ok(column.map(found))
}

/// The column of the scan in which every text that `expr` gives, or that is an element of it, stands as it is.
fn stands_in(expr: &Expr, depth: usize) -> Result<Option<Column>> {
    match expr {
        Expr::Column(column) => return Ok(Some(column.clone())),
        Expr::Unnest(Unnest { expr, .. }) => return stands_in(expr, depth),
        _ => {}
    }
    if let Some((list, _)) = lambda(expr, "filter") {
        return stands_in(list, depth);
    }
    if let Some((list, lambda)) = lambda(expr, "transform").filter(|_| depth < MAX_DEPTH) {
        return stands_in(&body_over(list, lambda)?, depth + 1);
    }
    match call(expr) {
        Some((name, [base, ..])) if PICKED.contains(&name) || name == "map_values" => stands_in(base, depth),
        _ => Ok(None),
    }
}

/// The body of a lambda over an element of `list`.
fn body_over(list: &Expr, lambda: &Lambda) -> Result<Expr> {
    let element = element_of(list);
    let [parameter] = lambda.params.as_slice() else { return Ok(lit(ScalarValue::Null)) };
    let inline = |expr: Expr| {
        Ok(match &expr {
            Expr::LambdaVariable(variable) if variable.name == *parameter => {
                Transformed::new(element.clone(), true, TreeNodeRecursion::Jump)
            }
            // Its parameters may have the name of ours.
            Expr::Lambda(inner) if inner.params.contains(parameter) => {
                Transformed::new(expr, false, TreeNodeRecursion::Jump)
            }
            _ => Transformed::no(expr),
        })
    };
    lambda.body.as_ref().clone().transform_down(inline).data()
}

/// The list and the lambda of a call of `function`.
fn lambda<'e>(expr: &'e Expr, function: &str) -> Option<(&'e Expr, &'e Lambda)> {
    let Expr::HigherOrderFunction(HigherOrderFunction { func, args }) = expr else { return None };
    match args.as_slice() {
        [list, Expr::Lambda(lambda)] if func.name() == function => Some((list, lambda)),
        _ => None,
    }
}

fn call(expr: &Expr) -> Option<(&str, &[Expr])> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return None };
    Some((func.name(), args))
}

fn is_list(expr: &Expr) -> bool {
    matches!(expr, Expr::HigherOrderFunction(_)) || call(expr).is_some_and(|(name, _)| name == "map_values")
}

/// A text that stands for itself in the index: a JSON object or array does not.
fn text(expr: &Expr) -> Option<&str> {
    let Expr::Literal(value, _) = expr else { return None };
    value.try_as_str().flatten().filter(|text| !text.starts_with(['{', '[']))
}

fn number(expr: &Expr) -> Option<i128> {
    let Expr::Literal(value, _) = expr else { return None };
    Some(match value {
        ScalarValue::Int64(value) => (*value)?.into(),
        ScalarValue::Int32(value) => (*value)?.into(),
        ScalarValue::UInt64(value) => (*value)?.into(),
        ScalarValue::Decimal128(value, _, 0) => (*value)?,
        _ => return None,
    })
}
