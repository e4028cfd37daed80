//! The schema of one kind of event data store: its columns, where they come from in a record, and how Arrow sees them.
//!
//! ```text
//! schema/<kind>.json -> definition -> columns (a tree, numbered) -> Arrow schemas: file, SQL
//!                                  -> record tree (member names -> columns)
//! ```

mod arrow_types;
mod column;
mod definition;
mod record_tree;

#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use arrow::datatypes::SchemaRef;
use traillake_model::{AddedColumn, EventDataStoreKind};

use crate::ColumnarError;
pub(crate) use arrow_types::map_entries_field;
pub(crate) use column::{ColumnKind, Columns, NO_COLUMN};
pub use definition::ColumnDefinition;
use definition::SchemaDefinition;
pub(crate) use record_tree::{Alternate, RecordTree, UNKNOWN};

/// Column of the files that holds how a record was written; with `recordrest` and the columns it gives back the record.
pub const RECORD_SHAPE: &str = "recordshape";
/// Column of the files that holds what no column could give back exactly.
pub const RECORD_REST: &str = "recordrest";
/// SQL column with the whole record as JSON text; computed, not stored.
pub const EVENT_JSON: &str = "eventjson";
/// SQL column with the checksum of `eventjson`; computed, not stored.
pub const EVENT_JSON_CHECKSUM: &str = "eventjsonchecksum";

/// The columns of one kind of event data store, from one definition: names, types, record members, Arrow schemas.
///
/// ```
/// use traillake_columnar::EventSchema;
/// use traillake_model::EventDataStoreKind;
///
/// let schema = EventSchema::of(EventDataStoreKind::CloudTrail);
/// assert!(schema.sql_schema().field_with_name("eventjson").is_ok());
/// assert!(schema.file_schema().field_with_name("recordshape").is_ok());
/// assert!(schema.leaves().iter().any(|leaf| leaf.path == "useridentity.sessioncontext.sessionissuer.arn"));
/// ```
#[derive(Debug)]
pub struct EventSchema {
    kind: EventDataStoreKind,
    definition: SchemaDefinition,
    columns: Columns,
    tree: RecordTree,
    known: KnownColumns,
    file_schema: SchemaRef,
    sql_schema: SchemaRef,
    leaves: Vec<LeafColumn>,
}

/// A column without members: text, boolean, timestamp, number or map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafColumn {
    /// Names joined by dots, as SQL writes them.
    pub path: String,
    /// Type in the words of the schema definition: `string`, `timestamp`, `boolean`, `double`, `integer`, `map<string,string>`.
    pub r#type: &'static str,
    /// Whether the column lies inside a list, so that a row has any number of values.
    pub in_list: bool,
    /// What the column means.
    pub doc: String,
}

/// Columns that every record is asked for; `NO_COLUMN` where a kind lacks one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct KnownColumns {
    pub(crate) event_time: u32,
    pub(crate) event_id: u32,
    pub(crate) recipient_account_id: u32,
    pub(crate) aws_region: u32,
    pub(crate) event_category: u32,
    pub(crate) event_source: u32,
    pub(crate) event_name: u32,
    pub(crate) event_type: u32,
    pub(crate) read_only: u32,
    pub(crate) management_event: u32,
    pub(crate) error_code: u32,
    pub(crate) vpc_endpoint_id: u32,
    pub(crate) session_credential_from_console: u32,
    pub(crate) user_identity_arn: u32,
    pub(crate) resources: u32,
}

static BUILT_IN: LazyLock<[Arc<EventSchema>; 5]> = LazyLock::new(|| {
    [
        EventDataStoreKind::CloudTrail,
        EventDataStoreKind::Insights,
        EventDataStoreKind::Config,
        EventDataStoreKind::AuditManager,
        EventDataStoreKind::Integration,
    ]
    .map(built_in)
});

#[expect(clippy::expect_used, reason = "the definitions are part of the program and tests build every one of them")]
fn built_in(kind: EventDataStoreKind) -> Arc<EventSchema> {
    Arc::new(EventSchema::build(kind, &[]).expect("the embedded schema definition is valid"))
}

impl EventSchema {
    /// The schema of a kind as the definition in `schema/` has it.
    pub fn of(kind: EventDataStoreKind) -> Arc<Self> {
        let place = match kind {
            EventDataStoreKind::CloudTrail => 0,
            EventDataStoreKind::Insights => 1,
            EventDataStoreKind::Config => 2,
            EventDataStoreKind::AuditManager => 3,
            EventDataStoreKind::Integration => 4,
        };
        Arc::clone(&BUILT_IN[place])
    }

    /// The schema of a kind with columns a store got later, behind all others.
    ///
    /// # Errors
    /// [`ColumnarError::InvalidColumn`] when a name is taken or not allowed.
    pub fn with_added_columns(kind: EventDataStoreKind, added: &[AddedColumn]) -> Result<Arc<Self>, ColumnarError> {
        if added.is_empty() {
            return Ok(Self::of(kind));
        }
        Self::build(kind, added).map(Arc::new)
    }

    fn build(kind: EventDataStoreKind, added: &[AddedColumn]) -> Result<Self, ColumnarError> {
        let definition = SchemaDefinition::of(kind)?.with_added_columns(added)?;
        let columns = Columns::new(&definition);
        let tree = RecordTree::new(&columns, &definition)?;
        Ok(Self {
            kind,
            file_schema: arrow_types::file_schema(&columns),
            sql_schema: arrow_types::sql_schema(&columns, &definition),
            known: KnownColumns::new(&columns),
            leaves: columns.leaves(),
            definition,
            columns,
            tree,
        })
    }

    /// The kind of store the schema belongs to.
    pub fn kind(&self) -> EventDataStoreKind {
        self.kind
    }

    /// What the Parquet files hold: Lake's columns, then `recordshape` and `recordrest`, then added columns; times in microseconds UTC.
    pub fn file_schema(&self) -> &SchemaRef {
        &self.file_schema
    }

    /// What SQL sees: Lake's columns in Lake's order with `eventjson` and `eventjsonchecksum`; times in milliseconds without zone.
    pub fn sql_schema(&self) -> &SchemaRef {
        &self.sql_schema
    }

    /// The leaf columns in order, for statistics, completion and documents; computed columns are not among them.
    pub fn leaves(&self) -> &[LeafColumn] {
        &self.leaves
    }

    /// The definition the schema was built from, top level first; computed columns are among them.
    pub fn definitions(&self) -> &[ColumnDefinition] {
        &self.definition.columns
    }

    pub(crate) fn columns(&self) -> &Columns {
        &self.columns
    }

    pub(crate) fn tree(&self) -> &RecordTree {
        &self.tree
    }

    pub(crate) fn known(&self) -> &KnownColumns {
        &self.known
    }
}

impl KnownColumns {
    fn new(columns: &Columns) -> Self {
        let find = |path: &str| columns.find(path).unwrap_or(NO_COLUMN);
        Self {
            event_time: find("eventtime"),
            event_id: find("eventid"),
            recipient_account_id: find("recipientaccountid"),
            aws_region: find("awsregion"),
            event_category: find("eventcategory"),
            event_source: find("eventsource"),
            event_name: find("eventname"),
            event_type: find("eventtype"),
            read_only: find("readonly"),
            management_event: find("managementevent"),
            error_code: find("errorcode"),
            vpc_endpoint_id: find("vpcendpointid"),
            session_credential_from_console: find("sessioncredentialfromconsole"),
            user_identity_arn: find("useridentity.arn"),
            resources: find("resources"),
        }
    }
}
