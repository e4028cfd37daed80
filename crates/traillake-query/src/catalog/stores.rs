//! Event data stores as tables: by name, id or ARN, in any letter case.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::datatypes::DataType;
use async_trait::async_trait;
use datafusion::catalog::{SchemaProvider, TableProvider};
use datafusion::error::{DataFusionError, Result};
use tokio::sync::Mutex;
use traillake_columnar::EventSchema;
use traillake_model::{EventDataStoreId, EventDataStoreKind, EventDataStoreSettings, Grants};
use traillake_storage::{EventTableProvider, ScanPolicy};

use super::athena::column_names;
use super::{ATHENA, LakeTables, STORES};
use crate::QueryError;

/// A store that can be named in a query.
#[derive(Debug, Clone)]
pub(crate) struct StoreEntry {
    pub(crate) settings: EventDataStoreSettings,
    pub(crate) schema: Arc<EventSchema>,
}

impl StoreEntry {
    pub(crate) fn name(&self) -> &str {
        self.settings.name.as_str()
    }

    pub(crate) fn id(&self) -> String {
        self.settings.id.to_string()
    }

    fn is_named(&self, name: &str) -> bool {
        self.name().eq_ignore_ascii_case(name)
            || self.id().eq_ignore_ascii_case(name)
            || self.settings.arn.to_string().eq_ignore_ascii_case(name)
    }
}

/// The stores of a lake as one query sees them.
#[derive(Debug, Clone)]
pub(crate) struct LakeStores(Arc<Listed>);

#[derive(Debug)]
struct Listed {
    stores: Vec<StoreEntry>,
    column_types: OnceLock<Arc<HashMap<String, DataType>>>,
}

impl LakeStores {
    pub(crate) fn try_new(settings: Vec<EventDataStoreSettings>) -> Result<Self, QueryError> {
        let entries = settings.into_iter().map(|settings| {
            let schema = EventSchema::with_added_columns(settings.kind, &settings.added_columns);
            let schema = schema.map_err(|source| QueryError::Engine {
                source: Box::new(DataFusionError::External(Box::new(source))),
            })?;
            Ok(StoreEntry { settings, schema })
        });
        let stores = entries.collect::<Result<_, QueryError>>()?;
        Ok(Self(Arc::new(Listed { stores, column_types: OnceLock::new() })))
    }

    /// Whether these are the stores of such settings.
    pub(super) fn are(&self, settings: &[EventDataStoreSettings]) -> bool {
        self.all().iter().map(|store| &store.settings).eq(settings)
    }

    /// Types of the columns of all stores by lower-case name.
    pub(crate) fn column_types(&self) -> &Arc<HashMap<String, DataType>> {
        self.0.column_types.get_or_init(|| {
            let fields = self.active().flat_map(|store| store.schema.sql_schema().fields());
            Arc::new(fields.map(|field| (field.name().clone(), field.data_type().clone())).collect())
        })
    }

    /// Columns of each store by every lower-case name it has, with and without a schema.
    pub(crate) fn columns(&self, default_schema: &str) -> HashMap<String, Vec<String>> {
        let mut columns = HashMap::new();
        for store in self.active() {
            let schema = store.schema.sql_schema();
            let own: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
            for (name, listed) in [(STORES, own), (ATHENA, column_names(schema))] {
                for store in [store.name().to_lowercase(), store.id()] {
                    columns.insert(format!("{name}.{store}"), listed.clone());
                    if name == default_schema {
                        columns.insert(store, listed.clone());
                    }
                }
            }
        }
        columns
    }

    pub(crate) fn all(&self) -> &[StoreEntry] {
        &self.0.stores
    }

    /// Stores that answer queries: not those pending deletion.
    pub(crate) fn active(&self) -> impl Iterator<Item = &StoreEntry> {
        self.all().iter().filter(|store| store.settings.status.answers())
    }

