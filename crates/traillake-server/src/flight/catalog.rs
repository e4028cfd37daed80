//! The metadata commands: catalogs, schemas, tables, their types, and what keys there are (none).

use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use arrow_flight::sql::{Command, CommandGetDbSchemas, CommandGetTables};
use tonic::Status;
use traillake::{QueryOptions, type_name};

use super::caller::Caller;
use super::statement::Statement;
use super::wire::wire_schema;
use super::{Flight, sql_info, status, type_info};

/// The only catalog.
pub(super) const CATALOG: &str = "traillake";
/// The types of tables: event data stores, and what is computed from them.
const TABLE_TYPES: [&str; 2] = ["BASE TABLE", "VIEW"];
/// Infos that one call may ask for.
const MOST_INFOS: usize = 1000;

/// The columns a metadata command answers with; `None` when it is no metadata command.
pub(super) fn schema(command: &Command) -> Result<Option<SchemaRef>, Status> {
    Ok(Some(match command.clone() {
        Command::CommandGetCatalogs(get) => get.into_builder().schema(),
        Command::CommandGetDbSchemas(get) => get.into_builder().schema(),
        Command::CommandGetTables(get) => get.into_builder().schema(),
        Command::CommandGetTableTypes(get) => get.into_builder().schema(),
        Command::CommandGetSqlInfo(_) => sql_info::schema(),
        Command::CommandGetXdbcTypeInfo(get) => type_info::of(get)?.schema(),
        Command::CommandGetPrimaryKeys(_) => primary_keys(),
        Command::CommandGetExportedKeys(_)
        | Command::CommandGetImportedKeys(_)
        | Command::CommandGetCrossReference(_) => foreign_keys(),
        _ => return Ok(None),
    }))
}

impl Flight {
    /// The answer to a metadata command, of what the caller may see.
    pub(super) async fn metadata(&self, caller: &Caller, command: Command) -> Result<RecordBatch, Status> {
        match command {
            Command::CommandGetCatalogs(get) => {
                let mut builder = get.into_builder();
                builder.append(CATALOG);
                builder.build().map_err(status::fault)
            }
            Command::CommandGetDbSchemas(get) => self.schemas(caller, get).await,
            Command::CommandGetTables(get) => self.tables(caller, get).await,
            Command::CommandGetTableTypes(get) => {
                let mut builder = get.into_builder();
                for kind in TABLE_TYPES {
                    builder.append(kind);
                }
                builder.build().map_err(status::fault)
            }
            Command::CommandGetSqlInfo(get) => {
                if get.info.len() > MOST_INFOS {
                    return Err(status::malformed("more infos are asked for than there are"));
                }
                self.sql_info(caller).await?.record_batch(get.info).map_err(status::fault)
            }
            Command::CommandGetXdbcTypeInfo(get) => type_info::of(get),
            other => match schema(&other)? {
                Some(schema) => Ok(RecordBatch::new_empty(schema)),
                None => Err(status::malformed(format!("`{}` is no query", other.type_url()))),
            },
        }
    }

    async fn schemas(&self, caller: &Caller, get: CommandGetDbSchemas) -> Result<RecordBatch, Status> {
        let mut builder = get.into_builder();
        for row in self.texts(caller, "SELECT schema_name FROM information_schema.schemata").await? {
            if let [name] = row.as_slice() {
                builder.append(CATALOG, name);
            }
        }
        builder.build().map_err(status::fault)
    }

    /// The tables that fit the filters; only those are planned for their columns.
    async fn tables(&self, caller: &Caller, get: CommandGetTables) -> Result<RecordBatch, Status> {
        let mut builder = CommandGetTables { include_schema: false, ..get.clone() }.into_builder();
        let listed = "SELECT table_schema, table_name, table_type FROM information_schema.tables \
                      WHERE table_schema <> 'information_schema'";
        let empty = Schema::empty();
        for row in self.texts(caller, listed).await? {
            if let [schema, name, kind] = row.as_slice() {
                builder.append(CATALOG, schema, name, kind, &empty).map_err(status::fault)?;
            }
        }
        let tables = builder.build().map_err(status::fault)?;
        if !get.include_schema {
            return Ok(tables);
        }
        let mut builder = get.into_builder();
        for row in rows(&tables)? {
            let [catalog, schema, name, kind] = row.as_slice() else { continue };
            let columns = self.table_columns(caller, schema, name).await?;
            builder.append(catalog, schema, name, kind, &columns).map_err(status::fault)?;
        }
        builder.build().map_err(status::fault)
    }

