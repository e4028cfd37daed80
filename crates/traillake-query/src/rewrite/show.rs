//! SHOW as queries: `SHOW TABLES` over `information_schema`, `SHOW FUNCTIONS` over `system.functions`,
//! `SHOW COLUMNS` as DESCRIBE.

use datafusion::sql::sqlparser::ast::{
    DescribeAlias, ObjectName, ShowStatementFilter, ShowStatementFilterPosition, ShowStatementIn, ShowStatementOptions,
    Statement,
};
use datafusion::sql::sqlparser::parser::Parser;

use crate::QueryError;
use crate::error::parse_error;
use crate::statement::not_allowed;
use traillake_sql::LakeDialect;

/// Replaces a SHOW statement by what answers it; others stay.
pub(crate) fn rewrite_show(statement: Statement) -> Result<Statement, QueryError> {
    match statement {
        Statement::ShowColumns { extended: false, full: false, show_options } if !is_filtered(&show_options) => {
            let table = show_options.show_in.and_then(|place| place.parent_name);
            table.map(describe).ok_or_else(|| not_allowed("SHOW COLUMNS without FROM"))
        }
        Statement::ShowColumns { .. } => Err(not_allowed("SHOW COLUMNS with more than a table")),
        Statement::ShowTables { terse, history, extended, full, external, ref show_options }
            if terse || history || extended || full || external || is_limited(show_options) =>
        {
            Err(not_allowed("SHOW TABLES with more than a schema and LIKE"))
        }
        Statement::ShowTables { show_options, .. } => {
            show_tables(show_options.show_in.as_ref(), show_options.filter_position.as_ref())
        }
        Statement::ShowFunctions { filter } => show_functions(filter.as_ref()),
        other => Ok(other),
    }
}

fn is_limited(options: &ShowStatementOptions) -> bool {
    options.starts_with.is_some() || options.limit.is_some() || options.limit_from.is_some()
}

fn is_filtered(options: &ShowStatementOptions) -> bool {
    options.filter_position.is_some() || is_limited(options)
}

fn describe(table_name: ObjectName) -> Statement {
    Statement::ExplainTable {
        describe_alias: DescribeAlias::Describe,
        hive_format: None,
        has_table_keyword: false,
        table_name,
    }
}

fn show_tables(
    place: Option<&ShowStatementIn>,
    filter: Option<&ShowStatementFilterPosition>,
) -> Result<Statement, QueryError> {
    let schema =
        place.and_then(|place| place.parent_name.as_ref()).map(|name| name.to_string().to_lowercase().replace('"', ""));
    let filter = filter.map(|position| match position {
        ShowStatementFilterPosition::Infix(filter) | ShowStatementFilterPosition::Suffix(filter) => filter,
    });
    let named = match filter {
        None => String::new(),
        Some(ShowStatementFilter::Like(pattern)) => format!(" AND table_name LIKE {}", literal(pattern)),
        Some(other) => return Err(not_allowed(format!("SHOW TABLES {other}"))),
    };
    let within = schema.map_or_else(|| "<> 'information_schema'".into(), |schema| format!("= {}", literal(&schema)));
    let sql = format!(
        "SELECT table_schema, table_name, table_type FROM information_schema.tables \
         WHERE table_schema {within}{named} ORDER BY table_schema, table_name"
    );
    parsed(&sql)
}

/// Names are in lower case; a pattern may be in any.
fn show_functions(filter: Option<&ShowStatementFilter>) -> Result<Statement, QueryError> {
    let named = match filter {
        None => String::new(),
        Some(ShowStatementFilter::Like(pattern)) => {
            let pattern = literal(&pattern.to_lowercase());
            format!("WHERE name LIKE {pattern} OR aliases LIKE {pattern}")
        }
        Some(other) => return Err(not_allowed(format!("SHOW FUNCTIONS {other}"))),
    };
    parsed(&format!(
        "SELECT name, category, usage, description, example, example_result \
         FROM system.functions {named} ORDER BY category, name"
    ))
}

fn parsed(sql: &str) -> Result<Statement, QueryError> {
    let dialect = LakeDialect;
    let mut parser = Parser::new(&dialect).try_with_sql(sql).map_err(|error| parse_error(&error))?;
    parser.parse_statement().map_err(|error| parse_error(&error))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
