//! What queries of a dialect have in common: functions, planners and rules. It takes longer to make than a small query
//! takes, so it goes from query to query.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use datafusion::catalog::MemoryCatalogProviderList;
use datafusion::error::Result;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::registry::FunctionRegistry;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::LogicalPlan;
use datafusion::logical_expr::planner::{ExprPlanner, RelationPlanner};
use datafusion::optimizer::{Analyzer, AnalyzerRule, Optimizer, OptimizerRule};
use datafusion::prelude::SessionConfig;
use traillake_sql::Place;

use super::single;
use crate::functions::FunctionNames;
use crate::planners::{FieldFaults, FieldPlanner, LakeRelations, UnnestPlanner};
use crate::rules::{
    AthenaFilters, ByCodes, EqualValues, FirstEvents, FromLog, HeldValues, InTime, LateralUnnest, MapKeys, SubSelects,
    Workshop,
};
use crate::{Dialect, functions};

/// Frames that wait for a query; more are forgotten.
const KEPT: usize = 8;

/// A session without a lake.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) state: SessionState,
    pub(super) faults: FieldFaults,
    pub(super) names: Arc<FunctionNames>,
    /// For plans of a single SELECT.
    single: Optimizer,
    times_as_text: Arc<AtomicBool>,
    workshop: Workshop,
    dialect: Dialect,
    /// The functions of the query's own.
    marked: Vec<String>,
}

impl Frame {
    fn new(dialect: Dialect, config: &SessionConfig, runtime: &Arc<RuntimeEnv>) -> Self {
        let faults = FieldFaults::default();
        let times_as_text = Arc::new(AtomicBool::new(false));
        let workshop = Workshop::default();
        let builder = SessionStateBuilder::new()
            .with_config(config.clone())
            .with_runtime_env(Arc::clone(runtime))
            .with_expr_planners(expr_planners(faults.clone(), dialect, Arc::clone(&times_as_text)))
            .with_relation_planners(relation_planners(dialect))
            .with_optimizer_rules(optimizer_rules())
            .with_query_planner(Arc::new(MapKeys))
            .with_physical_optimizer_rule(Arc::new(ByCodes))
            .with_analyzer_rules(analyzer_rules(dialect, workshop.clone()));
        let state = functions::build(builder, dialect);
        let names = Arc::new(FunctionNames::of(&state));
        let single = single::rules(state.optimizers());
        Self { state, faults, names, single, times_as_text, workshop, dialect, marked: Vec::new() }
    }

    /// Makes it the session of a query that is asked `now`, still without a catalog.
    fn begin(&mut self, config: SessionConfig, now: DateTime<Utc>) {
        *self.state.config_mut() = config;
        self.state.mark_start_execution();
        self.state.execution_props_mut().query_execution_start_time = Some(now);
    }

    /// Makes the session in which functions of rows are planned.
    pub(super) fn open_workshop(&self, runtime: &Arc<RuntimeEnv>) {
        self.workshop.open(&self.state, runtime);
    }

    /// A plan after all rules that may change it.
    pub(super) fn optimized(&self, plan: &LogicalPlan) -> Result<LogicalPlan> {
        if single::is_single(plan)? {
            return single::optimized(plan, &self.single, &self.state);
        }
        self.state.optimize(plan)
    }

    pub(super) fn show_times_as_text(&self, shown: bool) {
        self.times_as_text.store(shown, Ordering::Relaxed);
    }

    /// Registers a function under the name it has at a place.
    pub(super) fn mark(&mut self, name: &str, place: Place) {
        let Some(function) = self.state.scalar_functions().get(name).cloned() else { return };
        // No function has such a name, so that none is replaced.
        if self.state.register_udf(Arc::new(place.function(name, &function))).is_ok() {
            self.marked.push(place.mark(name));
        }
    }

    /// Forgets the query.
    fn end(&mut self) {
        for name in self.marked.drain(..) {
            // It was registered.
            let _ = self.state.deregister_udf(&name);
        }
        self.faults.forget();
        self.show_times_as_text(false);
        self.workshop.close();
        self.state.register_catalog_list(Arc::new(MemoryCatalogProviderList::new()));
    }
}

/// Frames between two queries; clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Frames(Arc<Mutex<Vec<Frame>>>);

impl Frames {
    /// A frame for a query that is asked `now`; `runtime` is that of a new one.
    pub(super) fn take(
        &self,
        dialect: Dialect,
        config: SessionConfig,
        runtime: &Arc<RuntimeEnv>,
        now: DateTime<Utc>,
    ) -> Frame {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = waiting.iter().rposition(|frame| frame.dialect == dialect).map(|at| waiting.swap_remove(at));
        drop(waiting);
        let mut frame = known.unwrap_or_else(|| Frame::new(dialect, &config, runtime));
        frame.begin(config, now);
        frame
    }

    /// Takes back the frame of a query that is planned.
    pub(super) fn give_back(&self, mut frame: Frame) {
        frame.end();
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < KEPT {
            waiting.push(frame);
        }
    }
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
    rules.push(Arc::new(FirstEvents));
    rules.push(Arc::new(HeldValues));
    rules.into_iter().map(|rule| Arc::new(InTime(rule)) as _).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_forgets_the_functions_of_a_query() {
        let frames = Frames::default();
        let runtime = Arc::new(RuntimeEnv::default());
        let take = |dialect| frames.take(dialect, SessionConfig::new(), &runtime, Utc::now());
        let mut frame = take(Dialect::Lake);
        let before = frame.state.scalar_functions().len();
        frame.mark("lower", Place { line: 1, column: 8 });
        assert_eq!(frame.state.scalar_functions().len(), before + 1);
        let session = frame.state.session_id().to_owned();
        frames.give_back(frame);
        let other = take(Dialect::DataFusion);
        assert_ne!(other.state.session_id(), session);
        let again = take(Dialect::Lake);
        assert_eq!(again.state.session_id(), session);
        assert_eq!(again.state.scalar_functions().len(), before);
    }
}
