//! A place with sub-selects: the plan below it, and the expressions that stand for their answers.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchemaRef, JoinType, Result, not_impl_err};
use datafusion::functions_aggregate::min_max::{max, min};
use datafusion::logical_expr::expr::{Exists, InSubquery, SetComparison, SetQuantifier};
use datafusion::logical_expr::{
    Aggregate, Distinct, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, ScalarUDF, Subquery,
    SubqueryAlias, binary_expr, lit,
};

use super::answer::{self, Question, ROWS, VALUE, answer, count, three_valued};
use super::domain::{Domain, Names, is_same, joined, projected};
use super::push::{NOT_ANSWERED, Pusher};
use super::rowwise::{self, Asked, Workshop};
use super::{native, references};
use crate::functions::Single;

/// Where expressions stand.
pub(super) struct Site<'a> {
    /// The plan below, with the answers joined to it.
    pub(super) input: LogicalPlan,
    /// The plan below as it was.
    base: Arc<LogicalPlan>,
    schema: DFSchemaRef,
    /// Whether answers can be joined to the plan below.
    joins: bool,
    /// Whether the engine answers aggregates over equal rows in this place.
    aggregates: bool,
    /// Whether answers have to be columns of the plan below.
    columns: bool,
    names: &'a mut Names,
    workshop: &'a Workshop,
}

impl<'a> Site<'a> {
    pub(super) fn new(
        input: LogicalPlan,
        schema: DFSchemaRef,
        joins: bool,
        aggregates: bool,
        names: &'a mut Names,
        workshop: &'a Workshop,
    ) -> Self {
        Self { base: Arc::new(input.clone()), schema, input, joins, aggregates, columns: false, names, workshop }
    }

    /// The same place, where the engine takes columns alone.
    pub(super) fn with_columns(self, columns: bool) -> Self {
        Self { columns, ..self }
    }

    /// An expression with the answers in the place of its sub-selects.
    pub(super) fn answered(&mut self, expr: Expr) -> Result<Transformed<Expr>> {
        expr.transform_up(|expr| {
            let answer = self.answer(expr)?;
            if answer.transformed && self.columns { answer.map_data(|expr| self.column(expr)) } else { Ok(answer) }
        })
    }

    fn answer(&mut self, expr: Expr) -> Result<Transformed<Expr>> {
        match expr {
            Expr::ScalarSubquery(subquery) => self.scalar(subquery),
            Expr::Exists(exists) => self.exists(&exists).map(Transformed::yes),
            Expr::InSubquery(InSubquery { expr, subquery, negated }) => {
                let any = self.any(*expr, &subquery, Operator::Eq)?;
                Ok(Transformed::yes(if negated { Expr::Not(Box::new(any)) } else { any }))
            }
            Expr::SetComparison(comparison) => self.quantified(comparison).map(Transformed::yes),
            other => Ok(Transformed::no(other)),
        }
    }

    /// The answer as a column of the plan below.
    fn column(&mut self, answer: Expr) -> Result<Expr> {
        let column = Column::new(Some(self.names.next()), VALUE);
        let input = std::mem::take(&mut self.input);
        let mut exprs: Vec<Expr> = input.schema().columns().into_iter().map(Expr::Column).collect();
        exprs.push(answer.alias_qualified(column.relation.clone(), VALUE));
        self.input = projected(input, exprs)?;
        Ok(Expr::Column(column))
    }

    fn scalar(&mut self, subquery: Subquery) -> Result<Transformed<Expr>> {
        let plan = &subquery.subquery;
        let references = references::of_plan(plan)?;
        if references.is_empty() {
            return uncorrelated(subquery);
        }
        if self.aggregates && native::is_aggregate(plan, &self.schema)? {
            let subquery = Subquery { outer_ref_columns: references, ..subquery };
            return Ok(Transformed::no(Expr::ScalarSubquery(subquery)));
        }
        self.correlated(plan, &references, Question::Scalar, None).map(Transformed::yes)
    }

    fn exists(&mut self, exists: &Exists) -> Result<Expr> {
        let plan = &exists.subquery.subquery;
        let references = references::of_plan(plan)?;
        let found = if references.is_empty() {
            let first = LogicalPlanBuilder::new_from_arc(Arc::clone(plan)).limit(0, Some(1))?;
            let counted = first.aggregate(Vec::<Expr>::new(), vec![count(lit(1_i64))])?.build()?;
            scalar_of(counted).gt(lit(0_i64))
        } else {
            self.correlated(plan, &references, Question::Exists, None)?
        };
        Ok(if exists.negated { Expr::Not(Box::new(found)) } else { found })
    }

    fn quantified(&mut self, comparison: SetComparison) -> Result<Expr> {
        let SetComparison { expr, subquery, op, quantifier } = comparison;
        if quantifier == SetQuantifier::Any {
            return self.any(*expr, &subquery, op);
        }
        let Some(op) = op.negate() else { return not_impl_err!("{NOT_ANSWERED}: {op} ALL") };
        Ok(Expr::Not(Box::new(self.any(*expr, &subquery, op)?)))
    }

