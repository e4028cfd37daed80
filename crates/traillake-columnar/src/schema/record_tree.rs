//! The members of a record that columns know, as a tree compiled from the schema.

use hashbrown::HashMap;

use super::definition::{ColumnDefinition, SchemaDefinition, invalid};
use super::{ColumnKind, Columns, NO_COLUMN};
use crate::ColumnarError;

/// The number of no record member.
pub(crate) const UNKNOWN: u32 = u32::MAX;

/// A further column that a member fills when the column's own member is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Alternate {
    pub(crate) column: u32,
    /// Position among the column's places; 0 is a second column on the same member.
    pub(crate) rank: u32,
}

/// A record member that some column knows. The members of a list's elements hang below the list's member.
#[derive(Debug, Default)]
pub(crate) struct RecordMember {
    pub(crate) name: Box<str>,
    /// The column that gives the member back exactly, or `NO_COLUMN`.
    pub(crate) column: u32,
    pub(crate) alternates: Vec<Alternate>,
    lookup: HashMap<Box<str>, u32>,
}

impl RecordMember {
    pub(crate) fn has_members(&self) -> bool {
        !self.lookup.is_empty()
    }
}

/// All known members; number 0 is the record itself.
#[derive(Debug)]
pub(crate) struct RecordTree {
    members: Vec<RecordMember>,
    /// The member of each column.
    of_column: Vec<u32>,
}

impl RecordTree {
    pub(super) fn new(columns: &Columns, definition: &SchemaDefinition) -> Result<Self, ColumnarError> {
        let of_column = vec![UNKNOWN; columns.end() as usize];
        let mut tree = Self { members: vec![RecordMember::default()], of_column };
        let mut number = NO_COLUMN;
        for column in &definition.columns {
            tree.add(columns, column, 0, &mut number)?;
        }
        let mut number = NO_COLUMN;
        for column in &definition.columns {
            tree.add_alternates(columns, column, &mut number)?;
        }
        Ok(tree)
    }

    fn add(
        &mut self,
        columns: &Columns,
        definition: &ColumnDefinition,
        parent: u32,
        number: &mut u32,
    ) -> Result<(), ColumnarError> {
        if definition.r#type == "computed" {
            return Ok(());
        }
        *number += 1;
        let column = *number;
        let member = match &definition.record {
            Some(name) => self.attach(columns, parent, name, column)?,
            None if definition.alternates.is_empty() => {
                return Err(invalid(&definition.name, "no record member fills it".to_owned()));
            }
            None => UNKNOWN,
        };
        for below in &definition.members {
            self.add(columns, below, member, number)?;
        }
        Ok(())
    }

    /// Gives a column its member; the second column on the same member becomes an alternate of rank 0.
    fn attach(&mut self, columns: &Columns, parent: u32, name: &str, column: u32) -> Result<u32, ColumnarError> {
        let member = self.member(columns, parent, name, column)?;
        let entry = &mut self.members[member as usize];
        if entry.column == NO_COLUMN {
            entry.column = column;
            self.of_column[column as usize] = member;
            return Ok(member);
        }
        entry.alternates.push(Alternate { column, rank: 0 });
        outside_lists(columns, column).map(|()| member)
    }

    fn add_alternates(
        &mut self,
        columns: &Columns,
        definition: &ColumnDefinition,
        number: &mut u32,
    ) -> Result<(), ColumnarError> {
        if definition.r#type == "computed" {
            return Ok(());
        }
        *number += 1;
        let column = *number;
        for (rank, path) in (1..).zip(&definition.alternates) {
            let mut member = 0;
            for name in path.split('.') {
                member = self.member(columns, member, name, column)?;
            }
            self.members[member as usize].alternates.push(Alternate { column, rank });
            outside_lists(columns, column)?;
        }
        for below in &definition.members {
            self.add_alternates(columns, below, number)?;
        }
        Ok(())
    }

    /// The member `name` of `parent`, made when it is not there yet.
    fn member(&mut self, columns: &Columns, parent: u32, name: &str, column: u32) -> Result<u32, ColumnarError> {
        let next = u32::try_from(self.members.len()).unwrap_or(UNKNOWN);
        let Some(above) = self.members.get_mut(parent as usize) else {
            return Err(invalid(&columns.get(column).path, "its parent has no record member".to_owned()));
        };
        let holder = above.column;
        let list = above.alternates.iter().any(|alternate| columns.get(alternate.column).kind == ColumnKind::List);
        if list || (holder != NO_COLUMN && !holds_members(columns, holder, column)) {
            let problem = format!("`{}` is a column of its own and has no members", above.name);
            return Err(invalid(&columns.get(column).path, problem));
        }
        if name.is_empty() {
            return Err(invalid(&columns.get(column).path, "the record member has no name".to_owned()));
        }
        if let Some(&member) = above.lookup.get(name) {
            return Ok(member);
        }
        above.lookup.insert(name.into(), next);
        self.members.push(RecordMember { name: name.into(), ..RecordMember::default() });
        Ok(next)
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    pub(crate) fn get(&self, member: u32) -> &RecordMember {
        &self.members[member as usize]
    }

    /// The member called `name` below `parent`, or `UNKNOWN`.
    pub(crate) fn find(&self, parent: u32, name: &str) -> u32 {
        self.get(parent).lookup.get(name).copied().unwrap_or(UNKNOWN)
    }

    /// The member that gives a column, or `UNKNOWN`.
    pub(crate) fn of_column(&self, column: u32) -> u32 {
        self.of_column[column as usize]
    }
}

/// Alternates are settled once per record, so the columns of list elements have none.
fn outside_lists(columns: &Columns, column: u32) -> Result<(), ColumnarError> {
    let column = columns.get(column);
    if column.in_list {
        Err(invalid(&column.path, "inside a list every column needs a member of its own".to_owned()))
    } else {
        Ok(())
    }
}

/// Structs have members; a list's elements only those of the list.
fn holds_members(columns: &Columns, holder: u32, column: u32) -> bool {
    match columns.get(holder).kind {
        ColumnKind::Struct => !columns.get(holder).in_list || columns.get(column).in_list,
        ColumnKind::List => columns.inside(holder).contains(&(column as usize)),
        _ => false,
    }
}
