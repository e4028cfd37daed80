use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use chrono::Utc;
use datafusion::catalog::{CatalogProvider as _, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider as _};
use datafusion::datasource::empty::EmptyTable;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::prelude::SessionConfig;

use super::super::frame::{Frame, Frames};
use super::*;
use crate::Dialect;

fn frame() -> Frame {
    let runtime = Arc::new(RuntimeEnv::default());
    let config = SessionConfig::new().with_default_catalog_and_schema("lake", "stores").with_target_partitions(2);
    let frame = Frames::default().take(Dialect::Lake, config, &runtime, Utc::now());
    let schema = Schema::new(vec![
        Field::new("eventtime", DataType::Timestamp(TimeUnit::Millisecond, None), false),
        Field::new("eventname", DataType::Utf8View, true),
        Field::new("errorcode", DataType::Utf8View, true),
    ]);
    let (catalog, stores) = (MemoryCatalogProvider::new(), MemorySchemaProvider::new());
    stores.register_table("events".to_owned(), Arc::new(EmptyTable::new(Arc::new(schema)))).unwrap();
    catalog.register_schema("stores", Arc::new(stores)).unwrap();
    frame.state.catalog_list().register_catalog("lake".to_owned(), Arc::new(catalog));
    frame
}

async fn planned(frame: &Frame, sql: &str) -> LogicalPlan {
    traillake_sql::unmark(frame.state.create_logical_plan(sql).await.unwrap()).unwrap()
}

#[tokio::test]
async fn one_pass_of_fewer_rules_makes_the_same_plan() {
    for sql in [
        "SELECT count(*) FROM events",
        "SELECT eventname, eventtime FROM events WHERE errorcode = 'x'",
        "SELECT eventname, count(*) AS n FROM events GROUP BY 1 ORDER BY n DESC",
    ] {
        // Names that rules invent are numbered in a session.
        let (first, second) = (frame(), frame());
        let plan = planned(&first, sql).await;
        assert!(is_single(&plan).unwrap(), "{sql}");
        let one = optimized(&plan, &rules(first.state.optimizers()), &first.state).unwrap();
        let full = second.state.optimize(&plan).unwrap();
        assert_eq!(one.display_indent().to_string(), full.display_indent().to_string(), "{sql}");
    }
}

#[test]
fn rules_that_are_left_out_are_rules_of_the_engine() {
    let frame = frame();
    for name in OF_SEVERAL {
        assert!(frame.state.optimizers().iter().any(|rule| rule.name() == name), "{name}");
    }
    let left = rules(frame.state.optimizers()).rules.len();
    assert_eq!(left, frame.state.optimizers().len() + 1 - OF_SEVERAL.len());
}

#[tokio::test]
async fn other_plans_take_all_rules() {
    let frame = frame();
    for sql in [
        "SELECT a.eventname FROM events a JOIN events b ON a.eventname = b.eventname",
        "SELECT eventname FROM events UNION ALL SELECT errorcode FROM events",
        "SELECT eventname FROM events WHERE eventname IN (SELECT errorcode FROM events)",
        "SELECT (SELECT max(eventname) FROM events)",
        "SELECT * FROM (SELECT eventname AS n FROM events) WHERE n = 'a'",
        "SELECT * FROM (SELECT eventname FROM events LIMIT 10) WHERE eventname = 'a'",
        "SELECT eventname, row_number() OVER (ORDER BY eventtime) FROM events",
    ] {
        assert!(!is_single(&planned(&frame, sql).await).unwrap(), "{sql}");
    }
}
