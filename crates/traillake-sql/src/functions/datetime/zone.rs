//! Time zones: names, offsets, and local times that a zone skips or repeats.

use std::fmt;

use chrono::{DateTime, FixedOffset, LocalResult, NaiveDateTime, Offset, TimeZone};
use chrono_tz::{GapInfo, OffsetName, Tz};
use datafusion::common::{Result, exec_datafusion_err};

use super::civil::{SECOND, date_time, millis_of};

const MAX_OFFSET_SECONDS: i32 = 14 * 60 * 60;

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// The same offset always; zero is UTC.
    Fixed(FixedOffset),
    /// A zone of the IANA database.
    Named(Tz),
}

impl Zone {
    pub(crate) fn utc() -> Self {
        Self::Named(Tz::UTC)
    }

    /// The zone of an offset in seconds east of UTC.
    pub(super) fn of_offset(seconds: i32) -> Option<Self> {
        match seconds {
            0 => Some(Self::utc()),
            _ if !(-MAX_OFFSET_SECONDS..=MAX_OFFSET_SECONDS).contains(&seconds) => None,
            _ => FixedOffset::east_opt(seconds).map(Self::Fixed),
        }
    }

    /// The zone of a name in any letter case, or of an offset as `+02:00`, `-0330`, `UTC+2`.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        if let Some(seconds) = offset_seconds(name) {
            return Self::of_offset(seconds);
        }
        let named = name.parse::<Tz>().ok();
        let tz =
            named.or_else(|| chrono_tz::TZ_VARIANTS.into_iter().find(|tz| tz.name().eq_ignore_ascii_case(name)))?;
        Some(if is_utc(tz.name()) { Self::utc() } else { Self::Named(tz) })
    }

    /// As `of_name`, with Trino's error.
    pub(super) fn parse(name: &str) -> Result<Self> {
        Self::of_name(name).ok_or_else(|| exec_datafusion_err!("'{name}' is not a valid time zone"))
    }

    pub(super) fn is_utc(self) -> bool {
        self == Self::utc()
    }

    /// Whether local time never jumps.
    pub(super) fn is_fixed(self) -> bool {
        self.is_utc() || matches!(self, Self::Fixed(_))
    }

    /// Milliseconds that local time is ahead of UTC at an instant.
    pub(crate) fn offset_at(self, instant: i64) -> i64 {
        match self {
            Self::Fixed(offset) => i64::from(offset.local_minus_utc()) * SECOND,
            Self::Named(Tz::UTC) => 0,
            Self::Named(tz) => {
                let utc = DateTime::from_timestamp_millis(instant).unwrap_or_default().naive_utc();
                i64::from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * SECOND
            }
        }
    }

    /// The instant of a local time: the earlier one of two, and beyond a gap as far as the clock jumped.
    pub(crate) fn instant_of(self, local: NaiveDateTime) -> Result<i64> {
        let seconds = match self {
            Self::Fixed(offset) => offset.local_minus_utc(),
            Self::Named(tz) => match tz.offset_from_local_datetime(&local) {
                LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset.fix().local_minus_utc(),
                LocalResult::None => offset_before_gap(&local, tz),
            },
        };
        in_range(millis_of(local).saturating_sub(i64::from(seconds) * SECOND))
    }

    /// The instant of a local time that was computed from `origin`: with the offset of `origin` where that is possible.
    pub(crate) fn instant_near(self, local: i64, origin: i64) -> Result<i64> {
        let offset = self.offset_at(origin);
        let instant = local.saturating_sub(offset);
        if self.is_fixed() || self.offset_at(instant) == offset {
            return in_range(instant);
        }
        self.instant_of(date_time(local)?)
    }

    /// `EST` or `EDT` in New York; the name where there is no abbreviation.
    pub(super) fn abbreviation_at(self, instant: i64) -> String {
        let Self::Named(tz) = self else { return self.to_string() };
        let utc = DateTime::from_timestamp_millis(instant).unwrap_or_default().naive_utc();
        tz.offset_from_utc_datetime(&utc).abbreviation().unwrap_or_else(|| tz.name()).to_owned()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(offset) => offset.fmt(f),
            Self::Named(tz) => f.write_str(tz.name()),
        }
    }
}

