//! The one place where DataFusion sessions are made.
//!
//! A session knows the lake and nothing else: no file formats, no table factories, no object
//! stores but those its scans register, no variables.

mod frame;
mod memory;
mod registry;
mod single;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use datafusion::catalog::{CatalogProviderList, MemoryCatalogProviderList};
use datafusion::error::Result;
use datafusion::execution::TaskContext;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionConfig;
use datafusion::sql::sqlparser::ast::Statement;
use traillake_model::{EventDataStoreSettings, Grants};
use traillake_sql::Budget;
use traillake_storage::ScanTracker;

use crate::catalog::{ATHENA, CATALOG, LakeCatalog, LakeStores, LakeTables, STORES, SYSTEM, StoreEntry, StoreSchema};
use crate::functions::FunctionNames;
use crate::planners::FieldFaults;
use crate::registry::QueryRegistry;
use crate::rewrite::Call;
use crate::statement::are_all_in;
use crate::system::{SystemContext, SystemSchema};
use crate::{DefaultSchema, Dialect, QueryError, QueryLimits};
use frame::Frame;

pub(crate) use frame::Frames;

/// What a session is made of.
pub(crate) struct SessionParts<'a> {
    pub(crate) limits: &'a QueryLimits,
    pub(crate) frames: &'a Frames,
    pub(crate) runtime: Arc<RuntimeEnv>,
    pub(crate) tables: LakeTables,
    pub(crate) registry: QueryRegistry,
    pub(crate) stores: Vec<EventDataStoreSettings>,
    pub(crate) default_store: Option<String>,
    pub(crate) dialect: Dialect,
    pub(crate) schema: DefaultSchema,
    pub(crate) budget: Budget,
    /// Stores that are not granted do not exist for the session, nor do events of other accounts.
    pub(crate) grants: Grants,
    /// Whose queries `system.queries` shows; everybody's when `None`.
    pub(crate) owner: Option<String>,
}

/// A session for one query.
#[derive(Debug)]
pub(crate) struct QuerySession {
    pub(crate) tracker: Arc<ScanTracker>,
    pub(crate) stores: LakeStores,
    frame: Frame,
    frames: Frames,
    runtime: Arc<RuntimeEnv>,
    hidden_columns: Arc<AtomicBool>,
    default_store: Option<String>,
}

/// What the functions of a query may take until a moment.
pub(crate) fn budget(limits: &QueryLimits, deadline: Option<Instant>) -> Budget {
    Budget::new(deadline, memory::column_bytes(limits))
}

/// Memory and disk that all sessions of an engine share.
pub(crate) fn runtime(limits: &QueryLimits) -> Result<Arc<RuntimeEnv>, QueryError> {
    let mode = match &limits.temp_dir {
        Some(folder) => DiskManagerMode::Directories(vec![folder.clone()]),
        None => DiskManagerMode::OsTmpDirectory,
    };
    let disk = DiskManagerBuilder::default()
        .with_mode(mode)
        .with_max_temp_directory_size(limits.temp_bytes)
        .with_max_spill_merge_fan_in(memory::merge_fan_in(limits));
    RuntimeEnvBuilder::new()
        .with_memory_pool(memory::pool(limits))
        .with_disk_manager_builder(disk)
        .with_object_store_registry(Arc::new(registry::LakeObjectStores::default()))
        .build_arc()
        .map_err(|source| QueryError::Engine { source: Box::new(source) })
}

/// The same disk, and memory for one query alone.
pub(crate) fn runtime_with_memory(shared: &RuntimeEnv, limits: &QueryLimits) -> Result<Arc<RuntimeEnv>, QueryError> {
    RuntimeEnvBuilder::from_runtime_env(shared)
        .with_memory_pool(memory::pool(limits))
        .build_arc()
        .map_err(|source| QueryError::Engine { source: Box::new(source) })
}

/// Opens a session over the lake as it is now.
pub(crate) fn open(parts: SessionParts<'_>) -> Result<QuerySession, QueryError> {
    let tracker = Arc::new(ScanTracker::default());
    let now = parts.tables.lake().clock().now();
    let (grants, owner) = (parts.grants, parts.owner);
    let granted = parts.stores.into_iter().filter(|store| grants.allows_store(store)).collect();
    let stores = parts.tables.known(granted)?;
    let hidden_columns = Arc::new(AtomicBool::new(false));
    let schema = StoreSchema::new(parts.tables.clone(), stores.clone(), Arc::clone(&hidden_columns), grants.clone());
    let context =
        SystemContext { tables: parts.tables, stores: stores.clone(), registry: parts.registry, grants, owner };
    let catalogs = MemoryCatalogProviderList::new();
    let catalog = LakeCatalog { stores: Arc::new(schema), system: Arc::new(SystemSchema::new(context)) };
    catalogs.register_catalog(CATALOG.to_owned(), Arc::new(catalog));
    let config = config(parts.limits, Arc::clone(&tracker), parts.dialect, parts.schema, parts.budget);
    let mut frame = parts.frames.take(parts.dialect, config, &parts.runtime, now);
    frame.state.register_catalog_list(Arc::new(catalogs));
    let (frames, runtime, default_store) = (parts.frames.clone(), parts.runtime, parts.default_store);
    Ok(QuerySession { tracker, stores, frame, frames, runtime, hidden_columns, default_store })
}

