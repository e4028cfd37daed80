//! Plans that are started.

use std::sync::Arc;

use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use traillake_storage::ScanTracker;

use crate::QueryError;
use crate::error::Translator;
use crate::output::OutputNames;
use crate::result::{Running, at_once, on_a_task};
use crate::session::QuerySession;

/// Starts a plan; its columns go by `names`, or by those of the plan.
pub(super) fn execute(
    session: QuerySession,
    plan: Arc<dyn ExecutionPlan>,
    translator: Translator,
    names: Option<OutputNames>,
) -> Result<Running, QueryError> {
    let stream = execute_stream(Arc::clone(&plan), Arc::new(session.task()));
    let stream = stream.map_err(|error| translator.translate(error))?;
    let schema = names.map_or_else(|| stream.schema(), |names| names.apply(&stream.schema()));
    let (tracker, translator) = (Arc::clone(&session.tracker), translator.planned());
    session.close();
    let stream = if is_answered(&plan, &tracker) { at_once(stream) } else { on_a_task(stream) };
    Ok(Running { schema, stream, plan, tracker, translator })
}

/// Whether a plan has next to nothing to do: the log answers it, or no file has what it asks for.
fn is_answered(plan: &Arc<dyn ExecutionPlan>, tracker: &ScanTracker) -> bool {
    let scans = tracker.reports();
    let mut node = plan;
    while let [input] = node.children().as_slice() {
        if node.is::<UnnestExec>() {
            return false;
        }
        node = input;
    }
    node.children().is_empty() && !scans.is_empty() && scans.iter().all(|scan| scan.files_kept == 0)
}
