//! Which leaves of some batches hold a value at all: most records leave most of the hundred and fifty empty.

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::DataType;

/// By leaf, in Parquet's order (depth first): whether any row has a value.
pub(super) fn filled_leaves(batches: &[RecordBatch]) -> Vec<bool> {
    let mut filled = Vec::new();
    for batch in batches {
        let mut leaves = Leaves { filled: &mut filled, next: 0 };
        batch.columns().iter().for_each(|column| leaves.visit(column.as_ref()));
    }
    filled
}

struct Leaves<'a> {
    filled: &'a mut Vec<bool>,
    next: usize,
}

impl Leaves<'_> {
    fn visit(&mut self, array: &dyn Array) {
        match array.data_type() {
            DataType::Struct(_) => array.as_struct().columns().iter().for_each(|member| self.visit(member.as_ref())),
            DataType::List(_) => self.visit(array.as_list::<i32>().values().as_ref()),
            DataType::Map(..) => {
                let map = array.as_map();
                self.visit(map.keys().as_ref());
                self.visit(map.values().as_ref());
            }
            _ => self.leaf(array.null_count() < array.len()),
        }
    }

    fn leaf(&mut self, has_values: bool) {
        match self.filled.get_mut(self.next) {
            Some(filled) => *filled |= has_values,
            None => self.filled.push(has_values),
        }
        self.next += 1;
    }
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

    #[test]
    fn a_leaf_is_filled_when_any_batch_has_a_value() {
        let (empty, full) = (batch(None, false), batch(Some("x"), true));
        assert_eq!(filled_leaves(std::slice::from_ref(&empty)), [false; 5]);
        assert_eq!(filled_leaves(&[empty, full]), [true, false, true, true, false]);
    }

    #[test]
    fn leaves_are_counted_as_parquet_counts_them() {
        let batch = batch(Some("x"), true);
        let leaves = ArrowSchemaConverter::new().convert(&batch.schema()).unwrap().num_columns();
        assert_eq!(filled_leaves(&[batch]).len(), leaves);
    }
}
