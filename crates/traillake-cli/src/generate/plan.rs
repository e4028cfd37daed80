//! Which object holds how many events: an exact split of the total over time, accounts and regions.

use super::options::{GenerateOptions, Shape};
use super::random::{Random, mix};
use super::time::DAY_SECONDS;

/// Activity per hour of the day in UTC: offices by day, machines all night.
const HOURS: [u64; 24] =
    [34, 30, 28, 28, 30, 34, 42, 55, 72, 86, 94, 98, 92, 96, 100, 100, 96, 90, 78, 66, 56, 50, 44, 38];
/// Deliveries come in steps of five minutes.
const STEP_SECONDS: i64 = 300;

/// One log file to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectPlan {
    pub(crate) index: u64,
    pub(crate) account: usize,
    pub(crate) region: usize,
    /// The first second of its events.
    pub(crate) window_start: i64,
    /// The minute in its name.
    pub(crate) delivered: i64,
    pub(crate) events: u64,
    /// Whether the incident of the story runs while it is written.
    pub(crate) incident: bool,
}

/// All objects in order of time.
pub(crate) fn plan(options: &GenerateOptions) -> Vec<ObjectPlan> {
    let mut planner = Planner::new(options);
    let mut objects = Vec::new();
    for slot in 0..planner.slots {
        planner.plan_slot(slot, &mut objects);
    }
    objects
}

struct Planner<'a> {
    options: &'a GenerateOptions,
    start: i64,
    slots: u64,
    slot_seconds: i64,
    account_weights: Vec<u64>,
    region_weights: Vec<u64>,
    total_weight: u128,
    /// Events that every cell gets before the rest is split by weight.
    base: u64,
    spread: u64,
    seen_weight: u128,
    given: u128,
}

impl<'a> Planner<'a> {
    fn new(options: &'a GenerateOptions) -> Self {
        let minutes = u64::from(options.shape.slot_minutes());
        let slots = u64::from(options.days) * 1440 / minutes;
        let account_weights: Vec<u64> = (0..u64::from(options.accounts)).map(|n| 1000 / (n + 1) + 1).collect();
        let region_weights: Vec<u64> = (0..u64::from(options.regions)).map(|n| 1000 / (2 * n + 1)).collect();
        let mut planner = Self {
            options,
            start: options.start.and_time(chrono::NaiveTime::MIN).and_utc().timestamp(),
            slots,
            slot_seconds: i64::from(options.shape.slot_minutes()) * 60,
            account_weights,
            region_weights,
            total_weight: 0,
            base: 0,
            spread: options.events,
            seen_weight: 0,
            given: 0,
        };
        planner.weigh();
        planner
    }

    fn weigh(&mut self) {
        let slots: u128 = (0..self.slots).map(|slot| u128::from(self.slot_weight(slot))).sum();
        let accounts: u128 = self.account_weights.iter().map(|weight| u128::from(*weight)).sum();
        let regions: u128 = self.region_weights.iter().map(|weight| u128::from(*weight)).sum();
        self.total_weight = (slots * accounts * regions).max(1);
        let cells = self.slots * u64::from(self.options.accounts) * u64::from(self.options.regions);
        if self.options.shape == Shape::Wide && self.options.events >= cells {
            self.base = 1;
            self.spread = self.options.events - cells;
        }
    }

    fn slot_start(&self, slot: u64) -> i64 {
        self.start + i64::try_from(slot).unwrap_or(0) * self.slot_seconds
    }

    fn slot_weight(&self, slot: u64) -> u64 {
        let seconds = self.slot_start(slot);
        let hour = usize::try_from(seconds.rem_euclid(DAY_SECONDS) / 3600).unwrap_or(0);
        // 1970-01-01 was a Thursday.
        let weekend = (seconds.div_euclid(DAY_SECONDS) + 3).rem_euclid(7) >= 5;
        let noise = 80 + mix(self.options.seed ^ mix(slot)) % 41;
        HOURS[hour % 24] * noise * if weekend { 4 } else { 10 }
    }

    fn plan_slot(&mut self, slot: u64, objects: &mut Vec<ObjectPlan>) {
        let slot_weight = u128::from(self.slot_weight(slot));
        for account in 0..self.account_weights.len() {
            for region in 0..self.region_weights.len() {
                let weight =
                    slot_weight * u128::from(self.account_weights[account]) * u128::from(self.region_weights[region]);
                let events = self.base + self.share(weight);
                self.plan_cell(slot, account, region, events, objects);
            }
        }
    }

    /// The next share of the events: running totals are rounded, so the sum is exact.
    fn share(&mut self, weight: u128) -> u64 {
        self.seen_weight += weight;
        let due = u128::from(self.spread) * self.seen_weight / self.total_weight;
        let share = due - self.given;
        self.given = due;
        u64::try_from(share).unwrap_or(0)
    }

    fn plan_cell(&self, slot: u64, account: usize, region: usize, events: u64, objects: &mut Vec<ObjectPlan>) {
        let parts = events.div_ceil(self.options.shape.object_events());
        for part in 0..parts {
            let mut random = Random::derived(self.options.seed, &[slot, account as u64, region as u64, part]);
            let steps = u64::try_from(self.slot_seconds / STEP_SECONDS).unwrap_or(1);
            let step = i64::try_from(random.below(steps)).unwrap_or(0);
            let window_start = self.slot_start(slot) + step * STEP_SECONDS;
            objects.push(ObjectPlan {
                index: objects.len() as u64,
                account,
                region,
                window_start,
                delivered: window_start + 2 * STEP_SECONDS,
                events: events * (part + 1) / parts - events * part / parts,
                incident: self.is_incident(account, region, window_start),
            });
        }
    }

    /// The incident runs in the first account and region, between 02:00 and 03:30 of the last day.
    fn is_incident(&self, account: usize, region: usize, window_start: i64) -> bool {
        let last_day = self.start + (i64::from(self.options.days) - 1) * DAY_SECONDS;
        let inside = if self.slot_seconds < 3600 { 7200..12_600 } else { 0..DAY_SECONDS };
        account == 0 && region == 0 && inside.contains(&(window_start - last_day))
    }
}
