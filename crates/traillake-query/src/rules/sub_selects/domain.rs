//! The values a sub-select is answered for: one row for each row, or each distinct value, of the query around it.

use std::sync::Arc;

use datafusion::common::{Column, JoinConstraint, JoinType, NullEquality, Result, TableReference};
use datafusion::functions_aggregate::first_last::first_value;
use datafusion::functions_window::row_number::row_number_udwf;
use datafusion::logical_expr::expr::{Sort, WindowFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, Join, LogicalPlan, Projection, SubqueryAlias, Window, lit};

/// A plan whose columns no other one has; the first ones tell its rows apart.
#[derive(Debug, Clone)]
pub(super) struct Domain {
    /// What the names of its columns begin with.
    pub(super) prefix: String,
    /// One row for each answer.
    pub(super) plan: Arc<LogicalPlan>,
    /// How many columns there are.
    pub(super) columns: usize,
    /// How many of them tell the rows apart.
    pub(super) identity: usize,
    /// Whether these may be NULL.
    pub(super) nullable: bool,
}

/// A plan with the columns of a domain beside its own.
#[derive(Debug)]
pub(super) struct Pushed {
    /// The plan.
    pub(super) plan: LogicalPlan,
    /// The columns of the domain in it.
    pub(super) keys: Vec<Column>,
    /// The place of a row among those of the same identity, where they are sorted.
    pub(super) order: Option<Column>,
}

impl Pushed {
    /// The columns that are carried through a projection.
    pub(super) fn carried(&self) -> impl Iterator<Item = Expr> {
        self.keys.iter().chain(&self.order).cloned().map(Expr::Column)
    }

    /// This with another plan that has the same columns.
    pub(super) fn with(self, plan: LogicalPlan) -> Self {
        Self { plan, ..self }
    }
}

/// Names that no query can have.
#[derive(Debug, Default)]
pub(super) struct Names(usize);

impl Names {
    pub(super) fn next(&mut self) -> TableReference {
        self.0 += 1;
        TableReference::bare(format!("$s{}", self.0))
    }
}

impl Domain {
    /// Name of a column.
    pub(super) fn key(&self, index: usize) -> String {
        format!("{}k{index}", self.prefix)
    }

    /// The domain under a name of its own.
    pub(super) fn instance(&self, names: &mut Names) -> Result<Pushed> {
        let name = names.next();
        let plan = SubqueryAlias::try_new(Arc::clone(&self.plan), name.clone())?;
        let keys = (0..self.columns).map(|index| Column::new(Some(name.clone()), self.key(index))).collect();
        Ok(Pushed { plan: LogicalPlan::SubqueryAlias(plan), keys, order: None })
    }

    /// Whether rows belong to the same row of the domain.
    pub(super) fn same(&self, left: &[Column], right: &[Column]) -> Expr {
        let pairs = left.iter().zip(right).take(self.identity);
        let equal = pairs.map(|(left, right)| {
            let (left, right) = (Expr::Column(left.clone()), Expr::Column(right.clone()));
            if self.nullable { is_same(left, right) } else { left.eq(right) }
        });
        equal.reduce(Expr::and).unwrap_or_else(|| lit(true))
    }

    /// The columns that tell rows apart.
    pub(super) fn identities(&self, keys: &[Column]) -> Vec<Expr> {
        keys.iter().take(self.identity).cloned().map(Expr::Column).collect()
    }

    /// The other columns, as one value for each group.
    pub(super) fn others(&self, keys: &[Column]) -> Vec<Expr> {
        let others = keys.iter().skip(self.identity);
        others
            .map(|key| first_value(Expr::Column(key.clone()), vec![]).alias_qualified(key.relation.clone(), &key.name))
            .collect()
    }

    /// Numbers the rows of each identity, in an order.
    pub(super) fn numbered(&self, pushed: Pushed, order_by: Vec<Sort>, names: &mut Names) -> Result<Pushed> {
        let column = Column::new(Some(names.next()), "$order");
        let mut window = WindowFunction::new(row_number_udwf(), vec![]);
        window.params.partition_by = self.identities(&pushed.keys);
        if !order_by.is_empty() {
            window.params.window_frame = datafusion::logical_expr::WindowFrame::new(Some(false));
        }
        window.params.order_by = order_by;
        let number = Expr::from(window).alias_qualified(column.relation.clone(), &column.name);
        let plan = LogicalPlan::Window(Window::try_new(vec![number], Arc::new(pushed.plan))?);
        Ok(Pushed { plan, keys: pushed.keys, order: Some(column) })
    }
}

/// `left IS NOT DISTINCT FROM right`.
pub(super) fn is_same(left: Expr, right: Expr) -> Expr {
    datafusion::logical_expr::binary_expr(left, datafusion::logical_expr::Operator::IsNotDistinctFrom, right)
}

/// A join on any condition.
pub(super) fn joined(left: LogicalPlan, right: LogicalPlan, kind: JoinType, on: Option<Expr>) -> Result<LogicalPlan> {
    let (left, right) = (Arc::new(left), Arc::new(right));
    let equality = NullEquality::NullEqualsNothing;
    Join::try_new(left, right, vec![], on, kind, JoinConstraint::On, equality, false).map(LogicalPlan::Join)
}

/// A projection that keeps every expression as it is.
pub(super) fn projected(plan: LogicalPlan, exprs: Vec<Expr>) -> Result<LogicalPlan> {
    Projection::try_new(exprs, Arc::new(plan)).map(LogicalPlan::Projection)
}

/// An expression changed, under the name it had.
pub(super) fn renamed(expr: Expr, change: impl FnOnce(Expr) -> Result<Expr>) -> Result<Expr> {
    let name = NamePreserver::new_for_projection().save(&expr);
    change(expr).map(|expr| name.restore(expr))
}
