//! Dates and times as texts.

use std::sync::LazyLock;

use arrow::array::timezone::Tz;
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use fancy_regex::{Captures, Regex};

use super::leaf::DAY;

/// A date with or without a time and a zone.
struct Written<'t> {
    /// Milliseconds since 1970-01-01, as written.
    local: i64,
    zone: Option<&'t str>,
}

/// Milliseconds of a text without zone.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let written = written(text.trim(), false)?;
    written.zone.is_none().then_some(written.local)
}

/// Milliseconds in UTC, and the zone, of a text whose zone is UTC when it names none.
pub(crate) fn zoned(text: &str) -> Option<(i64, &str)> {
    let written = written(text.trim(), false)?;
    let zone = written.zone.unwrap_or("UTC");
    Some((instant(written.local, zone)?, zone))
}

/// Milliseconds in UTC of any text that is a time, ISO 8601 with `T` and `Z` included.
pub(crate) fn any_timestamp(text: &str) -> Option<i64> {
    let written = written(text.trim(), true)?;
    written.zone.map_or(Some(written.local), |zone| instant(written.local, zone))
}

/// Days since 1970-01-01 of a text without time.
pub(crate) fn date(text: &str) -> Option<i32> {
    let text = text.trim();
    let time = timestamp(text)?;
    let only_date = !text.contains(' ');
    only_date.then(|| i32::try_from(time.div_euclid(DAY)).ok()).flatten()
}

/// Milliseconds of the day.
pub(crate) fn time(text: &str) -> Option<i64> {
    let moment = timestamp(&format!("1970-01-01 {}", text.trim()))?;
    (text.contains(':') && moment < DAY).then_some(moment)
}

/// Milliseconds in UTC of a local time; a time that a change of the clock leaves out is moved by it.
pub(crate) fn instant(local: i64, zone: &str) -> Option<i64> {
    let zone = parse_zone(zone)?;
    let naive = naive(local)?;
    if let Some(time) = zone.from_local_datetime(&naive).earliest() {
        return Some(time.timestamp_millis());
    }
    let before = zone.from_local_datetime(&naive.checked_sub_days(Days::new(1))?).earliest()?;
    local.checked_sub(i64::from(before.offset().fix().local_minus_utc()) * 1000)
}

/// The local time of a zone, in milliseconds.
pub(crate) fn local(instant: i64, zone: &str) -> Option<i64> {
    let time = DateTime::<Utc>::from_timestamp_millis(instant)?.with_timezone(&parse_zone(zone)?);
    Some(time.naive_local().and_utc().timestamp_millis())
}

/// A time without zone.
pub(crate) fn naive(millis: i64) -> Option<NaiveDateTime> {
    Some(DateTime::<Utc>::from_timestamp_millis(millis)?.naive_utc())
}

fn parse_zone(zone: &str) -> Option<Tz> {
    let zone = if matches!(zone, "Z" | "z") { "UTC" } else { zone };
    zone.parse().ok()
}

fn written(text: &str, iso: bool) -> Option<Written<'_>> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let day = r"(?<year>[-+]?\d{4,6})-(?<month>\d{1,2})-(?<day>\d{1,2})";
        let time = r"(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:[.,](?<fraction>\d{1,12}))?)?";
        Regex::new(&format!(r"^{day}(?:(?<between>[ T]){time}\s*(?<zone>[A-Za-z+-][A-Za-z0-9_/:+-]*)?| (?<zone2>[A-Za-z+-][A-Za-z0-9_/:+-]*))?$")).ok()
    });
    if text.len() > 100 {
        return None;
    }
    let found = FORM.as_ref()?.captures(text).ok()??;
    let is_iso = found.name("between").is_some_and(|between| between.as_str() == "T")
        || found.name("zone").is_some_and(|zone| zone.as_str() == "Z");
    if is_iso && !iso {
        return None;
    }
    let date = NaiveDate::from_ymd_opt(number(&found, "year")?, digits(&found, "month")?, digits(&found, "day")?)?;
    let time = NaiveTime::from_hms_opt(digits(&found, "hour")?, digits(&found, "minute")?, digits(&found, "second")?)?;
    let local = date.and_time(time).and_utc().timestamp_millis() + fraction(&found);
    let zone = found.name("zone").or_else(|| found.name("zone2")).map(|zone| zone.as_str());
    if let Some(zone) = zone {
        parse_zone(zone)?;
    }
    Some(Written { local, zone })
}

