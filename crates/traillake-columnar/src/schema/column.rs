//! The columns of a schema as a numbered tree: preorder numbers from 1, so that a subtree is a range of numbers.

use std::ops::Range;

use super::LeafColumn;
use super::definition::{ColumnDefinition, SchemaDefinition};

/// The number of no column.
pub(crate) const NO_COLUMN: u32 = 0;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
    Text,
    Boolean,
    Timestamp,
    Double,
    Integer,
    TextMap,
    Struct,
    /// A list of structs; the members are those of the structs.
    List,
}

impl ColumnKind {
    fn of(type_name: &str) -> Option<Self> {
        Some(match type_name {
            "string" => Self::Text,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Timestamp,
            "double" => Self::Double,
            "integer" => Self::Integer,
            "map<string,string>" => Self::TextMap,
            "struct" => Self::Struct,
            "array<struct>" => Self::List,
            _ => return None,
        })
    }

    pub(crate) fn type_name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Double => "double",
            Self::Integer => "integer",
            Self::TextMap => "map<string,string>",
            Self::Struct => "struct",
            Self::List => "array<struct>",
        }
    }
}

/// One stored column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// Names from the top, joined by dots.
    pub(crate) path: String,
    pub(crate) kind: ColumnKind,
    pub(crate) doc: String,
    pub(crate) parent: u32,
    pub(crate) in_list: bool,
    /// Numbers of the members.
    pub(crate) members: Vec<u32>,
    /// Number behind the last column of the subtree.
    pub(crate) after: u32,
}

/// All stored columns; number 0 stands for none.
#[derive(Debug)]
pub(crate) struct Columns {
    all: Vec<Column>,
    top: Vec<u32>,
    /// How many top-level columns came with the definition.
    pub(crate) built_in: usize,
}

impl Columns {
    pub(super) fn new(definition: &SchemaDefinition) -> Self {
        let root = Column {
            name: String::new(),
            path: String::new(),
            kind: ColumnKind::Struct,
            doc: String::new(),
            parent: NO_COLUMN,
            in_list: false,
            members: Vec::new(),
            after: 0,
        };
        let mut columns = Self { all: vec![root], top: Vec::new(), built_in: 0 };
        for (place, column) in definition.columns.iter().enumerate() {
            if place == definition.built_in {
                columns.built_in = columns.top.len();
            }
            if let Some(number) = columns.add(column, NO_COLUMN) {
                columns.top.push(number);
            }
        }
        if definition.columns.len() == definition.built_in {
            columns.built_in = columns.top.len();
        }
        columns
    }

    fn add(&mut self, definition: &ColumnDefinition, parent: u32) -> Option<u32> {
        let kind = ColumnKind::of(&definition.r#type)?;
        let number = self.end();
        let above = self.get(parent);
        let path =
            if parent == NO_COLUMN { definition.name.clone() } else { format!("{}.{}", above.path, definition.name) };
        let in_list = parent != NO_COLUMN && (above.in_list || above.kind == ColumnKind::List);
        let (name, doc) = (definition.name.clone(), definition.doc.clone());
        self.all.push(Column { name, path, kind, doc, parent, in_list, members: Vec::new(), after: 0 });
        let members = definition.members.iter().filter_map(|member| self.add(member, number)).collect();
        let after = self.end();
        let column = &mut self.all[number as usize];
        column.members = members;
        column.after = after;
        Some(number)
    }

    /// Number behind the last column; also the length of a table indexed by number.
    pub(crate) fn end(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn get(&self, number: u32) -> &Column {
        &self.all[number as usize]
    }

    /// Numbers of the top-level columns in order.
    pub(crate) fn top(&self) -> &[u32] {
        &self.top
    }

    /// The columns inside a struct or list, the column itself left out.
    pub(crate) fn inside(&self, number: u32) -> Range<usize> {
        number as usize + 1..self.get(number).after as usize
    }

    pub(crate) fn find(&self, path: &str) -> Option<u32> {
        self.all.iter().skip(1).position(|column| column.path == path).and_then(|place| u32::try_from(place + 1).ok())
    }

    pub(super) fn leaves(&self) -> Vec<LeafColumn> {
        let leaf = |column: &&Column| !matches!(column.kind, ColumnKind::Struct | ColumnKind::List);
        let describe = |column: &Column| LeafColumn {
            path: column.path.clone(),
            r#type: column.kind.type_name(),
            in_list: column.in_list,
            doc: column.doc.clone(),
        };
        self.all.iter().skip(1).filter(leaf).map(describe).collect()
    }
}
