//! A merging t-digest (Dunning, Ertl) with Trino's reading of it.

use datafusion::common::{Result, exec_err};

/// Points before they are merged.
const MOST_POINTS: usize = 2_000;
/// More is finer.
const COMPRESSION: f64 = 400.0;

/// Values and their weights; neighbours are merged when there are many, the finer the nearer to an end.
#[derive(Debug, Default)]
pub(super) struct Digest {
    points: Vec<(f64, f64)>,
    /// How many at the front were merged and are sorted.
    merged: usize,
}

impl Digest {
    pub(super) fn add(&mut self, value: f64, weight: f64) -> Result<()> {
        if value.is_nan() {
            return exec_err!("approx_percentile: value is NaN");
        }
        if !weight.is_finite() || weight <= 0.0 {
            return exec_err!("percentile weight must be > 0");
        }
        self.points.push((value, weight));
        if self.points.len() - self.merged >= MOST_POINTS {
            self.merge();
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    pub(super) fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    pub(super) fn size(&self) -> usize {
        self.points.capacity() * size_of::<(f64, f64)>()
    }

    fn merge(&mut self) {
        self.points.sort_by(|left, right| left.0.total_cmp(&right.0));
        let total: f64 = self.points.iter().map(|point| point.1).sum();
        let scale = |share: f64| COMPRESSION * (2.0 * share.clamp(0.0, 1.0) - 1.0).asin() / std::f64::consts::TAU;
        let mut merged: Vec<(f64, f64)> = Vec::with_capacity(MOST_POINTS);
        let mut before = 0.0;
        let last = self.points.len().saturating_sub(1);
        for (place, &(value, weight)) in self.points.iter().enumerate() {
            // The smallest and the largest stay as they are.
            let inside = place != last && merged.len() > 1;
            match merged.last_mut() {
                Some((mean, sum))
                    if inside && scale((before + *sum + weight) / total) - scale(before / total) <= 1.0 =>
                {
                    *sum += weight;
                    *mean += (value - *mean) * weight / *sum;
                }
                previous => {
                    before += previous.map_or(0.0, |previous| previous.1);
                    merged.push((value, weight));
                }
            }
        }
        self.merged = merged.len();
        self.points = merged;
    }

    /// The value at a share of the weight; `None` without values.
    pub(super) fn value_at(&self, share: f64) -> Option<f64> {
        let mut points = self.points.clone();
        points.sort_by(|left, right| left.0.total_cmp(&right.0));
        let (first, last) = (points.first()?, points.last()?);
        let total: f64 = points.iter().map(|point| point.1).sum();
        let offset = share * total;
        if offset < first.1.min(1.0) {
            return Some(first.0);
        }
        if offset > total - last.1.min(1.0) {
            return Some(last.0);
        }
        Some(between(&points, offset).unwrap_or(last.0))
    }
}

/// The value at an offset into the weight: that of a single value, or on the line between two means.
fn between(points: &[(f64, f64)], offset: f64) -> Option<f64> {
    let mut centre = points.first()?.1 / 2.0;
    if offset < centre {
        return Some(points.first()?.0);
    }
    for pair in points.windows(2) {
        let &[(left, left_weight), (right, right_weight)] = pair else { return None };
        let distance = f64::midpoint(left_weight, right_weight);
        if centre + distance > offset {
            let single = |weight: f64| if weight <= 1.0 { 0.5 } else { 0.0 };
            let (from_left, from_right) = (offset - centre, centre + distance - offset);
            if from_left < single(left_weight) {
                return Some(left);
            }
            if from_right <= single(right_weight) {
                return Some(right);
            }
            let (near_left, near_right) = (from_left - single(left_weight), from_right - single(right_weight));
            return Some((left * near_right + right * near_left) / (near_left + near_right));
        }
        centre += distance;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(values: impl IntoIterator<Item = f64>) -> Digest {
        let mut digest = Digest::default();
        values.into_iter().for_each(|value| digest.add(value, 1.0).unwrap());
        digest
    }

    #[test]
    fn few_values_give_exact_ranks() {
        let small = digest([3.0, 1.0, 4.0, 2.0]);
        let at = |share| small.value_at(share).map(|value| value.to_string()).unwrap();
        let found = [0.0, 0.24, 0.25, 0.5, 0.75, 1.0].map(at);
        assert_eq!(found, ["1", "1", "2", "3", "4", "4"]);
        assert_eq!(digest([]).value_at(0.5), None);
    }

    #[test]
    fn many_values_give_close_ranks_in_little_memory() {
        let large = digest((0..100_000).map(|n| f64::from(n * 7919 % 100_000)));
        assert!(large.points().len() < 2 * MOST_POINTS, "{}", large.points().len());
        for share in [0.001, 0.01, 0.25, 0.5, 0.9, 0.999] {
            let found = large.value_at(share).unwrap() / 100_000.0;
            assert!((found - share).abs() < 0.005, "{share}: {found}");
        }
        assert_eq!([large.value_at(0.0), large.value_at(1.0)], [Some(0.0), Some(99_999.0)]);
    }

    #[test]
    fn bad_weights_and_nan_are_errors() {
        let mut digest = Digest::default();
        assert!(digest.add(f64::NAN, 1.0).is_err());
        assert!(digest.add(1.0, 0.0).is_err());
        assert!(digest.add(1.0, f64::INFINITY).is_err());
    }
}
