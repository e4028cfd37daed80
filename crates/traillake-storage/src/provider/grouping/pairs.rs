//! Numbers for pairs of numbers.

use datafusion::common::HashMap;

/// Places of the table at most: a megabyte, which stays near the core.
const TABLE_PLACES: usize = 1 << 18;

/// Pairs that were met, numbered from 0 on in that order.
///
/// As long as numbers are small a table has a place for every pair there may be.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// Numbers plus one, by the left number, then by the right one.
    table: Vec<u32>,
    /// How many right numbers a left one has room for; a power of two.
    width: usize,
    hashed: HashMap<(u32, u32), u32>,
    left: Vec<u32>,
    right: Vec<u32>,
}

impl Pairs {
    /// How many pairs were met.
    pub(super) fn len(&self) -> usize {
        self.left.len()
    }

    /// Bytes of memory.
    pub(super) fn size(&self) -> usize {
        let numbers = self.table.capacity() + self.left.capacity() + self.right.capacity();
        numbers * size_of::<u32>() + self.hashed.capacity() * (size_of::<(u32, u32, u32)>() + 1)
    }

    /// Puts the number of each pair in the place of its left number. Left numbers are less than `lefts`, right ones
    /// less than `rights`, and both less than 2³².
    pub(super) fn number(&mut self, left: &mut [usize], right: &[usize], lefts: usize, rights: usize) {
        let fits = self.make_room(lefts, rights);
        for (left, &right) in left.iter_mut().zip(right) {
            *left = if fits { self.in_table(*left, right) } else { self.in_map(*left, right) };
        }
    }

    fn in_table(&mut self, left: usize, right: usize) -> usize {
        let next = self.left.len();
        let Some(place) = self.table.get_mut(left * self.width + right) else { return next };
        if *place == 0 {
            *place = narrow(next + 1);
            self.left.push(narrow(left));
            self.right.push(narrow(right));
            return next;
        }
        *place as usize - 1
    }

    fn in_map(&mut self, left: usize, right: usize) -> usize {
        let next = self.left.len();
        let number = *self.hashed.entry((narrow(left), narrow(right))).or_insert(narrow(next)) as usize;
        if number == next {
            self.left.push(narrow(left));
            self.right.push(narrow(right));
        }
        number
    }

    /// Whether the table has a place for each pair; it grows if need be, or gives way to the map.
    fn make_room(&mut self, lefts: usize, rights: usize) -> bool {
        if !self.hashed.is_empty() {
            return false;
        }
        if rights <= self.width && lefts * self.width <= self.table.len() {
            return true;
        }
        let width = rights.next_power_of_two().max(self.width);
        let places = lefts.next_power_of_two().saturating_mul(width).max(self.table.len());
        let known = self.left.iter().copied().zip(self.right.iter().copied()).zip(0..);
        if places > TABLE_PLACES {
            self.hashed = known.collect();
            self.table = Vec::new();
            return false;
        }
        let mut table = vec![0; places];
        for ((left, right), number) in known {
            if let Some(place) = table.get_mut(left as usize * width + right as usize) {
                *place = number + 1;
            }
        }
        (self.table, self.width) = (table, width);
        true
    }

    /// Left and right numbers of all pairs; none is known from here on.
    pub(super) fn take(&mut self) -> (Vec<u32>, Vec<u32>) {
        let taken = std::mem::take(self);
        (taken.left, taken.right)
    }
}

fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_pair_has_one_number(batches in prop::collection::vec(
            (1_usize..2_000, 1_usize..2_000, prop::collection::vec((0_usize..2_000, 0_usize..2_000), 0..60)),
            1..6,
        )) {
            let (mut pairs, mut met, mut bounds) = (Pairs::default(), Vec::new(), (0, 0));
            for (lefts, rights, batch) in batches {
                bounds = (lefts.max(bounds.0), rights.max(bounds.1));
                let batch: Vec<_> = batch.into_iter().map(|(l, r)| (l % bounds.0, r % bounds.1)).collect();
                let mut left: Vec<usize> = batch.iter().map(|pair| pair.0).collect();
                let right: Vec<usize> = batch.iter().map(|pair| pair.1).collect();
                pairs.number(&mut left, &right, bounds.0, bounds.1);
                for (number, pair) in left.into_iter().zip(batch) {
                    if number == met.len() {
                        met.push(pair);
                    }
                    prop_assert_eq!(met[number], pair);
                }
                prop_assert_eq!(pairs.len(), met.len());
            }
            prop_assert!(pairs.size() >= met.len() * 8);
            let (left, right) = pairs.take();
            let taken: Vec<_> = left.into_iter().zip(right).map(|(l, r)| (l as usize, r as usize)).collect();
            prop_assert_eq!(taken, met);
            prop_assert_eq!(pairs.len(), 0);
        }
    }

    #[test]
    fn many_values_move_from_the_table_to_the_map() {
        let mut pairs = Pairs::default();
        let mut first = vec![3];
        pairs.number(&mut first, &[4], 4, 5);
        assert!(pairs.hashed.is_empty());
        let mut then = vec![3, 99_999];
        pairs.number(&mut then, &[4, 99_999], 100_000, 100_000);
        assert_eq!((first, then, pairs.hashed.len(), pairs.table.len()), (vec![0], vec![0, 1], 2, 0));
    }
}
