//! What a listing promises: bytes of log files by account, region and day.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{Datelike as _, NaiveDate};
use traillake_model::{PartitionBy, PartitionKey, PartitionValues};

use crate::{SourceObject, TrailKey};

/// Fewer partitions by date than this are few files, however small they are, if there are not years of them.
const FEW_PARTITIONS: usize = 256;
/// Bytes of log files that make a partition worth files of its own: some four hundred events, of whose Parquet file the
/// footer is a sixth.
const WORTHWHILE_BYTES: u64 = 128 << 10;
/// Sources of fewer days do not tell what years of them will be like.
const SHORT_DAYS: i64 = 32;
/// Days of a month.
const MONTH_DAYS: u64 = 30;

/// Account, region and day.
type Place = (String, Option<String>, NaiveDate);

/// Bytes by account, region and date of the objects that were seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    objects: usize,
    bytes: BTreeMap<Place, u64>,
    days: Option<(NaiveDate, NaiveDate)>,
}

impl Seen {
    pub(super) fn add<E>(&mut self, listed: &Result<SourceObject, E>) {
        self.objects += 1;
        if let Ok(object) = listed
            && !object.is_foreign_by_key()
            && let Some(TrailKey { account, region, date: Some(date), .. }) = &object.key
        {
            *self.bytes.entry((account.clone(), region.clone(), *date)).or_default() += object.size_bytes;
            let (first, last) = self.days.unwrap_or((*date, *date));
            self.days = Some((first.min(*date), last.max(*date)));
        }
    }

    /// Objects seen, whatever their keys say.
    pub(super) fn objects(&self) -> usize {
        self.objects
    }

    /// Whether no object told where and when it is from.
    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// First and last day seen.
    pub(super) fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.days
    }

    /// The same time, none of its objects.
    pub(super) fn without_objects(&self) -> Self {
        Self { days: self.days, ..Self::default() }
    }

    /// The first partitioning, as [`PartitionBy::ALL`] has them, that promises no crowd of tiny partitions.
    pub(super) fn suitable(&self) -> PartitionBy {
        let suitable = PartitionBy::ALL.into_iter().find(|&keys| self.suits(keys));
        suitable.unwrap_or(PartitionBy::MONTH)
    }

    fn suits(&self, keys: PartitionBy) -> bool {
        let partitions = self.partitions(keys);
        let is_short = self.days.is_none_or(|(first, last)| (last - first).num_days() < SHORT_DAYS);
        let is_few = if keys.contains(PartitionKey::Month) {
            partitions <= self.partitions(PartitionBy::MONTH)
        } else {
            is_short && partitions < FEW_PARTITIONS
        };
        is_few || self.promised(keys) / WORTHWHILE_BYTES >= partitions as u64
    }

    fn partitions(&self, keys: PartitionBy) -> usize {
        let of = |(account, region, date): &Place| PartitionValues::new(keys, Some(account), region.as_deref(), *date);
        self.bytes.keys().map(of).collect::<HashSet<_>>().len()
    }

    /// Bytes that the partitions seen will have: a month of which three days were seen has ten times theirs.
    fn promised(&self, keys: PartitionBy) -> u64 {
        let bytes: u64 = self.bytes.values().sum();
        if !keys.contains(PartitionKey::Month) {
            return bytes;
        }
        let days: BTreeSet<NaiveDate> = self.bytes.keys().map(|(_, _, date)| *date).collect();
        let months: BTreeSet<(i32, u32)> = days.iter().map(|date| (date.year(), date.month())).collect();
        let most = MONTH_DAYS * months.len() as u64;
        bytes.saturating_mul(most.max(days.len() as u64)) / (days.len() as u64).max(1)
    }
}
