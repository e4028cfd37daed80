//! How large a statement is once every name in it stands for what it names.
//!
//! A text of some hundred characters may name a sub-select twice, which names another one twice, and so on: the
//! engine writes such queries out, and doubles what lies in subqueries, lambdas, BETWEEN and `coalesce` when it plans
//! them. What it would have to hold is added up here and refused when it is beyond all use.

mod expressions;

use std::collections::HashMap;

use datafusion::sql::sqlparser::ast::{
    Cte, Query, Select, SelectItem, SetExpr, Statement, TableAlias, TableFactor, TableWithJoins, Visit,
};

use crate::QueryError;
use expressions::{Expressions, name_of};

/// Relations, those of the queries of WITH counted wherever they are named.
const MAX_RELATIONS: u64 = 400;
/// Expressions beyond those that are written.
const MAX_EXPRESSIONS: u64 = 100_000;
/// Items of one select list.
const MAX_ITEMS: usize = 5_000;
/// Columns of one query, wildcards written out.
const MAX_COLUMNS: u64 = 10_000;
/// Arguments of one UNNEST.
const MAX_UNNESTED: usize = 100;
/// What a query weighs beside its expressions.
const QUERY: u64 = 20;

/// Refuses a statement that grows beyond the limits.
pub(super) fn check(statement: &Statement) -> Result<(), QueryError> {
    let query = match statement {
        Statement::Query(query) => query,
        Statement::Explain { statement, .. } => return check(statement),
        _ => return Ok(()),
    };
    let mut measure = Measure::default();
    let size = measure.query(query, &Scope::default())?;
    refuse(size.relations, MAX_RELATIONS, "relations, those of WITH counted wherever they are named")?;
    let grown = size.expressions.saturating_sub(measure.written);
    refuse(grown, MAX_EXPRESSIONS, "expressions once names stand for what they name")
}

fn refuse(count: u64, limit: u64, what: &'static str) -> Result<(), QueryError> {
    if count <= limit {
        return Ok(());
    }
    Err(QueryError::TooComplex { what, limit: usize::try_from(limit).unwrap_or(usize::MAX), position: None })
}

/// The size of a query or a relation, and of each of its columns by lower-case name.
#[derive(Clone, Default)]
struct Size {
    relations: u64,
    expressions: u64,
    /// Columns, those of stores counted as one.
    width: u64,
    columns: HashMap<String, u64>,
}

impl Size {
    /// Of one relation that is no query.
    fn of_table() -> Self {
        Self { relations: 1, width: 1, ..Self::default() }
    }

    fn add(&mut self, other: &Self) {
        self.relations = self.relations.saturating_add(other.relations);
        self.expressions = self.expressions.saturating_add(other.expressions);
    }

    /// Takes over columns; of two of one name the larger one.
    fn take_columns(&mut self, columns: HashMap<String, u64>) {
        for (name, size) in columns {
            let known = self.columns.entry(name).or_default();
            *known = size.max(*known);
        }
    }

    fn largest_column(&self) -> u64 {
        self.columns.values().copied().max().unwrap_or(1)
    }

    /// Under an alias with column names, each column may be any.
    fn renamed(mut self, names: impl Iterator<Item = String>) -> Self {
        let largest = self.largest_column();
        let renamed: HashMap<String, u64> = names.map(|name| (name, largest)).collect();
        if !renamed.is_empty() {
            self.columns = renamed;
        }
        self
    }
}

/// What names stand for: the queries of WITH, and the columns of the relations around an expression.
#[derive(Clone, Copy, Default)]
struct Scope<'a> {
    around: Option<&'a Scope<'a>>,
    queries: Option<&'a HashMap<String, Size>>,
    columns: Option<&'a HashMap<String, u64>>,
}

impl Scope<'_> {
    fn query(&self, name: &str) -> Option<&Size> {
        let here = self.queries.and_then(|queries| queries.get(name));
        here.or_else(|| self.around.and_then(|around| around.query(name)))
    }

    fn column(&self, name: &str) -> Option<u64> {
        let here = self.columns.and_then(|columns| columns.get(name)).copied();
        here.or_else(|| self.around.and_then(|around| around.column(name)))
    }
}

#[derive(Default)]
struct Measure {
    /// Expressions and queries as they are written.
    written: u64,
}

impl Measure {
    fn query(&mut self, query: &Query, scope: &Scope<'_>) -> Result<Size, QueryError> {
        self.written += QUERY;
        let mut named = HashMap::new();
        for table in query.with.iter().flat_map(|with| &with.cte_tables) {
            let size = self.named_query(table, &Scope { around: Some(scope), queries: Some(&named), columns: None })?;
            named.insert(table.alias.name.value.to_lowercase(), size);
        }
        let scope = Scope { around: Some(scope), queries: Some(&named), columns: None };
        let mut size = self.body(&query.body, &scope)?;
        let sorted = self.expressions(&query.order_by, &Scope { columns: Some(&size.columns), ..scope })?;
        size.add(&sorted);
        size.expressions = size.expressions.saturating_add(QUERY);
        Ok(size)
    }

