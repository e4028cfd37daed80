//! `information_schema` as Trino has it: the engine's, with Lake's names of the columns' types.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use async_trait::async_trait;
use datafusion::catalog::information_schema::InformationSchemaProvider;
use datafusion::catalog::{
    CatalogProvider, CatalogProviderList, MemTable, MemoryCatalogProviderList, SchemaProvider, TableProvider,
};
use datafusion::common::Result;
use traillake_sql::type_name;

use super::{CATALOG, LakeCatalog};

/// Name of the schema.
pub(super) const INFORMATION_SCHEMA: &str = "information_schema";
const COLUMNS: &str = "columns";
/// The tables that Trino has as well.
const TABLES: [&str; 4] = [COLUMNS, "schemata", "tables", "views"];

/// The schema.
#[derive(Debug)]
pub(super) struct InformationSchema {
    catalog: LakeCatalog,
    engine: InformationSchemaProvider,
}

impl InformationSchema {
    pub(super) fn new(catalog: LakeCatalog) -> Self {
        let catalogs = MemoryCatalogProviderList::new();
        catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog.clone()));
        Self { catalog, engine: InformationSchemaProvider::new(Arc::new(catalogs)) }
    }
}

#[async_trait]
impl SchemaProvider for InformationSchema {
    fn table_names(&self) -> Vec<String> {
        TABLES.map(str::to_owned).to_vec()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match name {
            COLUMNS => Ok(Some(Arc::new(columns(&self.catalog).await?))),
            other if self.table_exist(other) => self.engine.table(other).await,
            _ => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        TABLES.contains(&name)
    }
}

/// One column of a table.
struct Row {
    schema: String,
    table: String,
    column: String,
    place: i64,
    is_nullable: &'static str,
    data_type: String,
}

async fn columns(catalog: &LakeCatalog) -> Result<MemTable> {
    let mut rows = Vec::new();
    for schema_name in catalog.schema_names() {
        let Some(schema) = catalog.schema(&schema_name) else { continue };
        for table_name in schema.table_names() {
            if let Some(table) = schema.table(&table_name).await? {
                rows.extend(of_table(&schema_name, &table_name, table.as_ref()));
            }
        }
    }
    let batch = batch(&rows)?;
    MemTable::try_new(batch.schema(), vec![vec![batch]])
}

fn of_table(schema: &str, table: &str, provider: &dyn TableProvider) -> Vec<Row> {
    let fields = provider.schema();
    let row = |(place, field): (i64, &Arc<arrow::datatypes::Field>)| Row {
        schema: schema.to_owned(),
        table: table.to_owned(),
        column: field.name().clone(),
        place,
        is_nullable: if field.is_nullable() { "YES" } else { "NO" },
        data_type: type_name(field.data_type()),
    };
    (1..).zip(fields.fields()).map(row).collect()
}

fn batch(rows: &[Row]) -> Result<RecordBatch> {
    fn texts<'r>(rows: &'r [Row], cell: fn(&'r Row) -> &'r str) -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(cell)))
    }
    let places: Int64Array = rows.iter().map(|row| Some(row.place)).collect();
    Ok(RecordBatch::try_from_iter([
        ("table_catalog", texts(rows, |_| CATALOG)),
        ("table_schema", texts(rows, |row| &row.schema)),
        ("table_name", texts(rows, |row| &row.table)),
        ("column_name", texts(rows, |row| &row.column)),
        ("ordinal_position", Arc::new(places)),
        ("column_default", Arc::new(StringArray::new_null(rows.len()))),
        ("is_nullable", texts(rows, |row| row.is_nullable)),
        ("data_type", texts(rows, |row| &row.data_type)),
    ])?)
}
