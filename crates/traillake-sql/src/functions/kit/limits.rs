//! How much one call of a function may produce.

use datafusion::common::{Result, exec_err};

/// Bytes of a text or varbinary.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Elements of an array or entries of a map.
pub(crate) const MAX_ELEMENTS: usize = 1_000_000;

/// Bytes of the values of one column.
const MAX_COLUMN_BYTES: usize = 512 * 1024 * 1024;

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

/// Refuses a column of more than [`MAX_COLUMN_BYTES`]: many results that are large together.
pub(crate) fn check_column(function: &str, bytes: usize) -> Result<()> {
    if bytes > MAX_COLUMN_BYTES {
        return exec_err!(
            "Results of {function} are too large: more than {} MiB for a batch of rows",
            MAX_COLUMN_BYTES >> 20
        );
    }
    Ok(())
}
