//! Prepared statements: a bounded number of each caller's, closed by it or when they were not used for long.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arrow::datatypes::SchemaRef;
use tonic::Status;
use traillake::ParameterValue;
use uuid::Uuid;

use super::FlightConfig;
use super::statement::Statement;

/// A statement that was planned once.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    pub(super) statement: Statement,
    /// The columns of its answer; `None` when they depend on the values of its `?`.
    pub(super) schema: Option<SchemaRef>,
    /// The number of its `?`.
    pub(super) values: usize,
}

#[derive(Debug)]
struct Kept {
    owner: String,
    prepared: Prepared,
    used: Instant,
}

/// The prepared statements of all callers, by their handles.
#[derive(Debug)]
pub(super) struct PreparedStatements {
    config: FlightConfig,
    kept: Mutex<HashMap<Uuid, Kept>>,
}

impl PreparedStatements {
    pub(super) fn new(config: FlightConfig) -> Self {
        Self { config, kept: Mutex::default() }
    }

    /// Keeps a statement and gives its handle.
    pub(super) fn add(&self, owner: &str, prepared: Prepared) -> Result<Uuid, Status> {
        let now = Instant::now();
        let mut kept = self.kept();
        let lifetime = Duration::from_secs(self.config.statement_seconds);
        kept.retain(|_, entry| now.duration_since(entry.used) < lifetime);
        if kept.values().filter(|entry| entry.owner == owner).count() >= self.config.statements {
            let limit = self.config.statements;
            return Err(Status::resource_exhausted(format!(
                "`{limit}` of your prepared statements are open; hint: close those you no longer need"
            )));
        }
        self.check_bytes(&kept, owner, prepared.statement.bytes())?;
        let handle = Uuid::new_v4();
        kept.insert(handle, Kept { owner: owner.to_owned(), prepared, used: now });
        Ok(handle)
    }

    /// The statement of a handle.
    pub(super) fn get(&self, owner: &str, handle: &[u8]) -> Result<Prepared, Status> {
        let mut kept = self.kept();
        let entry = find(&mut kept, owner, handle)?;
        entry.used = Instant::now();
        Ok(entry.prepared.clone())
    }

    /// Gives the `?` of a statement their values, in place of those before.
    pub(super) fn bind(&self, owner: &str, handle: &[u8], rows: Vec<Vec<ParameterValue>>) -> Result<(), Status> {
        let mut kept = self.kept();
        find(&mut kept, owner, handle)?.prepared.statement.rows = None;
        self.check_bytes(&kept, owner, rows.iter().flatten().map(ParameterValue::bytes).sum())?;
        let entry = find(&mut kept, owner, handle)?;
        entry.prepared.statement.rows = Some(rows);
        entry.used = Instant::now();
        Ok(())
    }

    /// Forgets a statement; one that is not there is closed already.
    pub(super) fn close(&self, owner: &str, handle: &[u8]) {
        let mut kept = self.kept();
        if find(&mut kept, owner, handle).is_ok()
            && let Ok(handle) = Uuid::from_slice(handle)
        {
            kept.remove(&handle);
        }
    }

    fn check_bytes(&self, kept: &HashMap<Uuid, Kept>, owner: &str, more: usize) -> Result<(), Status> {
        let own = kept.values().filter(|entry| entry.owner == owner);
        let bytes: usize = own.map(|entry| entry.prepared.statement.bytes()).sum();
        if bytes.saturating_add(more) <= self.config.statement_bytes {
            return Ok(());
        }
        let limit = self.config.statement_bytes;
        Err(Status::resource_exhausted(format!(
            "your prepared statements and their values would take more than {limit} bytes; hint: close some"
        )))
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<Uuid, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The statement of a caller; that of another is as unknown as one that never was.
fn find<'k>(kept: &'k mut HashMap<Uuid, Kept>, owner: &str, handle: &[u8]) -> Result<&'k mut Kept, Status> {
    let unknown =
        || Status::not_found("no such prepared statement: it was closed, or not used for long; hint: prepare it again");
    let handle = Uuid::from_slice(handle).map_err(|_| unknown())?;
    kept.get_mut(&handle).filter(|entry| entry.owner == owner).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::*;

    fn statements(count: usize, bytes: usize, seconds: u64) -> PreparedStatements {
        let limits = FlightConfig {
            statements: count,
            statement_bytes: bytes,
            statement_seconds: seconds,
            ..FlightConfig::default()
        };
        PreparedStatements::new(limits)
    }

    fn prepared(sql: &str) -> Prepared {
        Prepared { statement: Statement::new(sql), schema: None, values: 1 }
    }

    #[test]
    fn a_handle_is_good_for_its_owner_until_it_is_closed() {
        let all = statements(10, 1000, 60);
        let handle = all.add("anna", prepared("SELECT ?")).unwrap().into_bytes();
        all.bind("anna", &handle, vec![vec![ParameterValue::text("x")]]).unwrap();
        assert_eq!(all.get("anna", &handle).unwrap().statement.runs(), 1);
        assert_eq!(all.get("ben", &handle).unwrap_err().code(), Code::NotFound);
        all.close("ben", &handle);
        assert!(all.get("anna", &handle).is_ok(), "only its owner closes it");
        all.close("anna", &handle);
        assert!(all.get("anna", &handle).is_err() && all.get("anna", b"x").is_err());
    }

    #[test]
    fn a_caller_keeps_a_bounded_number_and_size() {
        let all = statements(2, 200, 60);
        all.add("anna", prepared("SELECT 1")).unwrap();
        let handle = all.add("anna", prepared("SELECT ?")).unwrap().into_bytes();
        assert_eq!(all.add("anna", prepared("SELECT 3")).unwrap_err().code(), Code::ResourceExhausted);
        assert!(all.add("ben", prepared("SELECT 3")).is_ok());
        let large = vec![vec![ParameterValue::text("x".repeat(200))]];
        assert_eq!(all.bind("anna", &handle, large).unwrap_err().code(), Code::ResourceExhausted);
        assert!(all.bind("anna", &handle, vec![vec![ParameterValue::text("x")]]).is_ok());
    }

    #[test]
    fn statements_that_are_not_used_make_room() {
        let all = statements(1, 1000, 0);
        let first = all.add("anna", prepared("SELECT 1")).unwrap().into_bytes();
        assert!(all.add("anna", prepared("SELECT 2")).is_ok());
        assert!(all.get("anna", &first).is_err());
    }
}
