//! Seconds since 1970 to the few texts that trail files use.

use std::fmt::Write;

/// A moment in the proleptic Gregorian calendar, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) year: i64,
    pub(crate) month: i64,
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
}

pub(crate) const DAY_SECONDS: i64 = 86_400;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Moment {
    /// Howard Hinnant's `civil_from_days`.
    pub(crate) fn from_seconds(seconds: i64) -> Self {
        let (days, rest) = (seconds.div_euclid(DAY_SECONDS), seconds.rem_euclid(DAY_SECONDS));
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * shifted_month + 2) / 5 + 1,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }

    /// `2025-03-03T14:07:09Z`.
    pub(crate) fn write_iso(&self, out: &mut String) {
        write_number(out, self.year, 4);
        for (mark, value) in
            [('-', self.month), ('-', self.day), ('T', self.hour), (':', self.minute), (':', self.second)]
        {
            out.push(mark);
            write_number(out, value, 2);
        }
        out.push('Z');
    }

    /// `20250303T1407Z`, as in the names of log files.
    pub(crate) fn write_compact_minute(&self, out: &mut String) {
        write_number(out, self.year, 4);
        write_number(out, self.month, 2);
        write_number(out, self.day, 2);
        out.push('T');
        write_number(out, self.hour, 2);
        write_number(out, self.minute, 2);
        out.push('Z');
    }

    /// `2025/03/03`, as in the keys of log files.
    pub(crate) fn write_folders(&self, out: &mut String) {
        write_number(out, self.year, 4);
        out.push('/');
        write_number(out, self.month, 2);
        out.push('/');
        write_number(out, self.day, 2);
    }

    /// `Mar 3, 2025, 2:07:09 PM`, as older services answer.
    pub(crate) fn write_american(&self, out: &mut String) {
        let month = usize::try_from(self.month - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"Jan");
        let hour = if self.hour % 12 == 0 { 12 } else { self.hour % 12 };
        let half = if self.hour < 12 { "AM" } else { "PM" };
        // Writing to a String cannot fail.
        let _ = write!(out, "{month} {}, {}, {hour}:{:02}:{:02} {half}", self.day, self.year, self.minute, self.second);
    }
}

/// The last `width` digits, with zeros in front.
fn write_number(out: &mut String, value: i64, width: usize) {
    let mut digits = [b'0'; 4];
    let mut rest = value.unsigned_abs();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    for digit in &digits[4 - width.min(4)..] {
        out.push(char::from(*digit));
    }
}
