//! How much every leaf of some batches holds: most records leave most of the hundred and fifty empty.

use arrow::array::{Array, AsArray as _, RecordBatch};
use arrow::datatypes::DataType;

/// By leaf, in Parquet's order (depth first): bytes of its values, none where no row has one.
pub(super) fn leaf_bytes(batches: &[RecordBatch]) -> Vec<Option<usize>> {
    let mut bytes = Vec::new();
    for batch in batches {
        let mut leaves = Leaves { bytes: &mut bytes, next: 0 };
        batch.columns().iter().for_each(|column| leaves.visit(column.as_ref()));
    }
    bytes
}

struct Leaves<'a> {
    bytes: &'a mut Vec<Option<usize>>,
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
            _ => self.leaf((array.null_count() < array.len()).then(|| value_bytes(array))),
        }
    }

    fn leaf(&mut self, bytes: Option<usize>) {
        match self.bytes.get_mut(self.next) {
            Some(known) => *known = known.map_or(bytes, |known| Some(known + bytes.unwrap_or(0))),
            None => self.bytes.push(bytes),
        }
        self.next += 1;
    }
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
    fn the_values_of_all_batches_count() {
        let (empty, full) = (batch(None, false), batch(Some("abc"), true));
        assert_eq!(leaf_bytes(std::slice::from_ref(&empty)), [None; 5]);
        let batches = [empty, full.clone(), full];
        assert_eq!(leaf_bytes(&batches), [Some(6), None, Some(6), Some(2), None]);
    }

    #[test]
    fn leaves_are_counted_as_parquet_counts_them() {
        let batch = batch(Some("abc"), true);
        let leaves = ArrowSchemaConverter::new().convert(&batch.schema()).unwrap().num_columns();
        assert_eq!(leaf_bytes(&[batch]).len(), leaves);
    }
}
