//! Rules over plans that DataFusion lacks.

mod athena_filters;
mod athena_times;
mod by_codes;
mod constants;
mod equal_values;
mod first_events;
mod from_log;
mod held_values;
mod in_time;
mod lateral_unnest;
mod map_keys;
mod sub_selects;

pub(crate) use athena_filters::AthenaFilters;
pub(crate) use by_codes::ByCodes;
pub(crate) use equal_values::EqualValues;
pub(crate) use first_events::FirstEvents;
pub(crate) use from_log::FromLog;
pub(crate) use held_values::HeldValues;
pub(crate) use in_time::InTime;
pub(crate) use lateral_unnest::LateralUnnest;
pub(crate) use map_keys::MapKeys;
pub(crate) use sub_selects::{SubSelects, Workshop, asks_sub_selects};
