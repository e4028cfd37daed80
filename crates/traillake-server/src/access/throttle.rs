//! Guessing is slow: after failed attempts a user name has to wait.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Failed attempts in a row that cost nothing.
const FREE_ATTEMPTS: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long after the last one failed attempts are remembered.
const MEMORY: Duration = Duration::from_mins(15);
/// Names that are remembered; a name beyond them waits until others are forgotten.
const MAX_NAMES: usize = 10_000;
/// What is remembered of a name's length.
const NAME_BYTES: usize = 64;

/// Failed attempts by user name.
///
/// The wait is of the name, not of the peer, so that many machines guess no faster than one. It also keeps the user
/// of that name waiting while somebody guesses; tokens that were issued before, and access keys, are not touched.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    names: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Throttle {
    /// How long the name has to wait for its next attempt, if it has to.
    pub(super) fn look(&self, name: &str, now: Instant) -> Result<(), Duration> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        names.get(remembered(name)).map_or(Ok(()), |failures| failures.wait(now))
    }

    /// Counts an attempt as failed in advance, so that attempts at once are counted as well; or says how long the
    /// name has to wait for its next one.
    pub(super) fn begin(&self, name: &str, now: Instant) -> Result<(), Duration> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let name = remembered(name);
        if !names.contains_key(name) && names.len() >= MAX_NAMES {
            names.retain(|_, failures| failures.recent(now) > 0);
            if names.len() >= MAX_NAMES {
                return Err(LONGEST_WAIT);
            }
        }
        let failures = names.entry(name.to_owned()).or_insert(Failures { count: 0, last: now });
        failures.attempt(now)
    }

    /// The attempt succeeded: the name starts anew.
    pub(super) fn succeeded(&self, name: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(remembered(name));
    }
}

impl Failures {
    /// Failures that still count.
    fn recent(&self, now: Instant) -> u32 {
        if now.saturating_duration_since(self.last) < MEMORY { self.count } else { 0 }
    }

    fn wait(&self, now: Instant) -> Result<(), Duration> {
        match wait_after(self.recent(now)).saturating_sub(now.saturating_duration_since(self.last)) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    fn attempt(&mut self, now: Instant) -> Result<(), Duration> {
        self.wait(now)?;
        *self = Self { count: self.recent(now).saturating_add(1), last: now };
        Ok(())
    }
}

/// 0.5 s after the free attempts, doubled with each more.
fn wait_after(failures: u32) -> Duration {
    match failures.checked_sub(FREE_ATTEMPTS) {
        None => Duration::ZERO,
        Some(more) => FIRST_WAIT.saturating_mul(2_u32.saturating_pow(more)).min(LONGEST_WAIT),
    }
}

fn remembered(name: &str) -> &str {
    name.get(..name.floor_char_boundary(NAME_BYTES)).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_of_a_name_doubles_up_to_its_longest() {
        let (throttle, mut now) = (Throttle::default(), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait = throttle.begin("alice", now).err().unwrap_or_default();
            waits.push(wait.as_millis());
            now += wait;
            if !wait.is_zero() {
                throttle.begin("alice", now).unwrap();
            }
        }
        assert_eq!(waits, [0, 0, 0, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
        assert!(throttle.begin("bob", now).is_ok());
    }

    #[test]
    fn success_and_time_forget_failures() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..FREE_ATTEMPTS {
            throttle.begin("alice", now).unwrap();
            throttle.begin("bob", now).unwrap();
        }
        assert!(throttle.begin("alice", now).is_err() && throttle.begin("bob", now).is_err());
        assert!(throttle.look("alice", now).is_err() && throttle.look("carol", now).is_ok());
        throttle.succeeded("alice");
        assert!(throttle.begin("alice", now).is_ok() && throttle.begin("bob", now).is_err());
        let later = now + MEMORY;
        for _ in 0..FREE_ATTEMPTS {
            throttle.begin("bob", later).unwrap();
        }
        assert!(throttle.begin("bob", later).is_err());
    }

    #[test]
    fn names_are_bounded_in_number_and_length() {
        let (throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..MAX_NAMES {
            throttle.begin(&n.to_string(), now).unwrap();
        }
        assert_eq!(throttle.begin("one more", now), Err(LONGEST_WAIT));
        assert!(throttle.begin("7", now).is_ok());
        assert!(throttle.begin(&"ä".repeat(1 << 16), now + MEMORY).is_ok());
        let names = throttle.names.lock().unwrap();
        assert!(names.len() == 1 && names.keys().all(|name| name.len() <= NAME_BYTES));
    }
}
