//! Queries on their way to a client, by the tickets they were started with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What runs now; clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct RunningQueries(Arc<Mutex<HashMap<Uuid, Query>>>);

#[derive(Debug)]
struct Query {
    ticket: Uuid,
    token: CancellationToken,
}

/// A query that is listed until this is dropped.
#[derive(Debug)]
pub(super) struct Running {
    all: RunningQueries,
    id: Uuid,
    /// Cancelled when the query is to end.
    pub(super) token: CancellationToken,
}

impl RunningQueries {
    /// Lists a query that a ticket starts.
    pub(super) fn start(&self, ticket: Uuid) -> Running {
        let (id, token) = (Uuid::new_v4(), CancellationToken::new());
        self.queries().insert(id, Query { ticket, token: token.clone() });
        Running { all: self.clone(), id, token }
    }

    /// Ends the queries of a ticket; says how many there were.
    pub(super) fn cancel(&self, ticket: Uuid) -> usize {
        let queries = self.queries();
        let own = queries.values().filter(|query| query.ticket == ticket);
        own.map(|query| query.token.cancel()).count()
    }

    /// Whether nothing runs or waits to run.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.queries().is_empty()
    }

    fn queries(&self) -> MutexGuard<'_, HashMap<Uuid, Query>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.all.queries().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_ends_its_own_queries_while_they_run() {
        let (all, ticket) = (RunningQueries::default(), Uuid::new_v4());
        let (first, second, other) = (all.start(ticket), all.start(ticket), all.start(Uuid::new_v4()));
        drop(first);
        assert_eq!(all.cancel(ticket), 1);
        assert!(second.token.is_cancelled() && !other.token.is_cancelled());
        drop(second);
        assert_eq!(all.cancel(ticket), 0);
    }
}
