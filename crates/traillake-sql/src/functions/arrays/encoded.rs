//! Elements as byte strings: equal when the elements are, NULL equal to NULL, ordered as Trino orders.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef};
use arrow::buffer::NullBuffer;
use arrow::compute::{SortOptions, concat};
use arrow::row::{Row, RowConverter, Rows, SortField};
use datafusion::common::Result;

use super::lists::Lists;

/// Values that can be compared, sought and sorted.
#[derive(Debug)]
pub(crate) struct Encoded {
    rows: Rows,
    nulls: Option<NullBuffer>,
}

impl Encoded {
    /// Of values of any type; NULL is greater than every other value.
    pub(crate) fn of(values: &ArrayRef) -> Result<Self> {
        let options = SortOptions { descending: false, nulls_first: false };
        let field = SortField::new_with_options(values.data_type().clone(), options);
        let rows = RowConverter::new(vec![field])?.convert_columns(&[Arc::clone(values)])?;
        Ok(Self { rows, nulls: values.logical_nulls() })
    }

    /// The value at a place.
    pub(crate) fn at(&self, place: usize) -> Row<'_> {
        self.rows.row(place)
    }

    /// Whether the value at a place is NULL.
    pub(crate) fn is_null(&self, place: usize) -> bool {
        self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(place))
    }

    /// Whether a NULL is among these places.
    pub(crate) fn has_null(&self, mut places: Range<usize>) -> bool {
        places.any(|place| self.is_null(place))
    }
}

/// Two columns of arrays of one type, their elements as one sequence.
#[derive(Debug)]
pub(crate) struct Pair {
    left: Lists,
    right: Lists,
    /// Elements of the left column and then those of the right.
    pub(crate) values: ArrayRef,
    /// The same, comparable.
    pub(crate) encoded: Encoded,
}

impl Pair {
    /// Of two columns.
    pub(crate) fn of(left: &ArrayRef, right: &ArrayRef) -> Result<Self> {
        let (left, right) = (Lists::of(left)?, Lists::of(right)?);
        let values = concat(&[left.values().as_ref(), right.values().as_ref()])?;
        let encoded = Encoded::of(&values)?;
        Ok(Self { left, right, values, encoded })
    }

    /// For each row the places of both arrays; `None` when one of them is NULL.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Option<(Range<usize>, Range<usize>)>> + '_ {
        let shift = self.left.values().len();
        self.left.ranges().zip(self.right.ranges()).map(move |(left, right)| {
            let (left, right) = (left?, right?);
            Some((left, right.start + shift..right.end + shift))
        })
    }
}
