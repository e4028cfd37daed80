//! Stores as the CloudTrail table that AWS documents for Athena.
//!
//! Nested request and response data is JSON text, times are ISO texts, and the columns that tables
//! over trail folders are partitioned by come last: `account, region, year, month, day, timestamp`.
//! Source: Amazon Athena User Guide, "Create a table for CloudTrail logs in Athena".

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::{ViewTable, provider_as_source};
use datafusion::functions::core::expr_ext::FieldAccessor as _;
use datafusion::functions::core::named_struct;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, ScalarUDF, cast, ident, lit, when};
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
/// Columns that tables over trail folders are partitioned by.
const PARTITION_COLUMNS: [&str; 6] = ["account", "region", "year", "month", "day", "timestamp"];
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

/// Whether a column of the table is JSON text, where Lake has a map.
pub(crate) fn is_json_text(column: &str) -> bool {
    TEXTS.iter().any(|(text, _)| *text == column)
}

/// Names of the columns that the table has for a store, without the hidden ones.
pub(crate) fn column_names(store: &Schema) -> Vec<String> {
    let own = own_fields(store).map(|field| field.name().as_str());
    own.chain(PARTITION_COLUMNS).map(str::to_owned).collect()
}

fn own_fields(store: &Schema) -> impl Iterator<Item = &Field> {
    let fields = store.fields().iter().map(AsRef::as_ref);
    fields.filter(|field: &&Field| !field.name().starts_with('$') && !LEFT_OUT.contains(&field.name().as_str()))
}

/// The columns of the table from those of the store; `$path` where the query names it.
fn columns(store: &Schema, with_path: bool) -> Result<Vec<Expr>> {
    let mut columns = own_fields(store).map(column).collect::<Result<Vec<_>>>()?;
    columns.extend(partition_columns());
    if with_path {
        columns.push(ident("$path"));
    }
    Ok(columns)
}

fn column(field: &Field) -> Result<Expr> {
    let name = field.name().as_str();
    if let Some((_, member)) = TEXTS.iter().find(|(column, _)| *column == name) {
        return Ok(athena::record_member().call(vec![ident("eventjson"), lit(*member)]).alias(name));
    }
    Ok(match name {
        "eventtime" => athena::event_time_text().call(vec![ident(name)]).alias(name),
        "readonly" | "managementevent" => cast(ident(name), DataType::Utf8View).alias(name),
        "addendum" => addendum()?.alias(name),
        "resources" => cast(ident(name), resources(field.data_type())).alias(name),
        _ => ident(name),
    })
}

/// The array with the fields of its rows in the order of the table: a query may take them by their places.
fn resources(store: &DataType) -> DataType {
    const ORDER: [&str; 3] = ["arn", "accountid", "type"];
    let DataType::List(item) = store else { return store.clone() };
    let DataType::Struct(fields) = item.data_type() else { return store.clone() };
    let place = |field: &FieldRef| ORDER.iter().position(|name| name == field.name()).unwrap_or(ORDER.len());
    let mut fields: Vec<FieldRef> = fields.iter().cloned().collect();
    fields.sort_by_key(place);
    DataType::List(Arc::new(item.as_ref().clone().with_data_type(DataType::Struct(fields.into()))))
}

/// `addendum` as a row: a map in Lake.
fn addendum() -> Result<Expr> {
    let fields = ADDENDUM.iter().flat_map(|name| [lit(name.to_lowercase()), ident("addendum").field(*name)]);
    when(ident("addendum").is_not_null(), named_struct().call(fields.collect())).end()
}

fn partition_columns() -> [Expr; 6] {
    let of_time = |function: Arc<ScalarUDF>| function.call(vec![ident("eventtime")]);
    let columns = [
        ident("$account"),
        ident("$region"),
        of_time(athena::year_text()),
        of_time(athena::month_text()),
        of_time(athena::day_text()),
        of_time(athena::date_text()),
    ];
    let mut names = PARTITION_COLUMNS.into_iter();
    columns.map(|column| column.alias(names.next().unwrap_or_default()))
}
