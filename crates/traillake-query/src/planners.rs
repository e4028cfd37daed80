//! Hooks into DataFusion's planner: what a name after a dot means, and what relations it plans otherwise than Trino.

mod common;
mod faults;
mod fields;
mod names;
mod relations;
mod sets;
mod ties;
mod unnest;
mod values;

pub(crate) use common::common_columns;
pub(crate) use faults::{Denied, FieldFault, FieldFaults, NO_FIELD};
pub(crate) use fields::FieldPlanner;
pub(crate) use names::REPEATED;
pub(crate) use relations::{LakeRelations, SET_OPERATION, VALUES, WITH_TIES};
pub(crate) use unnest::UnnestPlanner;
