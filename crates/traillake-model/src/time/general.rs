//! The general form of a time: fractions, offsets, blanks, leap seconds.

use super::{EventTime, SECOND, TimeForm, days_from_civil, minute_of_day, two};

/// Minutes in a day.
const DAY: i64 = 1440;

pub(super) fn parse(bytes: &[u8]) -> Option<EventTime> {
    let (head, rest) = bytes.split_at_checked(19)?;
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't' | b' ', h1, h2, b':', n1, n2, b':', s1, s2] = head
    else {
        return None;
    };
    let days = days_from_civil(two(y1, y2)? * 100 + two(y3, y4)?, two(m1, m2)?, two(d1, d2)?)?;
    let local_minute = days * DAY + minute_of_day(two(h1, h2)?, two(n1, n2)?)?;
    let (fraction_micros, rest) = fraction(rest)?;
    let minute = local_minute - offset_minutes(rest)?;
    let second = two(s1, s2)?;
    let last_of_day = minute.rem_euclid(DAY) == DAY - 1;
    if second > 60 || (second == 60 && !last_of_day) {
        return None;
    }
    let micros = (minute * 60 + second) * SECOND + fraction_micros;
    Some(EventTime { micros, form: TimeForm::Other })
}

/// Microseconds of an optional fraction of 1 to 9 digits, and what follows it.
fn fraction(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let [b'.' | b',', digits @ ..] = bytes else { return Some((0, bytes)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let (digits, rest) = digits.split_at_checked(count)?;
    let digit = |index| digits.get(index).map_or(0, |byte| i64::from(byte - b'0'));
    Some(((0..6).fold(0, |micros, index| micros * 10 + digit(index)), rest))
}

/// Minutes east of UTC: `Z`, `z`, nothing or `±HH:MM`.
fn offset_minutes(bytes: &[u8]) -> Option<i64> {
    match *bytes {
        [] | [b'Z' | b'z'] => Some(0),
        [b'+', h1, h2, b':', m1, m2] => minute_of_day(two(h1, h2)?, two(m1, m2)?),
        [b'-', h1, h2, b':', m1, m2] => Some(-minute_of_day(two(h1, h2)?, two(m1, m2)?)?),
        _ => None,
    }
}
