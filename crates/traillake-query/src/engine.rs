//! The query engine of one lake: a text goes in, a stream of batches comes out.

mod describe;
mod portions;
mod running;
mod yielding;

use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::execution::context::SQLOptions;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as PlannedStatement;
use datafusion::sql::sqlparser::ast::Statement;
use traillake_sql::Budget;
use traillake_storage::LakeStorage;

use crate::catalog::LakeTables;
use crate::error::Translator;
use crate::find::Search;
use crate::registry::{QueryEntry, QueryRegistry};
use crate::result::{Ending, Running};
use crate::rules::asks_sub_selects;
use crate::session::{self, Frames, QuerySession};
use crate::suggest::nearest;
use crate::{
    Dialect, FindOptions, LakeNames, QueryError, QueryLimits, QueryOptions, QueryRecord, QueryResult, QueryState,
    QueryStats, deep_stack, explain, parse,
};

use running::execute;

pub use describe::QueryShape;

/// What is asked.
enum Question {
    Sql(String),
    Search(Box<Search>),
}

impl Question {
    /// Length of the text whose form decides how deep the plan is.
    fn text_bytes(&self) -> usize {
        match self {
            Self::Sql(sql) => sql.len(),
            Self::Search(_) => 0,
        }
    }
}

/// Answers SQL on one lake; cheap to clone, clones share memory, caches and the list of queries.
#[derive(Debug, Clone)]
pub struct QueryEngine {
    lake: LakeStorage,
    limits: Arc<QueryLimits>,
    runtime: Arc<RuntimeEnv>,
    tables: LakeTables,
    registry: QueryRegistry,
    frames: Frames,
}

impl QueryEngine {
    /// An engine for `lake`; fails when the folder for spilled data cannot be used.
    pub fn new(lake: LakeStorage, limits: QueryLimits) -> Result<Self, QueryError> {
        let runtime = session::runtime(&limits)?;
        let tables = LakeTables::new(lake.clone());
        let (registry, frames) = (QueryRegistry::default(), Frames::default());
        Ok(Self { lake, limits: Arc::new(limits), runtime, tables, registry, frames })
    }

    /// The limits all queries of this engine share.
    pub fn limits(&self) -> &QueryLimits {
        &self.limits
    }

    /// The queries this engine has run for `owner`, or for everybody, oldest first; also `system.queries`.
    pub fn queries(&self, owner: Option<&str>) -> Vec<QueryRecord> {
        self.registry.list(owner, self.lake.clock().now())
    }

    /// Checks, plans and starts one query. It reads the snapshot of each store at this moment.
    ///
    /// Rows come as the result is polled; dropping the result, or this call, stops the query.
    pub async fn query(&self, sql: &str, options: &QueryOptions) -> Result<QueryResult, QueryError> {
        self.answer(sql, Question::Sql(sql.to_owned()), options).await
    }

    /// Finds the events in which `value` stands as it is, newest first: as a text of a column, the value of a key in a
    /// map, or inside a text that is JSON. The column `foundIn` lists the paths at which it stands.
    pub async fn find(&self, value: &str, options: &FindOptions) -> Result<QueryResult, QueryError> {
        let search = Search { value: value.to_owned(), options: options.clone() };
        let said = format!("find '{value}'");
        self.answer(&said, Question::Search(Box::new(search)), &options.query).await
    }

    async fn answer(&self, said: &str, question: Question, options: &QueryOptions) -> Result<QueryResult, QueryError> {
        match options.memory_bytes {
            Some(bytes) => self.with_memory(bytes)?.run(said, question, options).await,
            None => self.run(said, question, options).await,
        }
    }

    /// The same engine with memory of its own, no more than the engine has.
    fn with_memory(&self, bytes: u64) -> Result<Self, QueryError> {
        let most = self.limits.memory_bytes.unwrap_or(u64::MAX);
        let limits = QueryLimits { memory_bytes: Some(bytes.min(most)), ..self.limits.as_ref().clone() };
        let runtime = session::runtime_with_memory(&self.runtime, &limits)?;
        Ok(Self { limits: Arc::new(limits), runtime, ..self.clone() })
    }

    async fn run(&self, said: &str, question: Question, options: &QueryOptions) -> Result<QueryResult, QueryError> {
        let mut entry = self.registry.start(said, options.owner.as_deref(), self.lake.clock().now());
        let timeout = options.timeout.or(self.limits.timeout);
        let deadline = timeout.and_then(|limit| Instant::now().checked_add(limit));
        let budget = session::budget(&self.limits, deadline);
        let ending = Ending::new(budget.clone());
        match within(timeout, self.planned(question, options, budget)).await {
            Ok(running) => {
                Ok(QueryResult::new(entry, running, ending, timeout, options.max_rows.or(self.limits.max_rows)))
            }
            Err(error) => {
                let error = ending.explained(error, timeout);
                record_failure(&mut entry, &error);
                Err(error)
            }
        }
    }

    /// Starts a query on a thread of the planners', which nothing that takes long there keeps from being left alone.
    async fn planned(&self, question: Question, options: &QueryOptions, budget: Budget) -> Result<Running, QueryError> {
        let (engine, options) = (self.clone(), options.clone());
        let text_bytes = question.text_bytes();
        let work = move || async move {
            match question {
                Question::Sql(sql) => Box::pin(engine.start(&sql, &options, budget)).await,
                Question::Search(search) => Box::pin(engine.start_search(&search, budget)).await,
            }
        };
        let failed = || QueryError::Failed { message: "the query could not be planned".into(), position: None };
        deep_stack::run(text_bytes, work).await.unwrap_or_else(|| Err(failed()))
    }

