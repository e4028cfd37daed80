//! `$found_in(value, columns...)`: the paths at which a row holds a value, NULL where it does not.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, ListBuilder, StringBuilder};
use arrow::datatypes::{DataType, Field};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use super::json;
use super::values::is_looked_up;

/// Name of the function; no text of a user may call it.
pub const FOUND_IN: &str = "$found_in";

/// The function. Its arguments are the value as a literal and any columns; those that are not looked up do not count.
/// Paths are those of SQL in lower case, with the keys of maps and of JSON inside them as they are:
/// `requestparameters.instancesSet.items[0].instanceId`.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct FoundIn {
    signature: Signature,
}

impl Default for FoundIn {
    fn default() -> Self {
        Self { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl FoundIn {
    /// Whether the values of a column are looked up.
    pub fn looks_into(column: &str) -> bool {
        is_looked_up(column)
    }

    /// Whether a value is long and short enough to be looked up.
    pub fn is_value(value: &str) -> bool {
        super::hash_of(value).is_some()
    }
}

impl ScalarUDFImpl for FoundIn {
    fn name(&self) -> &'static str {
        FOUND_IN
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let Some((ColumnarValue::Scalar(value), columns)) = args.args.split_first() else {
            return exec_err!("`{FOUND_IN}` takes a literal and columns");
        };
        let mut hits = Hits::new(value.try_as_str().flatten().unwrap_or_default());
        for (column, field) in columns.iter().zip(args.arg_fields.iter().skip(1)) {
            hits.add(field.name(), &column.to_array(args.number_rows)?);
        }
        Ok(ColumnarValue::Array(hits.lists(args.number_rows)))
    }
}

/// Where a value was found: row and path.
struct Hits<'v> {
    value: &'v str,
    found: Vec<(usize, String)>,
}

impl<'v> Hits<'v> {
    fn new(value: &'v str) -> Self {
        Self { value, found: Vec::new() }
    }

    /// Looks into a column, if it is one that is looked up.
    fn add(&mut self, column: &str, array: &ArrayRef) {
        if is_looked_up(column) {
            self.visit(column, array, &(0..array.len()).collect::<Vec<_>>());
        }
    }

    /// Looks into `array`, whose elements belong to `rows`.
    fn visit(&mut self, path: &str, array: &ArrayRef, rows: &[usize]) {
        match array.data_type() {
            DataType::Struct(fields) => {
                for (field, member) in fields.iter().zip(array.as_struct().columns()) {
                    self.visit(&format!("{path}.{}", field.name()), member, rows);
                }
            }
            DataType::List(_) => {
                let list = array.as_list::<i32>();
                self.visit(path, list.values(), &rows_of(list.offsets(), list.values().len(), rows));
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let rows = rows_of(map.offsets(), map.values().len(), rows);
                self.texts(map.values(), &rows, |at| format!("{path}.{}", text(map.keys(), at).unwrap_or_default()));
            }
            DataType::Utf8 | DataType::Utf8View => self.texts(array, rows, |_| path.to_owned()),
            _ => {}
        }
    }

    fn texts(&mut self, array: &ArrayRef, rows: &[usize], path: impl Fn(usize) -> String) {
        match array.data_type() {
            DataType::Utf8 => self.each(array.as_string::<i32>().iter(), rows, path),
            DataType::Utf8View => self.each(array.as_string_view().iter(), rows, path),
            _ => {}
        }
    }

    fn each<'t>(
        &mut self,
        texts: impl Iterator<Item = Option<&'t str>>,
        rows: &[usize],
        path: impl Fn(usize) -> String,
    ) {
        for (at, (text, &row)) in texts.zip(rows).enumerate() {
            let Some(text) = text.filter(|text| row != NO_ROW && text.len() >= self.value.len()) else { continue };
            if text.starts_with(['{', '[']) {
                self.inside(text, row, &path, at);
            } else if text == self.value {
                self.found.push((row, path(at)));
            }
        }
    }

    /// Looks into a text that may be a JSON object or array.
    fn inside(&mut self, text: &str, row: usize, path: &impl Fn(usize) -> String, at: usize) {
        if !json::is_container(text) {
            if text == self.value {
                self.found.push((row, path(at)));
            }
            return;
        }
        let mut is_there = false;
        json::scalars(text, |scalar| is_there |= scalar == self.value);
        if is_there {
            let (path, inside) = (path(at), json::paths_of(text, self.value));
            if inside.is_empty() {
                self.found.push((row, path));
            } else {
                self.found.extend(inside.iter().map(|inside| (row, format!("{path}{inside}"))));
            }
        }
    }

    /// A list for every row, in the order of the columns; NULL where nothing was found.
    fn lists(mut self, rows: usize) -> ArrayRef {
        self.found.sort_by_key(|(row, _)| *row);
        let mut lists = ListBuilder::new(StringBuilder::new());
        let mut found = self.found.iter().peekable();
        for row in 0..rows {
            let mut any = false;
            let mut before: Option<&String> = None;
            while let Some((_, path)) = found.next_if(|(of, _)| *of == row) {
                any = true;
                // Elements of a list have one path.
                if before != Some(path) {
                    lists.values().append_value(path);
                }
                before = Some(path);
            }
            lists.append(any);
        }
        Arc::new(lists.finish())
    }
}

/// Stands for elements that belong to no row.
const NO_ROW: usize = usize::MAX;

/// By element of a list or map: the row it belongs to.
fn rows_of(offsets: &[i32], elements: usize, rows: &[usize]) -> Vec<usize> {
    let mut of = vec![NO_ROW; elements];
    for (ends, &row) in offsets.windows(2).zip(rows) {
        let [start, end] = ends else { continue };
        let place = |offset: i32| usize::try_from(offset).unwrap_or_default();
        of.get_mut(place(*start)..place(*end)).into_iter().flatten().for_each(|element| *element = row);
    }
    of
}

fn text(array: &ArrayRef, at: usize) -> Option<&str> {
    match array.data_type() {
        DataType::Utf8 => array.as_string_opt::<i32>().map(|texts| texts.value(at)),
        DataType::Utf8View => array.as_string_view_opt().map(|texts| texts.value(at)),
        _ => None,
    }
}

/// By row of a batch: the paths at which a value stands.
#[cfg(test)]
pub(super) fn paths_of(batch: &arrow::array::RecordBatch, value: &str) -> Vec<Vec<String>> {
    let mut hits = Hits::new(value);
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        hits.add(field.name(), column);
    }
    let lists = hits.lists(batch.num_rows());
    let texts = |list: ArrayRef| list.as_string::<i32>().iter().flatten().map(str::to_owned).collect();
    lists.as_list::<i32>().iter().map(|list| list.map(texts).unwrap_or_default()).collect()
}
