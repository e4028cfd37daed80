//! NULL in the place of rows that fail.

use arrow::array::{Array, ArrayRef, new_null_array};
use arrow::compute::concat;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result};

use crate::functions::kit::check_column;

/// Whether an error comes from the values at hand, so that TRY turns it into NULL.
fn is_data_error(error: &DataFusionError) -> bool {
    match error.find_root() {
        DataFusionError::Execution(_) => true,
        DataFusionError::ArrowError(error, _) => {
            !matches!(**error, ArrowError::IoError(..) | ArrowError::MemoryError(_) | ArrowError::ExternalError(_))
        }
        _ => false,
    }
}

/// The values of `rows` rows from `start`; where `evaluate` fails because of a value, that row is NULL.
///
/// `evaluate` gets the first row and the number of rows; rows that fail are found by halving.
pub(crate) fn rescue(
    start: usize,
    rows: usize,
    data_type: &DataType,
    evaluate: &dyn Fn(usize, usize) -> Result<ArrayRef>,
) -> Result<ArrayRef> {
    match evaluate(start, rows) {
        Err(error) if is_data_error(&error) => {}
        other => return other,
    }
    if rows <= 1 {
        return Ok(new_null_array(data_type, rows));
    }
    let half = rows / 2;
    let first = rescue(start, half, data_type, evaluate)?;
    let second = rescue(start + half, rows - half, data_type, evaluate)?;
    let bytes = first.get_array_memory_size().saturating_add(second.get_array_memory_size());
    check_column("TRY", bytes)?;
    Ok(concat(&[first.as_ref(), second.as_ref()])?)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use arrow::array::{Array, AsArray, Int64Array};
    use arrow::datatypes::Int64Type;
    use datafusion::common::exec_err;

    use super::*;

    #[test]
    fn only_the_rows_that_fail_are_null() {
        let calls = Cell::new(0);
        let evaluate = |start: usize, rows: usize| {
            calls.set(calls.get() + 1);
            if (start..start + rows).contains(&700) {
                return exec_err!("Division by zero");
            }
            let values = (start..start + rows).map(|row| i64::try_from(row).unwrap());
            Ok(Arc::new(Int64Array::from_iter_values(values)) as ArrayRef)
        };
        let found = rescue(0, 1000, &DataType::Int64, &evaluate).unwrap();
        assert_eq!((found.len(), found.null_count(), found.is_null(700)), (1000, 1, true));
        assert_eq!(found.as_primitive::<Int64Type>().value(701), 701);
        assert!(calls.get() < 30);
    }

    #[test]
    fn errors_that_are_not_about_values_stay() {
        let evaluate = |_, _| Err(DataFusionError::ResourcesExhausted("memory".to_owned()));
        assert!(rescue(0, 10, &DataType::Int64, &evaluate).is_err());
    }
}
