//! The time of a request: `X-Amz-Date`, else `Date`.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::error::{SignatureError, echo};

const AMZ_DATE: &str = "x-amz-date";
const BASIC_FORMAT: &str = "%Y%m%dT%H%M%SZ";
/// How far the clocks of client and server may be apart.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// When a request was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timestamp {
    /// `yyyymmddThhmmssZ`, as it is in the string to sign.
    pub(super) text: String,
    time: DateTime<Utc>,
}

/// Whether a request says when it was signed.
pub(super) fn is_given(headers: &HeaderMap) -> bool {
    headers.contains_key(AMZ_DATE) || headers.contains_key(header::DATE)
}

/// When a request was signed.
pub(super) fn of(headers: &HeaderMap) -> Result<Timestamp, SignatureError> {
    let is_amazons = headers.contains_key(AMZ_DATE);
    let name = if is_amazons { "X-Amz-Date" } else { "Date" };
    let values = headers.get_all(if is_amazons { AMZ_DATE } else { header::DATE.as_str() });
    let mut values = values.iter();
    let text = values.next().map_or("", |value: &HeaderValue| value.to_str().unwrap_or_default());
    if values.next().is_some() {
        return Err(SignatureError::Twice { name });
    }
    let time = basic(text).or_else(|| http_date(text).filter(|_| !is_amazons));
    let time = time.ok_or_else(|| SignatureError::Date { got: echo(text) })?;
    Ok(Timestamp { text: format(time), time })
}

/// ISO 8601's basic form, all sixteen characters of it.
fn basic(text: &str) -> Option<DateTime<Utc>> {
    let time = NaiveDateTime::parse_from_str(text, BASIC_FORMAT).ok()?.and_utc();
    (format(time) == text).then_some(time)
}

fn http_date(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(text).ok().map(|time| time.to_utc())
}

fn format(time: DateTime<Utc>) -> String {
    time.format(BASIC_FORMAT).to_string()
}

impl Timestamp {
    /// Whether it is at most five minutes from now.
    pub(super) fn check_skew(&self, now: DateTime<Utc>) -> Result<(), SignatureError> {
        let time = self.text.clone();
        let apart = now.signed_duration_since(self.time);
        if apart > SKEW {
            return Err(SignatureError::Expired { time, earliest: format(now - SKEW), now: format(now) });
        }
        if apart < -SKEW {
            return Err(SignatureError::NotYetCurrent { time, latest: format(now + SKEW), now: format(now) });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn text(list: &[(&'static str, &str)]) -> Result<String, SignatureError> {
        of(&headers(list)).map(|time| time.text)
    }

    #[test]
    fn the_time_is_that_of_amazons_header_else_that_of_http() {
        let amz = ("x-amz-date", "20150830T123600Z");
        assert_eq!(text(&[amz, ("date", "garbage")]).unwrap(), "20150830T123600Z");
        assert_eq!(text(&[("date", "Sun, 30 Aug 2015 12:36:00 GMT")]).unwrap(), "20150830T123600Z");
        assert_eq!(text(&[("date", "20150830T123600Z")]).unwrap(), "20150830T123600Z");
        assert_eq!(text(&[amz, amz]), Err(SignatureError::Twice { name: "X-Amz-Date" }));
    }

    #[test]
    fn times_in_other_forms_are_refused() {
        let long = "9".repeat(1000);
        for given in
            ["", "20150830", "2015-08-30T12:36:00Z", "20150830T1236 0Z", "20151330T123600Z", "+2015830T123600Z", &long]
        {
            let error = text(&[("x-amz-date", given)]).unwrap_err();
            assert!(matches!(&error, SignatureError::Date { got } if got.len() <= 128), "{given} {error}");
        }
        assert!(text(&[("x-amz-date", "Sun, 30 Aug 2015 12:36:00 GMT")]).is_err());
    }

    #[test]
    fn clocks_may_be_five_minutes_apart() {
        let time = of(&headers(&[("x-amz-date", "20260101T000000Z")])).unwrap();
        let at = |text: &str| time.check_skew(text.parse().unwrap()).map_err(|error| error.to_string());
        assert_eq!(at("2026-01-01T00:05:00Z"), Ok(()));
        assert_eq!(at("2025-12-31T23:55:00Z"), Ok(()));
        assert_eq!(
            at("2026-01-01T00:15:00Z").unwrap_err(),
            "Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z (20260101T001500Z - 5 min.)"
        );
        assert_eq!(
            at("2025-12-31T23:54:59Z").unwrap_err(),
            "Signature not yet current: 20260101T000000Z is still later than 20251231T235959Z (20251231T235459Z + 5 \
             min.)"
        );
    }
}
