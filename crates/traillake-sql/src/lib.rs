//! CloudTrail Lake's SQL as a language, apart from any lake: what a text may say and what it means.
//!
//! ```text
//!  text -> LakeDialect -> AST -> DataFusion's planner -> plan -> values
//!          grammar        |      operators: comparisons,          text_form: how Lake
//!                         |      arithmetic, CAST                 writes a value
//!                         `----- functions: documented, registered by `register`
//! ```
//!
//! ```
//! use datafusion::execution::session_state::SessionStateBuilder;
//!
//! let state = traillake_sql::register(SessionStateBuilder::new()).build();
//! assert!(state.scalar_functions().contains_key("split_part"));
//! let documented = traillake_sql::functions().iter().any(|function| function.doc.name == "split_part");
//! assert!(documented);
//! ```
//!
//! What it does not do: it knows no stores, no sessions and no limits, and reads no data.

pub mod athena;
mod budget;
mod casts;
mod coercion;
mod dialect;
mod functions;
mod operators;
mod places;
#[cfg(test)]
mod testing;
mod text_form;
mod types;

pub use budget::{Budget, is_about_size};
pub use coercion::{coerce, common_data_type, set_data_type};
pub use dialect::LakeDialect;
pub use functions::{
    Function, FunctionDoc, Group, Implementation, Origin, functions, map_entry, reference_markdown, register,
    takes_rows_in_parts,
};
pub use operators::{canonical, has_forms, is_orderable};
pub use places::{Place, unmark};
pub use text_form::text_of;
pub use types::type_name;