    /// The store of that name, id or ARN; two names may differ in letter case alone, the exact one wins.
    pub(crate) fn find(&self, name: &str) -> Option<&StoreEntry> {
        let exact = self.all().iter().find(|store| store.name() == name);
        exact.or_else(|| self.all().iter().find(|store| store.is_named(name)))
    }
}

/// The schema of the stores; each store has one snapshot per query.
#[derive(Debug)]
pub(crate) struct StoreSchema {
    tables: LakeTables,
    stores: LakeStores,
    hidden_columns: Arc<AtomicBool>,
    grants: Grants,
    opened: Mutex<HashMap<(EventDataStoreId, bool), Arc<EventTableProvider>>>,
}

impl StoreSchema {
    /// Tables of `stores`, which are the granted ones, that show the granted events.
    pub(crate) fn new(tables: LakeTables, stores: LakeStores, hidden_columns: Arc<AtomicBool>, grants: Grants) -> Self {
        Self { tables, stores, hidden_columns, grants, opened: Mutex::default() }
    }

    /// Whether the query names a hidden column.
    pub(super) fn shows_hidden_columns(&self) -> bool {
        self.hidden_columns.load(Ordering::Relaxed)
    }

    /// Names of the active stores of a kind.
    pub(super) fn names_of(&self, kind: EventDataStoreKind) -> Vec<String> {
        let stores = self.stores.active().filter(|store| store.settings.kind == kind);
        stores.map(|store| store.name().to_owned()).collect()
    }

    /// A store of that kind with its hidden columns, whatever the query names.
    pub(super) async fn table_with_hidden_columns(
        &self,
        name: &str,
        kind: EventDataStoreKind,
    ) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.stores.find(name).filter(|store| store.settings.kind == kind) {
            Some(store) => Ok(Some(self.open_active(store, true).await?)),
            None => Ok(None),
        }
    }

    async fn open_active(&self, store: &StoreEntry, hidden_columns: bool) -> Result<Arc<dyn TableProvider>> {
        let external = |error: QueryError| DataFusionError::External(Box::new(error));
        if !store.settings.status.answers() {
            let status = store.settings.status.as_str();
            return Err(external(QueryError::InactiveStore { name: store.name().to_owned(), status, position: None }));
        }
        Ok(self.open(store, hidden_columns).await.map_err(external)?)
    }

    async fn open(&self, store: &StoreEntry, hidden_columns: bool) -> Result<Arc<EventTableProvider>, QueryError> {
        let mut opened = self.opened.lock().await;
        let key = (store.settings.id, hidden_columns);
        if let Some(table) = opened.get(&key) {
            return Ok(Arc::clone(table));
        }
        let table = Arc::new(open_store(&self.tables, &store.settings, hidden_columns, &self.grants).await?);
        opened.insert(key, Arc::clone(&table));
        Ok(table)
    }
}

/// A store as a table at this moment, expired events and those of accounts that are not granted out of sight.
pub(crate) async fn open_store(
    tables: &LakeTables,
    settings: &EventDataStoreSettings,
    hidden_columns: bool,
    grants: &Grants,
) -> Result<EventTableProvider, QueryError> {
    let (table, snapshot) = tables.open(settings).await?;
    let first_visible_date = settings.retention.first_visible_date(tables.lake().clock().now());
    let policy = ScanPolicy { first_visible_date, hidden_columns, grants: grants.clone() };
    Ok(EventTableProvider::try_new(table, snapshot, policy)?)
}

#[async_trait]
impl SchemaProvider for StoreSchema {
    fn table_names(&self) -> Vec<String> {
        self.stores.active().map(|store| store.name().to_owned()).collect()
    }

    async fn table(&self, name: &str) -> Result<Option<Arc<dyn TableProvider>>> {
        match self.stores.find(name) {
            Some(store) => Ok(Some(self.open_active(store, self.shows_hidden_columns()).await?)),
            None => Ok(None),
        }
    }

    fn table_exist(&self, name: &str) -> bool {
        self.stores.find(name).is_some()
    }
}