    /// Whether a comparison holds for one of the rows.
    fn any(&mut self, left: Expr, subquery: &Subquery, op: Operator) -> Result<Expr> {
        let references = references::of_plan(&subquery.subquery)?;
        let nested = left.get_type(if self.joins { self.input.schema() } else { &self.schema })?.is_nested();
        let takes_nested = matches!(op, Operator::Eq | Operator::NotEq);
        if nested && !takes_nested {
            return not_impl_err!("rows are compared with a sub-select by = and <> alone, not by {op}");
        }
        if references.is_empty() && !nested {
            return if op == Operator::Eq { self.member(left, subquery) } else { self.beyond(left, subquery, op) };
        }
        self.correlated(&subquery.subquery, &references, Question::Any { op, left: 0 }, Some(left))
    }

    /// The answer to each row.
    pub(super) fn correlated(
        &mut self,
        plan: &LogicalPlan,
        references: &[Expr],
        question: Question,
        left: Option<Expr>,
    ) -> Result<Expr> {
        if rowwise::is_rowwise(plan)? && !references.is_empty() {
            let asked = Asked { plan, references, question, left };
            let input = if self.joins { self.input.schema() } else { &self.schema };
            return rowwise::call(asked, &self.schema, input, self.names, self.workshop);
        }
        self.allow_joins()?;
        let columns = references::columns_in(references, &self.schema);
        let mut keys: Vec<Expr> = left.into_iter().collect();
        let first = keys.len();
        keys.extend(columns.iter().cloned().map(Expr::Column));
        let outer: Vec<_> = columns.into_iter().enumerate().map(|(index, column)| (column, index + first)).collect();
        let domain = self.domain(&keys)?;
        let answers = answers(&domain, &outer, plan, &question, self.names)?;
        let name = self.names.next();
        let answers = SubqueryAlias::try_new(Arc::new(answers), name.clone())?;
        let same = keys.iter().enumerate().map(|(index, expr)| {
            is_same(expr.clone(), Expr::Column(Column::new(Some(name.clone()), domain.key(index))))
        });
        let on = same.reduce(Expr::and).unwrap_or_else(|| lit(true));
        let input = std::mem::take(&mut self.input);
        self.input = joined(input, LogicalPlan::SubqueryAlias(answers), JoinType::Left, Some(on))?;
        let column = |column: &str| Expr::Column(Column::new(Some(name.clone()), column));
        Ok(ScalarUDF::from(Single::default()).call(vec![column(VALUE), column(ROWS)]))
    }

    fn allow_joins(&self) -> Result<()> {
        if self.joins {
            return Ok(());
        }
        not_impl_err!("{NOT_ANSWERED}: it stands in ON of an outer join")
    }

    /// The distinct values that answers depend on.
    fn domain(&mut self, keys: &[Expr]) -> Result<Domain> {
        let prefix = self.names.next().to_string();
        let known = keys.iter().all(|key| key.column_refs().iter().all(|column| self.schema.has_column(column)));
        let rows = if known { without_limits(self.base.as_ref().clone())? } else { self.input.clone() };
        let named: Vec<Expr> =
            keys.iter().enumerate().map(|(index, expr)| expr.clone().alias(format!("{prefix}k{index}"))).collect();
        let plan = if named.is_empty() {
            LogicalPlanBuilder::empty(true).build()?
        } else {
            LogicalPlan::Aggregate(Aggregate::try_new(Arc::new(rows), named, vec![])?)
        };
        Ok(Domain { prefix, plan: Arc::new(plan), columns: keys.len(), identity: keys.len(), nullable: true })
    }

    /// `left = ANY` of rows that are the same for every row: by a join with the distinct values.
    fn member(&mut self, left: Expr, subquery: &Subquery) -> Result<Expr> {
        self.allow_joins()?;
        let (stats, value) = self.stats(subquery, vec![])?;
        let name = self.names.next();
        let plan = projected(subquery.subquery.as_ref().clone(), vec![Expr::Column(value).alias(VALUE)])?;
        let plan = LogicalPlan::Distinct(Distinct::All(Arc::new(plan)));
        let hit = vec![Expr::Column(Column::from_name(VALUE)), lit(true).alias("$hit")];
        let plan = SubqueryAlias::try_new(Arc::new(projected(plan, hit)?), name.clone())?;
        let column = |column: &str| Expr::Column(Column::new(Some(name.clone()), column));
        let on = binary_expr(left.clone(), Operator::Eq, column(VALUE));
        let input = std::mem::take(&mut self.input);
        self.input = joined(input, LogicalPlan::SubqueryAlias(plan), JoinType::Left, Some(on))?;
        three_valued(column("$hit").is_true(), stats.unknown(left))
    }

