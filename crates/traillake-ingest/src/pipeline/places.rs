//! Partition values of rows: checked, capped per store, and numbered within a chunk.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use traillake_model::{PartitionBy, PartitionKey, PartitionValues, Period, UNKNOWN, checked_account, checked_region};
use traillake_storage::TableSnapshot;

use crate::batch::{RowPlace, index};

/// Most different accounts and regions of a store that become partitions.
const MOST_ACCOUNTS: usize = 10_000;
const MOST_REGIONS: usize = 100;

/// Which accounts and regions may become partitions, over all readers of a run.
#[derive(Debug)]
pub(crate) struct PlaceCaps {
    partition_by: PartitionBy,
    accounts: Mutex<HashSet<String>>,
    regions: Mutex<HashSet<String>>,
}

impl PlaceCaps {
    /// Caps that already count the partitions of the store.
    pub(crate) fn new(partition_by: PartitionBy, snapshot: &TableSnapshot) -> Self {
        Self {
            partition_by,
            accounts: Mutex::new(known(snapshot.files.accounts())),
            regions: Mutex::new(known(snapshot.files.regions())),
        }
    }

    fn values(&self, account: &str, region: &str, period: Period) -> PartitionValues {
        let has = |key| self.partition_by.contains(key);
        PartitionValues {
            account: has(PartitionKey::Account).then(|| admit(&self.accounts, account, MOST_ACCOUNTS)),
            region: has(PartitionKey::Region).then(|| admit(&self.regions, region, MOST_REGIONS)),
            period,
        }
    }
}

fn known(values: BTreeSet<&str>) -> HashSet<String> {
    values.into_iter().filter(|value| *value != UNKNOWN).map(str::to_owned).collect()
}

/// The value itself while the store has room for it, else `unknown`.
fn admit(known: &Mutex<HashSet<String>>, value: &str, most: usize) -> String {
    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
    if value != UNKNOWN && !known.contains(value) {
        if known.len() >= most {
            return UNKNOWN.to_owned();
        }
        known.insert(value.to_owned());
    }
    value.to_owned()
}

/// Accounts and regions from which a row's place is taken, best first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlaceSources<'a> {
    pub(crate) accounts: [Option<&'a str>; 3],
    pub(crate) regions: [Option<&'a str>; 3],
    pub(crate) date: NaiveDate,
}

impl<'a> PlaceSources<'a> {
    /// The account the row belongs to, or `unknown`.
    pub(crate) fn account(&self) -> &'a str {
        self.accounts.into_iter().flatten().find_map(checked_account).unwrap_or(UNKNOWN)
    }

    fn region(&self) -> &'a str {
        self.regions.into_iter().flatten().find_map(checked_region).unwrap_or(UNKNOWN)
    }

    fn region_is_recorded(&self) -> bool {
        self.regions.first().copied().flatten().and_then(checked_region).is_some()
    }
}

/// Numbers the places of one chunk.
#[derive(Debug, Default)]
pub(crate) struct ChunkPlaces {
    places: Vec<RowPlace>,
    known: HashMap<(String, String, Period, bool), u32>,
    last: Option<((String, String, Period, bool), u32)>,
}

impl ChunkPlaces {
    /// The number of the place that `sources` name.
    pub(crate) fn number(&mut self, caps: &PlaceCaps, sources: &PlaceSources<'_>) -> u32 {
        let (account, region, recorded) = (sources.account(), sources.region(), sources.region_is_recorded());
        let period = caps.partition_by.period_of(sources.date);
        if let Some(((a, r, p, k), number)) = &self.last
            && a == account
            && r == region
            && (*p, *k) == (period, recorded)
        {
            return *number;
        }
        let key = (account.to_owned(), region.to_owned(), period, recorded);
        let Self { places, known, .. } = self;
        let number = *known.entry(key.clone()).or_insert_with(|| {
            places.push(RowPlace { values: caps.values(account, region, period), region_is_recorded: recorded });
            index(places.len() - 1)
        });
        self.last = Some((key, number));
        number
    }

    /// The places numbered so far; starts anew.
    pub(crate) fn take(&mut self) -> Vec<RowPlace> {
        self.known.clear();
        self.last = None;
        std::mem::take(&mut self.places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caps() -> PlaceCaps {
        PlaceCaps { partition_by: PartitionBy::default(), accounts: Mutex::default(), regions: Mutex::default() }
    }

    fn sources<'a>(accounts: [Option<&'a str>; 3], regions: [Option<&'a str>; 3]) -> PlaceSources<'a> {
        PlaceSources { accounts, regions, date: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() }
    }

    fn place(caps: &PlaceCaps, sources: &PlaceSources<'_>) -> RowPlace {
        let mut places = ChunkPlaces::default();
        assert_eq!(places.number(caps, sources), 0);
        places.take().remove(0)
    }

    #[test]
    fn the_record_comes_before_the_envelope_and_the_key() {
        let record =
            sources([Some("111111111111"), Some("222222222222"), None], [None, Some("eu-west-1"), Some("us-east-1")]);
        let place = place(&caps(), &record);
        assert_eq!(place.values.account.as_deref(), Some("111111111111"));
        assert_eq!(place.values.region.as_deref(), Some("eu-west-1"));
        assert!(!place.region_is_recorded);
    }

    #[test]
    fn values_that_break_the_rules_never_become_a_path() {
        let place = place(&caps(), &sources([Some("../../x"), Some("1234"), None], [Some("us-east-1/.."), None, None]));
        assert_eq!(place.values.account.as_deref(), Some(UNKNOWN));
        assert_eq!(place.values.region.as_deref(), Some(UNKNOWN));
    }

    #[test]
    fn invented_regions_do_not_make_partitions_without_end() {
        let caps = caps();
        let mut regions = HashSet::new();
        for n in 0..500 {
            let region = format!("xx-north-{n}");
            regions.insert(place(&caps, &sources([None; 3], [Some(&region), None, None])).values.region);
        }
        assert_eq!(regions.len(), MOST_REGIONS + 1);
        assert!(regions.contains(&Some(UNKNOWN.to_owned())));
    }

    #[test]
    fn days_of_a_month_are_one_place_in_a_store_by_month() {
        let caps = PlaceCaps { partition_by: "account,month".parse().unwrap(), ..caps() };
        let of = |day| {
            let date = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + chrono::Days::new(day);
            PlaceSources { date, ..sources([Some("111111111111"), None, None], [Some("us-east-1"), None, None]) }
        };
        let mut places = ChunkPlaces::default();
        assert_eq!([0, 30, 31].map(|day| places.number(&caps, &of(day))), [0, 0, 1]);
        assert_eq!(places.take()[0].values.region, None);
    }

    #[test]
    fn equal_places_have_one_number() {
        let (caps, mut places) = (caps(), ChunkPlaces::default());
        let one = sources([Some("111111111111"), None, None], [Some("us-east-1"), None, None]);
        let two = sources([Some("111111111111"), None, None], [Some("us-east-2"), None, None]);
        let numbers = [&one, &two, &one, &one, &two].map(|sources| places.number(&caps, sources));
        assert_eq!(numbers, [0, 1, 0, 0, 1]);
        assert_eq!(places.take().len(), 2);
        assert_eq!(places.number(&caps, &two), 0, "numbers start anew");
    }
}
