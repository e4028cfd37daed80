//! `width_bucket`.

use arrow::array::{Array, AsArray, Float64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use datafusion::common::{Result, exec_datafusion_err, exec_err};

use super::DOC;
use crate::functions::kit::Kind::{Array as AnyArray, Bigint, Double};
use crate::functions::kit::{Row, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    let function = scalar("width_bucket")
        .on(&[Double, Double, Double, Bigint], |row| {
            equal_width(row.double(0), (row.double(1), row.double(2)), row.bigint(3)).map(Some)
        })
        .on(&[Double, AnyArray], |row| of_bins(row).map(Some));
    vec![function.documented(FunctionDoc {
        name: "width_bucket",
        usage: &["width_bucket(x, bound1, bound2, n) → bigint", "width_bucket(x, bins) → bigint"],
        text: "The bucket that x falls into: of n equally wide ones between two bounds, or of those that a sorted array \
               begins. 0 is below the first.",
        examples: &[("width_bucket(3.5, 0, 10, 5)", "2"), ("width_bucket(15, ARRAY[0, 10, 20])", "2")],
        ..DOC
    })]
}

fn equal_width(x: f64, (first, second): (f64, f64), buckets: i64) -> Result<i64> {
    if buckets <= 0 {
        return exec_err!("bucketCount must be greater than 0");
    }
    if x.is_nan() {
        return exec_err!("operand must not be NaN");
    }
    if !first.is_finite() || !second.is_finite() {
        return exec_err!("{} bound must be finite", if first.is_finite() { "second" } else { "first" });
    }
    if first - second == 0.0 {
        return exec_err!("bounds cannot equal each other");
    }
    let (lower, upper) = (first.min(second), first.max(second));
    if x < lower {
        return Ok(if first > second { buckets.saturating_add(1) } else { 0 });
    }
    if x >= upper {
        return above(x, first > second, buckets);
    }
    let bucket = inside((x - lower) / (upper - lower), buckets);
    Ok(if first > second { buckets - bucket + 1 } else { bucket })
}

fn above(x: f64, descending: bool, buckets: i64) -> Result<i64> {
    let last = buckets.checked_add(1);
    let last = last.ok_or_else(|| exec_datafusion_err!("Bucket for value {x} is out of range"))?;
    Ok(if descending { 0 } else { last })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a share of the buckets is rounded down to a bucket"
)]
fn inside(share: f64, buckets: i64) -> i64 {
    (buckets as f64 * share + 1.0) as i64
}

fn of_bins(row: &Row<'_>) -> Result<i64> {
    let x = row.double(0);
    let Some(bins) = row.elements(1).filter(|bins| !bins.is_empty()) else {
        return exec_err!("Bins cannot be an empty array");
    };
    if x.is_nan() {
        return exec_err!("Operand cannot be NaN");
    }
    let bins = cast(&bins, &DataType::Float64)?;
    let bins: &Float64Array = bins.as_primitive::<Float64Type>();
    search(x, &bins.iter().map(|bin| bin.unwrap_or(0.0)).collect::<Vec<_>>())
}

fn search(x: f64, bins: &[f64]) -> Result<i64> {
    if let Some(bin) = bins.iter().find(|bin| !bin.is_finite()) {
        return exec_err!("Bin value must be finite, got {bin}");
    }
    if !bins.is_sorted() {
        return exec_err!("Bin values are not sorted in ascending order");
    }
    Ok(i64::try_from(bins.partition_point(|&bin| bin <= x)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn buckets_lie_between_bounds_in_either_order() {
        assert_eq!(value("width_bucket(-1, 0, 10, 5)").unwrap(), "0");
        assert_eq!(value("width_bucket(10, 0, 10, 5)").unwrap(), "6");
        assert_eq!(value("width_bucket(0, 0, 10, 5)").unwrap(), "1");
        assert_eq!(value("width_bucket(1, 10, 0, 5)").unwrap(), "5");
        assert_eq!(value("width_bucket(11, 10, 0, 5)").unwrap(), "0");
        assert_eq!(value("width_bucket(-1, 10, 0, 5)").unwrap(), "6");
        assert_eq!(value("width_bucket(NULL, 0, 10, 5)").unwrap(), "NULL");
    }

    #[test]
    fn bad_buckets_are_errors() {
        assert!(value("width_bucket(1, 0, 10, 0)").unwrap_err().contains("bucketCount must be greater than 0"));
        assert!(value("width_bucket(1, 1, 1, 5)").unwrap_err().contains("bounds cannot equal each other"));
        assert!(value("width_bucket(nan(), 0, 1, 5)").unwrap_err().contains("operand must not be NaN"));
        assert!(value("width_bucket(1, infinity(), 1, 5)").unwrap_err().contains("first bound must be finite"));
        assert!(value("width_bucket(1, 0, infinity(), 5)").unwrap_err().contains("second bound must be finite"));
    }

    #[test]
    fn bins_are_sorted_arrays() {
        assert_eq!(value("width_bucket(-1, ARRAY[0, 10])").unwrap(), "0");
        assert_eq!(value("width_bucket(10, ARRAY[0, 10])").unwrap(), "2");
        assert_eq!(value("width_bucket(NULL, ARRAY[0, 10])").unwrap(), "NULL");
        assert!(value("width_bucket(1, ARRAY[10, 0])").unwrap_err().contains("not sorted"));
        assert!(value("width_bucket(1, ARRAY[])").unwrap_err().contains("empty array"));
    }
}
