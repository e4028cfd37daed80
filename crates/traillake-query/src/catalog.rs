//! The lake as a catalog: event data stores in schema `public`, system tables in `system`.

mod lake_tables;
mod stores;

use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, SchemaProvider};

use crate::system::SystemSchema;

pub(crate) use lake_tables::LakeTables;
pub(crate) use stores::{LakeStores, StoreEntry, StoreSchema, open_store};

/// Name of the catalog.
pub(crate) const CATALOG: &str = "traillake";
/// Schema of the event data stores, the default.
pub(crate) const STORES: &str = "public";
/// Schema of the system tables.
pub(crate) const SYSTEM: &str = "system";
/// What Athena calls the schema of federated stores; accepted, not listed.
const FEDERATED: &str = "aws:cloudtrail";

/// The only catalog of a session.
#[derive(Debug)]
pub(crate) struct LakeCatalog {
    pub(crate) stores: Arc<StoreSchema>,
    pub(crate) system: Arc<SystemSchema>,
}

impl CatalogProvider for LakeCatalog {
    fn schema_names(&self) -> Vec<String> {
        vec![STORES.to_owned(), SYSTEM.to_owned()]
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        match name {
            STORES | FEDERATED => Some(Arc::<StoreSchema>::clone(&self.stores)),
            SYSTEM => Some(Arc::<SystemSchema>::clone(&self.system)),
            _ => None,
        }
    }
}
