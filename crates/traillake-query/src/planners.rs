//! Hooks into DataFusion's planner: what a name after a dot means, and what UNNEST makes.

mod fields;
mod unnest;

pub(crate) use fields::FieldPlanner;
pub(crate) use unnest::UnnestPlanner;
