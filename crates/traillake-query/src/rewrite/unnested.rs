//! `FROM t CROSS JOIN UNNEST(column)` in a sub-select: the column gets the name of its table.
//!
//! The planner looks for it among the relations around the sub-select as well, and finds it twice
//! where these have a column of that name.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, Ident, Query, Select, TableAlias, TableFactor, TableWithJoins, Visit as _, VisitMut as _, Visitor, VisitorMut,
};

/// Qualifies the columns that the UNNESTs of a FROM take from the one relation before them.
pub(super) fn qualify(select: &mut Select) {
    let mut before = Before::default();
    for TableWithJoins { relation, joins } in &mut select.from {
        for factor in std::iter::once(relation).chain(joins.iter_mut().map(|join| &mut join.relation)) {
            if let TableFactor::UNNEST { array_exprs, .. } = factor {
                before.qualify(array_exprs);
            }
            before.add(factor);
        }
    }
}

/// The relations before an UNNEST.
#[derive(Default)]
struct Before {
    /// Names in lower case of relations, and of columns that aliases list.
    known: HashSet<String>,
    /// The relations whose columns no alias lists.
    open: Vec<Option<Ident>>,
}

impl Before {
    fn add(&mut self, factor: &TableFactor) {
        let (name, alias) = match factor {
            TableFactor::Table { name, alias, .. } => (name.0.last().and_then(|part| part.as_ident()).cloned(), alias),
            TableFactor::Derived { alias, .. } | TableFactor::UNNEST { alias, .. } => (None, alias),
            _ => (None, &None),
        };
        let name = alias.as_ref().map(|alias| alias.name.clone()).or(name);
        self.known.extend(name.iter().map(lower));
        match alias {
            Some(TableAlias { columns, .. }) if !columns.is_empty() => {
                self.known.extend(columns.iter().map(|column| lower(&column.name)));
            }
            _ => self.open.push(name),
        }
    }

    fn qualify(&self, arrays: &mut Vec<Expr>) {
        let [Some(relation)] = self.open.as_slice() else { return };
        let Some(mut known) = parameters(arrays) else { return };
        known.extend(self.known.iter().cloned());
        let _: ControlFlow<()> = arrays.visit(&mut Qualifying { relation, known });
    }
}

fn lower(name: &Ident) -> String {
    name.value.to_lowercase()
}

/// Names of the parameters of lambdas; `None` where a subquery has names of its own.
fn parameters(arrays: &Vec<Expr>) -> Option<HashSet<String>> {
    let mut found = Parameters(HashSet::new());
    match arrays.visit(&mut found) {
        ControlFlow::Continue(()) => Some(found.0),
        ControlFlow::Break(()) => None,
    }
}

struct Parameters(HashSet<String>);

impl Visitor for Parameters {
    type Break = ();

    fn pre_visit_query(&mut self, _query: &Query) -> ControlFlow<()> {
        ControlFlow::Break(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Lambda(lambda) = expr {
            self.0.extend(lambda.params.iter().map(|parameter| lower(&parameter.name)));
        }
        ControlFlow::Continue(())
    }
}

struct Qualifying<'a> {
    relation: &'a Ident,
    known: HashSet<String>,
}

impl VisitorMut for Qualifying<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let parts = match expr {
            Expr::Identifier(name) => vec![name.clone()],
            Expr::CompoundIdentifier(parts) => parts.clone(),
            _ => return ControlFlow::Continue(()),
        };
        if parts.first().is_some_and(|first| !self.known.contains(&lower(first))) {
            *expr = Expr::CompoundIdentifier(std::iter::once(self.relation.clone()).chain(parts).collect());
        }
        ControlFlow::Continue(())
    }
}
