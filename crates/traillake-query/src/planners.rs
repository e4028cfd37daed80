//! Hooks into DataFusion's planner: what a name after a dot means, and what UNNEST makes.

mod faults;
mod fields;
mod unnest;

pub(crate) use faults::{Denied, FieldFault, FieldFaults, NO_FIELD};
pub(crate) use fields::FieldPlanner;
pub(crate) use unnest::UnnestPlanner;
