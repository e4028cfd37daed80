//! The files of one day or month in a list: columns of numbers, then the names.

use std::sync::Arc;

use bytes::Bytes;
use traillake_model::{PartitionValues, Period};
use uuid::Uuid;

use super::packed::{Packed, pack};
use crate::paths;
use crate::snapshot::{DataFile, Owner, PeriodFiles, Settled};

/// Bytes of a name.
const NAME_BYTES: usize = 16;
/// Flag of a file whose name is a place in [`Names::paths`]: it is not named as this crate names files.
const IS_FOREIGN: i64 = 1;
/// Flag of a file whose event times are known.
const IS_TIMED: i64 = 2;
/// Flag of a file whose events all name the account of its partition.
const ACCOUNT_SETTLED: i64 = 4;
/// Flag of a file whose events all name the region of its partition.
const REGION_SETTLED: i64 = 8;

/// Texts that the periods of a list refer to by their place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// Accounts and regions of partitions.
    pub(super) owners: Vec<(Option<String>, Option<String>)>,
    /// Paths of files that are not named as this crate names them.
    pub(super) paths: Vec<String>,
}

/// The files of one period, still in the form of the list.
#[derive(Debug, Clone)]
pub(crate) struct ListedPeriod {
    names: Arc<Names>,
    period: Period,
    files: usize,
    block: Bytes,
}

impl ListedPeriod {
    /// A period of `files` files in `block`; none when the block is not that long.
    pub(super) fn try_new(names: &Arc<Names>, period: Period, files: usize, block: Bytes) -> Option<Self> {
        Columns::of(block.clone(), files)?;
        Some(Self { names: Arc::clone(names), period, files, block })
    }

    /// The files, in the order of the list.
    pub(crate) fn files(&self) -> impl Iterator<Item = DataFile> {
        let columns = Columns::of(self.block.clone(), self.files);
        let mut last: Option<(i64, Arc<PartitionValues>, String)> = None;
        (0..self.files).filter_map(move |index| {
            let columns = columns.as_ref()?;
            let owner = columns.owner.get(index);
            let (_, values, folder) = match last.take() {
                Some(same) if same.0 == owner => last.insert(same),
                _ => {
                    let values = self.values(owner);
                    let folder = paths::data_folder(&values);
                    last.insert((owner, Arc::new(values), folder))
                }
            };
            Some(columns.file(index, values, folder, &self.names))
        })
    }

    /// Accounts and regions of the partitions, each once.
    pub(crate) fn owners(&self) -> Vec<Owner<'_>> {
        let Some(columns) = Columns::of(self.block.clone(), self.files) else { return Vec::new() };
        let mut places: Vec<i64> = (0..self.files).map(|index| columns.owner.get(index)).collect();
        places.sort_unstable();
        places.dedup();
        let owners = places.into_iter().filter_map(|place| self.names.owners.get(usize::try_from(place).ok()?));
        owners.map(|(account, region)| (account.as_deref(), region.as_deref())).collect()
    }

    fn values(&self, owner: i64) -> PartitionValues {
        let owner = usize::try_from(owner).ok().and_then(|place| self.names.owners.get(place)).cloned();
        let (account, region) = owner.unwrap_or_default();
        PartitionValues { account, region, period: self.period }
    }

    pub(super) fn names(&self) -> &Arc<Names> {
        &self.names
    }

    pub(super) fn block(&self) -> &Bytes {
        &self.block
    }
}

struct Columns {
    owner: Packed,
    flags: Packed,
    size: Packed,
    rows: Packed,
    first: Packed,
    span: Packed,
    modified: Packed,
    names: Bytes,
}

impl Columns {
    fn of(mut block: Bytes, files: usize) -> Option<Self> {
        let mut next = || Packed::take(&mut block, files);
        let (owner, flags, size, rows) = (next()?, next()?, next()?, next()?);
        let (first, span, modified) = (next()?, next()?, next()?);
        let whole = files.checked_mul(NAME_BYTES) == Some(block.len());
        whole.then_some(Self { owner, flags, size, rows, first, span, modified, names: block })
    }

