//! Member names met before, by number. Trails write the same few hundred names over and over and mostly in one order,
//! so a name is first compared with the one that stood in its place the last time.

use hashbrown::HashMap;

/// The number of a name that is not kept.
pub(crate) const NO_NAME: u32 = u32::MAX;

/// Names that are kept at most, and the longest of them with its quotes.
const MOST_NAMES: usize = 4_096;
const LONGEST_BYTES: usize = 66;

/// Where a name stands: behind another one, or first in the object that is the value of another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(usize);

impl Place {
    /// Behind the member of this name.
    pub(super) fn after(name: u32) -> Self {
        Self(2 * name.wrapping_add(1) as usize)
    }

    /// First in the object under this name.
    pub(super) fn inside(name: u32) -> Self {
        Self(2 * name.wrapping_add(1) as usize + 1)
    }
}

/// The names met, and which of them stood where the last time. The default keeps none.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// With their quotes, as they stand in a text.
    quoted: Vec<Box<[u8]>>,
    numbers: HashMap<Box<[u8]>, u32>,
    /// By place.
    last: Vec<u32>,
}

impl Names {
    /// No names yet, but they will be kept.
    pub(super) fn kept() -> Self {
        Self { last: vec![NO_NAME; 2], ..Self::default() }
    }

    /// The name that stood at `place` the last time, with its quotes.
    pub(super) fn expected(&self, place: Place) -> Option<(u32, &[u8])> {
        let number = *self.last.get(place.0)?;
        Some((number, self.quoted.get(number as usize)?))
    }

    /// The number of a name, given with its quotes and without escapes, that stands at `place` now.
    pub(super) fn met(&mut self, place: Place, quoted: &[u8]) -> u32 {
        let Some(last) = self.last.get(place.0).copied() else { return NO_NAME };
        let number = match self.numbers.get(quoted) {
            Some(&number) => number,
            None => self.keep(quoted),
        };
        if last != number
            && let Some(last) = self.last.get_mut(place.0)
        {
            *last = number;
        }
        number
    }

    fn keep(&mut self, quoted: &[u8]) -> u32 {
        let number = u32::try_from(self.quoted.len()).unwrap_or(NO_NAME);
        if self.quoted.len() >= MOST_NAMES || quoted.len() > LONGEST_BYTES {
            return NO_NAME;
        }
        self.quoted.push(quoted.into());
        self.numbers.insert(quoted.into(), number);
        self.last.extend([NO_NAME; 2]);
        number
    }
}