    async fn table_columns(&self, caller: &Caller, schema: &str, name: &str) -> Result<SchemaRef, Status> {
        let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
        let select = format!("SELECT * FROM {}.{}", quoted(schema), quoted(name));
        let shape = self.describe(caller, &Statement::new(select)).await?;
        let columns = shape.schema.map_or_else(|| Arc::new(Schema::empty()), |columns| wire_schema(&columns));
        let fields = columns.fields().iter().map(|field| described(schema, name, field));
        Ok(Arc::new(Schema::new(fields.collect::<Vec<_>>())))
    }

    /// The rows of a small query about the lake itself, as texts.
    pub(super) async fn texts(&self, caller: &Caller, sql: &str) -> Result<Vec<Vec<String>>, Status> {
        let limit = self.config.planning();
        let asked = async {
            let _turn = self.planning_turn(caller).await?;
            let options = QueryOptions { timeout: Some(limit), ..Statement::new(sql).options(caller, 0) };
            let result = self.service.lake.query(sql, &options).await.map_err(|error| status::of_lake(&error))?;
            let (batches, _) = result.collect().await.map_err(|error| status::of_lake(&error.into()))?;
            let mut texts = Vec::new();
            for batch in &batches {
                texts.extend(rows(batch)?);
            }
            Ok(texts)
        };
        let late = |_| Status::deadline_exceeded("the lake did not answer in time; hint: try again later");
        tokio::time::timeout(limit, asked).await.map_err(late)?
    }
}

/// A column with what drivers show of it.
fn described(schema: &str, table: &str, field: &FieldRef) -> Field {
    let about = |name: &str, value: &str| (format!("ARROW:FLIGHT:SQL:{name}"), value.to_owned());
    let metadata = [
        about("CATALOG_NAME", CATALOG),
        about("SCHEMA_NAME", schema),
        about("TABLE_NAME", table),
        about("TYPE_NAME", &type_name(field.data_type())),
        about("IS_READ_ONLY", "1"),
        about("IS_AUTO_INCREMENT", "0"),
        about("IS_CASE_SENSITIVE", "1"),
        about("IS_SEARCHABLE", "1"),
    ];
    field.as_ref().clone().with_metadata(metadata.into())
}

fn rows(batch: &RecordBatch) -> Result<Vec<Vec<String>>, Status> {
    let columns = batch.columns().iter().map(|column| cast(column, &DataType::Utf8));
    let columns = columns.collect::<Result<Vec<_>, _>>().map_err(status::fault)?;
    let text = |column: &Arc<dyn Array>, row: usize| column.as_string::<i32>().value(row).to_owned();
    Ok((0..batch.num_rows()).map(|row| columns.iter().map(|column| text(column, row)).collect()).collect())
}

fn texts(names: &[(&str, bool)]) -> Vec<Field> {
    names.iter().map(|(name, is_nullable)| Field::new(*name, DataType::Utf8, *is_nullable)).collect()
}

/// The columns of `GetPrimaryKeys`, as the protocol has them.
fn primary_keys() -> SchemaRef {
    let mut fields =
        texts(&[("catalog_name", true), ("db_schema_name", true), ("table_name", false), ("column_name", false)]);
    fields.push(Field::new("key_sequence", DataType::Int32, false));
    fields.push(Field::new("key_name", DataType::Utf8, true));
    Arc::new(Schema::new(fields))
}

/// The columns of `GetExportedKeys`, `GetImportedKeys` and `GetCrossReference`.
fn foreign_keys() -> SchemaRef {
    let mut fields = texts(&[
        ("pk_catalog_name", true),
        ("pk_db_schema_name", true),
        ("pk_table_name", false),
        ("pk_column_name", false),
        ("fk_catalog_name", true),
        ("fk_db_schema_name", true),
        ("fk_table_name", false),
        ("fk_column_name", false),
    ]);
    fields.push(Field::new("key_sequence", DataType::Int32, false));
    fields.extend(texts(&[("fk_key_name", true), ("pk_key_name", true)]));
    fields.push(Field::new("update_rule", DataType::UInt8, false));
    fields.push(Field::new("delete_rule", DataType::UInt8, false));
    Arc::new(Schema::new(fields))
}
