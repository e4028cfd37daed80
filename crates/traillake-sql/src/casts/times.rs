//! Dates and times as texts.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use fancy_regex::{Captures, Regex};

use super::leaf::DAY;
use crate::functions::datetime::zone::Zone;

/// A date with or without a time and a zone.
struct Written {
    /// Milliseconds since 1970-01-01, as written.
    local: i64,
    zone: Option<Zone>,
    /// Whether `T` or `Z` makes it a text of ISO 8601.
    is_iso: bool,
}

impl Written {
    fn instant(&self) -> Option<i64> {
        match self.zone {
            Some(zone) => zone.instant_of(naive(self.local)?).ok(),
            None => Some(self.local),
        }
    }
}

/// Milliseconds of a text without zone.
pub(crate) fn timestamp(text: &str) -> Option<i64> {
    let written = written(text.trim())?;
    (written.zone.is_none() && !written.is_iso).then_some(written.local)
}

/// Milliseconds in UTC, and the zone, of a text whose zone is UTC when it names none.
pub(crate) fn zoned(text: &str) -> Option<(i64, Zone)> {
    let written = written(text.trim()).filter(|written| !written.is_iso)?;
    Some((written.instant()?, written.zone.unwrap_or_else(Zone::utc)))
}

/// Milliseconds in UTC of any text that is a time, ISO 8601 with `T` and `Z` included.
pub(crate) fn any_timestamp(text: &str) -> Option<i64> {
    written(text.trim())?.instant()
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

/// The local time of a zone, in milliseconds.
pub(crate) fn local(instant: i64, zone: &str) -> Option<i64> {
    instant.checked_add(Zone::of_name(zone)?.offset_at(instant))
}

/// A time without zone.
pub(crate) fn naive(millis: i64) -> Option<NaiveDateTime> {
    Some(DateTime::<Utc>::from_timestamp_millis(millis)?.naive_utc())
}

fn written(text: &str) -> Option<Written> {
    usual(text.as_bytes()).or_else(|| unusual(text))
}

/// The forms that columns hold: `2023-06-10`, `2023-06-10 12:30:00.000`, `2023-06-10T12:30:00Z` and between them.
fn usual(text: &[u8]) -> Option<Written> {
    let (&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2], time) = text.split_first_chunk()? else { return None };
    let year = i32::try_from(number_of(&[y1, y2, y3, y4])?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number_of(&[m1, m2])?, number_of(&[d1, d2])?)?;
    let [between @ (b' ' | b'T'), h1, h2, b':', i1, i2, b':', s1, s2, rest @ ..] = time else {
        let local = date.and_time(NaiveTime::MIN).and_utc().timestamp_millis();
        return time.is_empty().then_some(Written { local, zone: None, is_iso: false });
    };
    let (millis, zone) = match rest {
        [] => (0, None),
        b"Z" => (0, Some(Zone::utc())),
        [b'.', a, b, c] => (number_of(&[*a, *b, *c])?, None),
        [b'.', a, b, c, b'Z'] => (number_of(&[*a, *b, *c])?, Some(Zone::utc())),
        _ => return None,
    };
    let (hour, minute, second) = (number_of(&[*h1, *h2])?, number_of(&[*i1, *i2])?, number_of(&[*s1, *s2])?);
    let time = NaiveTime::from_hms_milli_opt(hour, minute, second, millis)?;
    let local = date.and_time(time).and_utc().timestamp_millis();
    Some(Written { local, zone, is_iso: *between == b'T' || zone.is_some() })
}

fn number_of(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

fn unusual(text: &str) -> Option<Written> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let day = r"(?<year>[-+]?\d{4,6})-(?<month>\d{1,2})-(?<day>\d{1,2})";
        let time = r"(?<hour>\d{1,2}):(?<minute>\d{1,2})(?::(?<second>\d{1,2})(?:[.,](?<fraction>\d{1,12}))?)?";
        let zone = "[A-Za-z+-][A-Za-z0-9_/:+-]*";
        Regex::new(&format!(r"^{day}(?:(?<between>[ T]){time}\s*(?<zone>{zone})?| (?<zone2>{zone}))?$")).ok()
    });
    if text.len() > 100 {
        return None;
    }
    let found = FORM.as_ref()?.captures(text).ok()??;
    let date = NaiveDate::from_ymd_opt(number(&found, "year")?, digits(&found, "month")?, digits(&found, "day")?)?;
    let time = NaiveTime::from_hms_opt(digits(&found, "hour")?, digits(&found, "minute")?, digits(&found, "second")?)?;
    let local = date.and_time(time).and_utc().timestamp_millis() + fraction(&found);
    let zone = found.name("zone").or_else(|| found.name("zone2")).map(|zone| zone.as_str());
    let is_iso = found.name("between").is_some_and(|between| between.as_str() == "T") || zone == Some("Z");
    match zone.map(Zone::of_name) {
        Some(None) => None,
        zone => Some(Written { local, zone: zone.flatten(), is_iso }),
    }
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
        assert_eq!((text(Some(time)), zone.to_string()), ("2023-05-01 10:00:00.000".into(), "Europe/Berlin".into()));
        assert_eq!(text(zoned("2023-05-01 12:00:00+02:00").map(|(time, _)| time)), "2023-05-01 10:00:00.000");
        for (written, zone) in
            [("UTC", "UTC"), ("europe/BERLIN", "Europe/Berlin"), ("UTC+2", "+02:00"), ("+0230", "+02:30"), ("z", "UTC")]
        {
            let found = zoned(&format!("2023-05-01 {written}")).map(|(_, zone)| zone.to_string());
            assert_eq!(found.as_deref(), Some(zone), "{written}");
        }
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
        let instant = any_timestamp("2023-03-26 02:30:00 Europe/Berlin");
        assert_eq!(text(instant), "2023-03-26 01:30:00.000");
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
        fn usual_texts_mean_what_unusual_ones_do(text in "(0000|2023|9999)-[0-1][0-9]-[0-3][0-9]([ T][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{3})?Z?)?") {
            let parts = |written: Option<Written>| written.map(|written| (written.local, written.zone, written.is_iso));
            if let Some(found) = parts(usual(text.as_bytes())) {
                prop_assert_eq!(Some(found), parts(unusual(&text)));
            } else {
                prop_assert_eq!(None, parts(unusual(&text)));
            }
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,30}") {
            let _ = any_timestamp(&text);
        }
    }
}
