//! Where calls and operators stand in the text of a query, for their errors.
//!
//! The engine forgets the places of calls when it plans them. So a query's calls get names with
//! their places, `lower@3:14`, each registered for this query as a function that does what `lower`
//! does and says in its errors where it stands; operators carry theirs the same way. Two calls
//! that differ in their places alone are the same expression.
//!
//! ```text
//!  lower(x) -> mark -> "lower@3:14"(x) -> planner -> unmark -> lower(x), which knows its place
//! ```

mod function;

use std::fmt;
use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, Location, Result, Span};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, LogicalPlan, ScalarUDF};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use function::Placed;

/// A place in the text of a query; both counts start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Line of the text.
    pub line: u64,
    /// Character of the line.
    pub column: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}:{}", self.line, self.column)
    }
}

impl Place {
    /// A name that says where it stands.
    pub fn mark(self, name: &str) -> String {
        format!("{name}@{}:{}", self.line, self.column)
    }

    /// An operator that says where it stands.
    #[must_use]
    pub fn mark_operator(self, op: &BinaryOperator) -> BinaryOperator {
        BinaryOperator::Custom(self.mark(&op.to_string()))
    }

    /// `function` under the marked name it is called by, its own or another.
    pub fn function(self, name: &str, function: &Arc<ScalarUDF>) -> ScalarUDF {
        ScalarUDF::from(Placed::new(Arc::clone(function), self, Some(self.mark(name))))
    }

    /// The place an error message begins with, and what follows it.
    pub fn at_start(message: &str) -> Option<(Self, &str)> {
        let (line, rest) = message.strip_prefix("line ")?.split_once(':')?;
        let (column, rest) = rest.split_once(": ")?;
        Some((Self { line: line.parse().ok()?, column: column.parse().ok()? }, rest))
    }

    /// The first place within an error message, and what follows it.
    pub fn within(message: &str) -> Option<(Self, &str)> {
        message.match_indices("line ").find_map(|(at, _)| Self::at_start(message.get(at..)?))
    }

    /// A call the planner made for something that stands here, which says so in its errors.
    pub(crate) fn carried(self, expr: Expr) -> Expr {
        match expr {
            Expr::ScalarFunction(ScalarFunction { func, args }) if is_made(&func) => {
                let func = Arc::new(ScalarUDF::from(Placed::new(func, self, None)));
                Expr::ScalarFunction(ScalarFunction { func, args })
            }
            other => other,
        }
    }

    /// Where a call stands.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        let Expr::ScalarFunction(call) = expr else { return None };
        call.func.inner().as_ref().downcast_ref::<Placed>().map(Placed::place)
    }

    /// The place as the engine writes it.
    pub(crate) fn span(self) -> Span {
        let start = Location { line: self.line, column: self.column };
        Span::new(start, start)
    }

    /// The error of something that stands here.
    pub(crate) fn error(self, error: DataFusionError) -> DataFusionError {
        function::placed(self, error)
    }
}

/// An operator without its mark, and the place it had.
pub(crate) fn unmarked(op: BinaryOperator) -> (BinaryOperator, Option<Place>) {
    use BinaryOperator::{And, Divide, Eq, Gt, GtEq, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or, Plus, StringConcat};
    let BinaryOperator::Custom(text) = op else { return (op, None) };
    let Some((words, place)) = split(&text) else { return (BinaryOperator::Custom(text), None) };
    let plain = [And, Divide, Eq, Gt, GtEq, Lt, LtEq, Minus, Modulo, Multiply, NotEq, Or, Plus, StringConcat];
    let known = plain.into_iter().find(|op| op.to_string() == words);
    (known.unwrap_or_else(|| BinaryOperator::Custom(words.to_owned())), Some(place))
}

fn split(marked: &str) -> Option<(&str, Place)> {
    let (name, place) = marked.rsplit_once('@')?;
    let (line, column) = place.split_once(':')?;
    Some((name, Place { line: line.parse().ok()?, column: column.parse().ok()? }))
}

/// Whether a function is of the planner's making and has no place so far.
fn is_made(function: &ScalarUDF) -> bool {
    let named = function.name().starts_with(|first: char| first.is_alphabetic() || first == '_');
    !named && !function.inner().as_ref().is::<Placed>()
}

/// A function without its place.
pub(crate) fn without_place(function: &Arc<ScalarUDF>) -> &Arc<ScalarUDF> {
    function.inner().as_ref().downcast_ref::<Placed>().map_or(function, |placed| without_place(placed.inner()))
}

/// Gives the functions of a plan their own names back.
pub fn unmark(plan: LogicalPlan) -> Result<LogicalPlan> {
    let plan = plan
        .transform_up_with_subqueries(|node| node.map_expressions(|expr| expr.transform_up(|expr| Ok(named(expr)))))?;
    Ok(plan.data)
}

fn named(expr: Expr) -> Transformed<Expr> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else { return Transformed::no(expr) };
    match func.inner().as_ref().downcast_ref::<Placed>().and_then(Placed::named) {
        Some(own) => {
            Transformed::yes(Expr::ScalarFunction(ScalarFunction { func: Arc::new(ScalarUDF::from(own)), args }))
        }
        None => Transformed::no(Expr::ScalarFunction(ScalarFunction { func, args })),
    }
}

#[cfg(test)]
mod tests;
