//! Layouts: records of one structure fill the same columns from the same places and have the same shape, so what the
//! walk found for one of them serves the next.
//!
//! A structure is the nodes of a tape without their texts: kinds, member names by number, and where each value ends.
//! Numbers and times have tokens that their texts decide; these are checked for each record.

use super::walk::token;
use crate::schema::ColumnKind;
use crate::tape::{NO_NAME, Tape};

/// Layouts that are kept; a structure has one place among them.
const LAYOUTS: usize = 512;
/// Nodes of a record, and bytes of its shape, up to which its layout is kept.
const MOST_NODES: usize = 1_024;
const MOST_SHAPE_BYTES: usize = 8 << 10;

/// How the records of one structure are laid out.
#[derive(Debug, Default)]
pub(super) struct Layout {
    structure: Vec<u32>,
    /// By column: the node that fills it, as the walk left it.
    pub(super) slots: Vec<u32>,
    pub(super) shape: String,
    /// The nodes that the shape has no token for, in order.
    pub(super) literals: Vec<u32>,
    /// Scalars whose texts decide their tokens.
    pub(super) checks: Vec<Check>,
}

/// A scalar and the token that the shape has for it; none for a literal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check {
    pub(super) node: u32,
    pub(super) kind: ColumnKind,
    pub(super) token: Option<&'static str>,
}

/// The layouts met last.
#[derive(Debug, Default)]
pub(super) struct Layouts {
    kept: Vec<Layout>,
    /// For a record whose layout is not kept.
    other: Layout,
    /// The structure of the record at hand.
    structure: Vec<u32>,
}

/// Where the layout of the record at hand is, or is to go.
#[derive(Debug, Clone, Copy)]
pub(super) struct LayoutAt(Option<usize>);

impl Layouts {
    /// The place for the layout of a record; true when its layout is there.
    pub(super) fn find(&mut self, tape: Tape<'_>) -> (LayoutAt, bool) {
        let Some(place) = self.take_structure(tape) else { return (LayoutAt(None), false) };
        if self.kept.is_empty() {
            self.kept.resize_with(LAYOUTS, Layout::default);
        }
        let fits = self.kept.get(place).is_some_and(|layout| layout.fits(&self.structure, tape));
        (LayoutAt(Some(place)), fits)
    }

    /// The layout there.
    pub(super) fn get(&self, at: LayoutAt) -> &Layout {
        at.0.and_then(|place| self.kept.get(place)).unwrap_or(&self.other)
    }

    /// Where a new layout of the record at hand is to be written: in the place that was found, unless its shape is too
    /// long to be kept.
    pub(super) fn replace(&mut self, at: LayoutAt, shape_bytes: usize) -> (LayoutAt, &mut Layout) {
        match at.0.filter(|_| shape_bytes <= MOST_SHAPE_BYTES).and_then(|place| self.kept.get_mut(place)) {
            Some(layout) => {
                layout.structure.clone_from(&self.structure);
                (at, layout)
            }
            None => (LayoutAt(None), &mut self.other),
        }
    }

    /// Notes the structure of a record and says where its layout goes; nowhere when it has too many nodes or a name
    /// without number.
    fn take_structure(&mut self, tape: Tape<'_>) -> Option<usize> {
        let nodes = tape.nodes();
        if nodes.len() > MOST_NODES {
            return None;
        }
        self.structure.clear();
        self.structure.extend(nodes.iter().map(|node| {
            let known = u32::from(node.after != NO_NAME);
            (node.after << 5 | (node.kind as u32) << 2 | u32::from(node.lone_surrogate) << 1) + known
        }));
        if self.structure.iter().any(|code| code & 1 == 0) {
            return None;
        }
        Some(place_of(&self.structure))
    }
}

/// Any of the places, by a multiplicative hash: structures that meet only cost a walk.
fn place_of(structure: &[u32]) -> usize {
    let mix = |hash: u64, code: u64| (hash.rotate_left(23) ^ code).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (pairs, rest) = structure.as_chunks::<2>();
    let hash = pairs.iter().fold(0, |hash, &[one, two]| mix(hash, u64::from(one) << 32 | u64::from(two)));
    let hash = rest.iter().fold(hash, |hash, &code| mix(hash, u64::from(code)));
    usize::try_from(hash >> 32).unwrap_or_default() % LAYOUTS
}

impl Layout {
    fn fits(&self, structure: &[u32], tape: Tape<'_>) -> bool {
        self.structure == structure
            && self.checks.iter().all(|check| token(check.kind, tape, check.node) == check.token)
    }
}
