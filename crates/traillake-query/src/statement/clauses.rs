//! Clauses the parser knows and a lake does not: refused by name instead of being ignored.

use datafusion::sql::sqlparser::ast::{
    Distinct, GroupByExpr, LimitClause, ObjectName, OrderByKind, Query, Select, SetExpr, TableFactor,
};

/// Functions that may stand in FROM: they make rows from their arguments alone.
const TABLE_FUNCTIONS: [&str; 2] = ["generate_series", "range"];

/// The first clause of a query that is not accepted.
pub(super) fn of_query(query: &Query) -> Option<String> {
    let clauses = [
        (!query.locks.is_empty(), "FOR UPDATE"),
        (query.for_clause.is_some(), "FOR XML"),
        (query.settings.is_some(), "SETTINGS"),
        (query.format_clause.is_some(), "FORMAT"),
        (!query.pipe_operators.is_empty(), "|>"),
        (orders_by_all(query), "ORDER BY ALL"),
        (limits_by(query), "LIMIT ... BY"),
        (query.fetch.as_ref().is_some_and(|fetch| fetch.percent), "FETCH FIRST ... PERCENT"),
    ];
    first(&clauses).or_else(|| of_body(&query.body))
}

fn orders_by_all(query: &Query) -> bool {
    query.order_by.as_ref().is_some_and(|order_by| matches!(order_by.kind, OrderByKind::All(_)))
}

fn limits_by(query: &Query) -> bool {
    matches!(&query.limit_clause, Some(LimitClause::LimitOffset { limit_by, .. }) if !limit_by.is_empty())
}

fn of_body(body: &SetExpr) -> Option<String> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) | SetExpr::Table(_) => None,
        SetExpr::SetOperation { left, right, .. } => of_body(left).or_else(|| of_body(right)),
        SetExpr::Insert(_) => Some("INSERT".into()),
        SetExpr::Update(_) => Some("UPDATE".into()),
        SetExpr::Delete(_) => Some("DELETE".into()),
        SetExpr::Merge(_) => Some("MERGE".into()),
    }
}

/// The first clause of a SELECT that is not accepted.
pub(super) fn of_select(select: &Select) -> Option<String> {
    let modifiers = matches!(&select.group_by, GroupByExpr::Expressions(_, modifiers) if !modifiers.is_empty());
    first(&[
        (select.into.is_some(), "SELECT INTO"),
        (select.top.is_some(), "TOP"),
        (select.select_modifiers.is_some(), "SELECT modifiers"),
        (select.value_table_mode.is_some(), "SELECT AS VALUE"),
        (select.exclude.is_some(), "EXCLUDE"),
        (!select.lateral_views.is_empty(), "LATERAL VIEW"),
        (select.prewhere.is_some(), "PREWHERE"),
        (!select.connect_by.is_empty(), "CONNECT BY"),
        (modifiers, "GROUP BY ... WITH"),
        (!select.cluster_by.is_empty(), "CLUSTER BY"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
        (!select.sort_by.is_empty(), "SORT BY"),
        (select.qualify.is_some(), "QUALIFY"),
        (matches!(select.distinct, Some(Distinct::On(_))), "DISTINCT ON"),
        (matches!(select.group_by, GroupByExpr::All(_)), "GROUP BY ALL"),
    ])
}

/// A table that tells how the engine is set up, and not what the lake holds.
pub(super) fn of_engine(name: &ObjectName) -> Option<String> {
    const TABLES: [&str; 3] = ["df_settings", "routines", "parameters"];
    let name = name.to_string().to_lowercase().replace('"', "");
    let (path, table) = name.rsplit_once('.')?;
    let is_engine = path.rsplit('.').next() == Some("information_schema") && TABLES.contains(&table);
    is_engine.then(|| format!("FROM information_schema.{table}"))
}

/// What of a relation is not accepted.
pub(super) fn of_relation(relation: &TableFactor) -> Option<String> {
    match relation {
        TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => of_table_function(name),
        TableFactor::Table { with_hints, version, partitions, json_path, sample, index_hints, .. } => first(&[
            (!with_hints.is_empty(), "WITH hints"),
            (version.is_some(), "FOR SYSTEM_TIME"),
            (!partitions.is_empty(), "PARTITION"),
            (json_path.is_some(), "JSON path"),
            (sample.is_some(), "TABLESAMPLE"),
            (!index_hints.is_empty(), "USE INDEX"),
        ]),
        TableFactor::Derived { sample, .. } => first(&[(sample.is_some(), "TABLESAMPLE")]),
        TableFactor::UNNEST { .. } | TableFactor::NestedJoin { .. } => None,
        TableFactor::TableFunction { .. } => Some("TABLE(...)".into()),
        TableFactor::Pivot { .. } => Some("PIVOT".into()),
        TableFactor::Unpivot { .. } => Some("UNPIVOT".into()),
        TableFactor::MatchRecognize { .. } => Some("MATCH_RECOGNIZE".into()),
        TableFactor::JsonTable { .. } | TableFactor::OpenJsonTable { .. } => Some("JSON_TABLE".into()),
        TableFactor::XmlTable { .. } => Some("XMLTABLE".into()),
        TableFactor::SemanticView { .. } => Some("SEMANTIC_VIEW".into()),
    }
}

fn of_table_function(name: &ObjectName) -> Option<String> {
    let name = name.to_string();
    let known = TABLE_FUNCTIONS.iter().any(|function| function.eq_ignore_ascii_case(&name));
    (!known).then(|| format!("FROM {name}(...)"))
}

fn first(clauses: &[(bool, &str)]) -> Option<String> {
    clauses.iter().find(|(present, _)| *present).map(|(_, name)| (*name).to_owned())
}
