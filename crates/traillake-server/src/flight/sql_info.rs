//! What the server can do, as drivers ask for it (`GetSqlInfo`).

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use arrow_flight::sql::metadata::{SqlInfoData, SqlInfoDataBuilder};
use arrow_flight::sql::{
    SqlInfo, SqlNullOrdering, SqlOuterJoinsSupportLevel, SqlSupportedCaseSensitivity, SqlSupportedGroupBy,
    SqlSupportedSubqueries, SqlSupportedTransaction, SqlSupportedUnions, SqlTransactionIsolationLevel,
    SupportedSqlGrammar,
};
use tonic::Status;

use super::caller::Caller;
use super::{Flight, status};

/// The version of Arrow's columnar format that is spoken.
const ARROW_FORMAT: &str = "1.5.0";
/// Words of Lake's grammar that are names only in double quotes and that SQL-92 does not reserve.
const KEYWORDS: [&str; 17] = [
    "CUBE",
    "CURRENT_CATALOG",
    "CURRENT_PATH",
    "CURRENT_ROLE",
    "CURRENT_SCHEMA",
    "GROUPING",
    "JSON_ARRAY",
    "JSON_EXISTS",
    "JSON_OBJECT",
    "JSON_QUERY",
    "JSON_VALUE",
    "LISTAGG",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "NORMALIZE",
    "ROLLUP",
    "UNNEST",
];
/// The lists of functions that drivers know, and their chapters in the function reference.
const LISTS: [(SqlInfo, &[&str]); 4] = [
    (SqlInfo::SqlNumericFunctions, &["Numbers and bits"]),
    (SqlInfo::SqlStringFunctions, &["Strings", "Regular expressions", "URLs"]),
    (
        SqlInfo::SqlSystemFunctions,
        &["Conditional and general", "JSON", "Maps", "Arrays", "Hashes and encodings", "Networks", "Investigation"],
    ),
    (SqlInfo::SqlDatetimeFunctions, &["Date and time"]),
];

/// The columns of the answer.
pub(super) fn schema() -> SchemaRef {
    Arc::new(SqlInfoDataBuilder::schema().clone())
}

impl Flight {
    /// Everything there is to know; the functions are those of `system.functions`.
    pub(super) async fn sql_info(&self, caller: &Caller) -> Result<Arc<SqlInfoData>, Status> {
        let known = self.sql_info.get_or_try_init(|| async {
            let functions = self.texts(caller, "SELECT category, name FROM system.functions ORDER BY 2").await?;
            build(&functions).map(Arc::new)
        });
        known.await.map(Arc::clone)
    }
}

fn build(functions: &[Vec<String>]) -> Result<SqlInfoData, Status> {
    let mut info = SqlInfoDataBuilder::new();
    server(&mut info);
    names(&mut info);
    grammar(&mut info);
    objects(&mut info);
    for (list, chapters) in LISTS {
        let own = functions.iter().filter_map(|row| match row.as_slice() {
            [chapter, name] if chapters.contains(&chapter.as_str()) => Some(name.clone()),
            _ => None,
        });
        info.append(list, own.collect::<Vec<_>>());
    }
    info.build().map_err(status::fault)
}

fn server(info: &mut SqlInfoDataBuilder) {
    info.append(SqlInfo::FlightSqlServerName, "TrailLake");
    info.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    info.append(SqlInfo::FlightSqlServerArrowVersion, ARROW_FORMAT);
    info.append(SqlInfo::FlightSqlServerReadOnly, true);
    info.append(SqlInfo::FlightSqlServerSql, true);
    info.append(SqlInfo::FlightSqlServerSubstrait, false);
    info.append(SqlInfo::FlightSqlServerTransaction, SqlSupportedTransaction::None as i32);
    info.append(SqlInfo::FlightSqlServerCancel, true);
    info.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    info.append(SqlInfo::FlightSqlServerIngestTransactionsSupported, false);
    info.append(SqlInfo::FlightSqlServerStatementTimeout, 0_i32);
    info.append(SqlInfo::FlightSqlServerTransactionTimeout, 0_i32);
}

fn names(info: &mut SqlInfoDataBuilder) {
    let insensitive = SqlSupportedCaseSensitivity::SqlCaseSensitivityCaseInsensitive as i32;
    info.append(SqlInfo::SqlIdentifierCase, insensitive);
    info.append(SqlInfo::SqlQuotedIdentifierCase, insensitive);
    info.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    info.append(SqlInfo::SqlExtraNameCharacters, "");
    info.append(SqlInfo::SqlSearchStringEscape, "\\");
    info.append(SqlInfo::SqlKeywords, KEYWORDS.map(str::to_owned).to_vec());
    info.append(SqlInfo::SqlSchemaTerm, "schema");
    info.append(SqlInfo::SqlCatalogTerm, "catalog");
    info.append(SqlInfo::SqlProcedureTerm, "procedure");
    info.append(SqlInfo::SqlCatalogAtStart, true);
}

