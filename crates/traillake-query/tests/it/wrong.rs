//! Wrong queries of `wrong/*.sql`, separated by empty lines: where, what, and what would work.

use traillake_model::Retention;
use traillake_query::QueryError;

use crate::lake::{TestLake, events};

/// Names of the engine's types, functions, plans and errors.
const ENGINE: [&str; 38] = [
    "Utf8",
    "Int64",
    "Int32",
    "Float64",
    "Boolean",
    "Timestamp(",
    "List(",
    "Struct(",
    "Map(",
    "Dictionary",
    "$cast",
    "$try",
    "$subscript",
    "$array",
    "$map",
    "$row",
    "$like",
    "$json",
    "$time",
    "$concat",
    "DataFusion",
    "Arrow",
    "Parquet",
    "sqltorel",
    "ast node",
    "Schema error",
    "Error during",
    "Execution error",
    "Internal error",
    "External",
    "Optimizer",
    "rule",
    "not implemented",
    "This feature",
    "LogicalPlan",
    "UDF",
    "coercion failed",
    "@1:",
];

async fn lake() -> TestLake {
    let lake = events().await;
    lake.create("cfg", Retention::Unlimited).await;
    lake
}

/// The queries of a file with their errors.
async fn failed(queries: &'static str) -> Vec<(&'static str, QueryError)> {
    let lake = lake().await;
    let (mut errors, mut answered) = (Vec::new(), Vec::new());
    for sql in queries.split("\n\n").map(str::trim) {
        match lake.try_rows(sql).await {
            Err(error) => errors.push((sql, error)),
            Ok(_) => answered.push(sql),
        }
    }
    assert!(answered.is_empty(), "these are no mistakes: {answered:#?}");
    errors
}

/// Every error has a place and a way out, and says both in the words of SQL.
fn faults(sql: &str, error: &QueryError) -> Vec<String> {
    let hint = error.hint().unwrap_or_default();
    let message = error.to_string();
    let engine = ENGINE.iter().filter(|word| message.contains(**word) || hint.contains(**word));
    let mut faults: Vec<String> = engine.map(|word| format!("says `{word}`")).collect();
    let place = error.position().is_some_and(|place| message.starts_with(&format!("{place}: ")));
    let checks = [
        (place, "has no place"),
        (!hint.is_empty(), "has no hint"),
        (!message.contains('\n') && !hint.contains('\n'), "has several lines"),
        (!message.ends_with('.') && !hint.ends_with('.'), "ends with a full stop"),
        (std::error::Error::source(error).is_none(), "hides a cause"),
    ];
    faults.extend(checks.iter().filter(|(good, _)| !good).map(|(_, fault)| (*fault).to_owned()));
    faults.iter().map(|fault| format!("{sql}\n  {message}\n  {fault}")).collect()
}

fn shown(errors: &[(&str, QueryError)]) -> String {
    let shown =
        errors.iter().map(|(sql, error)| format!("{sql}\n> {error}\n> hint: {}\n", error.hint().unwrap_or_default()));
    shown.collect::<Vec<_>>().join("\n")
}

macro_rules! topics {
    ($($topic:ident)*) => {$(
        #[tokio::test]
        async fn $topic() {
            let errors = failed(include_str!(concat!("wrong/", stringify!($topic), ".sql"))).await;
            let faults: Vec<String> = errors.iter().flat_map(|(sql, error)| faults(sql, error)).collect();
            insta::assert_snapshot!(stringify!($topic), shown(&errors));
            assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
        }
    )*};
}

topics!(names grammar habits statements types values groups relations);
