//! Questions: a stream of batches, or the session itself.

use datafusion::prelude::SessionContext;
use traillake_query::{FindOptions, LakeNames, QueryOptions, QueryResult, QueryShape};

use super::Lake;
use crate::Result;

impl Lake {
    /// Asks a question; the rows come as a stream, and dropping it stops the query.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError): refused, misspelled, beyond a limit.
    pub async fn query(&self, sql: &str, options: &QueryOptions) -> Result<QueryResult> {
        Ok(Box::pin(self.engine.query(sql, options)).await?)
    }

    /// Checks and plans a question without reading events for it: the columns its answer would have.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError): refused or misspelled.
    pub async fn describe_query(&self, sql: &str, options: &QueryOptions) -> Result<QueryShape> {
        Ok(Box::pin(self.engine.describe(sql, options)).await?)
    }

    /// Finds the events in which `value` stands exactly so, whichever column it is in: an address, an ARN, a user, an id,
    /// a name or id of a resource. Newest first; the column `foundIn` lists the paths at which it stands.
    ///
    /// What is looked into are all text columns but those that name the kind of call (`eventName`, `eventSource`,
    /// `errorCode`, `userAgent` ...), the values of maps, and the scalars of texts that are JSON.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError): an unknown store, or beyond a limit.
    pub async fn find(&self, value: &str, options: &FindOptions) -> Result<QueryResult> {
        Ok(Box::pin(self.engine.find(value, options)).await?)
    }

    /// Waits for work that a query left behind when it was dropped or ran out of time. To be awaited before the
    /// runtime ends.
    pub async fn settled(&self) {
        self.storage.settled().await;
    }

    /// A `DataFusion` session with the stores, system tables and functions of the lake. Statements given to it
    /// directly are not checked: it is for code, not for text from users.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError) when the stores cannot be read.
    pub async fn session_context(&self, options: &QueryOptions) -> Result<SessionContext> {
        Ok(self.engine.session(options).await?)
    }

    /// The names a prompt completes: stores, columns, nested fields, functions.
    ///
    /// # Errors
    /// [`QueryError`](crate::QueryError) when the stores cannot be read.
    pub async fn names(&self) -> Result<LakeNames> {
        Ok(self.engine.names(&QueryOptions::default()).await?)
    }
}
