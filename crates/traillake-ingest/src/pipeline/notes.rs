//! What a run has to say beside its counts: problems by object, and reasons
//! with counts and an example. Bounded, whatever the input holds.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use traillake_model::{EventCategory, EventDataStoreSettings};

use crate::summary::{Note, ReasonCount};

/// Most notes and most different reasons kept.
const MOST_NOTES: usize = 50;
const MOST_REASONS: usize = 200;
const DAY_MICROS: i64 = 86_400_000_000;

/// Why an event was not stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Reason {
    /// Its category belongs in another kind of event data store.
    OtherKind(EventCategory),
    /// No selector takes it; with its event source.
    NotSelected(EventCategory, String),
    /// Of an account that the ingest was not granted.
    NotGranted(String),
    /// Older than the retention.
    Expired,
    /// Set aside, by the code of the fault.
    Quarantined(String),
}

#[derive(Debug, Default)]
struct Inner {
    notes: Vec<Note>,
    left_out: u64,
    reasons: HashMap<Reason, (u64, String)>,
    oldest_expired_micros: Option<i64>,
}

/// Collects notes and reasons from all parts of a run.
#[derive(Debug, Default)]
pub(crate) struct Notes(Mutex<Inner>);

impl Notes {
    /// Tells of one problem.
    pub(crate) fn tell(&self, message: String, hint: Option<String>) {
        self.add(Note { message, hint, object: None });
    }

    /// Tells of an object that could not be read.
    pub(crate) fn tell_of(&self, object: &str, message: String, hint: Option<String>) {
        self.add(Note { message, hint, object: Some(object.to_owned()) });
    }

    fn add(&self, note: Note) {
        let mut inner = self.inner();
        if inner.notes.len() < MOST_NOTES {
            inner.notes.push(note);
        } else {
            inner.left_out += 1;
        }
    }

    /// Counts events refused for one reason; `example` names the object of the first.
    pub(crate) fn count(&self, reason: Reason, events: u64, example: &str) {
        let mut inner = self.inner();
        if inner.reasons.len() < MOST_REASONS || inner.reasons.contains_key(&reason) {
            inner.reasons.entry(reason).or_insert_with(|| (0, example.to_owned())).0 += events;
        }
    }

    /// Notes how old an expired event was, for the hint.
    pub(crate) fn expired(&self, micros: i64) {
        let mut inner = self.inner();
        inner.oldest_expired_micros = Some(inner.oldest_expired_micros.map_or(micros, |oldest| oldest.min(micros)));
    }

    /// Everything said, with the hints that follow from the reasons.
    pub(crate) fn finish(
        &self,
        settings: &EventDataStoreSettings,
        now: DateTime<Utc>,
    ) -> (Vec<Note>, Vec<ReasonCount>) {
        let inner = self.inner();
        let mut notes = hints(&inner, settings, now);
        notes.extend(inner.notes.iter().cloned());
        if inner.left_out > 0 {
            notes.push(Note { message: format!("and {} more like these", inner.left_out), hint: None, object: None });
        }
        (notes, reasons(&inner))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reasons(inner: &Inner) -> Vec<ReasonCount> {
    let mut reasons: Vec<ReasonCount> = inner
        .reasons
        .iter()
        .map(|(reason, (count, example))| ReasonCount {
            outcome: reason.outcome(),
            reason: reason.text(),
            count: *count,
            example: example.clone(),
        })
        .collect();
    reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    reasons
}

fn hints(inner: &Inner, settings: &EventDataStoreSettings, now: DateTime<Utc>) -> Vec<Note> {
    let mut notes: Vec<Note> = inner
        .reasons
        .iter()
        .filter_map(|(reason, (count, _))| match reason {
            Reason::OtherKind(category) => Some(other_kind(*category, *count, settings)),
            Reason::Expired => Some(expired(*count, inner.oldest_expired_micros, settings, now)),
            _ => None,
        })
        .collect();
    notes.extend(not_granted(inner));
    notes.sort_by(|a, b| a.message.cmp(&b.message));
    notes
}

fn other_kind(category: EventCategory, count: u64, settings: &EventDataStoreSettings) -> Note {
    let (name, kind) = (settings.name.as_str(), category.kind().as_str());
    Note {
        message: format!(
            "{count} events of category `{}` do not belong in `{name}`, which holds `{}` events",
            category.as_str(),
            settings.kind.as_str()
        ),
        hint: Some(format!(
            "`traillake store create NAME --kind {kind}` makes a store for them, `traillake ingest --store NAME` fills it"
        )),
        object: None,
    }
}

fn not_granted(inner: &Inner) -> Option<Note> {
    let of_others = inner.reasons.iter().filter(|(reason, _)| matches!(reason, Reason::NotGranted(_)));
    let count: u64 = of_others.map(|(_, (count, _))| count).sum();
    (count > 0).then(|| Note {
        message: format!("{count} events of accounts that are not granted were not stored"),
        hint: Some("an ingest by somebody who may see their accounts stores them".to_owned()),
        object: None,
    })
}

fn expired(count: u64, oldest_micros: Option<i64>, settings: &EventDataStoreSettings, now: DateTime<Utc>) -> Note {
    let name = settings.name.as_str();
    let days = oldest_micros.map(|micros| (now.timestamp_micros() - micros).div_euclid(DAY_MICROS) + 2);
    let keep = match days {
        Some(days) if days <= 3_653 => days.max(7).to_string(),
        _ => "unlimited".to_owned(),
    };
    Note {
        message: format!("{count} events are older than the retention of `{name}` and were not stored"),
        hint: Some(format!("`traillake store update {name} --retention-days {keep}` and the next ingest keep them")),
        object: None,
    }
}

impl Reason {
    fn outcome(&self) -> &'static str {
        match self {
            Self::OtherKind(_) | Self::NotSelected(..) | Self::NotGranted(_) => "filtered",
            Self::Expired => "expired",
            Self::Quarantined(_) => "quarantined",
        }
    }

    fn text(&self) -> String {
        match self {
            Self::OtherKind(category) => {
                format!("category `{}` belongs in a store of kind `{}`", category.as_str(), category.kind().as_str())
            }
            Self::NotSelected(category, source) => {
                format!("no selector takes `{}` events of `{source}`", category.as_str())
            }
            Self::NotGranted(account) => format!("account `{account}` is not granted"),
            Self::Expired => "older than the retention".to_owned(),
            Self::Quarantined(code) => code.clone(),
        }
    }
}
