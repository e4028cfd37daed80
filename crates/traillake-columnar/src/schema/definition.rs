//! The schema definitions as they lie in `schema/`: read, checked, and extended by added columns.

use serde::Deserialize;
use traillake_model::{AddedColumn, EventDataStoreKind};

use crate::ColumnarError;

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
            self.check(column)?;
            self.columns.push(added_definition(column));
        }
        Ok(self)
    }

    fn check(&self, added: &AddedColumn) -> Result<(), ColumnarError> {
        if self.columns.iter().any(|column| column.name == added.name) {
            return Err(invalid(&added.name, "the name is taken".to_owned()));
        }
        let checked = added.clone().checked();
        checked.map(drop).map_err(|error| invalid(&added.name, error.to_string()))
    }
}

fn added_definition(column: &AddedColumn) -> ColumnDefinition {
    ColumnDefinition {
        name: column.name.clone(),
        r#type: column.r#type.as_str().to_owned(),
        record: Some(column.record_field.clone()),
        alternates: Vec::new(),
        doc: format!("Added column, from `{}`.", column.record_field),
        members: Vec::new(),
    }
}

pub(super) fn invalid(column: &str, problem: String) -> ColumnarError {
    ColumnarError::InvalidColumn { column: column.to_owned(), problem }
}