    fn file(&self, index: usize, values: &Arc<PartitionValues>, folder: &str, names: &Names) -> DataFile {
        let flags = self.flags.get(index);
        let first = self.first.get(index);
        DataFile {
            path: self.path(index, flags & IS_FOREIGN != 0, folder, names),
            size_bytes: self.size.get(index).cast_unsigned(),
            rows: self.rows.get(index).cast_unsigned(),
            partition: Arc::clone(values),
            event_time_micros: (flags & IS_TIMED != 0).then(|| (first, first.wrapping_add(self.span.get(index)))),
            settled: Settled { account: flags & ACCOUNT_SETTLED != 0, region: flags & REGION_SETTLED != 0 },
            modified_ms: self.modified.get(index),
        }
    }

    fn path(&self, index: usize, is_foreign: bool, folder: &str, names: &Names) -> String {
        let from = index.saturating_mul(NAME_BYTES);
        let name = self.names.get(from..from.saturating_add(NAME_BYTES)).and_then(|name| name.try_into().ok());
        let name = u128::from_le_bytes(name.unwrap_or_default());
        if !is_foreign {
            return paths::data_file(folder, Uuid::from_u128(name));
        }
        let path = usize::try_from(name).ok().and_then(|place| names.paths.get(place));
        path.cloned().unwrap_or_default()
    }
}

/// Encodes periods; `names` grows by what they refer to.
#[derive(Debug, Default)]
pub(super) struct PeriodEncoder {
    names: Names,
    /// The names of the list that periods may be copied from as they are.
    base: Option<Arc<Names>>,
    places: std::collections::HashMap<(Option<String>, Option<String>), i64>,
}

impl PeriodEncoder {
    /// An encoder for periods of which many may come from the list with these names.
    pub(super) fn after(base: Option<&Arc<Names>>) -> Self {
        // Foreign paths may be of files that are gone: they are collected anew.
        let Some(base) = base.filter(|base| base.paths.is_empty()) else { return Self::default() };
        let places = base.owners.iter().cloned().zip(0..).collect();
        Self { names: Names::clone(base), base: Some(Arc::clone(base)), places }
    }

    /// The block of a period.
    pub(super) fn encode(&mut self, period: &PeriodFiles) -> Bytes {
        if let (Some(listed), Some(base)) = (period.list(), &self.base)
            && Arc::ptr_eq(listed.names(), base)
        {
            return listed.block().clone();
        }
        let mut rows = Rows::default();
        for partition in period.partitions() {
            let owner = self.place(partition.values());
            let folder = paths::data_folder(partition.values());
            for file in partition.files() {
                rows.push(owner, file, &folder, &mut self.names.paths);
            }
        }
        rows.finish()
    }

    /// What the blocks refer to.
    pub(super) fn names(self) -> Names {
        self.names
    }

    fn place(&mut self, values: &PartitionValues) -> i64 {
        let owner = (values.account.clone(), values.region.clone());
        let next = i64::try_from(self.names.owners.len()).unwrap_or(i64::MAX);
        *self.places.entry(owner).or_insert_with_key(|owner| {
            self.names.owners.push(owner.clone());
            next
        })
    }
}

/// Columns of [`Columns`], in that order.
#[derive(Default)]
struct Rows {
    numbers: [Vec<i64>; 7],
    names: Vec<u8>,
}

impl Rows {
    fn push(&mut self, owner: i64, file: &DataFile, folder: &str, paths: &mut Vec<String>) {
        let (name, is_foreign) = if let Some(name) = paths::data_file_name(&file.path, folder) {
            (name.as_u128(), 0)
        } else {
            paths.push(file.path.clone());
            (paths.len() as u128 - 1, IS_FOREIGN)
        };
        let flag = |is_set, flag| if is_set { flag } else { 0 };
        let flags = is_foreign
            | flag(file.event_time_micros.is_some(), IS_TIMED)
            | flag(file.settled.account, ACCOUNT_SETTLED)
            | flag(file.settled.region, REGION_SETTLED);
        let (first, last) = file.event_time_micros.unwrap_or_default();
        let (size, rows) = (file.size_bytes.cast_signed(), file.rows.cast_signed());
        let values = [owner, flags, size, rows, first, last.wrapping_sub(first), file.modified_ms];
        self.numbers.iter_mut().zip(values).for_each(|(column, value)| column.push(value));
        self.names.extend_from_slice(&name.to_le_bytes());
    }

    fn finish(self) -> Bytes {
        let mut block = Vec::new();
        self.numbers.iter().for_each(|column| pack(&mut block, column));
        block.extend_from_slice(&self.names);
        block.into()
    }
}
