//! `split_to_map` and `split_to_multimap`: texts such as `a=1&b=2`.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListBuilder, MapBuilder, MapFieldNames, StringBuilder};
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err};

use self::lambda::SplitToMap;
use super::DOC;
use crate::functions::kit::Kind::Text;
use crate::functions::kit::{MAX_ELEMENTS, Row, check_elements, scalar};
use crate::functions::{Function, FunctionDoc, Implementation};

mod lambda;

pub(super) fn functions() -> Vec<Function> {
    vec![split_to_map(), split_to_multimap()]
}

fn split_to_map() -> Function {
    Function {
        doc: FunctionDoc {
            name: "split_to_map",
            usage: &[
                "split_to_map(text, entry_delimiter, key_value_delimiter) → map(varchar, varchar)",
                "split_to_map(text, entry_delimiter, key_value_delimiter, (k, v1, v2) -> v) → map(varchar, varchar)",
            ],
            text: "The entries of a text as a map. An error for an entry without exactly one key-value delimiter, and \
                   for a key that comes twice, unless a lambda says which value it gets.",
            examples: &[
                ("element_at(split_to_map('a=1&b=2', '&', '='), 'b')", "2"),
                ("element_at(split_to_map('a=1&a=2', '&', '=', (k, v1, v2) -> v2), 'a')", "2"),
            ],
            ..DOC
        },
        implementation: Implementation::HigherOrder(Arc::new(SplitToMap::new().into())),
    }
}

fn split_to_multimap() -> Function {
    scalar("split_to_multimap")
        .on_arrays(&[Text, Text, Text], |_| Ok(map_type(DataType::new_list(DataType::Utf8, true))), multimaps)
        .documented(FunctionDoc {
            name: "split_to_multimap",
            usage: &["split_to_multimap(text, entry_delimiter, key_value_delimiter) → map(varchar, array(varchar))"],
            text: "The entries of a text as a map from each key to all its values. An error for an entry without \
                   exactly one key-value delimiter.",
            examples: &[("element_at(split_to_multimap('a=1&b=2&a=3', '&', '='), 'a')", "[1, 3]")],
            ..DOC
        })
}

/// A map from varchar.
fn map_type(value: DataType) -> DataType {
    let key = Field::new("key", DataType::Utf8, false);
    let fields = Fields::from(vec![key, Field::new("value", value, true)]);
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(fields), false)), false)
}

fn field_names() -> MapFieldNames {
    MapFieldNames { entry: "entries".to_owned(), key: "key".to_owned(), value: "value".to_owned() }
}

/// The entries of a text in their order.
fn entries<'a>(text: &'a str, entry_delimiter: &str, delimiter: &str) -> Result<Vec<(&'a str, &'a str)>> {
    check_delimiters(entry_delimiter, delimiter)?;
    // What follows the last delimiter is an entry only if it is not empty.
    let text = text.strip_suffix(entry_delimiter).unwrap_or(text);
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let entries = text.split(entry_delimiter).take(MAX_ELEMENTS + 1).map(|entry| match entry.split_once(delimiter) {
        Some((key, value)) if !value.contains(delimiter) => Ok((key, value)),
        _ => exec_err!("Key-value delimiter must appear exactly once in each entry. Bad input: '{entry}'"),
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    check_elements("split_to_map", entries.len())?;
    Ok(entries)
}

fn check_delimiters(entry_delimiter: &str, delimiter: &str) -> Result<()> {
    if entry_delimiter.is_empty() {
        return exec_err!("entryDelimiter is empty");
    }
    if delimiter.is_empty() {
        return exec_err!("keyValueDelimiter is empty");
    }
    if entry_delimiter == delimiter {
        return exec_err!("entryDelimiter and keyValueDelimiter must not be the same");
    }
    Ok(())
}

/// The values of each key, keys in the order of their first entries.
type Groups<'a> = Vec<(&'a str, Vec<&'a str>)>;

fn grouped<'a>(row: &Row<'a>) -> Result<Option<Groups<'a>>> {
    if (0..3).any(|place| row.is_null(place)) {
        return Ok(None);
    }
    let mut places = HashMap::new();
    let mut groups: Groups<'a> = Vec::new();
    for (key, value) in entries(row.text(0), row.text(1), row.text(2))? {
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        if let Some((_, values)) = groups.get_mut(place) {
            values.push(value);
        }
    }
    Ok(Some(groups))
}

fn multimaps(arrays: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let values = ListBuilder::new(StringBuilder::new());
    let mut maps = MapBuilder::new(Some(field_names()), StringBuilder::new(), values);
    for index in 0..rows {
        let groups = grouped(&Row::new(arrays, index))?;
        for (key, values) in groups.iter().flatten() {
            maps.keys().append_value(key);
            maps.values().append_value(values.iter().map(Some));
        }
        maps.append(groups.is_some())?;
    }
    Ok(Arc::new(maps.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn a_trailing_delimiter_ends_the_last_entry() {
        assert_eq!(entries("a=1;b=2;", ";", "=").unwrap(), [("a", "1"), ("b", "2")]);
        assert_eq!(entries("", ";", "=").unwrap(), []);
        assert_eq!(entries(";", ";", "=").unwrap(), []);
        assert_eq!(entries("=", ";", "=").unwrap(), [("", "")]);
        assert!(entries(";;", ";", "=").is_err());
        assert!(entries("a=1=2", ";", "=").is_err());
        assert!(entries("a", ";", "=").unwrap_err().to_string().contains("Bad input: 'a'"));
    }

    #[test]
    fn delimiters_are_checked() {
        assert!(value("split_to_map('a', '', '=')").unwrap_err().contains("entryDelimiter is empty"));
        assert!(value("split_to_map('a', ';', '')").unwrap_err().contains("keyValueDelimiter is empty"));
        assert!(value("split_to_map('a', ';', ';')").unwrap_err().contains("must not be the same"));
    }

    #[test]
    fn keys_come_once_in_a_map_and_any_times_in_a_multimap() {
        assert!(value("split_to_map('a=1;a=2', ';', '=')").unwrap_err().contains("Duplicate keys (a) are not allowed"));
        assert_eq!(value("split_to_map('a=1;b=', ';', '=')").unwrap().matches('=').count(), 2);
        assert_eq!(value("element_at(split_to_multimap('a=1;a=2', ';', '='), 'a')").unwrap(), "[1, 2]");
    }

    #[test]
    fn a_lambda_resolves_duplicates_from_left_to_right() {
        let joined = "split_to_map('a=1;b=x;a=2;a=3', ';', '=', (k, v1, v2) -> concat(k, v1, v2))";
        assert_eq!(value(&format!("element_at({joined}, 'a')")).unwrap(), "aa123");
        assert_eq!(value(&format!("element_at({joined}, 'b')")).unwrap(), "x");
        assert_eq!(value("split_to_map(NULL, ';', '=', (k, v1, v2) -> v1)").unwrap(), "NULL");
    }

    #[test]
    fn maps_of_null_are_null() {
        assert_eq!(value("split_to_map(NULL, ';', '=')").unwrap(), "NULL");
        assert_eq!(value("split_to_map('a=1', NULL, '=')").unwrap(), "NULL");
        assert_eq!(value("split_to_multimap(NULL, ';', '=')").unwrap(), "NULL");
    }
}
