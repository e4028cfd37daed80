//! A group whose rows are kept: for DISTINCT, ORDER BY, and results that are made of all rows.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::SortOptions;
use arrow::datatypes::DataType;
use arrow::row::{RowConverter, Rows, SortField};
use datafusion::common::utils::SingleRowListArrayBuilder;
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::Accumulator;
use hashbrown::HashTable;

/// More would not fit the offsets of an array.
const MOST_BYTES: usize = 1 << 30;

type Finish = dyn Fn(&[ArrayRef]) -> Result<ScalarValue> + Send + Sync;

/// Rows of arguments in a compact form, each once if they are to be distinct, with their sort keys.
pub(super) struct Buffered {
    converter: RowConverter,
    rows: Rows,
    seen: Option<Seen>,
    order: Option<(RowConverter, Rows)>,
    arguments: usize,
    of_nothing: ScalarValue,
    finish: Arc<Finish>,
}

/// Rows by their hash.
#[derive(Default)]
struct Seen {
    table: HashTable<usize>,
    hasher: RandomState,
}

impl Buffered {
    pub(super) fn try_new(
        types: &[DataType],
        order: Vec<(DataType, SortOptions)>,
        distinct: bool,
        of_nothing: ScalarValue,
        finish: Arc<Finish>,
    ) -> Result<Self> {
        let converter = RowConverter::new(types.iter().cloned().map(SortField::new).collect())?;
        let rows = converter.empty_rows(0, 0);
        let order = if order.is_empty() {
            None
        } else {
            let fields = order.into_iter().map(|(key, options)| SortField::new_with_options(key, options));
            let converter = RowConverter::new(fields.collect())?;
            let keys = converter.empty_rows(0, 0);
            Some((converter, keys))
        };
        let seen = distinct.then(Seen::default);
        Ok(Self { converter, rows, seen, order, arguments: types.len(), of_nothing, finish })
    }

    fn append_distinct(&mut self, arguments: &[ArrayRef], keys: &[ArrayRef]) -> Result<()> {
        let new = self.converter.convert_columns(arguments)?;
        let new_keys = match &self.order {
            Some((converter, _)) => Some(converter.convert_columns(keys)?),
            None => None,
        };
        let Some(seen) = &mut self.seen else { return Ok(()) };
        for (place, row) in new.iter().enumerate() {
            let hash = seen.hasher.hash_one(row.data());
            if seen.table.find(hash, |&known| self.rows.row(known) == row).is_some() {
                continue;
            }
            let (hasher, rows) = (&seen.hasher, &mut self.rows);
            let next = rows.num_rows();
            rows.push(row);
            seen.table.insert_unique(hash, next, |&known| hasher.hash_one(rows.row(known).data()));
            if let (Some((_, kept)), Some(new_keys)) = (&mut self.order, &new_keys) {
                kept.push(new_keys.row(place));
            }
        }
        Ok(())
    }

    /// All columns, in the order of arrival.
    fn columns(&self) -> Result<Vec<ArrayRef>> {
        let mut columns = self.converter.convert_rows(self.rows.iter())?;
        if let Some((converter, keys)) = &self.order {
            columns.extend(converter.convert_rows(keys.iter())?);
        }
        Ok(columns)
    }
}

impl Accumulator for Buffered {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        if values.first().is_none_or(Array::is_empty) {
            return Ok(());
        }
        let (arguments, keys) = values.split_at(self.arguments.min(values.len()));
        if self.seen.is_some() {
            self.append_distinct(arguments, keys)?;
        } else {
            self.converter.append(&mut self.rows, arguments)?;
            if let Some((converter, kept)) = &mut self.order {
                converter.append(kept, keys)?;
            }
        }
        if self.rows.size() > MOST_BYTES {
            return exec_err!("a group of an aggregate holds more than {MOST_BYTES} bytes");
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.rows.num_rows() == 0 {
            return Ok(self.of_nothing.clone());
        }
        let mut places: Vec<usize> = (0..self.rows.num_rows()).collect();
        if let Some((_, keys)) = &self.order {
            places.sort_by(|&left, &right| keys.row(left).cmp(&keys.row(right)));
        }
        let columns = self.converter.convert_rows(places.iter().map(|&place| self.rows.row(place)))?;
        (self.finish)(&columns)
    }

    fn size(&self) -> usize {
        let seen = self.seen.as_ref().map_or(0, |seen| seen.table.capacity() * size_of::<(usize, u8)>());
        let order = self.order.as_ref().map_or(0, |(converter, keys)| converter.size() + keys.size());
        size_of_val(self) + self.converter.size() + self.rows.size() + seen + order
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let columns = self.columns()?;
        Ok(columns.into_iter().map(|column| SingleRowListArrayBuilder::new(column).build_list_scalar()).collect())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for row in 0..states.first().map_or(0, Array::len) {
            let lists = states.iter().map(AsArray::as_list::<i32>);
            let columns: Vec<ArrayRef> = lists.filter(|list| list.is_valid(row)).map(|list| list.value(row)).collect();
            if columns.len() == states.len() {
                self.update_batch(&columns)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Buffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffered").field("rows", &self.rows.num_rows()).finish_non_exhaustive()
    }
}
