//! The one place where DataFusion sessions are made.
//!
//! A session knows the lake and nothing else: no file formats, no table factories, no object
//! stores but those its scans register, no variables.

mod memory;
mod registry;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use arrow::datatypes::DataType;
use datafusion::catalog::{CatalogProviderList, MemoryCatalogProviderList};
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::registry::FunctionRegistry;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::planner::{ExprPlanner, RelationPlanner};
use datafusion::optimizer::{Analyzer, AnalyzerRule, Optimizer, OptimizerRule};
use datafusion::prelude::SessionConfig;
use datafusion::sql::sqlparser::ast::Statement;
use traillake_model::{EventDataStoreSettings, Grants};
use traillake_sql::Budget;
use traillake_storage::ScanTracker;

use crate::catalog::{
    ATHENA, CATALOG, LakeCatalog, LakeStores, LakeTables, STORES, SYSTEM, StoreEntry, StoreSchema, athena_columns,
};
use crate::planners::{FieldFaults, FieldPlanner, LakeRelations, UnnestPlanner};
use crate::registry::QueryRegistry;
use crate::rewrite::{Call, FunctionKinds};
use crate::rules::{AthenaFilters, EqualValues, FromLog, InTime, LateralUnnest, MapKeys, SubSelects, Workshop};
use crate::statement::are_all_in;
use crate::system::{SystemContext, SystemSchema};
use crate::{DefaultSchema, Dialect, QueryError, QueryLimits, functions};

/// What a session is made of.
pub(crate) struct SessionParts<'a> {
    pub(crate) limits: &'a QueryLimits,
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
    pub(crate) state: SessionState,
    pub(crate) tracker: Arc<ScanTracker>,
    pub(crate) stores: LakeStores,
    pub(crate) system: Arc<SystemSchema>,
    pub(crate) faults: FieldFaults,
    hidden_columns: Arc<AtomicBool>,
    times_as_text: Arc<AtomicBool>,
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
    let dialect = parts.dialect;
    let tracker = Arc::new(ScanTracker::default());
    let faults = FieldFaults::default();
    let times_as_text = Arc::new(AtomicBool::new(false));
    let now = parts.tables.lake().clock().now();
    let (grants, owner) = (parts.grants, parts.owner);
    let stores = LakeStores::try_new(parts.stores.into_iter().filter(|store| grants.allows_store(store)).collect())?;
    let hidden_columns = Arc::new(AtomicBool::new(false));
    let schema = StoreSchema::new(parts.tables.clone(), stores.clone(), Arc::clone(&hidden_columns), grants.clone());
    let schema = Arc::new(schema);
    let context =
        SystemContext { tables: parts.tables, stores: stores.clone(), registry: parts.registry, grants, owner };
    let system = Arc::new(SystemSchema::new(context));
    let catalogs = MemoryCatalogProviderList::new();
    catalogs
        .register_catalog(CATALOG.to_owned(), Arc::new(LakeCatalog { stores: schema, system: Arc::clone(&system) }));
    let workshop = Workshop::default();
    let builder = SessionStateBuilder::new()
        .with_config(config(parts.limits, Arc::clone(&tracker), dialect, parts.schema, parts.budget))
        .with_runtime_env(parts.runtime)
        .with_catalog_list(Arc::new(catalogs))
        .with_expr_planners(expr_planners(faults.clone(), dialect, Arc::clone(&times_as_text)))
        .with_relation_planners(relation_planners(dialect))
        .with_optimizer_rules(optimizer_rules())
        .with_query_planner(Arc::new(MapKeys))
        .with_analyzer_rules(analyzer_rules(dialect, workshop.clone()));
    let mut state = functions::build(builder, dialect);
    state.mark_start_execution();
    state.execution_props_mut().query_execution_start_time = Some(now);
    workshop.open(&state);
    let default_store = parts.default_store;
    Ok(QuerySession { state, tracker, stores, system, faults, hidden_columns, times_as_text, default_store })
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