    /// `left < ANY` and the like of rows that are the same for every row: by the least and the greatest.
    fn beyond(&mut self, left: Expr, subquery: &Subquery, op: Operator) -> Result<Expr> {
        self.allow_joins()?;
        let value = first_column(subquery)?;
        let ends = vec![min(Expr::Column(value.clone())).alias("$least"), max(Expr::Column(value)).alias("$greatest")];
        let (stats, _) = self.stats(subquery, ends)?;
        let against = |end: &str| binary_expr(left.clone(), op, stats.column(end));
        let holds = match op {
            Operator::Lt | Operator::LtEq => against("$greatest"),
            Operator::Gt | Operator::GtEq => against("$least"),
            _ => against("$least").or(against("$greatest")),
        };
        three_valued(holds.is_true(), stats.unknown(left))
    }

    /// How many rows and values there are, joined to every row.
    fn stats(&mut self, subquery: &Subquery, mut more: Vec<Expr>) -> Result<(Stats, Column)> {
        let value = first_column(subquery)?;
        let name = self.names.next();
        more.push(count(lit(1_i64)).alias("$all"));
        more.push(count(Expr::Column(value.clone())).alias("$known"));
        let plan = Aggregate::try_new(Arc::clone(&subquery.subquery), vec![], more)?;
        let plan = SubqueryAlias::try_new(Arc::new(LogicalPlan::Aggregate(plan)), name.clone())?;
        let input = std::mem::take(&mut self.input);
        self.input = joined(input, LogicalPlan::SubqueryAlias(plan), JoinType::Inner, None)?;
        Ok((Stats(name), value))
    }
}

/// Facts about all rows of a sub-select.
struct Stats(datafusion::common::TableReference);

impl Stats {
    fn column(&self, name: &str) -> Expr {
        Expr::Column(Column::new(Some(self.0.clone()), name))
    }

    /// Whether a comparison that holds for no row is NULL for one.
    fn unknown(&self, left: Expr) -> Expr {
        let any = self.column("$all").gt(lit(0_i64));
        any.and(left.is_null().or(self.column("$known").lt(self.column("$all"))))
    }
}

fn first_column(subquery: &Subquery) -> Result<Column> {
    let first = subquery.subquery.schema().columns().into_iter().next();
    first.map_or_else(|| not_impl_err!("{NOT_ANSWERED}: it has no column"), Ok)
}

/// The answers to a domain.
pub(super) fn answers(
    domain: &Domain,
    outer: &[(Column, usize)],
    plan: &LogicalPlan,
    question: &Question,
    names: &mut Names,
) -> Result<LogicalPlan> {
    let pushed = Pusher::new(domain, outer, names).push(plan)?;
    let columns = plan.schema().columns();
    match (question, columns.first()) {
        (Question::Scalar, Some(column)) if has_one_row(plan) => answer::answer_of_one(domain, pushed, column),
        _ => answer(domain, pushed, &columns, question, names),
    }
}

/// Whether a plan has exactly one row.
fn has_one_row(plan: &LogicalPlan) -> bool {
    match plan {
        LogicalPlan::Projection(projection) => has_one_row(&projection.input),
        LogicalPlan::SubqueryAlias(alias) => has_one_row(&alias.input),
        LogicalPlan::Aggregate(aggregate) => aggregate.group_expr.is_empty(),
        LogicalPlan::EmptyRelation(empty) => empty.produce_one_row,
        _ => false,
    }
}

/// A sub-select that is the same for every row; without rows it is NULL.
fn uncorrelated(subquery: Subquery) -> Result<Transformed<Expr>> {
    let plan = &subquery.subquery;
    let known = plan.schema().fields().first().is_some_and(|field| !field.is_nullable());
    if !known || has_one_row(plan) {
        return Ok(Transformed::no(Expr::ScalarSubquery(subquery)));
    }
    let value = first_column(&subquery)?;
    let (relation, name) = (value.relation.clone(), value.name.clone());
    let single = ScalarUDF::from(Single::default()).call(vec![Expr::Column(value), lit(1_i64)]);
    let plan = projected(plan.as_ref().clone(), vec![single.alias_qualified(relation, name)])?;
    Ok(Transformed::yes(Expr::ScalarSubquery(Subquery { subquery: Arc::new(plan), ..subquery })))
}

fn scalar_of(plan: LogicalPlan) -> Expr {
    datafusion::logical_expr::scalar_subquery(Arc::new(plan))
}

/// More rows, or the same: which of them a LIMIT lets through may differ from reading to reading.
fn without_limits(plan: LogicalPlan) -> Result<LogicalPlan> {
    let kept = plan.transform_down(|plan| {
        Ok(match plan {
            LogicalPlan::Limit(limit) => Transformed::yes(Arc::unwrap_or_clone(limit.input)),
            LogicalPlan::Projection(_)
            | LogicalPlan::SubqueryAlias(_)
            | LogicalPlan::Filter(_)
            | LogicalPlan::Sort(_) => Transformed::no(plan),
            other => Transformed::new(other, false, TreeNodeRecursion::Jump),
        })
    })?;
    Ok(kept.data)
}
