//! Groups made of codes beside those that the engine makes of texts.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::AsArray as _;
use arrow::datatypes::Int64Type;
use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::{SessionStateBuilder, TaskContext};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::{ExecutionPlan, collect, displayable};
use datafusion::prelude::{SessionConfig, SessionContext};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use super::GroupByCodesExec;
use crate::provider::group_by_codes;
use crate::provider::tests::PREDICATES;
use crate::table_testing::all_sorts;
use crate::{EventTable, EventTableProvider, ScanPolicy};

#[derive(Debug)]
struct Rule;

impl PhysicalOptimizerRule for Rule {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let grouped = |plan: Arc<dyn ExecutionPlan>| match plan.downcast_ref::<AggregateExec>() {
            Some(aggregate) => Ok(group_by_codes(aggregate)?.map_or(Transformed::no(plan), Transformed::yes)),
            None => Ok(Transformed::no(plan)),
        };
        plan.transform_up(grouped).data()
    }

    fn name(&self) -> &'static str {
        "rule"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

fn config(partitions: usize) -> SessionConfig {
    SessionConfig::new().with_target_partitions(partitions)
}

/// A context with the table `t`; by codes if it is said.
fn context(table: &EventTable, config: SessionConfig, by_codes: bool) -> SessionContext {
    let builder = SessionStateBuilder::new().with_config(config).with_default_features();
    let builder = if by_codes { builder.with_physical_optimizer_rule(Arc::new(Rule)) } else { builder };
    let context = SessionContext::new_with_state(builder.build());
    let policy = ScanPolicy { hidden_columns: true, ..ScanPolicy::default() };
    let provider = EventTableProvider::try_new(table.clone(), table.snapshot(), policy).unwrap();
    context.register_table("t", Arc::new(provider)).unwrap();
    context
}

async fn rows(context: &SessionContext, sql: &str) -> Vec<String> {
    let batches = context.sql(sql).await.unwrap().collect().await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let text = arrow::util::pretty::pretty_format_batches(&batches).unwrap().to_string();
    // The width of a column is that of its longest value, which says nothing.
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rows: Vec<String> = text.lines().filter(|line| line.starts_with('|')).map(words).collect();
    rows.sort_unstable();
    rows
}

async fn plan(context: &SessionContext, sql: &str) -> Arc<dyn ExecutionPlan> {
    context.sql(sql).await.unwrap().create_physical_plan().await.unwrap()
}

fn grouped(plan: &Arc<dyn ExecutionPlan>) -> Option<Arc<dyn ExecutionPlan>> {
    if plan.is::<GroupByCodesExec>() {
        return Some(Arc::clone(plan));
    }
    plan.children().into_iter().find_map(grouped)
}

const KEYS: [&str; 12] = [
    "useridentity.arn",
    "errorcode",
    "eventname",
    "sourceipaddress",
    "useridentity.sessioncontext.sessionissuer.arn",
    "useridentity.type",
    "date_trunc('hour', eventtime)",
    "date_part('minute', eventtime)",
    "eventtime",
    "readonly",
    "\"$region\"",
    "substr(eventname, 1, 3)",
];

const AGGREGATES: [&str; 12] = [
    "count(*)",
    "count(errorcode)",
    "count(useridentity.arn)",
    "min(eventtime)",
    "max(sourceipaddress)",
    "sum(length(eventname))",
    "avg(length(useridentity.arn))",
    "bool_or(readonly)",
    "count(DISTINCT eventname)",
    "count(DISTINCT useridentity.arn)",
    "count(*) FILTER (WHERE readonly)",
    "first_value(eventid ORDER BY eventid)",
];

fn question() -> impl Strategy<Value = String> {
    let keys = subsequence(&KEYS[..], 1..4);
    let aggregates = prop_oneof![2 => subsequence(&AGGREGATES[..], 0..4), 1 => Just(vec!["count(*)"])];
    (keys, aggregates, prop::option::of(select(&PREDICATES[..]))).prop_map(|(keys, aggregates, predicate)| {
        let keys = keys.join(", ");
        let selected = [&[keys.as_str()][..], &aggregates].concat().join(", ");
        let predicate = predicate.map_or_else(String::new, |predicate| format!(" WHERE {predicate}"));
        format!("SELECT {selected} FROM t{predicate} GROUP BY {keys}")
    })
}