/// Ours come first: the first planner that answers wins.
fn expr_planners(faults: FieldFaults, dialect: Dialect, times_as_text: Arc<AtomicBool>) -> Vec<Arc<dyn ExprPlanner>> {
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(FieldPlanner::new(faults, dialect, times_as_text))];
    planners.extend(SessionStateDefaults::default_expr_planners());
    planners
}

fn relation_planners(dialect: Dialect) -> Vec<Arc<dyn RelationPlanner>> {
    match dialect {
        Dialect::Lake => vec![Arc::new(UnnestPlanner), Arc::new(LakeRelations)],
        Dialect::DataFusion => vec![],
    }
}

/// Ours come first: types are coerced in the plan they leave.
fn analyzer_rules(dialect: Dialect, workshop: Workshop) -> Vec<Arc<dyn AnalyzerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn AnalyzerRule + Send + Sync>> = match dialect {
        Dialect::Lake => {
            vec![Arc::new(LateralUnnest), Arc::new(SubSelects::new(workshop)), Arc::new(EqualValues)]
        }
        Dialect::DataFusion => vec![],
    };
    rules.extend(Analyzer::new().rules);
    rules.into_iter().map(|rule| Arc::new(InTime(rule)) as _).collect()
}

/// The last one sees filters and columns where the others have brought them.
fn optimizer_rules() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    let mut rules: Vec<Arc<dyn OptimizerRule + Send + Sync>> = vec![Arc::new(AthenaFilters)];
    rules.extend(Optimizer::new().rules);
    rules.push(Arc::new(FromLog));
    rules.into_iter().map(|rule| Arc::new(InTime(rule)) as _).collect()
}

impl QuerySession {
    /// Makes the hidden columns part of the stores' tables; to be called before planning.
    pub(crate) fn show_hidden_columns(&self, shown: bool) {
        self.hidden_columns.store(shown, Ordering::Relaxed);
    }

    /// Registers the calls of a statement under the names it marks them with; to be called before planning.
    pub(crate) fn register_calls(&mut self, calls: &HashSet<Call>) {
        for (name, place) in calls {
            if let Some(function) = self.state.scalar_functions().get(name).cloned() {
                // No function has such a name, so that none is replaced.
                let _ = self.state.register_udf(Arc::new(place.function(name, &function)));
            }
        }
    }

    /// Takes times within rows as the texts they are in Athena's table where a statement names such tables alone;
    /// to be called before planning.
    pub(crate) fn show_times(&self, statement: &Statement) {
        let default = &self.state.config_options().catalog.default_schema;
        self.times_as_text.store(are_all_in(statement, ATHENA, default), Ordering::Relaxed);
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

    /// Which functions aggregate and which need a window.
    pub(crate) fn function_kinds(&self) -> FunctionKinds {
        let names = |names: &mut dyn Iterator<Item = &String>| names.map(|name| name.to_lowercase()).collect();
        let aggregates: HashSet<String> = names(&mut self.state.aggregate_functions().keys());
        let windows: HashSet<String> = names(&mut self.state.window_functions().keys());
        let scalars = names(&mut self.state.scalar_functions().keys());
        FunctionKinds { windows: windows.difference(&aggregates).cloned().collect(), aggregates, scalars }
    }

    /// Types of the columns of all stores by lower-case name.
    pub(crate) fn column_types(&self) -> HashMap<String, DataType> {
        let fields = self.stores.active().flat_map(|store| store.schema.sql_schema().fields());
        fields.map(|field| (field.name().clone(), field.data_type().clone())).collect()
    }

    /// Columns of each store by every lower-case name it has, with and without a schema.
    pub(crate) fn store_columns(&self) -> HashMap<String, Vec<String>> {
        let default = &self.state.config_options().catalog.default_schema;
        let mut columns = HashMap::new();
        for store in self.stores.active() {
            let schema = store.schema.sql_schema();
            let own: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
            for (name, listed) in [(STORES, own), (ATHENA, athena_columns(schema))] {
                for store in [store.name().to_lowercase(), store.id()] {
                    columns.insert(format!("{name}.{store}"), listed.clone());
                    if name == default {
                        columns.insert(store, listed.clone());
                    }
                }
            }
        }
        columns
    }
}