fn config(
    limits: &QueryLimits,
    tracker: Arc<ScanTracker>,
    dialect: Dialect,
    schema: DefaultSchema,
    budget: Budget,
) -> SessionConfig {
    let schema = match schema {
        DefaultSchema::Stores => STORES,
        DefaultSchema::Athena => ATHENA,
        DefaultSchema::System => SYSTEM,
    };
    let mut config = SessionConfig::new()
        .with_target_partitions(limits.parallelism.max(1))
        .with_default_catalog_and_schema(CATALOG, schema)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(dialect == Dialect::DataFusion)
        .with_batch_size(memory::batch_rows(limits))
        .with_extension(tracker);
    let options = config.options_mut();
    options.execution.parquet.pushdown_filters = true;
    options.execution.sort_spill_reservation_bytes = memory::merge_bytes(limits);
    options.sql_parser.collect_spans = true;
    options.extensions.insert(budget);
    if dialect == Dialect::Lake {
        options.sql_parser.parse_float_as_decimal = true;
        "nulls_last".clone_into(&mut options.sql_parser.default_null_ordering);
    }
    config
}

impl QuerySession {
    /// Makes the hidden columns part of the stores' tables; to be called before planning.
    pub(crate) fn show_hidden_columns(&self, shown: bool) {
        self.hidden_columns.store(shown, Ordering::Relaxed);
    }

    /// Registers the calls of a statement under the names it marks them with; to be called before planning.
    pub(crate) fn register_calls(&mut self, calls: &HashSet<Call>) {
        for (name, place) in calls {
            self.frame.mark(name, *place);
        }
    }

    /// Takes times within rows as the texts they are in Athena's table where a statement names such tables alone;
    /// to be called before planning.
    pub(crate) fn show_times(&self, statement: &Statement) {
        self.frame.show_times_as_text(are_all_in(statement, ATHENA, self.default_schema()));
    }

    /// Prepares for a plan with sub-selects, before it is analysed.
    pub(crate) fn expect_sub_selects(&self) {
        self.frame.open_workshop(&self.runtime);
    }

    /// The engine's own session, to plan in.
    pub(crate) fn state(&self) -> &SessionState {
        &self.frame.state
    }

    /// A plan in the form that is run.
    pub(crate) fn optimized(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        self.frame.optimized(plan)
    }

    /// A checked plan as it is run.
    pub(crate) async fn physical_plan(&self, plan: &LogicalPlan) -> Result<Arc<dyn ExecutionPlan>> {
        self.planned(&self.optimized(plan)?).await
    }

    /// An optimized plan as it is run.
    pub(crate) async fn planned(&self, optimized: &LogicalPlan) -> Result<Arc<dyn ExecutionPlan>> {
        self.state().query_planner().create_physical_plan(optimized, self.state()).await
    }

    /// The engine's own session, for good.
    pub(crate) fn into_state(self) -> SessionState {
        self.frame.state
    }

    /// What a plan runs in. It holds no functions: a plan has its own.
    pub(crate) fn task(&self) -> TaskContext {
        TaskContext::new(
            None,
            self.state().session_id().to_owned(),
            self.state().config().clone(),
            HashMap::new(),
            HashMap::new(),
            HashMap::new(),
            HashMap::new(),
            Arc::clone(&self.runtime),
        )
    }

    /// Ends a session whose query is planned: the next one uses what it was made of.
    pub(crate) fn close(self) {
        self.frames.give_back(self.frame);
    }

    /// Why fields could not be taken.
    pub(crate) fn faults(&self) -> &FieldFaults {
        &self.frame.faults
    }

    /// Where tables without a schema are looked for.
    pub(crate) fn default_schema(&self) -> &str {
        &self.state().config_options().catalog.default_schema
    }

    /// What `$EDS_ID` stands for, or the names of the stores it could stand for.
    pub(crate) fn default_store(&self) -> Result<String, Vec<String>> {
        if let Some(name) = &self.default_store {
            return Ok(self.stores.find(name).map_or_else(|| name.clone(), StoreEntry::id));
        }
        let active: Vec<_> = self.stores.active().collect();
        match active.as_slice() {
            [only] => Ok(only.id()),
            _ => Err(active.iter().map(|store| store.name().to_owned()).collect()),
        }
    }

    /// Names of the functions, and what they do.
    pub(crate) fn functions(&self) -> &Arc<FunctionNames> {
        &self.frame.names
    }
}