#[test]
fn groups_of_codes_are_the_groups_of_texts() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let table = runtime.block_on(all_sorts(20));
    let early = config(2)
        .with_batch_size(64)
        .set_usize("datafusion.execution.skip_partial_aggregation_probe_rows_threshold", 200)
        .set_str("datafusion.execution.skip_partial_aggregation_probe_ratio_threshold", "0.05");
    let texts = context(&table, config(2), false);
    let codes = [context(&table, config(2), true), context(&table, config(1), true), context(&table, early, true)];
    let cases = Config { cases: 64, failure_persistence: None, ..Config::default() };
    TestRunner::new(cases)
        .run(&question(), |sql| {
            let expected = runtime.block_on(rows(&texts, &sql));
            for codes in &codes {
                prop_assert_eq!(&runtime.block_on(rows(codes, &sql)), &expected, "{}", sql);
            }
            Ok(())
        })
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_out_of_a_scan_are_grouped_by_codes_and_nothing_else_is() {
    let table = all_sorts(20).await;
    let by_codes = [
        "SELECT useridentity.arn, count(*) FROM t GROUP BY 1",
        "SELECT eventname, errorcode, count(errorcode) FROM t WHERE errorcode IS NOT NULL GROUP BY 1, 2",
        "SELECT eventname, date_trunc('day', eventtime), min(eventtime) FROM t GROUP BY 1, 2",
        "SELECT eventsource, count(DISTINCT sourceipaddress) FROM t GROUP BY 1",
        "SELECT DISTINCT eventname FROM t",
        "SELECT eventname, count(*) FROM t WHERE eventid = 'nothing' GROUP BY 1",
        "SELECT date_trunc('day', eventtime), count(*) FROM t GROUP BY 1",
        "SELECT date_part('hour', eventtime), count(*), count(1) FROM t WHERE readonly GROUP BY 1",
    ];
    let by_texts = [
        "SELECT count(*) FROM t",
        "SELECT date_trunc('day', eventtime), count(errorcode) FROM t GROUP BY 1",
        "SELECT date_trunc('day', eventtime), readonly, count(*) FROM t GROUP BY 1, 2",
        "SELECT length(eventname), count(*) FROM t GROUP BY 1",
        "SELECT eventid, count(*) FROM t GROUP BY 1",
        "SELECT substr(eventname, 1, 3), count(*) FROM t GROUP BY 1",
        "SELECT eventname, max(eventname) FROM t GROUP BY 1",
        "SELECT eventname, count(*) FILTER (WHERE readonly) FROM t GROUP BY 1",
        "SELECT eventname, first_value(eventid ORDER BY eventid) FROM t GROUP BY 1",
        "SELECT eventname, errorcode, count(*) FROM t GROUP BY ROLLUP (eventname, errorcode)",
        "SELECT DISTINCT eventname FROM t LIMIT 2",
        "SELECT \"$region\", count(*) FROM t GROUP BY 1",
        "SELECT eventname, count(*) FROM (VALUES ('a')) AS v(eventname) GROUP BY 1",
        "SELECT requestparameters, count(*) FROM t GROUP BY 1",
    ];
    for partitions in [1, 2] {
        let context = context(&table, config(partitions), true);
        for sql in by_codes {
            let plan = plan(&context, sql).await;
            assert!(grouped(&plan).is_some(), "{partitions}: {sql}\n{}", displayable(plan.as_ref()).indent(false));
        }
        for sql in by_texts {
            assert!(grouped(&plan(&context, sql).await).is_none(), "{partitions}: {sql}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn explain_shows_groups_of_codes() {
    let context = context(&all_sorts(20).await, config(2), true);
    let explained = rows(&context, "EXPLAIN FORMAT INDENT SELECT useridentity.arn, count(*) FROM t GROUP BY 1").await;
    let explained = explained.join("\n");
    assert!(explained.contains("GroupByCodesExec: gby=["), "{explained}");
    assert!(explained.contains("AS Dictionary(UInt32, Utf8))"), "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn states_are_given_out_early_where_memory_ends() {
    let context = context(&all_sorts(20).await, config(2).with_batch_size(100), true);
    let sql = "SELECT sourceipaddress, count(*) FROM t GROUP BY 1";
    let grouped = grouped(&plan(&context, sql).await).unwrap();
    let few = RuntimeEnvBuilder::from_runtime_env(&context.runtime_env()).with_memory_limit(60_000, 1.0);
    let settings = context.copied_config();
    let few = TaskContext::default().with_session_config(settings).with_runtime(few.build_arc().unwrap());
    let mut counted: BTreeMap<Option<String>, i64> = BTreeMap::new();
    let mut states = 0;
    for batch in collect(Arc::clone(&grouped), Arc::new(few)).await.unwrap() {
        let (addresses, counts) = (batch.column(0).as_string_view(), batch.column(1).as_primitive::<Int64Type>());
        states += batch.num_rows();
        for (address, count) in addresses.iter().zip(counts.values()) {
            *counted.entry(address.map(str::to_owned)).or_default() += count;
        }
    }
    let early = grouped.metrics().unwrap().sum_by_name("early_emissions").unwrap().as_usize();
    assert!(early > 0 && states > counted.len(), "{early} {states} {}", counted.len());
    let total = rows(&context, "SELECT count(*), count(DISTINCT sourceipaddress) FROM t").await;
    let expected = format!("| {} | {} |", counted.values().sum::<i64>(), counted.len());
    assert!(total.contains(&expected), "{total:?} {expected}");
}