fn grammar(info: &mut SqlInfoDataBuilder) {
    info.append(SqlInfo::SqlAllTablesAreSelectable, true);
    info.append(SqlInfo::SqlNullOrdering, SqlNullOrdering::SqlNullsSortedAtEnd as i32);
    info.append(SqlInfo::SqlSupportsColumnAliasing, true);
    info.append(SqlInfo::SqlNullPlusNullIsNull, true);
    info.append(SqlInfo::SqlSupportsConvert, BTreeMap::<i32, Vec<i32>>::new());
    info.append(SqlInfo::SqlSupportsTableCorrelationNames, true);
    info.append(SqlInfo::SqlSupportsDifferentTableCorrelationNames, false);
    info.append(SqlInfo::SqlSupportsExpressionsInOrderBy, true);
    info.append(SqlInfo::SqlSupportsOrderByUnrelated, true);
    let group_by =
        [SqlSupportedGroupBy::SqlGroupByUnrelated as i32, SqlSupportedGroupBy::SqlGroupByBeyondSelect as i32];
    info.append(SqlInfo::SqlSupportedGroupBy, bits(&group_by));
    info.append(SqlInfo::SqlSupportsLikeEscapeClause, true);
    info.append(SqlInfo::SqlSupportsNonNullableColumns, false);
    let grammar = [SupportedSqlGrammar::SqlMinimumGrammar as i32];
    info.append(SqlInfo::SqlSupportedGrammar, bits(&grammar));
    info.append(SqlInfo::SqlAnsi92SupportedLevel, 0_i32);
    info.append(SqlInfo::SqlSupportsIntegrityEnhancementFacility, false);
    info.append(SqlInfo::SqlOuterJoinsSupportLevel, SqlOuterJoinsSupportLevel::SqlFullOuterJoins as i32);
    let subqueries = [
        SqlSupportedSubqueries::SqlSubqueriesInComparisons as i32,
        SqlSupportedSubqueries::SqlSubqueriesInExists as i32,
        SqlSupportedSubqueries::SqlSubqueriesInIns as i32,
    ];
    info.append(SqlInfo::SqlSupportedSubqueries, bits(&subqueries));
    info.append(SqlInfo::SqlCorrelatedSubqueriesSupported, true);
    let unions = [SqlSupportedUnions::SqlUnion as i32, SqlSupportedUnions::SqlUnionAll as i32];
    info.append(SqlInfo::SqlSupportedUnions, bits(&unions));
}

/// What is defined and changed over this protocol: nothing.
fn objects(info: &mut SqlInfoDataBuilder) {
    for never in [
        SqlInfo::SqlDdlCatalog,
        SqlInfo::SqlDdlSchema,
        SqlInfo::SqlDdlTable,
        SqlInfo::SqlSelectForUpdateSupported,
        SqlInfo::SqlStoredProceduresSupported,
        SqlInfo::SqlDataDefinitionCausesTransactionCommit,
        SqlInfo::SqlDataDefinitionsInTransactionsIgnored,
        SqlInfo::SqlBatchUpdatesSupported,
        SqlInfo::SqlSavepointsSupported,
        SqlInfo::SqlLocatorsUpdateCopy,
        SqlInfo::SqlStoredFunctionsUsingCallSyntaxSupported,
    ] {
        info.append(never, false);
    }
    for none in [
        SqlInfo::SqlSchemasSupportedActions,
        SqlInfo::SqlCatalogsSupportedActions,
        SqlInfo::SqlSupportedPositionedCommands,
    ] {
        info.append(none, 0_i32);
    }
    info.append(SqlInfo::SqlDefaultTransactionIsolation, SqlTransactionIsolationLevel::SqlTransactionNone as i32);
    info.append(SqlInfo::SqlTransactionsSupported, false);
    info.append(
        SqlInfo::SqlSupportedTransactionsIsolationLevels,
        bits(&[SqlTransactionIsolationLevel::SqlTransactionNone as i32]),
    );
    info.append(SqlInfo::SqlSupportedResultSetTypes, bits(&[1]));
}

/// A bit for each value.
fn bits(values: &[i32]) -> i32 {
    values.iter().fold(0, |bits, value| bits | 1 << value)
}
