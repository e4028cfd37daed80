//! Narrowing: which leaves of a footer are given on, and the schema they make.

use std::sync::{Arc, Mutex, PoisonError};

use parquet::errors::Result;
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor, Type, TypePtr};

use super::Paths;

/// Cuts footers down to some leaves; what it takes to do so is worked out once for each schema.
#[derive(Debug)]
pub(crate) struct Narrowing {
    paths: Paths,
    last: Mutex<Option<(SchemaDescPtr, Arc<Leaves>)>>,
}

impl Narrowing {
    pub(crate) fn new(paths: Paths) -> Self {
        Self { paths, last: Mutex::default() }
    }

    pub(super) fn leaves(&self, schema: &SchemaDescPtr) -> Result<Arc<Leaves>> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, leaves)) = &*last
            && Arc::ptr_eq(known, schema)
        {
            return Ok(Arc::clone(leaves));
        }
        let leaves = Arc::new(Leaves::of(schema, &self.paths)?);
        *last = Some((Arc::clone(schema), Arc::clone(&leaves)));
        Ok(leaves)
    }
}

/// The leaves that are kept of a schema, and the schema they make.
#[derive(Debug)]
pub(super) struct Leaves {
    pub(super) kept: Vec<usize>,
    pub(super) schema: SchemaDescPtr,
}

impl Leaves {
    fn of(file: &SchemaDescriptor, paths: &Paths) -> Result<Self> {
        let root = file.root_schema();
        let fields = root.get_fields().iter().map(|field| kept_of(field, "", paths));
        let fields = fields.filter_map(Result::transpose).collect::<Result<_>>()?;
        let narrow = Type::group_type_builder(root.name()).with_fields(fields).build()?;
        let is_kept = |&leaf: &usize| {
            let parts = file.column(leaf).path().parts().to_vec();
            (1..=parts.len()).any(|length| parts.get(..length).is_some_and(|parts| paths.contains(&parts.join("."))))
        };
        let kept = (0..file.num_columns()).filter(is_kept).collect();
        Ok(Self { kept, schema: Arc::new(SchemaDescriptor::new(Arc::new(narrow))) })
    }
}

/// What is kept of a field below `above`: all of it, some of its members, or nothing.
fn kept_of(field: &TypePtr, above: &str, paths: &Paths) -> Result<Option<TypePtr>> {
    let path = if above.is_empty() { field.name().to_owned() } else { format!("{above}.{}", field.name()) };
    if paths.contains(&path) {
        return Ok(Some(Arc::clone(field)));
    }
    if field.is_primitive() {
        return Ok(None);
    }
    let members = field.get_fields().iter().map(|member| kept_of(member, &path, paths));
    let members = members.filter_map(Result::transpose).collect::<Result<Vec<_>>>()?;
    if members.is_empty() {
        return Ok(None);
    }
    let own = field.get_basic_info();
    let group = Type::group_type_builder(field.name())
        .with_repetition(own.repetition())
        .with_converted_type(own.converted_type())
        .with_logical_type(own.logical_type_ref().cloned())
        .with_fields(members);
    Ok(Some(Arc::new(group.build()?)))
}
