//! How much one call of a function may produce.

use datafusion::common::{Result, exec_err};

use crate::budget;

/// Bytes of a text or varbinary.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Elements of an array or entries of a map.
pub(crate) const MAX_ELEMENTS: usize = 1_000_000;

/// Refuses a result of more than [`MAX_BYTES`].
pub(crate) fn check_bytes(function: &str, bytes: usize) -> Result<()> {
    if bytes > MAX_BYTES {
        return exec_err!("Result of {function} is too large: more than {} MiB", MAX_BYTES >> 20);
    }
    Ok(())
}

/// Refuses a result of more than [`MAX_ELEMENTS`].
pub(crate) fn check_elements(function: &str, elements: usize) -> Result<()> {
    if elements > MAX_ELEMENTS {
        return exec_err!("Result of {function} is too large: more than {MAX_ELEMENTS} elements");
    }
    Ok(())
}

/// Refuses a column of more bytes than the query may take for one, and more time than it has; for every row.
pub(crate) fn check_column(function: &str, bytes: usize) -> Result<()> {
    budget::check_time()?;
    budget::check_bytes(function, bytes)
}
