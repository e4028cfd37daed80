//! The page index of a file: where the pages of each leaf lie. It is read with the footer; what it says of a leaf is
//! looked at when somebody asks.

use std::sync::OnceLock;

use parquet::file::page_index::offset_index::PageLocation;

use super::chunk::Told;
use super::walk::Walk;

/// Bytes of something else that may lie within a page index or after it.
const BETWEEN_BYTES: u64 = 64 << 10;

/// Where the page index of a file lies.
#[derive(Debug, Default)]
pub(super) struct Extent {
    start: Option<u64>,
    end: u64,
    bytes: u64,
}

impl Extent {
    /// Adds what a chunk has of it.
    pub(super) fn add(&mut self, told: &Told) {
        for range in told.page_index().into_iter().flatten() {
            self.start = Some(self.start.map_or(range.start, |start| start.min(range.start)));
            self.end = self.end.max(range.end);
            self.bytes = self.bytes.saturating_add(range.end - range.start);
        }
    }

    /// Where it begins, if it lies right before the footer at `footer`: only then it is read.
    pub(super) fn before(&self, footer: u64) -> Option<u64> {
        let most = self.bytes.saturating_add(BETWEEN_BYTES);
        self.start.filter(|start| self.end <= footer && footer - start <= most)
    }
}

/// The pages of a leaf of a row group; none where that is not told.
type Located = Option<Box<[PageLocation]>>;

/// Where pages lie, by row group and leaf.
#[derive(Debug)]
pub(super) struct Pages {
    leaves: usize,
    located: Box<[OnceLock<Located>]>,
}

impl Pages {
    /// Of so many row groups and leaves, none of which was looked at.
    pub(super) fn new(groups: usize, leaves: usize) -> Self {
        Self { leaves, located: (0..groups * leaves).map(|_| OnceLock::new()).collect() }
    }

    /// Where the pages of a leaf lie; `told` gives the bytes that say so.
    pub(super) fn of<'b>(
        &self,
        group: usize,
        leaf: usize,
        told: impl FnOnce() -> Option<&'b [u8]>,
    ) -> Option<&[PageLocation]> {
        let located = self.located.chunks(self.leaves.max(1)).nth(group)?.get(leaf)?;
        located.get_or_init(|| locations(told()?)).as_deref()
    }

    /// About the bytes it takes in memory before it is asked.
    pub(super) fn memory_bytes(&self) -> usize {
        size_of_val(&*self.located)
    }
}

/// What locates the pages of a chunk.
fn locations(bytes: &[u8]) -> Located {
    let (mut walk, mut pages) = (Walk::new(bytes, 0), Vec::new());
    walk.fields(|walk, field| {
        if field.number != 1 {
            return walk.skip(field);
        }
        for _ in 0..walk.structs(field)? {
            pages.push(location(walk)?);
        }
        Some(())
    })?;
    Some(pages.into())
}

fn location(walk: &mut Walk<'_>) -> Option<PageLocation> {
    let mut values = [None; 3];
    walk.fields(|walk, field| {
        let place = field.number.checked_sub(1).and_then(|place| values.get_mut(usize::try_from(place).ok()?));
        match place {
            Some(value) => *value = Some(walk.number(field)?),
            None => walk.skip(field)?,
        }
        Some(())
    })?;
    let [Some(offset), Some(bytes), Some(first_row_index)] = values else { return None };
    Some(PageLocation { offset, compressed_page_size: i32::try_from(bytes).ok()?, first_row_index })
}
