//! The parts of an ARN. Source: AWS General Reference, "Amazon Resource Names".

use std::sync::{Arc, LazyLock};

use arrow::array::{Array as _, ArrayRef, AsArray as _, StringBuilder, StructArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::Result;

static PARTS: LazyLock<Fields> = LazyLock::new(|| {
    let names = ["partition", "service", "region", "account", "resource"];
    names.map(|name| Field::new(name, DataType::Utf8, true)).to_vec().into()
});

/// The type of the row.
pub(super) fn row_type() -> DataType {
    DataType::Struct(PARTS.clone())
}

/// One row for each text.
pub(super) fn rows(texts: Option<&ArrayRef>, rows: usize) -> Result<StructArray> {
    let texts = texts.and_then(|texts| texts.as_string_view_opt());
    let text = |row| texts.filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row));
    let found: Vec<Option<[&str; 5]>> = (0..rows).map(|row| text(row).and_then(parts)).collect();
    let columns = (0..PARTS.len()).map(|part| {
        let mut column = StringBuilder::new();
        for parts in &found {
            column.append_option(parts.and_then(|parts| parts.get(part).copied()));
        }
        Arc::new(column.finish()) as ArrayRef
    });
    let nulls = found.iter().map(Option::is_some).collect::<NullBuffer>();
    Ok(StructArray::try_new(PARTS.clone(), columns.collect(), Some(nulls))?)
}

fn parts(text: &str) -> Option<[&str; 5]> {
    let mut parts = text.strip_prefix("arn:")?.splitn(5, ':');
    let mut next = || parts.next();
    Some([next()?, next()?, next()?, next()?, next()?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resource_keeps_its_colons() {
        assert_eq!(
            parts("arn:aws:rds:eu-west-1:111122223333:db:main"),
            Some(["aws", "rds", "eu-west-1", "111122223333", "db:main"])
        );
        assert_eq!(parts("arn:aws-us-gov:s3:::b/k"), Some(["aws-us-gov", "s3", "", "", "b/k"]));
    }

    #[test]
    fn other_texts_have_no_parts() {
        assert_eq!(parts("arn:aws:s3"), None);
        assert_eq!(parts(""), None);
        assert_eq!(parts("urn:aws:s3:::b"), None);
    }
}
