//! Errors of planners: with their place, and why a field could not be taken, which is noted beside the
//! error, for the planner asks on after it.

use std::sync::{Arc, Mutex, PoisonError};

use datafusion::error::DataFusionError;

use crate::QueryError;
use crate::error::Position;

/// Part of the message of every error about fields that we make.
pub(crate) const NO_FIELD: &str = "no such field";

/// A name after a dot that means nothing.
#[derive(Debug, Clone)]
pub(crate) struct FieldFault {
    /// The names as far as they are known, the one in question last.
    pub(crate) path: Vec<String>,
    /// Why.
    pub(crate) denied: Denied,
}

/// What stands before the dot.
#[derive(Debug, Clone)]
pub(crate) enum Denied {
    /// A row without this field.
    Unknown {
        /// The fields it has.
        fields: Vec<String>,
    },
    /// An array.
    Array,
    /// A map: its keys are not fields.
    Map,
    /// A value without fields.
    Plain,
}

/// An error about the query, with its place in the text.
pub(super) fn refused(message: String, position: Option<Position>, hint: &str) -> DataFusionError {
    DataFusionError::External(Box::new(QueryError::Invalid { message, position, hint: Some(hint.to_owned()) }))
}

/// The last fault of a session; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldFaults(Arc<Mutex<Option<FieldFault>>>);

impl FieldFaults {
    pub(super) fn note(&self, fault: FieldFault) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The same, shared with nobody.
    pub(crate) fn detached(&self) -> Self {
        Self(Arc::new(Mutex::new(self.last())))
    }

    pub(crate) fn last(&self) -> Option<FieldFault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
