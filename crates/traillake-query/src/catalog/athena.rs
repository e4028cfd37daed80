//! Stores as the CloudTrail table that AWS documents for Athena.
//!
//! Nested request and response data is JSON text, times are ISO texts, and the columns that tables
//! over trail folders are partitioned by come last: `account, region, year, month, day, timestamp`.
//! Source: Amazon Athena User Guide, "Create a table for CloudTrail logs in Athena".

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::functions::core::expr_ext::FieldAccessor as _;
use datafusion::functions::core::named_struct;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, ident, lit, when};
use traillake_model::EventDataStoreKind;
use traillake_sql::athena;

use super::StoreSchema;

/// Members of the record that are one JSON text each.
const TEXTS: [(&str, &str); 5] = [
    ("requestparameters", "requestParameters"),
    ("responseelements", "responseElements"),
    ("additionaleventdata", "additionalEventData"),
    ("serviceeventdetails", "serviceEventDetails"),
    ("edgedevicedetails", "edgeDeviceDetails"),
];
/// Fields of `addendum`, by their names in the record.
const ADDENDUM: [&str; 4] = ["reason", "updatedFields", "originalRequestID", "originalEventID"];
/// Columns of Lake that the table does not have.
const LEFT_OUT: [&str; 2] = ["eventjson", "eventjsonchecksum"];

/// The schema `athena`: a table for each store of CloudTrail events, by the names the store has.
#[derive(Debug)]
pub(crate) struct AthenaSchema {
    stores: Arc<StoreSchema>,
}

impl AthenaSchema {
    pub(crate) fn new(stores: Arc<StoreSchema>) -> Self {
        Self { stores }
    }
}

#[async_trait]
impl SchemaProvider for AthenaSchema {
    fn table_names(&self) -> Vec<String> {
        self.stores.names_of(EventDataStoreKind::CloudTrail)
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        let Some(table) = self.stores.table_with_hidden_columns(name, EventDataStoreKind::CloudTrail).await? else {
            return Ok(None);
        };
        let columns = columns(&table.schema(), self.stores.shows_hidden_columns());
        let plan = LogicalPlanBuilder::scan(name, provider_as_source(table), None)?.project(columns?)?.build()?;
        Ok(Some(Arc::new(ViewTable::new(plan, None))))
    }

    fn table_exist(&self, name: &str) -> bool {
        self.stores.table_exist(name)
    }
}

/// The columns of the table from those of the store; `$path` where the query names it.
fn columns(store: &Schema, with_path: bool) -> Result<Vec<Expr>> {
    let own = store.fields().iter().map(|field| field.name().as_str());
    let own = own.filter(|name| !name.starts_with('$') && !LEFT_OUT.contains(name));
    let mut columns = own.map(column).collect::<Result<Vec<_>>>()?;
    columns.extend(partition_columns());
    if with_path {
        columns.push(ident("$path"));
    }
    Ok(columns)
}

fn column(name: &str) -> Result<Expr> {
    if let Some((_, member)) = TEXTS.iter().find(|(column, _)| *column == name) {
        return Ok(athena::record_member().call(vec![ident("eventjson"), lit(*member)]).alias(name));
    }
    Ok(match name {
        "eventtime" => athena::event_time_text().call(vec![ident(name)]).alias(name),
        "readonly" | "managementevent" => datafusion::logical_expr::cast(ident(name), DataType::Utf8View).alias(name),
        "addendum" => addendum()?.alias(name),
        _ => ident(name),
    })
}

/// `addendum` as a row: a map in Lake.
fn addendum() -> Result<Expr> {
    let fields = ADDENDUM.iter().flat_map(|name| [lit(name.to_lowercase()), ident("addendum").field(*name)]);
    when(ident("addendum").is_not_null(), named_struct().call(fields.collect())).end()
}

fn partition_columns() -> Vec<Expr> {
    let of_time = |function: Arc<datafusion::logical_expr::ScalarUDF>, name: &str| {
        function.call(vec![ident("eventtime")]).alias(name)
    };
    vec![
        ident("$account").alias("account"),
        ident("$region").alias("region"),
        of_time(athena::year_text(), "year"),
        of_time(athena::month_text(), "month"),
        of_time(athena::day_text(), "day"),
        of_time(athena::date_text(), "timestamp"),
    ]
}
