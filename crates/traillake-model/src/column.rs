//! Columns added to a store after it was made, for record members AWS adds later.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::ModelError;

/// Names no added column can have: partition columns and the columns of the exact record.
const RESERVED: [&str; 8] =
    ["account", "region", "date", "month", "eventjson", "eventjsonchecksum", "recordshape", "recordrest"];

/// A column added to a store; older files read it as null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedColumn {
    /// Column name: a lower-case letter, then lower-case letters, digits and `_`, at most
    /// 128 characters.
    pub name: String,
    /// Top-level member of the record it is filled from, in the record's case.
    pub record_field: String,
    /// Type of the column.
    pub r#type: ColumnType,
}

impl AddedColumn {
    /// The column itself when name and record member are allowed.
    pub fn checked(self) -> Result<Self, ModelError> {
        let invalid = |expected| ModelError::InvalidColumn { name: self.name.clone(), expected };
        if !is_column_name(&self.name) {
            return Err(invalid(
                "a name of lower-case letters, digits and `_`, starting with a letter, at most 128 characters",
            ));
        }
        if RESERVED.contains(&self.name.as_str()) {
            return Err(invalid("a name that is not reserved"));
        }
        if self.record_field.is_empty() || self.record_field.len() > 256 {
            return Err(invalid("a record member of 1 to 256 bytes"));
        }
        Ok(self)
    }
}

fn is_column_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    name.len() <= 128 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.bytes().all(fits)
}

/// Type of an added column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    String,
    /// Point in time.
    Timestamp,
    /// True or false.
    Boolean,
    /// 64-bit floating point number.
    Double,
    /// 64-bit integer.
    Integer,
    /// Object with text values.
    #[serde(rename = "map<string,string>")]
    Map,
}

impl ColumnType {
    /// Every type.
    pub const ALL: [Self; 6] = [Self::String, Self::Timestamp, Self::Boolean, Self::Double, Self::Integer, Self::Map];

    /// The name used in settings and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Timestamp => "timestamp",
            Self::Boolean => "boolean",
            Self::Double => "double",
            Self::Integer => "integer",
            Self::Map => "map<string,string>",
        }
    }
}

impl fmt::Display for ColumnType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for ColumnType {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| ModelError::UnknownColumnType { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, record_field: &str) -> AddedColumn {
        AddedColumn { name: name.into(), record_field: record_field.into(), r#type: ColumnType::String }
    }

    #[test]
    fn every_type_is_read_back_from_its_name_and_its_json() {
        for kind in ColumnType::ALL {
            assert_eq!(kind.to_string().parse::<ColumnType>().unwrap(), kind);
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        assert!("text".parse::<ColumnType>().is_err());
    }

    #[test]
    fn names_that_sql_or_the_files_could_not_take_are_refused() {
        assert!(column("newfield", "newField").checked().is_ok());
        for name in ["", "NewField", "1st", "a-b", "a b", "date", "month", "recordshape", &"a".repeat(129)] {
            assert!(column(name, "newField").checked().is_err(), "{name}");
        }
        assert!(column("newfield", "").checked().is_err());
    }
}
