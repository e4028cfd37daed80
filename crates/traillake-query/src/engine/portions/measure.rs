//! What an unnest makes of a batch, and the halves of one.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, GenericListArray, Int64Array, OffsetSizeTrait, make_array};
use arrow::buffer::OffsetBuffer;
use arrow::compute::kernels::length::length;
use arrow::compute::{cast, max};
use arrow::datatypes::{ArrowNativeType as _, DataType, Int64Type};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use datafusion::common::Result;
use datafusion::physical_plan::unnest::ListUnnest;

/// Size of the index of a value.
const INDEX_BYTES: usize = size_of::<i64>();

/// The lists that are unnested side by side.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    unnested: Arc<[ListUnnest]>,
    depth: usize,
}

impl Lists {
    pub(super) fn new(unnested: &[ListUnnest]) -> Self {
        let depth = unnested.iter().map(|list| list.depth).max().unwrap_or_default();
        Self { unnested: unnested.into(), depth }
    }

    /// No less than what an unnest of the batch holds: the columns it repeats, the values, and their indices.
    pub(super) fn unnested_bytes(&self, batch: &RecordBatch) -> Result<usize> {
        let columns = || batch.columns().iter().enumerate();
        let sizes = |kept: bool| {
            columns().filter(move |(index, _)| self.is_repeated(*index) == kept).map(|(_, column)| bytes(column))
        };
        let indices = INDEX_BYTES.saturating_mul(batch.num_rows()).saturating_mul(1 + self.unnested.len());
        let repeated = sizes(true).fold(indices, usize::saturating_add);
        let values = sizes(false).fold(0, usize::saturating_add);
        Ok(repeated.saturating_mul(self.rows_of_one(batch)?).saturating_add(values))
    }

    /// Two parts that together unnest to what the batch does: rows, or the lists of a single row.
    pub(super) fn halves(&self, batch: &RecordBatch) -> Result<Option<(RecordBatch, RecordBatch)>> {
        let rows = batch.num_rows();
        if rows > 1 {
            let middle = rows / 2;
            return Ok(Some((batch.slice(0, middle), batch.slice(middle, rows - middle))));
        }
        let longest = self.rows_of_one(batch)?;
        if longest < 2 || !self.are_cut(batch) {
            return Ok(None);
        }
        let middle = longest / 2;
        Ok(Some((self.cut(batch, 0, middle)?, self.cut(batch, middle, longest)?)))
    }

    /// Whether an unnest gives the column again with every value.
    fn is_repeated(&self, column: usize) -> bool {
        let mut unnested = self.unnested.iter().filter(|list| list.index_in_input_schema == column).peekable();
        unnested.peek().is_none() || unnested.any(|list| list.depth < self.depth)
    }

    fn columns<'a>(&'a self, batch: &'a RecordBatch) -> impl Iterator<Item = &'a ArrayRef> {
        self.unnested.iter().filter_map(|list| batch.columns().get(list.index_in_input_schema))
    }

    /// No fewer than the rows that any row of the batch becomes.
    fn rows_of_one(&self, batch: &RecordBatch) -> Result<usize> {
        if self.depth > 1 {
            return Ok(self.columns(batch).map(|list| values_within(list, self.depth)).fold(1, usize::saturating_mul));
        }
        self.columns(batch).try_fold(1, |most, list| Ok(most.max(longest(list)?)))
    }

    fn are_cut(&self, batch: &RecordBatch) -> bool {
        let is_cut = |list: &ArrayRef| matches!(list.data_type(), DataType::List(_) | DataType::LargeList(_));
        self.depth == 1 && self.columns(batch).all(is_cut)
    }

    /// The row with the values of its lists in `from..to`.
    fn cut(&self, row: &RecordBatch, from: usize, to: usize) -> Result<RecordBatch> {
        let column = |(index, column): (usize, &ArrayRef)| {
            let is_unnested = self.unnested.iter().any(|list| list.index_in_input_schema == index);
            match column.data_type() {
                DataType::List(_) if is_unnested => cut::<i32>(column.as_list(), from, to),
                DataType::LargeList(_) if is_unnested => cut::<i64>(column.as_list(), from, to),
                _ => Ok(Arc::clone(column)),
            }
        };
        let columns = row.columns().iter().enumerate().map(column).collect::<Result<Vec<_>, _>>()?;
        Ok(RecordBatch::try_new(row.schema(), columns)?)
    }
}

fn cut<O: OffsetSizeTrait>(list: &GenericListArray<O>, from: usize, to: usize) -> Result<ArrayRef, ArrowError> {
    let (DataType::List(field) | DataType::LargeList(field)) = list.data_type() else {
        return Ok(make_array(list.to_data()));
    };
    let values = values_of(list);
    let (from, to) = (from.min(values.len()), to.min(values.len()));
    let offsets = OffsetBuffer::<O>::from_lengths([to - from]);
    let part =
        GenericListArray::try_new(Arc::clone(field), offsets, values.slice(from, to - from), list.nulls().cloned());
    Ok(Arc::new(part?))
}

fn longest(list: &ArrayRef) -> Result<usize> {
    let lengths = cast(&length(list)?, &DataType::Int64)?;
    let lengths: &Int64Array = lengths.as_primitive::<Int64Type>();
    Ok(max(lengths).and_then(|length| usize::try_from(length).ok()).unwrap_or_default())
}

/// The values of the lists that the array shows, of all it holds.
fn values_of<O: OffsetSizeTrait>(list: &GenericListArray<O>) -> ArrayRef {
    let ends = list.offsets().first().zip(list.offsets().last());
    let (from, to) = ends.map_or((0, 0), |(from, to)| (from.as_usize(), to.as_usize()));
    list.values().slice(from, to - from)
}

fn values(array: &ArrayRef) -> Option<ArrayRef> {
    match array.data_type() {
        DataType::List(_) => Some(values_of::<i32>(array.as_list())),
        DataType::LargeList(_) => Some(values_of::<i64>(array.as_list())),
        DataType::FixedSizeList(..) => Some(Arc::clone(array.as_fixed_size_list().values())),
        DataType::ListView(_) => Some(Arc::clone(array.as_list_view::<i32>().values())),
        DataType::LargeListView(_) => Some(Arc::clone(array.as_list_view::<i64>().values())),
        _ => None,
    }
}

/// Lists, and values of lists, down to a depth.
fn values_within(array: &ArrayRef, depth: usize) -> usize {
    match values(array).filter(|_| depth > 0) {
        Some(values) => array.len().saturating_add(values_within(&values, depth - 1)),
        None => array.len(),
    }
}

/// Bytes of a copy of the array.
fn bytes(array: &ArrayRef) -> usize {
    let own = INDEX_BYTES.saturating_mul(array.len());
    if let Some(values) = values(array) {
        return bytes(&values).saturating_add(own);
    }
    match array.data_type() {
        DataType::Struct(_) => array.as_struct().columns().iter().map(bytes).fold(0, usize::saturating_add),
        DataType::Map(..) => {
            let map = array.as_map();
            let ends = map.offsets().first().zip(map.offsets().last());
            let (from, to) = ends.map_or((0, 0), |(from, to)| (from.as_usize(), to.as_usize()));
            let entries: ArrayRef = Arc::new(map.entries().slice(from, to - from));
            bytes(&entries).saturating_add(own)
        }
        DataType::Dictionary(..) => own,
        _ => array.to_data().get_slice_memory_size().unwrap_or_else(|_| array.get_array_memory_size()),
    }
}
