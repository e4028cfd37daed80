//! Names for completion: stores, their columns and nested fields, functions, system tables.

use crate::catalog::SYSTEM;
use crate::session::QuerySession;
use crate::system::SystemSchema;

/// What can be named in a query of a lake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LakeNames {
    /// Event data stores.
    pub stores: Vec<StoreNames>,
    /// System tables with their schema, for example `system.stores`.
    pub system_tables: Vec<String>,
    /// Scalar, aggregate and window functions.
    pub functions: Vec<String>,
}

/// What can be named of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreNames {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Columns and fields by their paths, for example `useridentity.sessioncontext.sessionissuer.arn`.
    pub paths: Vec<String>,
}

impl LakeNames {
    pub(crate) fn of(session: &QuerySession) -> Self {
        let stores = session.stores.active().map(|store| StoreNames {
            name: store.name().to_owned(),
            id: store.id(),
            paths: paths(store.schema.sql_schema().fields()),
        });
        Self { stores: stores.collect(), system_tables: system_tables(), functions: session.functions().all.clone() }
    }
}

/// System tables with their schema.
pub(crate) fn system_tables() -> Vec<String> {
    SystemSchema::names().map(|name| format!("{SYSTEM}.{name}")).collect()
}

/// Paths of all columns and of the fields below them that SQL reaches with dots.
pub(crate) fn paths(fields: &arrow::datatypes::Fields) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<_> = fields.iter().rev().map(|field| (field.name().clone(), field.data_type())).collect();
    while let Some((path, data_type)) = open.pop() {
        if let arrow::datatypes::DataType::Struct(members) = data_type {
            open.extend(members.iter().rev().map(|member| (format!("{path}.{}", member.name()), member.data_type())));
        }
        found.push(path);
    }
    found
}
