//! Expressions and queries as text, for the tests of this crate.

use datafusion::execution::SessionStateDefaults;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::parser::Parser;

use crate::{LakeDialect, register, text_of};

/// The value of an expression as Lake writes it, `NULL` for null, or the error's text.
pub(crate) fn value(expression: &str) -> Result<String, String> {
    let mut rows = rows(&format!("SELECT {expression}"))?;
    match rows.len() {
        1 => Ok(rows.remove(0).join("|")),
        count => Err(format!("{count} rows")),
    }
}

/// The rows of a query, each a list of texts.
pub(crate) fn rows(sql: &str) -> Result<Vec<Vec<String>>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(run(sql)).map_err(|error| error.to_string())
}

async fn run(sql: &str) -> datafusion::error::Result<Vec<Vec<String>>> {
    let state = state();
    let statement = Parser::parse_sql(&LakeDialect, sql)
        .map_err(|error| datafusion::error::DataFusionError::Plan(error.to_string()))?
        .remove(0);
    let plan = state.statement_to_plan(Statement::Statement(Box::new(statement))).await?;
    let batches = SessionContext::new_with_state(state).execute_logical_plan(plan).await?.collect().await?;
    let rows = batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| {
            let cell = |column| text_of(column, row).unwrap_or_else(|| "NULL".to_owned());
            batch.columns().iter().map(|column| cell(column.as_ref())).collect()
        })
    });
    Ok(rows.collect())
}

fn state() -> SessionState {
    let mut config = SessionConfig::new().with_target_partitions(1);
    config.options_mut().sql_parser.parse_float_as_decimal = true;
    "nulls_last".clone_into(&mut config.options_mut().sql_parser.default_null_ordering);
    let builder = SessionStateBuilder::new()
        .with_config(config)
        .with_expr_planners(SessionStateDefaults::default_expr_planners());
    register(builder).build()
}

/// Runs every example of the documentation.
#[test]
fn every_documented_example_gives_its_result() {
    let mut wrong = Vec::new();
    for function in crate::functions() {
        for (expression, expected) in function.doc.examples {
            let sql = if expression.to_ascii_uppercase().starts_with("SELECT ") {
                (*expression).to_owned()
            } else {
                format!("SELECT {expression}")
            };
            let found = rows(&sql).map(|rows| rows.iter().map(|row| row.join("|")).collect::<Vec<_>>().join("; "));
            if found.as_deref() != Ok(*expected) {
                wrong.push(format!("{}: {expression}: expected {expected}, found {found:?}", function.doc.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_has_an_example() {
    let without: Vec<_> =
        crate::functions().iter().filter(|function| function.doc.examples.is_empty()).map(|f| f.doc.name).collect();
    assert!(without.is_empty(), "{without:?}");
}
