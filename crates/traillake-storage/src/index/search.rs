//! Looks values up: of some files, the rows that may hold one.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};

use super::known::{Known, Object, Place, READS_AT_ONCE};
use super::object::Level;
use super::segment::region_of;
use super::values::file_key;
use super::{LookupIndex, SECTION_ROWS, sections_of};
use crate::Result;
use crate::snapshot::DataFile;

/// A file of more sections is not looked up: no writer of ours makes one.
const MAX_SECTIONS: u64 = 1 << 20;

/// Values of which an event must hold one, by their hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted(pub(crate) Vec<u64>);

/// Rows of a file that may hold what is wanted, ascending; none when any may.
pub(crate) type RowRanges = Option<Vec<Range<u64>>>;

/// What a search found.
#[derive(Debug, Default)]
pub(crate) struct Searched {
    /// By file.
    pub(crate) rows: Vec<RowRanges>,
    /// Bytes read for it.
    pub(crate) bytes_read: u64,
}

/// The sections of a file that are left; none when the index does not know.
type Sections = Option<Vec<bool>>;

/// The files whose pairs lie in one level of one object.
struct Group<'k> {
    object: &'k Arc<Object>,
    level: &'k Level,
    files: Vec<(usize, Place)>,
}

impl LookupIndex {
    /// The rows of `files`, files of `version`, that may hold a value of each of `wanted`.
    pub(crate) async fn search(&self, version: u64, files: &[Arc<DataFile>], wanted: &[Wanted]) -> Result<Searched> {
        let (known, mut bytes_read) = self.known_to_search(version).await?;
        let places: Vec<Option<Place>> = files.iter().map(|file| place_of(&known, file)).collect();
        let groups = groups(&known, &places);
        let of_place = |place: &Option<Place>| place.map(|place| sections_of(place.rows));
        let all = |value: bool| {
            let sections = |count: u64| vec![value; usize::try_from(count).unwrap_or_default()];
            places.iter().map(|place| of_place(place).map(sections)).collect::<Vec<Sections>>()
        };
        let mut left = all(true);
        for any_of in wanted {
            let mut found = all(false);
            for &hash in &any_of.0 {
                bytes_read += self.mark(&groups, hash, &mut found).await;
            }
            left.iter_mut().zip(&found).for_each(|(left, found)| keep_both(left, found.as_deref()));
        }
        Ok(Searched {
            rows: left.into_iter().zip(files).map(|(left, file)| ranges(left, file.rows)).collect(),
            bytes_read,
        })
    }

    /// The shard of a group that tells of a value, and how many bytes were read for it.
    async fn shard_of<'g, 'k>(&self, group: &'g Group<'k>, hash: u64) -> (&'g Group<'k>, Result<(Bytes, u64)>) {
        let shard = usize::try_from(region_of(hash, group.level.bits)).ok();
        let range = shard.and_then(|shard| group.level.shards.get(shard).cloned()).unwrap_or_default();
        (group, self.shard(group.object, range).await)
    }

    /// Marks the sections that may hold a value; files whose shard cannot be read are not known any more.
    async fn mark(&self, groups: &[Group<'_>], hash: u64, found: &mut [Sections]) -> u64 {
        let shards: Vec<BoxFuture<'_, _>> = groups.iter().map(|group| self.shard_of(group, hash).boxed()).collect();
        let mut shards = futures::stream::iter(shards).buffer_unordered(READS_AT_ONCE);
        let mut bytes_read = 0;
        while let Some((group, shard)) = shards.next().await {
            let regions = match &shard {
                Ok((bytes, read)) => {
                    bytes_read += read;
                    group.level.regions(bytes)
                }
                Err(_) => None,
            };
            let Some(regions) = regions else {
                tracing::warn!(object = %group.object.meta.location, "a part of the lookup index cannot be read; its files are");
                forget(group, found);
                continue;
            };
            for same in group.files.chunk_by(|(_, a), (_, b)| a.segment == b.segment) {
                let region = same.first().and_then(|(_, place)| regions.get(place.segment));
                let Some(region) = region else { continue };
                let sections =
                    same.iter().flat_map(|(_, place)| place.section..place.section + sections_of(place.rows));
                region.search(hash, sections, |section| mark_section(same, section, found));
            }
        }
        bytes_read
    }
}

fn forget(group: &Group<'_>, found: &mut [Sections]) {
    for (file, _) in &group.files {
        if let Some(sections) = found.get_mut(*file) {
            *sections = None;
        }
    }
}

fn place_of(known: &Known, file: &DataFile) -> Option<Place> {
    let place = known.place(file_key(&file.path), file.rows)?;
    (file.rows > 0 && sections_of(place.rows) <= MAX_SECTIONS).then_some(place)
}

/// Files by where their pairs are, those of a segment together and in its order.
fn groups<'k>(known: &'k Known, places: &[Option<Place>]) -> Vec<Group<'k>> {
    let mut groups: BTreeMap<(usize, usize), Group<'k>> = BTreeMap::new();
    for (file, place) in places.iter().enumerate() {
        let Some(place) = *place else { continue };
        let Some(object) = known.objects.get(place.object) else { continue };
        let Some(level) = object.directory.levels.get(place.level) else { continue };
        let group = groups.entry((place.object, place.level));
        group.or_insert_with(|| Group { object, level, files: Vec::new() }).files.push((file, place));
    }
    let mut groups: Vec<Group<'k>> = groups.into_values().collect();
    for group in &mut groups {
        group.files.sort_by_key(|(_, place)| (place.segment, place.section));
    }
    groups
}

/// Marks a section of a segment at the file it belongs to.
fn mark_section(files: &[(usize, Place)], section: u64, found: &mut [Sections]) {
    let after = files.partition_point(|(_, place)| place.section <= section);
    let Some((file, place)) = after.checked_sub(1).and_then(|at| files.get(at)) else { return };
    let Some(Some(sections)) = found.get_mut(*file) else { return };
    let at = usize::try_from(section - place.section).unwrap_or(usize::MAX);
    if let Some(section) = sections.get_mut(at) {
        *section = true;
    }
}

/// Keeps what both leave; where one does not know, what the other leaves.
fn keep_both(left: &mut Sections, found: Option<&[bool]>) {
    if let (Some(left), Some(found)) = (left, found) {
        left.iter_mut().zip(found).for_each(|(left, found)| *left &= found);
    }
}

/// The rows of the sections left; none when all are.
fn ranges(sections: Sections, rows: u64) -> RowRanges {
    let sections = sections.filter(|sections| sections.contains(&false))?;
    let mut ranges: Vec<Range<u64>> = Vec::new();
    for (number, _) in (0_u64..).zip(&sections).filter(|(_, left)| **left) {
        let (start, end) = (number * SECTION_ROWS, ((number + 1) * SECTION_ROWS).min(rows));
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    Some(ranges)
}
