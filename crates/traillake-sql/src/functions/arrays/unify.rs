//! Types that arguments are brought to so that their elements can stand beside each other.

use std::sync::Arc;

use arrow::datatypes::DataType;

use super::lists::array_of;
use crate::types::{SqlType, common_type, map_parts};

/// The type, as it is inside of arrays, that values of both types turn into by themselves.
pub(crate) fn common(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right {
        return Some(left.clone());
    }
    Some(common_type(&SqlType::of(left), &SqlType::of(right))?.nested_type())
}

/// `(x, x, ...)`: all of one type.
pub(crate) fn all_alike(types: &[DataType]) -> Option<Vec<DataType>> {
    let (first, others) = types.split_first()?;
    let shared = others.iter().try_fold(first.clone(), |shared, other| common(&shared, other))?;
    Some(vec![shared; types.len()])
}

/// `(map, map, ...)`: all of one type.
pub(crate) fn maps_alike(types: &[DataType]) -> Option<Vec<DataType>> {
    all_alike(types).filter(|types| types.iter().all(|found| matches!(found, DataType::Map(..))))
}

/// `(array(x), x)`.
pub(crate) fn array_and_element(types: &[DataType]) -> Option<Vec<DataType>> {
    let [array @ DataType::List(item), element] = types else { return None };
    let shared = common(item.data_type(), element)?;
    let array = if shared == *item.data_type() { array.clone() } else { array_of(&shared) };
    Some(vec![array, shared])
}

/// The type of an argument that is an array, or NULL; `None` for anything else.
pub(crate) fn as_array(given: &DataType) -> Option<DataType> {
    match given {
        DataType::List(_) => Some(given.clone()),
        DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::ListView(item)
        | DataType::LargeListView(item) => Some(DataType::List(Arc::clone(item))),
        DataType::Null => Some(array_of(&DataType::Null)),
        _ => None,
    }
}

/// Types of a map's keys and values.
pub(crate) fn entry_types(map: &DataType) -> Option<(&DataType, &DataType)> {
    let DataType::Map(entries, _) = map else { return None };
    map_parts(entries).map(|(key, value)| (key.data_type(), value.data_type()))
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::Field;

    use super::*;

    #[test]
    fn an_element_takes_the_type_of_the_array_or_widens_it() {
        let texts = array_of(&DataType::Utf8);
        let fitted = array_and_element(&[texts.clone(), DataType::Utf8View]);
        assert_eq!(fitted, Some(vec![texts, DataType::Utf8]));
        let fitted = array_and_element(&[array_of(&DataType::Int32), DataType::Int64]);
        assert_eq!(fitted, Some(vec![array_of(&DataType::Int64), DataType::Int64]));
        assert_eq!(array_and_element(&[array_of(&DataType::Int32), DataType::Utf8]), None);
    }

    #[test]
    fn arrays_meet_whatever_their_fields_are_called() {
        let named = DataType::List(Arc::new(Field::new("element", DataType::Int64, true)));
        let alike = all_alike(&[array_of(&DataType::Int32), named]);
        assert_eq!(alike, Some(vec![array_of(&DataType::Int64); 2]));
    }
}
