//! Columns of maps, put together from keys and values.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, MapArray, StructArray};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};

use crate::functions::arrays::encoded::Encoded;
use crate::functions::arrays::lists::{Lists, Picks, picked};
use crate::functions::arrays::wrong_count;
use crate::text_of;
use crate::types::{entries_field, map_fields};

/// The type of maps, as every map made here has it.
pub(crate) fn map_type(key: &DataType, value: &DataType) -> DataType {
    DataType::Map(entries_field(map_fields(key.clone(), value.clone())), false)
}

/// The columns of keys and of values of a map's entries.
pub(crate) fn entry_columns(entries: &Lists) -> Result<(&ArrayRef, &ArrayRef)> {
    match entries.values().as_struct_opt().map(StructArray::columns) {
        Some([keys, values]) => Ok((keys, values)),
        _ => wrong_count(),
    }
}

/// Maps of keys that are known to be unique and not NULL.
pub(crate) fn map_array(
    keys: ArrayRef,
    values: ArrayRef,
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
) -> Result<ArrayRef> {
    if keys.logical_null_count() > 0 {
        return exec_err!("map key cannot be null");
    }
    let fields = map_fields(keys.data_type().clone(), values.data_type().clone());
    let entries = StructArray::try_new(fields.clone(), vec![keys, values], None)?;
    Ok(Arc::new(MapArray::try_new(entries_field(fields), offsets, entries, nulls, false)?))
}

/// Maps of the entries that were picked.
pub(crate) fn picked_map(picks: Picks, keys: &ArrayRef, values: &ArrayRef) -> Result<ArrayRef> {
    let (places, offsets, nulls) = picks.parts();
    map_array(picked(keys, &places)?, picked(values, &places)?, offsets, nulls)
}

/// The keys of each row must not be NULL and not be repeated.
pub(crate) fn check_keys(keys: &ArrayRef, offsets: &OffsetBuffer<i32>) -> Result<()> {
    if keys.logical_null_count() > 0 {
        return exec_err!("map key cannot be null");
    }
    let encoded = Encoded::of(keys)?;
    let mut place = 0;
    for length in offsets.lengths() {
        let mut seen = HashSet::with_capacity(length);
        if let Some(repeated) = (place..place + length).find(|&place| !seen.insert(encoded.at(place))) {
            let key = text_of(keys.as_ref(), repeated).unwrap_or_default();
            return exec_err!("Duplicate map keys ({key}) are not allowed");
        }
        place += length;
    }
    Ok(())
}