fn number(found: &Captures<'_>, name: &str) -> Option<i32> {
    found.name(name)?.as_str().parse().ok()
}

fn digits(found: &Captures<'_>, name: &str) -> Option<u32> {
    found.name(name).map_or(Some(0), |digits| digits.as_str().parse().ok())
}

/// Milliseconds of the digits after the point, rounded.
fn fraction(found: &Captures<'_>) -> i64 {
    let Some(digits) = found.name("fraction") else { return 0 };
    let four: String = digits.as_str().chars().chain("0000".chars()).take(4).collect();
    four.parse::<i64>().map_or(0, |tenths| (tenths + 5) / 10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text_form::timestamp_text;

    fn text(time: Option<i64>) -> String {
        time.map_or_else(|| "none".to_owned(), timestamp_text)
    }

    #[test]
    fn timestamps_have_one_or_two_digits_and_parts_may_be_left_out() {
        assert_eq!(text(timestamp("2023-05-01 12:00:00")), "2023-05-01 12:00:00.000");
        assert_eq!(text(timestamp("2023-05-01 12:00:00.1239")), "2023-05-01 12:00:00.124");
        assert_eq!(text(timestamp(" 2023-5-1 1:2:3 ")), "2023-05-01 01:02:03.000");
        assert_eq!(text(timestamp("2023-05-01 12:30")), "2023-05-01 12:30:00.000");
        assert_eq!(text(timestamp("2023-05-01")), "2023-05-01 00:00:00.000");
    }

    #[test]
    fn what_is_no_timestamp_is_none() {
        for wrong in [
            "",
            "x",
            "2023",
            "2023-13-01",
            "2023-02-30",
            "2023-01-01 25:00:00",
            "2023-01-01 12",
            "2023-01-01T00:00:00",
            "2023-01-01 00:00:00 UTC",
        ] {
            assert_eq!(timestamp(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn zones_have_names_or_offsets() {
        let (time, zone) = zoned("2023-05-01 12:00:00 Europe/Berlin").unwrap();
        assert_eq!((text(Some(time)).as_str(), zone), ("2023-05-01 10:00:00.000", "Europe/Berlin"));
        assert_eq!(text(zoned("2023-05-01 12:00:00+02:00").map(|(time, _)| time)), "2023-05-01 10:00:00.000");
        assert_eq!(zoned("2023-05-01 UTC").map(|(_, zone)| zone), Some("UTC"));
        assert_eq!(zoned("2023-05-01 12:00:00 Nowhere/City"), None);
    }

    #[test]
    fn comparisons_also_read_iso_8601() {
        assert_eq!(text(any_timestamp("2023-06-10T00:00:00Z")), "2023-06-10 00:00:00.000");
        assert_eq!(text(any_timestamp("2023-06-10T00:00:00.5+01:00")), "2023-06-09 23:00:00.500");
        assert_eq!(text(any_timestamp("2023-06-10T00:00:00")), "2023-06-10 00:00:00.000");
        assert_eq!(text(any_timestamp("2023-06-10")), "2023-06-10 00:00:00.000");
        assert_eq!(any_timestamp("yesterday"), None);
    }

    #[test]
    fn a_time_that_does_not_exist_is_moved_by_the_change_of_the_clock() {
        let local = timestamp("2023-03-26 02:30:00").unwrap();
        assert_eq!(text(instant(local, "Europe/Berlin")), "2023-03-26 01:30:00.000");
    }

    #[test]
    fn dates_have_no_time() {
        assert_eq!(date("1970-01-02"), Some(1));
        assert_eq!(date("1969-12-31"), Some(-1));
        assert_eq!(date("1970-01-02 00:00:00"), None);
        assert_eq!(time("01:00"), Some(3_600_000));
        assert_eq!(time("x"), None);
    }

    proptest! {
        #[test]
        fn texts_of_timestamps_are_read_back(millis in -62_000_000_000_000_i64..253_000_000_000_000) {
            prop_assert_eq!(timestamp(&timestamp_text(millis)), Some(millis));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let _ = any_timestamp(&text);
        }
    }
}
