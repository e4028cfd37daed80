//! What the engine plans otherwise than Trino, as relations that planners of ours answer:
//!
//! ```text
//!  A EXCEPT ALL B                  ->  SELECT * FROM "$set_operation"((A), "EXCEPT ALL" => (B))
//!  VALUES (1, 2), (3, 4)           ->  SELECT * FROM "$values"((1, 2), (3, 4))
//!  q FETCH FIRST n ROWS WITH TIES  ->  SELECT * FROM "$with_ties"((q LIMIT n))
//!  FROM a JOIN b USING (k) JOIN c  ->  FROM (a JOIN b USING (k)) JOIN c
//!  FROM (q)                        ->  FROM (q) AS "$1"
//! ```
//!
//! It runs last: the steps before it read the tree as it was written.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Ident, Query, Select, SetExpr, SetOperator, Statement, TableAlias, TableFactor, VisitMut, VisitorMut,
};

use super::nodes::{all_of, derived, no_rows, query_with};
use super::projection::is_wildcard;
use super::{broken, first_select, flow, joins, sets, ties};
use crate::QueryError;
use crate::error::Position;

/// Rewrites a statement; `operators` are the places of UNION, INTERSECT and EXCEPT in the text.
pub(crate) fn as_relations(statement: &mut Statement, operators: &[Position]) -> Result<(), QueryError> {
    let mut relations = Relations { operators, branches: Vec::new(), recursive: Vec::new(), aliases: 0 };
    broken(statement.visit(&mut relations))
}

struct Relations<'a> {
    operators: &'a [Position],
    /// For each query around: how many queries of its WITH RECURSIVE are still to come.
    branches: Vec<usize>,
    /// For each query around: whether it stands in a WITH RECURSIVE.
    recursive: Vec<bool>,
    /// Aliases invented.
    aliases: usize,
}

impl Relations<'_> {
    fn alias(&mut self) -> TableAlias {
        self.aliases += 1;
        let name = Ident::with_quote('"', format!("${}", self.aliases));
        TableAlias { explicit: true, name, columns: vec![], at: None }
    }

    /// Puts named queries whose wildcards may give a name twice into a sub-select, which keeps such names apart.
    fn named_queries(&mut self, query: &mut Query) {
        let named = query.with.iter_mut().filter(|with| !with.recursive).flat_map(|with| &mut with.cte_tables);
        for table in named {
            if first_select(&table.query.body).is_some_and(may_repeat_names) {
                let inner = std::mem::replace(table.query.as_mut(), query_with(no_rows()));
                if let Some(outer) = all_of(derived(inner, self.alias())) {
                    *table.query = outer;
                }
            }
        }
    }
}

impl VisitorMut for Relations<'_> {
    type Break = QueryError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        let left = self.branches.last_mut().filter(|left| **left > 0);
        self.recursive.push(left.is_some());
        if let Some(left) = left {
            *left -= 1;
        }
        let with = query.with.as_ref().filter(|with| with.recursive);
        self.branches.push(with.map_or(0, |with| with.cte_tables.len()));
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<QueryError> {
        self.branches.pop();
        let is_recursive = self.recursive.pop().unwrap_or_default();
        let is_union = matches!(*query.body, SetExpr::SetOperation { op: SetOperator::Union, .. });
        // The engine knows a recursive query by its UNION.
        if !(is_recursive && is_union) {
            sets::rewrite(&mut query.body, self.operators);
        }
        self.named_queries(query);
        flow(ties::rewrite(query))
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<QueryError> {
        flow(select.from.iter_mut().try_for_each(joins::rewrite))
    }

    fn post_visit_table_factor(&mut self, relation: &mut TableFactor) -> ControlFlow<QueryError> {
        match relation {
            TableFactor::NestedJoin { table_with_joins, .. } => return flow(joins::rewrite(table_with_joins)),
            TableFactor::Derived { alias: alias @ None, .. } => *alias = Some(self.alias()),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// Whether a wildcard takes the columns of several relations.
fn may_repeat_names(select: &Select) -> bool {
    let is_joined = select.from.len() > 1 || select.from.iter().any(|from| !from.joins.is_empty());
    is_joined && select.projection.iter().any(is_wildcard)
}
