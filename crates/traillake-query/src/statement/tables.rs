//! Which schema the tables of a statement are in.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{ObjectName, Query, Statement, Visit as _, Visitor};

/// Whether a statement names tables of one schema alone; `default` is the schema of those without one.
pub(crate) fn are_all_in(statement: &Statement, schema: &str, default: &str) -> bool {
    let mut tables = Tables::default();
    let _: ControlFlow<()> = statement.visit(&mut tables);
    let names = tables.names.iter().filter(|name| !matches!(name.as_slice(), [name] if tables.queries.contains(name)));
    let mut schemas = names.map(|name| name.iter().rev().nth(1).map_or(default, String::as_str)).peekable();
    schemas.peek().is_some() && schemas.all(|found| found == schema)
}

/// Names of tables, part by part, and of the queries of WITH, in lower case.
#[derive(Default)]
struct Tables {
    names: Vec<Vec<String>>,
    queries: HashSet<String>,
}

impl Visitor for Tables {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let queries = query.with.iter().flat_map(|with| &with.cte_tables);
        self.queries.extend(queries.map(|query| query.alias.name.value.to_lowercase()));
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, name: &ObjectName) -> ControlFlow<()> {
        let parts = name.0.iter().filter_map(|part| part.as_ident()).map(|part| part.value.to_lowercase());
        let parts: Vec<String> = parts.collect();
        // Relations of ours have names that no table has.
        if parts.first().is_some_and(|name| !name.starts_with('$')) {
            self.names.push(parts);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    use super::are_all_in;

    fn in_athena(sql: &str, default: &str) -> bool {
        let statements = Parser::parse_sql(&GenericDialect {}, sql).unwrap();
        are_all_in(&statements[0], "athena", default)
    }

    #[test]
    fn a_schema_may_be_named_or_the_default() {
        assert!(in_athena("SELECT 1 FROM athena.events", "public"));
        assert!(in_athena("SELECT 1 FROM a, (SELECT 1 FROM b) WHERE 1 IN (SELECT 1 FROM Athena.c)", "athena"));
        assert!(in_athena("WITH a AS (SELECT 1 FROM athena.events) SELECT 1 FROM a JOIN A b ON true", "public"));
    }

    #[test]
    fn one_table_of_another_schema_is_enough() {
        assert!(!in_athena("SELECT 1 FROM events", "public"));
        assert!(!in_athena("SELECT 1 FROM athena.events JOIN events ON true", "public"));
        assert!(!in_athena("SELECT 1 FROM events WHERE 1 IN (SELECT 1 FROM system.stores)", "athena"));
        assert!(!in_athena("SELECT 1", "athena"));
    }
}
