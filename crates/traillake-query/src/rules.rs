//! Rules over logical plans that DataFusion lacks.

mod athena_filters;
mod grouped_maps;
mod lateral_unnest;

pub(crate) use athena_filters::AthenaFilters;
pub(crate) use grouped_maps::GroupedMaps;
pub(crate) use lateral_unnest::LateralUnnest;