fn in_range(instant: i64) -> Result<i64> {
    date_time(instant).map(|_| instant)
}

fn is_utc(name: &str) -> bool {
    matches!(
        name.strip_prefix("Etc/").unwrap_or(name),
        "UTC" | "UCT" | "Universal" | "Zulu" | "GMT" | "GMT0" | "GMT+0" | "GMT-0" | "Greenwich"
    )
}

fn offset_before_gap(local: &NaiveDateTime, tz: Tz) -> i32 {
    let before = GapInfo::new(local, &tz).and_then(|gap| gap.begin);
    before.map_or(0, |(_, offset)| offset.fix().local_minus_utc())
}

/// Seconds of `Z`, `+2`, `+02`, `+0200`, `+02:00`, each also after `UTC`, `GMT` or `UT`.
fn offset_seconds(text: &str) -> Option<i32> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let prefix = ["UTC", "GMT", "UT"]
        .into_iter()
        .find(|prefix| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)));
    let rest = prefix.map_or(text, |prefix| text.get(prefix.len()..).unwrap_or_default());
    let (sign, digits) = match rest.as_bytes().first()? {
        b'+' => (1, rest.get(1..)?),
        b'-' => (-1, rest.get(1..)?),
        _ => return None,
    };
    let (hours, minutes) = match (digits.split_once(':'), digits.len()) {
        (Some((hours, minutes)), 5) => (hours, minutes),
        (None, 4) => digits.split_at_checked(2)?,
        (None, 1 | 2) => (digits, "0"),
        _ => return None,
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60).then_some(sign * (hours * 60 + minutes) * 60)
}

fn number(digits: &str) -> Option<i32> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<String> {
        Zone::of_name(text).map(|zone| zone.to_string())
    }

    #[test]
    fn names_are_found_in_any_letter_case_and_offsets_in_any_form() {
        assert_eq!(name("america/new_york").as_deref(), Some("America/New_York"));
        for utc in ["UTC", "utc", "Z", "GMT", "Etc/UTC", "Zulu", "+00:00", "-00:00", "UTC+0"] {
            assert_eq!(name(utc).as_deref(), Some("UTC"), "{utc}");
        }
        for two in ["+02:00", "+0200", "+02", "+2", "UTC+2", "gmt+02:00"] {
            assert_eq!(name(two).as_deref(), Some("+02:00"), "{two}");
        }
        assert_eq!(name("-03:30").as_deref(), Some("-03:30"));
    }

    #[test]
    fn other_texts_are_not_zones() {
        for text in ["", "Nowhere/X", "+", "+15:00", "+1:00", "+02:60", "+é2", "UTC+", "+99:99", "+-1:00", "+00000"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    fn new_york(local: &str) -> i64 {
        let zone = Zone::of_name("America/New_York").unwrap();
        zone.instant_of(local.parse().unwrap()).unwrap() / SECOND
    }

    #[test]
    fn a_local_time_in_a_gap_is_moved_on_and_a_repeated_one_is_the_first() {
        assert_eq!(new_york("2024-03-10T02:30:00"), new_york("2024-03-10T03:30:00"));
        assert_eq!(new_york("2024-11-03T01:30:00") + 2 * 3600, new_york("2024-11-03T02:30:00"));
    }

    #[test]
    fn a_day_that_a_zone_skips_has_instants() {
        let zone = Zone::of_name("Pacific/Apia").unwrap();
        let skipped = zone.instant_of("2011-12-30T12:00:00".parse().unwrap()).unwrap();
        let next = zone.instant_of("2011-12-31T12:00:00".parse().unwrap()).unwrap();
        assert_eq!(skipped, next);
    }

    #[test]
    fn instants_beyond_the_calendar_have_an_offset_and_no_panic() {
        let zone = Zone::of_name("America/New_York").unwrap();
        for instant in [i64::MIN, i64::MAX] {
            assert!(zone.offset_at(instant) < 0);
            assert!(zone.instant_near(instant, instant).is_err());
        }
    }
}
