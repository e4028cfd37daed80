//! Columns of arrays and maps as their elements one after another, and new columns from such elements.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, UInt32Array};
use arrow::buffer::{NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::compute::take;
use arrow::datatypes::{ArrowNativeType, DataType};
use datafusion::common::utils::{adjust_offsets_for_slice, list_values, remove_list_null_values};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use crate::functions::kit::check_column;
use crate::types::{item_field, type_name};

/// Elements that one call may make.
pub(crate) const MAX_ELEMENTS: usize = 1_000_000;

/// Elements that are picked between two checks of what they take.
const ELEMENTS_PER_CHECK: usize = 1 << 10;

/// The type of arrays of these elements, as every array made here has it.
pub(crate) fn array_of(element: &DataType) -> DataType {
    DataType::List(item_field(element.clone()))
}

/// The type of an array's elements.
pub(crate) fn element_type(array: &DataType) -> DataType {
    match array {
        DataType::List(item) => item.data_type().clone(),
        _ => DataType::Null,
    }
}

/// The type of a function's result that has the elements of its first argument.
pub(crate) fn same_array(types: &[DataType]) -> DataType {
    array_of(&types.first().map_or(DataType::Null, element_type))
}

/// A column of arrays, or of maps as arrays of entries; rows that are NULL have no elements.
#[derive(Debug)]
pub(crate) struct Lists {
    values: ArrayRef,
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
}

impl Lists {
    /// The elements of a column.
    pub(crate) fn of(array: &ArrayRef) -> Result<Self> {
        let list = match array.data_type() {
            DataType::List(_) => Arc::clone(array),
            DataType::Map(field, _) => {
                let map = array.as_map();
                let entries = Arc::new(map.entries().clone());
                Arc::new(ListArray::try_new(Arc::clone(field), map.offsets().clone(), entries, map.nulls().cloned())?)
            }
            other => return exec_err!("{} is neither an array nor a map", type_name(other)),
        };
        let list = remove_list_null_values(&list)?;
        let list = list.as_list::<i32>();
        Ok(Self { values: list_values(list)?, offsets: adjust_offsets_for_slice(list), nulls: list.nulls().cloned() })
    }

    /// The elements of all rows.
    pub(crate) fn values(&self) -> &ArrayRef {
        &self.values
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Where each row's elements are among all; `None` for a row that is NULL.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Option<Range<usize>>> + '_ {
        let range = |bounds: &[i32]| match bounds {
            [start, end] => start.as_usize()..end.as_usize(),
            _ => 0..0,
        };
        let valid = |row| self.nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        self.offsets.windows(2).enumerate().map(move |(row, bounds)| valid(row).then(|| range(bounds)))
    }

    /// For each element the number of its row.
    pub(crate) fn rows(&self) -> Result<UInt32Array> {
        let mut rows = Vec::with_capacity(self.values.len());
        for (row, range) in self.ranges().enumerate() {
            let row = u32::try_from(row).map_err(|_| exec_datafusion_err!("too many rows"))?;
            rows.extend(std::iter::repeat_n(row, range.map_or(0, |range| range.len())));
        }
        Ok(UInt32Array::from(rows))
    }

    /// Arrays of the same lengths with other elements.
    pub(crate) fn with_values(&self, values: ArrayRef) -> Result<ArrayRef> {
        let field = item_field(values.data_type().clone());
        Ok(Arc::new(ListArray::try_new(field, self.offsets.clone(), values, self.nulls.clone())?))
    }

    /// Where rows begin and end among the elements.
    pub(crate) fn offsets(&self) -> &OffsetBuffer<i32> {
        &self.offsets
    }

    /// Which rows are NULL.
    pub(crate) fn nulls(&self) -> Option<&NullBuffer> {
        self.nulls.as_ref()
    }
}

/// Arrays in the making: places of their elements among given values.
#[derive(Debug, Default)]
pub(crate) struct Picks {
    places: Vec<Option<u32>>,
    ends: Vec<i32>,
    valid: Vec<bool>,
}

impl Picks {
    /// Adds the value at a place to the current row.
    pub(crate) fn pick(&mut self, place: usize) -> Result<()> {
        let place = u32::try_from(place).map_err(|_| exec_datafusion_err!("too many elements"))?;
        self.push(Some(place))
    }

    /// Adds the values at these places to the current row.
    pub(crate) fn pick_all(&mut self, places: impl IntoIterator<Item = usize>) -> Result<()> {
        places.into_iter().try_for_each(|place| self.pick(place))
    }

    /// Adds the value at a place, or NULL, to the current row.
    pub(crate) fn put(&mut self, place: Option<usize>) -> Result<()> {
        match place {
            Some(place) => self.pick(place),
            None => self.push(None),
        }
    }

    /// Ends the current row.
    pub(crate) fn end(&mut self) {
        self.close(true);
    }

    /// Makes the current row NULL.
    pub(crate) fn null(&mut self) {
        self.close(false);
    }

    /// The arrays of the values picked.
    pub(crate) fn finish(self, values: &ArrayRef) -> Result<ArrayRef> {
        let (places, offsets, nulls) = self.parts();
        let values = picked(values, &places)?;
        let field = item_field(values.data_type().clone());
        Ok(Arc::new(ListArray::try_new(field, offsets, values, nulls)?))
    }

    /// Places, where rows begin and end among them, and which rows are NULL.
    pub(crate) fn parts(self) -> (UInt32Array, OffsetBuffer<i32>, Option<NullBuffer>) {
        let offsets: Vec<i32> = std::iter::once(0).chain(self.ends).collect();
        let nulls = NullBuffer::from(self.valid);
        let nulls = (nulls.null_count() > 0).then_some(nulls);
        (UInt32Array::from(self.places), OffsetBuffer::new(ScalarBuffer::from(offsets)), nulls)
    }

    fn push(&mut self, place: Option<u32>) -> Result<()> {
        if self.places.len().is_multiple_of(ELEMENTS_PER_CHECK) {
            check_column("array functions", self.places.len().saturating_mul(size_of::<Option<u32>>()))?;
        }
        self.places.push(place);
        Ok(())
    }

    fn close(&mut self, valid: bool) {
        self.ends.push(i32::try_from(self.places.len()).unwrap_or(i32::MAX));
        self.valid.push(valid);
    }
}

/// The values at the places, unless that multiplies them beyond measure.
pub(crate) fn picked(values: &ArrayRef, places: &UInt32Array) -> Result<ArrayRef> {
    if places.len() > values.len() && values.data_type().primitive_width().is_none() {
        check_bytes(values, places)?;
    }
    Ok(take(values.as_ref(), places, None)?)
}

fn check_bytes(values: &ArrayRef, places: &UInt32Array) -> Result<()> {
    let sizes: Vec<usize> = (0..values.len())
        .map(|place| values.slice(place, 1).to_data().get_slice_memory_size())
        .collect::<Result<_, _>>()?;
    let size = |place: Option<u32>| place.and_then(|place| sizes.get(place.as_usize())).copied().unwrap_or_default();
    let bytes = places.iter().map(size).fold(0, usize::saturating_add);
    check_column("array functions", bytes)
}