    fn named_query(&mut self, table: &Cte, scope: &Scope<'_>) -> Result<Size, QueryError> {
        Ok(self.query(&table.query, scope)?.renamed(column_names(Some(&table.alias))))
    }

    fn body(&mut self, body: &SetExpr, scope: &Scope<'_>) -> Result<Size, QueryError> {
        match body {
            SetExpr::Select(select) => self.select(select, scope),
            SetExpr::Query(query) => self.query(query, scope),
            SetExpr::SetOperation { left, right, .. } => {
                let mut size = self.body(left, scope)?;
                let right = self.body(right, scope)?;
                size.add(&right);
                let largest = right.largest_column();
                size.columns.values_mut().for_each(|column| *column = largest.max(*column));
                Ok(size)
            }
            other => self.expressions(other, scope),
        }
    }

    fn select(&mut self, select: &Select, scope: &Scope<'_>) -> Result<Size, QueryError> {
        refuse(select.projection.len() as u64, MAX_ITEMS as u64, "items in one select list")?;
        let mut from = Size::default();
        for relation in &select.from {
            self.relations(relation, scope, &mut from)?;
        }
        let inner = Scope { around: Some(scope), queries: None, columns: Some(&from.columns) };
        let mut size = Size { relations: from.relations, expressions: from.expressions, ..Size::default() };
        for item in &select.projection {
            let of_item = self.expressions(item, &inner)?;
            size.add(&of_item);
            size.width += 1;
            match item {
                SelectItem::ExprWithAlias { alias, .. } => {
                    size.take_columns(HashMap::from([(alias.value.to_lowercase(), of_item.expressions)]));
                }
                SelectItem::UnnamedExpr(expr) => {
                    let name = name_of(expr).map(|name| (name, of_item.expressions));
                    size.take_columns(name.into_iter().collect());
                }
                _ => {
                    size.width = size.width.saturating_add(from.width);
                    size.take_columns(from.columns.clone());
                }
            }
        }
        refuse(size.width, MAX_COLUMNS, "columns once wildcards are written out")?;
        for clause in [&select.selection, &select.having] {
            let of_clause = self.expressions(clause, &inner)?;
            size.add(&of_clause);
        }
        let grouped = self.expressions(&select.group_by, &inner)?;
        size.add(&grouped);
        Ok(size)
    }

    /// Adds a relation and what is joined to it.
    fn relations(&mut self, from: &TableWithJoins, scope: &Scope<'_>, size: &mut Size) -> Result<(), QueryError> {
        self.relation(&from.relation, scope, size)?;
        for join in &from.joins {
            self.relation(&join.relation, scope, size)?;
            let inner = Scope { around: Some(scope), queries: None, columns: Some(&size.columns) };
            let condition = self.expressions(&join.join_operator, &inner)?;
            size.add(&condition);
        }
        Ok(())
    }

    fn relation(&mut self, relation: &TableFactor, scope: &Scope<'_>, size: &mut Size) -> Result<(), QueryError> {
        let (found, alias) = match relation {
            TableFactor::Derived { subquery, alias, .. } => {
                let inner = Scope { around: Some(scope), queries: None, columns: Some(&size.columns) };
                (self.query(subquery, &inner)?, alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                let mut nested = Size::default();
                self.relations(table_with_joins, scope, &mut nested)?;
                (nested, alias.as_ref())
            }
            TableFactor::Table { name, alias, args: None, .. } => {
                let query = scope.query(&name.to_string().to_lowercase().replace('"', ""));
                (query.cloned().unwrap_or_else(Size::of_table), alias.as_ref())
            }
            TableFactor::UNNEST { array_exprs, alias, .. } => {
                refuse(array_exprs.len() as u64, MAX_UNNESTED as u64, "arguments of UNNEST")?;
                let inner = Scope { around: Some(scope), queries: None, columns: Some(&size.columns) };
                let mut unnested = self.expressions(array_exprs, &inner)?;
                unnested.relations += 1;
                unnested.columns.insert(String::new(), unnested.expressions);
                (unnested, alias.as_ref())
            }
            _ => (Size::of_table(), None),
        };
        let mut found = found.renamed(column_names(alias));
        // A query without FROM is joined as any other.
        found.relations = found.relations.max(1);
        size.add(&found);
        size.width = size.width.saturating_add(found.width);
        size.take_columns(found.columns);
        Ok(())
    }

    /// The expressions of a node, queries in them included.
    fn expressions(&mut self, node: &impl Visit, scope: &Scope<'_>) -> Result<Size, QueryError> {
        Expressions::new(self, scope).of(node)
    }
}

fn column_names(alias: Option<&TableAlias>) -> impl Iterator<Item = String> {
    alias.into_iter().flat_map(|alias| &alias.columns).map(|column| column.name.value.to_lowercase())
}

#[cfg(test)]
mod tests;
