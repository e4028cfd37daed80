//! `$row`: what the grammar makes of `ROW(a, b)`.

use std::sync::Arc;

use arrow::array::{ArrayRef, StructArray};
use arrow::datatypes::DataType;
use datafusion::logical_expr::ScalarUDF;

use crate::casts::cast_to_type;
use crate::functions::kit::{Kind, scalar};
use crate::types::{SqlType, anonymous_field, row_fields};

/// A row of unnamed fields.
pub(super) fn row() -> Arc<ScalarUDF> {
    let returns = |types: &[DataType]| Ok(of(types).nested_type());
    let evaluate = |arrays: &[ArrayRef], _: usize| {
        let types: Vec<DataType> = arrays.iter().map(|array| array.data_type().clone()).collect();
        let SqlType::Row(fields) = of(&types) else { return datafusion::common::exec_err!("A row has fields") };
        let columns =
            arrays.iter().zip(&fields).map(|(array, (_, field))| cast_to_type(array, field, &field.nested_type()));
        let columns = columns.collect::<datafusion::common::Result<Vec<_>>>()?;
        Ok(Arc::new(StructArray::try_new(row_fields(&fields), columns, None)?) as ArrayRef)
    };
    scalar("$row").on_arrays(&[Kind::Any], returns, evaluate).variadic().hidden()
}

fn of(types: &[DataType]) -> SqlType {
    SqlType::Row(types.iter().enumerate().map(|(index, field)| (anonymous_field(index), SqlType::of(field))).collect())
}
