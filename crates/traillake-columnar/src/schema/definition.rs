//! The schema definitions as they lie in `schema/`: read, checked, and extended by added columns.

use serde::Deserialize;
use traillake_model::{AddedColumn, ColumnType, EventDataStoreKind};

use crate::ColumnarError;
use crate::schema::{EVENT_JSON, EVENT_JSON_CHECKSUM, RECORD_REST, RECORD_SHAPE};

/// One file of `schema/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SchemaDefinition {
    #[expect(dead_code, reason = "names the file for people")]
    kind: String,
    #[cfg_attr(not(test), expect(dead_code, reason = "the generated document prints it"))]
    pub(crate) title: String,
    pub(crate) columns: Vec<ColumnDefinition>,
    /// How many of the columns came with the definition.
    #[serde(skip)]
    pub(crate) built_in: usize,
}

/// One column as the schema definition has it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnDefinition {
    /// Name in SQL and in the files, lower case.
    pub name: String,
    /// `string`, `timestamp`, `boolean`, `double`, `integer`, `map<string,string>`, `struct`, `array<struct>` or `computed`.
    pub r#type: String,
    /// Member of the parent's record object that fills the column; none for computed columns.
    #[serde(default)]
    pub record: Option<String>,
    /// Further places in the record, from its root with dots, read when `record` is absent; the first that is there counts.
    #[serde(default)]
    pub alternates: Vec<String>,
    /// What the column means, one sentence or two.
    pub doc: String,
    /// The members of a struct, or of the structs of an array.
    #[serde(default)]
    pub members: Vec<ColumnDefinition>,
}

impl SchemaDefinition {
    pub(super) fn of(kind: EventDataStoreKind) -> Result<Self, ColumnarError> {
        let text = match kind {
            EventDataStoreKind::CloudTrail => include_str!("../../../../schema/cloudtrail.json"),
            EventDataStoreKind::Insights => include_str!("../../../../schema/insights.json"),
            EventDataStoreKind::Config => include_str!("../../../../schema/config.json"),
            EventDataStoreKind::AuditManager => include_str!("../../../../schema/audit_manager.json"),
            EventDataStoreKind::Integration => include_str!("../../../../schema/integration.json"),
        };
        let mut definition: Self =
            serde_json::from_str(text).map_err(|error| invalid(kind.as_str(), error.to_string()))?;
        definition.built_in = definition.columns.len();
        Ok(definition)
    }

    pub(super) fn with_added_columns(mut self, added: &[AddedColumn]) -> Result<Self, ColumnarError> {
        for column in added {
            self.check_name(&column.name)?;
            self.columns.push(added_definition(column));
        }
        Ok(self)
    }

    fn check_name(&self, name: &str) -> Result<(), ColumnarError> {
        let own = [EVENT_JSON, EVENT_JSON_CHECKSUM, RECORD_SHAPE, RECORD_REST, "account", "region", "date"];
        if own.contains(&name) || self.columns.iter().any(|column| column.name == name) {
            return Err(invalid(name, "the name is taken".to_owned()));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 128 || !name.bytes().all(plain) {
            return Err(invalid(name, "a name is 1 to 128 of `a-z`, `0-9` and `_`".to_owned()));
        }
        Ok(())
    }
}

/// A single member name becomes the column's own member; a path becomes an alternate place.
fn added_definition(column: &AddedColumn) -> ColumnDefinition {
    let nested = column.record_field.contains('.');
    ColumnDefinition {
        name: column.name.clone(),
        r#type: type_name(column.r#type).to_owned(),
        record: (!nested).then(|| column.record_field.clone()),
        alternates: if nested { vec![column.record_field.clone()] } else { Vec::new() },
        doc: format!("Added column, from `{}`.", column.record_field),
        members: Vec::new(),
    }
}

fn type_name(r#type: ColumnType) -> &'static str {
    match r#type {
        ColumnType::String => "string",
        ColumnType::Timestamp => "timestamp",
        ColumnType::Boolean => "boolean",
        ColumnType::Double => "double",
        ColumnType::Integer => "integer",
        ColumnType::Map => "map<string,string>",
    }
}

pub(super) fn invalid(column: &str, problem: String) -> ColumnarError {
    ColumnarError::InvalidColumn { column: column.to_owned(), problem }
}
