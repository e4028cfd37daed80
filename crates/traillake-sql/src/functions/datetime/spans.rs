//! What is the same for all times of a unit, worked out once for neighbours in it: an hour's events lie together.

use datafusion::common::Result;

use super::civil::Unit;

/// Times from `start` on, so many milliseconds, and what they share.
struct Span<T> {
    start: i64,
    length: u64,
    shared: T,
}

impl<T> Span<T> {
    fn of_unit(unit: Unit, time: i64, share: &mut impl FnMut(i64) -> Result<T>) -> Result<Self> {
        let (start, end) = unit.around(time)?;
        Ok(Self { start, length: end.abs_diff(start), shared: share(start)? })
    }

    fn holds(&self, time: i64) -> bool {
        time.wrapping_sub(self.start).cast_unsigned() < self.length
    }
}

/// For each local time what `share` says of the start of its unit.
///
/// # Errors
///
/// When a unit does not lie in the calendar as a whole, and those of `share`.
pub(super) fn by_unit<T: Copy + Default>(
    unit: Unit,
    times: impl ExactSizeIterator<Item = i64>,
    mut share: impl FnMut(i64) -> Result<T>,
) -> Result<Vec<T>> {
    let mut found = vec![T::default(); times.len()];
    let mut span = Span { start: 0, length: 0, shared: T::default() };
    for (found, time) in found.iter_mut().zip(times) {
        if !span.holds(time) {
            span = Span::of_unit(unit, time, &mut share)?;
        }
        *found = span.shared;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_in_a_unit_are_asked_for_once() {
        let mut asked = Vec::new();
        let times = [0, 1, 3_599_999, 3_600_000, -1, -2, 5];
        let found = by_unit(Unit::Hour, times.into_iter(), |start| {
            asked.push(start);
            Ok(asked.len())
        });
        assert_eq!(found.unwrap(), [1, 1, 1, 2, 3, 3, 4]);
        assert_eq!(asked, [0, 3_600_000, -3_600_000, 0]);
    }

    #[test]
    fn no_time_has_no_unit_and_times_beyond_the_calendar_are_an_error() {
        assert!(by_unit(Unit::Year, [].into_iter(), Ok).unwrap().is_empty());
        for (_, unit) in Unit::ALL {
            for time in [i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX] {
                assert!(by_unit(unit, [0, time].into_iter(), Ok).is_err(), "{unit:?} {time}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_time_has_the_start_of_its_unit(
            unit in 0..9_usize,
            times in prop::collection::vec(prop_oneof![-100_000_000..100_000_000_i64, -8_000_000_000_000_000..8_000_000_000_000_000_i64], 0..50),
        ) {
            let unit = Unit::ALL[unit].1;
            let expected: Vec<i64> = times.iter().map(|&time| unit.floor(time).unwrap()).collect();
            prop_assert_eq!(by_unit(unit, times.into_iter(), Ok).unwrap(), expected);
        }
    }
}
