//! Aggregates over several partitions, whose partial states are merged.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::parser::Parser;

use crate::{LakeDialect, register, text_of};

const ROWS: i64 = 100;
const PARTITIONS: i64 = 4;
const PLENTY: usize = 1 << 30;

/// The rows of a query over `t`, a table of four partitions: `x` 0 to 99, `s` one of a, b, c, `d` half of `x`.
pub(super) fn partitioned(sql: &str) -> Result<Vec<Vec<String>>, String> {
    within(sql, PLENTY)
}

/// The same with so much memory.
pub(super) fn within(sql: &str, memory: usize) -> Result<Vec<Vec<String>>, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(run(sql, memory)).map_err(|error| error.to_string())
}

async fn run(sql: &str, memory: usize) -> datafusion::error::Result<Vec<Vec<String>>> {
    let mut config = SessionConfig::new().with_target_partitions(4).with_batch_size(8);
    config.options_mut().sql_parser.parse_float_as_decimal = true;
    "nulls_last".clone_into(&mut config.options_mut().sql_parser.default_null_ordering);
    let pool = Arc::new(GreedyMemoryPool::new(memory));
    let builder = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(Arc::new(RuntimeEnvBuilder::new().with_memory_pool(pool).build()?))
        .with_expr_planners(SessionStateDefaults::default_expr_planners());
    let context = SessionContext::new_with_state(register(builder).build());
    context.register_table("t", Arc::new(table()?))?;
    let statement = Parser::parse_sql(&LakeDialect, sql)
        .map_err(|error| datafusion::error::DataFusionError::Plan(error.to_string()))?
        .remove(0);
    let plan = context.state().statement_to_plan(Statement::Statement(Box::new(statement))).await?;
    let batches = context.execute_logical_plan(plan).await?.collect().await?;
    let rows = batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| {
            let cell = |column| text_of(column, row).unwrap_or_else(|| "NULL".to_owned());
            batch.columns().iter().map(|column| cell(column.as_ref())).collect()
        })
    });
    Ok(rows.collect())
}

fn table() -> datafusion::error::Result<MemTable> {
    let partitions: Vec<Vec<RecordBatch>> = (0..PARTITIONS)
        .map(|partition| Ok(vec![batch((0..ROWS).filter(|x| x % PARTITIONS == partition).collect())?]))
        .collect::<datafusion::error::Result<_>>()?;
    MemTable::try_new(partitions[0][0].schema(), partitions)
}

fn batch(numbers: Vec<i64>) -> datafusion::error::Result<RecordBatch> {
    let letters = numbers.iter().map(|x| Some(["a", "b", "c"][usize::try_from(x % 3).unwrap()]));
    let halves = Decimal128Array::from_iter_values(numbers.iter().map(|x| i128::from(*x) * 5));
    let columns: [(&str, ArrayRef); 3] = [
        ("s", Arc::new(letters.collect::<StringViewArray>())),
        ("d", Arc::new(halves.with_data_type(DataType::Decimal128(10, 1)))),
        ("x", Arc::new(Int64Array::from(numbers))),
    ];
    Ok(RecordBatch::try_from_iter(columns)?)
}
