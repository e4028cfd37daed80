//! The entries of the maps of a row group, page by page: of a page nothing is kept but what is asked for, and a page
//! without a value of the key that is asked for is not unpacked.

use arrow::array::{ArrayRef, BooleanBufferBuilder};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::DataType;

use super::coded::{Texts, are_few};
use super::is_true;
use super::plain::{self, Plain};
use crate::provider::reader::codes::hybrid::spread;
use crate::provider::reader::opened::{Opened, Picked, Texts as Walk};

/// The entries of one key.
pub(super) struct Entries {
    /// Where each stands among all entries, of which a row without any has one that is NULL; and its row.
    places: Vec<(usize, usize)>,
    /// All entries.
    count: usize,
    rows: usize,
}

/// The values of some entries.
pub(super) struct Values {
    parts: Vec<Plain>,
    /// For each entry the place of its value in [`Values::texts`]; 0 for NULL.
    pub(super) codes: Vec<u32>,
}

impl Entries {
    /// Those of `key` in `rows` rows, the first where it stands twice in a map; none where levels say something else.
    pub(super) fn of_key(keys: &Texts, key: &str, rows: usize) -> Option<Self> {
        let dictionary = keys.pages.dictionary.as_slice();
        let known: Vec<bool> =
            [Some(false)].into_iter().chain(is_key(dictionary.first(), key)).collect::<Option<_>>()?;
        let mut this = Self { places: Vec::new(), count: 0, rows: 0 };
        for page in &keys.pages.data {
            page.read(keys.depth, |page| {
                let (present, count) = present(page)?;
                let mut texts = Walk::of(page.values);
                let mut code = |number| Some(1 + u32::from(texts.at(number)? == key.as_bytes()));
                let (codes, is_key) = match page.codes(count, known.len() - 1).ok()? {
                    Some(codes) => (codes, known.as_slice()),
                    None => ((0..count).map(&mut code).collect::<Option<_>>()?, [false, false, true].as_slice()),
                };
                this.add(page, all_codes(codes, present.as_ref()), is_key)
            })?;
        }
        (this.rows == rows).then_some(this)
    }

    /// Adds those of a page for whose code `is_key` says so.
    fn add(&mut self, page: &Opened<'_>, codes: Vec<u32>, is_key: &[bool]) -> Option<()> {
        if !codes.iter().any(|&code| is_true(is_key, code)) {
            self.rows += page.rows().ok()?;
            self.count += page.count;
            return Some(());
        }
        for (level, code) in page.repetitions().ok()?.into_iter().zip(codes) {
            self.rows += usize::from(level == 0);
            if is_true(is_key, code) {
                let row = self.rows.checked_sub(1)?;
                if self.places.last().is_none_or(|(_, last)| *last != row) {
                    self.places.push((self.count, row));
                }
            }
            self.count += 1;
        }
        Some(())
    }

    /// The values of these entries, out of all `values`.
    pub(super) fn values(&self, values: Texts) -> Option<Values> {
        let known = values.pages.dictionary.as_ref().map_or(0, |texts| texts.count);
        let (mut own, mut own_count, mut codes) = (Vec::new(), 0, Vec::with_capacity(self.places.len()));
        let (mut first, mut rest) = (0, self.places.as_slice());
        for page in values.pages.data {
            let end = page.count().checked_add(first)?;
            let (here, later) = rest.split_at(rest.partition_point(|(place, _)| *place < end));
            let take = |picked: Picked<'_>| {
                codes.push(match picked {
                    Picked::Null => 0,
                    Picked::Code(code) => code,
                    Picked::Text(text) => {
                        own.extend(u32::try_from(text.len())?.to_le_bytes());
                        own.extend_from_slice(text);
                        own_count += 1;
                        u32::try_from(known + own_count)?
                    }
                });
                Ok(())
            };
            if !here.is_empty() {
                page.read(values.depth, |page| {
                    page.pick(here.iter().map(|(place, _)| place - first), known, take).ok()
                })?;
            }
            (first, rest) = (end, later);
        }
        let own = Plain { bytes: own.into(), count: own_count };
        let parts: Vec<Plain> = values.pages.dictionary.into_iter().chain([own]).collect();
        (first == self.count && are_few(&parts)).then_some(Values { parts, codes })
    }

    /// The rows for which `holds` says so by code, which is that of NULL where a row has no entry.
    pub(super) fn chosen(&self, codes: &[u32], holds: &[bool]) -> BooleanBuffer {
        let mut rows = BooleanBufferBuilder::new(self.rows);
        rows.append_n(self.rows, is_true(holds, 0));
        for ((_, row), &code) in self.places.iter().zip(codes) {
            rows.set_bit(*row, is_true(holds, code));
        }
        rows.finish()
    }
}

