//! Rules over logical plans that DataFusion lacks.

mod lateral_unnest;

pub(crate) use lateral_unnest::LateralUnnest;
