//! What a store takes: its kind, its selectors, its retention, and events of a
//! plausible date.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use traillake_columnar::EventRecord;
use traillake_model::{
    EventCategory, EventDataStoreKind, EventDataStoreSettings, SelectorField, SelectorInput as _, SelectorMatcher,
    checked_date,
};

use super::notes::Reason;
use crate::Result;
use traillake_storage::StorageError;

/// Decides about single records.
#[derive(Debug)]
pub(crate) struct Gate {
    kind: EventDataStoreKind,
    selectors: Option<SelectorMatcher>,
    first_visible_micros: Option<i64>,
    now: DateTime<Utc>,
}

/// Why a record is not let in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    OtherKind(EventCategory),
    NotSelected,
    Expired,
    OutOfRange {
        message: String,
    },
    /// The account is not among those the ingest is held to.
    NotGranted {
        account: String,
    },
}

impl Gate {
    /// The gate of a store at one moment.
    pub(crate) fn try_new(settings: &EventDataStoreSettings, now: DateTime<Utc>) -> Result<Self> {
        let selectors = settings.matcher().map_err(StorageError::from)?;
        let first_visible = settings.retention.first_visible_date(now);
        Ok(Self { kind: settings.kind, selectors, first_visible_micros: first_visible.map(midnight_micros), now })
    }

    /// The UTC day under which the record is kept, or why it is not.
    pub(crate) fn admit(&self, record: &EventRecord<'_>) -> Result<NaiveDate, Refusal> {
        let category = record.event_category();
        if !self.kind.accepts(category) {
            return Err(Refusal::OtherKind(category));
        }
        if self.selectors.as_ref().is_some_and(|selectors| !selectors.matches(record)) {
            return Err(Refusal::NotSelected);
        }
        let micros = record.event_time_micros();
        if self.first_visible_micros.is_some_and(|first| micros < first) {
            return Err(Refusal::Expired);
        }
        checked_date(micros, self.now).map_err(|error| Refusal::OutOfRange { message: error.to_string() })
    }
}

impl Refusal {
    /// The reason to count a refused record under.
    pub(crate) fn reason(&self, record: &EventRecord<'_>) -> Reason {
        match self {
            Self::OtherKind(category) => Reason::OtherKind(*category),
            Self::NotSelected => {
                let source = record.text(SelectorField::EventSource).unwrap_or_default();
                Reason::NotSelected(record.event_category(), source.into_owned())
            }
            Self::Expired => Reason::Expired,
            Self::NotGranted { account } => Reason::NotGranted(account.clone()),
            Self::OutOfRange { .. } => Reason::Quarantined(Self::OUT_OF_RANGE.to_owned()),
        }
    }

    /// Reason code of an event time that no trail can have written.
    pub(crate) const OUT_OF_RANGE: &'static str = "event_time_out_of_range";
}

/// Microseconds since 1970 of the start of a UTC day.
pub(crate) fn midnight_micros(date: NaiveDate) -> i64 {
    date.and_time(NaiveTime::MIN).and_utc().timestamp_micros()
}