impl Values {
    /// All texts, of which codes tell the place; NULL first.
    pub(super) fn texts(&self, data_type: &DataType) -> Option<ArrayRef> {
        plain::array(&self.parts, data_type)
    }
}

/// Rows of maps of which some value fits.
struct Fitting {
    rows: Vec<bool>,
    /// The row after those that were looked at.
    next: usize,
    /// The definition level of a map without entries.
    empty: u32,
}

impl Fitting {
    /// Looks at the entries of a page: their codes, and by code whether a value fits.
    fn add(&mut self, page: &Opened<'_>, codes: Vec<u32>, fits: &[bool]) -> Option<()> {
        if !fits.contains(&true) {
            self.next += page.rows().ok()?;
            return Some(());
        }
        // A code of 0 is for a value that is NULL as well as for a row without entries.
        let levels = is_true(fits, 0).then(|| page.definitions()).transpose().ok()?.unwrap_or_default();
        let is_entry = |at: usize| levels.get(at).is_some_and(|&level| level > self.empty);
        for (at, (level, code)) in page.repetitions().ok()?.into_iter().zip(codes).enumerate() {
            self.next += usize::from(level == 0);
            if is_true(fits, code) && (code > 0 || is_entry(at)) {
                *self.rows.get_mut(self.next.checked_sub(1)?)? = true;
            }
        }
        Some(())
    }
}

/// The rows of maps with `values` of which any value fits; `fits` is asked for NULL and the texts of a page at a time, as
/// `data_type`, and for the dictionary if its answer is not `known`.
pub(super) fn any_entry(
    values: Texts,
    (empty, rows): (u32, usize),
    data_type: &DataType,
    known: Option<Vec<bool>>,
    fits: impl Fn(ArrayRef) -> Option<Vec<bool>>,
) -> Option<BooleanBuffer> {
    let known = match known {
        Some(known) => known,
        None => fits(plain::array(values.pages.dictionary.as_slice(), data_type)?)?,
    };
    let mut fitting = Fitting { rows: vec![false; rows], next: 0, empty };
    for page in values.pages.data {
        page.read(values.depth, |page| {
            let (present, count) = present(page)?;
            if let Some(codes) = page.codes(count, known.len() - 1).ok()? {
                return fitting.add(page, all_codes(codes, present.as_ref()), &known);
            }
            let codes = (1..=u32::try_from(count).ok()?).collect();
            let own = fits(plain::array_of(page.values, count, data_type)?)?;
            fitting.add(page, all_codes(codes, present.as_ref()), &own)
        })?;
    }
    (fitting.next == rows).then(|| fitting.rows.into())
}

/// Which entries of a page have a value, none for all; and how many.
fn present(page: &Opened<'_>) -> Option<(Option<BooleanBuffer>, usize)> {
    let present = page.present().ok()?;
    let count = present.as_ref().map_or(page.count, BooleanBuffer::count_set_bits);
    Some((present, count))
}

/// The codes of all entries out of those that have a value.
fn all_codes(codes: Vec<u32>, present: Option<&BooleanBuffer>) -> Vec<u32> {
    let Some(present) = present else { return codes };
    let mut all = Vec::with_capacity(present.len());
    spread(&codes, present, &mut all);
    all
}

/// For each text of a dictionary whether it is `key`; none for one that reaches beyond it.
fn is_key<'k>(dictionary: Option<&'k Plain>, key: &'k str) -> impl Iterator<Item = Option<bool>> + 'k {
    let texts = dictionary.into_iter().flat_map(Plain::texts);
    texts.map(move |text| Some(text? == key.as_bytes()))
}
