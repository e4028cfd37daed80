//! Lines of CSV as RFC 4180 has them, ended by a line feed. NULL is nothing at all, an empty text two quotes.

use arrow::array::{Array, AsArray, RecordBatch};

/// Adds one line.
fn line<'a>(fields: impl Iterator<Item = Option<&'a str>>, out: &mut Vec<u8>) {
    for (n, field) in fields.enumerate() {
        if n > 0 {
            out.push(b',');
        }
        if let Some(text) = field {
            quoted(text, out);
        }
    }
    out.push(b'\n');
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    if !text.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return out.extend_from_slice(text.as_bytes());
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// The names of the columns.
pub(super) fn header(names: &[String], out: &mut Vec<u8>) {
    line(names.iter().map(|name| Some(name.as_str())), out);
}

/// The rows of a batch of texts.
pub(super) fn rows(batch: &RecordBatch, out: &mut Vec<u8>) {
    let columns: Vec<_> = batch.columns().iter().filter_map(|column| column.as_string_opt::<i32>()).collect();
    for row in 0..batch.num_rows() {
        line(columns.iter().map(|column| column.is_valid(row).then(|| column.value(row))), out);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_null_is_not_empty() {
        let mut out = Vec::new();
        header(&["arn".into(), "a \"b\"".into(), "arn".into()], &mut out);
        let texts =
            StringArray::from(vec![Some("plain text"), Some("a,b"), Some("line\nfeed"), Some("\r"), Some(""), None]);
        let schema = Schema::new(vec![Field::new("c0", DataType::Utf8, true), Field::new("c1", DataType::Utf8, true)]);
        let columns: Vec<arrow::array::ArrayRef> = vec![Arc::new(texts.clone()), Arc::new(texts)];
        rows(&RecordBatch::try_new(Arc::new(schema), columns).unwrap(), &mut out);
        let expected = concat!(
            "arn,\"a \"\"b\"\"\",arn\n",
            "plain text,plain text\n",
            "\"a,b\",\"a,b\"\n",
            "\"line\nfeed\",\"line\nfeed\"\n",
            "\"\r\",\"\r\"\n",
            "\"\",\"\"\n",
            ",\n",
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
