//! Numbers for the values of one column that groups are made of.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, DictionaryArray, UInt32Array, new_null_array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema, UInt32Type};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::EmitTo;
use datafusion::physical_plan::aggregates::group_values::{GroupValues, new_group_values};
use datafusion::physical_plan::aggregates::order::GroupOrdering;

use super::neighbours::Neighbours;

/// A code whose value has no number so far.
const UNKNOWN: usize = usize::MAX;

/// The values of a column that were met, numbered from 0 on; NULL is a value.
///
/// A value of a dictionary is looked up once, when the first row has it, and not for every row.
pub(super) struct Key {
    values: Box<dyn GroupValues>,
    data_type: DataType,
    /// The last dictionary, and the number of each of its values.
    dictionary: Option<ArrayRef>,
    known: Vec<usize>,
    null: Option<usize>,
}

impl Key {
    /// Of a column of this type, or of codes of values of this type.
    pub(super) fn try_new(data_type: DataType) -> Result<Self> {
        let schema = Schema::new(vec![Field::new("value", data_type.clone(), true)]);
        let values = new_group_values(Arc::new(schema), &GroupOrdering::None)?;
        Ok(Self { values, data_type, dictionary: None, known: Vec::new(), null: None })
    }

    /// How many values were met.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        let dictionary = self.dictionary.as_ref().map_or(0, Array::get_array_memory_size);
        self.values.size() + dictionary + self.known.capacity() * size_of::<usize>()
    }

    /// The number of the value of each row.
    pub(super) fn numbers(&mut self, column: &ArrayRef, numbers: &mut Vec<usize>) -> Result<()> {
        match column.as_dictionary_opt::<UInt32Type>() {
            Some(codes) => self.numbers_of_codes(codes, numbers),
            None => self.numbers_of_values(column, numbers),
        }
    }

    fn numbers_of_values(&mut self, column: &ArrayRef, numbers: &mut Vec<usize>) -> Result<()> {
        let Some(runs) = Neighbours::of(column)? else {
            return self.values.intern(std::slice::from_ref(column), numbers);
        };
        self.values.intern(std::slice::from_ref(&runs.values), numbers)?;
        runs.spread(numbers);
        Ok(())
    }

    fn numbers_of_codes(&mut self, column: &DictionaryArray<UInt32Type>, numbers: &mut Vec<usize>) -> Result<()> {
        self.turn_to(column.values());
        if !self.look_up(column, numbers) {
            self.meet(column)?;
            self.look_up(column, numbers);
        }
        Ok(())
    }

    /// Whether the values of all rows have a number so far.
    fn look_up(&self, column: &DictionaryArray<UInt32Type>, numbers: &mut Vec<usize>) -> bool {
        numbers.clear();
        let (known, null) = (&self.known, self.null.unwrap_or(UNKNOWN));
        let number = |code: u32| known.get(code as usize).copied().unwrap_or(UNKNOWN);
        match column.nulls() {
            None => numbers.extend(column.keys().values().iter().map(|&code| number(code))),
            Some(_) => numbers.extend(column.keys().iter().map(|code| code.map_or(null, number))),
        }
        !numbers.contains(&UNKNOWN)
    }

    fn turn_to(&mut self, values: &ArrayRef) {
        if !self.dictionary.as_ref().is_some_and(|known| Arc::ptr_eq(known, values)) {
            self.known.clear();
            self.known.resize(values.len(), UNKNOWN);
            self.dictionary = Some(Arc::clone(values));
        }
    }

    /// Numbers the values that rows of `column` are the first to have.
    fn meet(&mut self, column: &DictionaryArray<UInt32Type>) -> Result<()> {
        let mut new = Vec::new();
        let mut look = |code: u32| {
            if let Some(number) = self.known.get_mut(code as usize).filter(|number| **number == UNKNOWN) {
                // Any other value: it is noted once, and gets its number below.
                *number = 0;
                new.push(code);
            }
        };
        match column.nulls() {
            None => column.keys().values().iter().for_each(|&code| look(code)),
            Some(_) => column.keys().iter().flatten().for_each(look),
        }
        let mut numbers = Vec::new();
        if column.null_count() > 0 && self.null.is_none() {
            self.values.intern(&[new_null_array(&self.data_type, 1)], &mut numbers)?;
            self.null = numbers.first().copied();
        }
        if new.is_empty() {
            return Ok(());
        }
        let new = UInt32Array::from(new);
        self.values.intern(&[take(column.values(), &new, None)?], &mut numbers)?;
        for (&code, &number) in new.values().iter().zip(&numbers) {
            if let Some(known) = self.known.get_mut(code as usize) {
                *known = number;
            }
        }
        Ok(())
    }

    /// All values by number; none is known from here on.
    pub(super) fn take_values(&mut self) -> Result<ArrayRef> {
        (self.dictionary, self.null) = (None, None);
        self.known.clear();
        let mut columns = self.values.emit(EmitTo::All)?;
        columns.pop().ok_or_else(|| internal_datafusion_err!("values of a group without a column"))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray, StringViewArray};

    use super::*;

    fn codes(values: &ArrayRef, codes: &[Option<u32>]) -> ArrayRef {
        let keys = UInt32Array::from(codes.to_vec());
        Arc::new(DictionaryArray::try_new(keys, Arc::clone(values)).unwrap())
    }

    fn numbers(key: &mut Key, column: &ArrayRef) -> Vec<usize> {
        let mut numbers = vec![7];
        key.numbers(column, &mut numbers).unwrap();
        numbers
    }

    #[test]
    fn a_value_has_the_same_number_in_every_dictionary() {
        let mut key = Key::try_new(DataType::Utf8).unwrap();
        let first: ArrayRef = Arc::new(StringArray::from(vec!["a", "never", "b", ""]));
        let second: ArrayRef = Arc::new(StringArray::from(vec!["b", "c", "a", "b"]));
        assert_eq!(numbers(&mut key, &codes(&first, &[Some(2), Some(0), Some(2)])), [0, 1, 0]);
        assert_eq!(numbers(&mut key, &codes(&first, &[Some(3), None, Some(0)])), [3, 2, 1]);
        assert_eq!(numbers(&mut key, &codes(&second, &[Some(0), Some(3), None, Some(1)])), [0, 0, 2, 4]);
        assert_eq!(key.len(), 5);
        let values = key.take_values().unwrap();
        let texts: Vec<_> = values.as_string::<i32>().iter().collect();
        assert_eq!(texts, [Some("b"), Some("a"), None, Some(""), Some("c")], "no row had `never`");
    }

    #[test]
    fn numbers_start_again_when_the_values_were_taken() {
        let mut key = Key::try_new(DataType::Utf8View).unwrap();
        let values: ArrayRef = Arc::new(StringViewArray::from(vec!["a", "b"]));
        assert_eq!(numbers(&mut key, &codes(&values, &[Some(0), Some(1), None])), [1, 2, 0]);
        assert_eq!(key.take_values().unwrap().len(), 3);
        assert_eq!((key.len(), numbers(&mut key, &codes(&values, &[None, Some(1)]))), (0, vec![0, 1]));
        assert_eq!(key.take_values().unwrap().as_string_view().iter().collect::<Vec<_>>(), [None, Some("b")]);
    }

    #[test]
    fn neighbours_of_equal_value_have_one_number() {
        let mut key = Key::try_new(DataType::Int64).unwrap();
        let hours = [Some(9), Some(10), None, Some(9)].map(|hour| [hour; 5]).concat();
        let column: ArrayRef = Arc::new(Int64Array::from(hours));
        assert_eq!(numbers(&mut key, &column), [0, 1, 2, 0].map(|number| [number; 5]).concat());
        assert_eq!(numbers(&mut key, &(Arc::new(Int64Array::from(vec![10, 11])) as ArrayRef)), [1, 3]);
    }

    #[test]
    fn other_columns_are_numbered_row_by_row() {
        let mut key = Key::try_new(DataType::Int64).unwrap();
        let column: ArrayRef = Arc::new(Int64Array::from(vec![Some(5), None, Some(5), Some(6)]));
        assert_eq!(numbers(&mut key, &column), [0, 1, 0, 2]);
        assert_eq!(key.take_values().unwrap().len(), 3);
    }
}