    /// A DataFusion session over the lake for programs that build plans themselves.
    ///
    /// SQL given to it directly skips Lake's dialect, the allow-list and the output names.
    pub async fn session(&self, options: &QueryOptions) -> Result<SessionContext, QueryError> {
        // The runtime of a frame is that of the engine it was made by.
        let own = Self { frames: Frames::default(), ..self.clone() };
        let session = own.open_session(options, session::budget(&self.limits, None)).await?;
        session.expect_sub_selects();
        Ok(SessionContext::new_with_state(session.into_state()))
    }

    /// Names of stores, columns, nested fields and functions, for completion of a query with these options.
    pub async fn names(&self, options: &QueryOptions) -> Result<LakeNames, QueryError> {
        let session = self.open_session(options, session::budget(&self.limits, None)).await?;
        let names = LakeNames::of(&session);
        session.close();
        Ok(names)
    }

    async fn open_session(&self, options: &QueryOptions, budget: Budget) -> Result<QuerySession, QueryError> {
        let stores = self.tables.stores().await?;
        session::open(session::SessionParts {
            limits: &self.limits,
            frames: &self.frames,
            runtime: Arc::clone(&self.runtime),
            tables: self.tables.clone(),
            registry: self.registry.clone(),
            stores,
            default_store: options.default_store.clone(),
            dialect: options.dialect,
            schema: options.schema,
            budget,
            grants: options.grants.clone(),
            owner: options.owner.clone(),
        })
    }

    async fn start(&self, sql: &str, options: &QueryOptions, budget: Budget) -> Result<Running, QueryError> {
        let mut session = self.open_session(options, budget).await?;
        let parsed = parse::read(parse::Request::new(sql, &session, options, self.limits.text_bytes))?;
        session.show_hidden_columns(parsed.names_hidden_columns);
        session.show_times(&parsed.statement);
        session.register_calls(&parsed.calls);
        let translator = Translator::new(sql, &session, &self.limits, options.dialect);
        let planned = self.plan(&session, parsed.statement, options.dialect).await;
        let (plan, explains) = planned.map_err(|error| translator.translate(error))?;
        execute(session, plan, translator, parsed.names.filter(|_| !explains))
    }

    async fn start_search(&self, search: &Search, budget: Budget) -> Result<Running, QueryError> {
        let options = &search.options.query;
        let session = self.open_session(options, budget).await?;
        let store = session.default_store();
        let store = store.map_err(|stores| QueryError::NoDefaultStore { stores, position: None })?;
        let store = session.stores.find(&store).ok_or_else(|| not_found(&store, &session))?.id();
        let translator = Translator::new("", &session, &self.limits, options.dialect);
        let plan = async { session.physical_plan(&search.plan(&session, &store).await?).await };
        let plan = plan.await.map_err(|error| translator.translate(error))?;
        execute(session, plan, translator, None)
    }

    async fn plan(
        &self,
        session: &QuerySession,
        statement: Statement,
        dialect: Dialect,
    ) -> datafusion::error::Result<(Arc<dyn ExecutionPlan>, bool)> {
        let (plan, explains) = self.logical_plan(session, statement, dialect).await?;
        Ok((yielding::yielding(session.physical_plan(&plan).await?)?, explains))
    }

    /// A checked plan, and whether it is about a plan or a table and has no output names.
    async fn logical_plan(
        &self,
        session: &QuerySession,
        statement: Statement,
        dialect: Dialect,
    ) -> datafusion::error::Result<(LogicalPlan, bool)> {
        let statement = PlannedStatement::Statement(Box::new(statement));
        let plan = traillake_sql::unmark(session.state().statement_to_plan(statement).await?)?;
        read_only().verify_plan(&plan)?;
        if asks_sub_selects(&plan)? {
            session.expect_sub_selects();
        }
        let explains =
            matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_));
        let plan = match dialect {
            Dialect::Lake => explain::in_words(plan, session).await?,
            Dialect::DataFusion => plan,
        };
        Ok((plan, explains))
    }
}

fn not_found(store: &str, session: &QuerySession) -> QueryError {
    let stores: Vec<String> = session.stores.active().map(|store| store.name().to_owned()).collect();
    let nearest = nearest(store, stores.iter().map(String::as_str));
    QueryError::StoreNotFound { name: store.to_owned(), nearest, stores, position: None }
}

/// A second lock behind the allow-list.
fn read_only() -> SQLOptions {
    SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false)
}

async fn within<T>(
    timeout: Option<Duration>,
    work: impl Future<Output = Result<T, QueryError>>,
) -> Result<T, QueryError> {
    match timeout {
        None => work.await,
        Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or(Err(QueryError::Timeout { limit })),
    }
}

fn record_failure(entry: &mut QueryEntry, error: &QueryError) {
    let state = match error {
        QueryError::Timeout { .. } => QueryState::TimedOut,
        _ => QueryState::Failed,
    };
    entry.end(state, &QueryStats::default(), Some(error.to_string()));
}
