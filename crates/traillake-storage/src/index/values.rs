//! Which texts of an event are looked up: every text leaf of its columns but those that name the kind of call; of a
//! map its values; of a text that is a JSON object or array the scalars inside it.

use std::hash::Hasher as _;

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::datatypes::DataType;
use traillake_columnar::{EVENT_JSON, EVENT_JSON_CHECKSUM, RECORD_REST, RECORD_SHAPE};
use twox_hash::XxHash64;

use super::json;

/// Columns that say what kind of call an event was, or describe it at length, not who and what took part.
const LEFT_OUT: [&str; 16] = [
    "eventversion",
    "eventsource",
    "eventname",
    "eventtype",
    "eventcategory",
    "apiversion",
    "awsregion",
    "errorcode",
    "errormessage",
    "useragent",
    "additionaleventdata",
    "tlsdetails",
    EVENT_JSON,
    EVENT_JSON_CHECKSUM,
    RECORD_SHAPE,
    RECORD_REST,
];
/// Shorter texts are in almost every file.
const SHORTEST_BYTES: usize = 3;
/// Longer texts are no names of anything.
const LONGEST_BYTES: usize = 1_024;
const SEED: u64 = 0;

/// Whether the values of a column, by its lower-case name, are looked up.
pub(crate) fn is_looked_up(column: &str) -> bool {
    !LEFT_OUT.contains(&column) && !column.starts_with('$')
}

/// The hash of a value; none when it is too short or too long to be looked up. Never 0.
pub(crate) fn hash_of(value: &str) -> Option<u64> {
    (SHORTEST_BYTES..=LONGEST_BYTES).contains(&value.len()).then(|| hash(value))
}

fn hash(text: &str) -> u64 {
    XxHash64::oneshot(SEED, text.as_bytes()).max(1)
}

/// The name of a data file in the index.
pub(super) fn file_key(path: &str) -> u64 {
    hash(path)
}

/// Check of stored bytes.
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    let mut hasher = XxHash64::with_seed(SEED);
    hasher.write(bytes);
    hasher.finish()
}

/// Calls `each` with the hash of every value in `array`, some of them several times.
pub(super) fn each_hash(array: &ArrayRef, seen: &mut Seen, each: &mut impl FnMut(u64)) {
    match array.data_type() {
        DataType::Struct(_) => array.as_struct().columns().iter().for_each(|member| each_hash(member, seen, each)),
        DataType::List(_) => each_hash(&used(array.as_list::<i32>().values(), array.as_list().offsets()), seen, each),
        DataType::Map(..) => each_hash(&used(array.as_map().values(), array.as_map().offsets()), seen, each),
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().for_each(|text| text_hashes(text, seen, each)),
        DataType::Utf8View => array.as_string_view().iter().flatten().for_each(|text| text_hashes(text, seen, each)),
        _ => {}
    }
}

/// The elements that a sliced list or map still refers to.
fn used(elements: &ArrayRef, offsets: &[i32]) -> ArrayRef {
    let place = |offset: Option<&i32>| offset.and_then(|&offset| usize::try_from(offset).ok()).unwrap_or_default();
    let (first, last) = (place(offsets.first()), place(offsets.last()));
    elements.slice(first, last.saturating_sub(first))
}

fn text_hashes(text: &str, seen: &mut Seen, each: &mut impl FnMut(u64)) {
    if text.len() < SHORTEST_BYTES {
        return;
    }
    let of_text = hash(text);
    if !seen.is_new(of_text) {
        return;
    }
    if json::is_container(text) {
        json::scalars(text, |value| {
            if let Some(hash) = hash_of(value).filter(|&hash| seen.is_new(hash)) {
                each(hash);
            }
        });
    } else if text.len() <= LONGEST_BYTES {
        each(of_text);
    }
}

/// Hashes met not long ago; most texts of an event stand in the one before.
#[derive(Debug)]
pub(super) struct Seen {
    slots: Vec<u64>,
}

impl Seen {
    const SLOTS: usize = 1 << 13;

    pub(super) fn new() -> Self {
        Self { slots: vec![0; Self::SLOTS] }
    }

    pub(super) fn forget(&mut self) {
        self.slots.fill(0);
    }

    fn is_new(&mut self, hash: u64) -> bool {
        let place = usize::try_from(hash % Self::SLOTS as u64).unwrap_or_default();
        self.slots.get_mut(place).is_none_or(|slot| std::mem::replace(slot, hash) != hash)
    }
}
