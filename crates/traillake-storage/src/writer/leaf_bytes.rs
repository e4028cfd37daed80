//! How much every leaf of some batches holds: most records leave most of the hundred and fifty empty.

use arrow::array::{Array, AsArray as _, RecordBatch, StringArray};
use arrow::datatypes::DataType;

use crate::layout::LeafBytes;

/// Longest text that a dictionary takes in for certain.
const SHORT_BYTES: usize = 256;
/// What the levels of a row count: they compress far better than values.
const LEVEL_BYTES: usize = 8;

/// By leaf, in Parquet's order (depth first): what its rows hold.
pub(super) fn leaf_bytes(batches: &[RecordBatch]) -> Vec<LeafBytes> {
    let mut bytes = Vec::new();
    for batch in batches {
        let mut leaves = Leaves { bytes: &mut bytes, next: 0 };
        batch.columns().iter().for_each(|column| leaves.visit(column.as_ref(), false));
    }
    bytes
}

struct Leaves<'a> {
    bytes: &'a mut Vec<LeafBytes>,
    next: usize,
}

impl Leaves<'_> {
    /// Visits the leaves of a column; `varied` is whether its parents are there in some rows only.
    fn visit(&mut self, array: &dyn Array, varied: bool) {
        let varied = varied || (1..array.len()).contains(&array.null_count());
        match array.data_type() {
            DataType::Struct(_) => {
                array.as_struct().columns().iter().for_each(|member| self.visit(member.as_ref(), varied));
            }
            DataType::List(_) => {
                let elements = array.as_list::<i32>().values();
                self.visit(elements.as_ref(), varied || !elements.is_empty());
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let varied = varied || !map.entries().is_empty();
                self.visit(map.keys().as_ref(), varied);
                self.visit(map.values().as_ref(), varied);
            }
            _ => self.leaf(leaf(array, varied)),
        }
    }

    fn leaf(&mut self, leaf: LeafBytes) {
        match self.bytes.get_mut(self.next) {
            Some(known) => {
                known.values = known.values.map_or(leaf.values, |known| Some(known + leaf.values.unwrap_or(0)));
                known.encoded += leaf.encoded;
            }
            None => self.bytes.push(leaf),
        }
        self.next += 1;
    }
}

fn leaf(array: &dyn Array, varied: bool) -> LeafBytes {
    let levels = if varied { array.len() * LEVEL_BYTES } else { 0 };
    if array.null_count() == array.len() {
        return LeafBytes { values: None, encoded: levels };
    }
    let values = value_bytes(array);
    let encoded = array.as_string_opt().and_then(only_text).map_or(values, str::len);
    LeafBytes { values: Some(values), encoded: levels + encoded }
}

fn value_bytes(array: &dyn Array) -> usize {
    match array.as_string_opt::<i32>() {
        Some(texts) => texts
            .value_offsets()
            .last()
            .zip(texts.value_offsets().first())
            .map_or(0, |(last, first)| usize::try_from(last - first).unwrap_or_default()),
        None => array.len() * array.data_type().primitive_width().unwrap_or(1),
    }
}

/// The text of all rows that have one, if it is short and there is no other.
fn only_text(texts: &StringArray) -> Option<&str> {
    let mut values = texts.iter().flatten();
    let first = values.next().filter(|first| first.len() <= SHORT_BYTES)?;
    values.all(|text| text == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, MapBuilder, StringArray, StringBuilder, StructArray};
    use arrow::datatypes::{Field, Fields};
    use parquet::arrow::ArrowSchemaConverter;

    use super::*;

    fn batch(text: Option<&str>, entry: bool) -> RecordBatch {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![text]));
        let nothing: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>]));
        let fields: Fields = ["a", "b"].map(|name| Field::new(name, DataType::Utf8, true)).into_iter().collect();
        let members = StructArray::new(fields, vec![Arc::clone(&nothing), Arc::clone(&texts)], None);
        let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        if entry {
            map.keys().append_value("k");
            map.values().append_null();
        }
        map.append(entry).unwrap();
        RecordBatch::try_from_iter([
            ("text", texts),
            ("row", Arc::new(members) as ArrayRef),
            ("map", Arc::new(map.finish())),
        ])
        .unwrap()
    }

    fn values(bytes: usize, encoded: usize) -> LeafBytes {
        LeafBytes { values: Some(bytes), encoded }
    }

    #[test]
    fn the_values_of_all_batches_count() {
        let nothing = LeafBytes { values: None, encoded: 0 };
        let (empty, full) = (batch(None, false), batch(Some("abc"), true));
        assert_eq!(leaf_bytes(std::slice::from_ref(&empty)), [nothing; 5]);
        let batches = [empty, full.clone(), full];
        let map = [values(2, 18), LeafBytes { values: None, encoded: 16 }];
        assert_eq!(leaf_bytes(&batches), [values(6, 6), nothing, values(6, 6), map[0], map[1]]);
    }

    fn texts(texts: Vec<Option<&str>>) -> LeafBytes {
        let column: ArrayRef = Arc::new(StringArray::from(texts));
        leaf_bytes(&[RecordBatch::try_from_iter([("text", column)]).unwrap()])[0]
    }

    #[test]
    fn one_text_in_all_rows_is_encoded_once_and_rows_without_it_as_levels() {
        assert_eq!(texts(vec![Some("abc"); 100]), values(300, 3));
        assert_eq!(texts([vec![Some("abc"); 99], vec![None]].concat()), values(297, 803));
        assert_eq!(texts([vec![Some("abc"); 99], vec![Some("abd")]].concat()), values(300, 300));
        let long = "x".repeat(SHORT_BYTES + 1);
        assert_eq!(texts(vec![Some(&long); 10]), values(2_570, 2_570), "a dictionary may not take it");
    }

    #[test]
    fn members_without_values_are_levels_where_their_parent_is_there_in_some_rows() {
        let nothing: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>; 4]));
        let fields: Fields = vec![Field::new("a", DataType::Utf8, true)].into();
        let encoded = |present: Vec<bool>| {
            let row = StructArray::new(fields.clone(), vec![Arc::clone(&nothing)], Some(present.into()));
            leaf_bytes(&[RecordBatch::try_from_iter([("row", Arc::new(row) as ArrayRef)]).unwrap()])[0].encoded
        };
        assert_eq!([vec![true; 4], vec![false; 4], vec![true, false, true, true]].map(encoded), [0, 0, 32]);
    }

    #[test]
    fn leaves_are_counted_as_parquet_counts_them() {
        let batch = batch(Some("abc"), true);
        let leaves = ArrowSchemaConverter::new().convert(&batch.schema()).unwrap().num_columns();
        assert_eq!(leaf_bytes(&[batch]).len(), leaves);
    }
}
