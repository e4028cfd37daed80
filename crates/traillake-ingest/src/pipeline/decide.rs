//! Whether a listed object is to be read: the manifest's word against the listing's.

use traillake_model::EventDataStoreSettings;
use traillake_storage::{ManifestRow, ObjectStatus};

use super::run::Run;
use crate::SourceObject;

/// True when the manifest's row still tells everything about `object`.
pub(crate) fn is_unchanged(run: &Run, object: &SourceObject, row: &ManifestRow) -> bool {
    row.status != ObjectStatus::Incomplete
        && is_same_version(object, row)
        && !was_widened(&run.settings, row)
        && !may_have_lost_events(run, row)
}

/// The same etag and size; without an etag the same size and time of change.
fn is_same_version(object: &SourceObject, row: &ManifestRow) -> bool {
    if object.size_bytes != row.size_bytes {
        return false;
    }
    match (&object.etag, &row.etag) {
        (Some(listed), Some(known)) => listed == known,
        _ => object.last_modified_ms.is_some() && object.last_modified_ms == row.last_modified_ms,
    }
}

/// The store now takes events that it refused when the object was read.
fn was_widened(settings: &EventDataStoreSettings, row: &ManifestRow) -> bool {
    (settings.retention_raised_in > row.settings_version && row.expired > 0)
        || (settings.selectors_changed_in > row.settings_version && row.filtered > 0)
}

fn may_have_lost_events(run: &Run, row: &ManifestRow) -> bool {
    let holds_events = row.stored > 0 || row.duplicate > 0;
    holds_events && row.first_event_micros.is_some_and(|first| run.may_have_lost(row.settings_version, first))
}
