//! The lake as a catalog: event data stores in schema `public`, as Athena has them in `athena`, system tables in `system`.

mod athena;
mod information;
mod lake_tables;
mod stores;

use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, SchemaProvider};

use crate::system::SystemSchema;
use athena::AthenaSchema;
use information::{INFORMATION_SCHEMA, InformationSchema};

pub(crate) use athena::is_json_text;
pub(crate) use lake_tables::LakeTables;
pub(crate) use stores::{LakeStores, StoreEntry, StoreSchema, open_store};

/// Name of the catalog.
pub(crate) const CATALOG: &str = "traillake";
/// Schema of the event data stores, the default.
pub(crate) const STORES: &str = "public";
/// Schema of the system tables.
pub(crate) const SYSTEM: &str = "system";
/// Schema of the stores as Athena's CloudTrail table.
pub(crate) const ATHENA: &str = "athena";
/// What Athena calls the schema of federated stores; accepted, not listed.
const FEDERATED: &str = "aws:cloudtrail";

/// The only catalog of a session.
#[derive(Debug, Clone)]
pub(crate) struct LakeCatalog {
    pub(crate) stores: Arc<StoreSchema>,
    pub(crate) system: Arc<SystemSchema>,
}

impl CatalogProvider for LakeCatalog {
    fn schema_names(&self) -> Vec<String> {
        vec![STORES.to_owned(), ATHENA.to_owned(), SYSTEM.to_owned()]
    }

    fn schema(&self, name: &str) -> Option<Arc<dyn SchemaProvider>> {
        match name {
            STORES | FEDERATED => Some(Arc::<StoreSchema>::clone(&self.stores)),
            ATHENA => Some(Arc::new(AthenaSchema::new(Arc::clone(&self.stores)))),
            SYSTEM => Some(Arc::<SystemSchema>::clone(&self.system)),
            INFORMATION_SCHEMA => Some(Arc::new(InformationSchema::new(self.clone()))),
            _ => None,
        }
    }
}
