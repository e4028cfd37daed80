//! Values with units.

use std::str::FromStr;
use std::time::Duration;

use serde::Deserialize;

/// A length of time: `500ms`, `30s`, `5m`, `2h`, `7d`; a bare number is seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct HumanDuration(pub(crate) Duration);

impl FromStr for HumanDuration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(split);
        let millis = match unit.trim() {
            "ms" => 1,
            "" | "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 0,
        };
        let length = number.parse::<u64>().ok().and_then(|number| number.checked_mul(millis));
        length.filter(|_| millis > 0).map(|millis| Self(Duration::from_millis(millis))).ok_or_else(|| {
            format!("`{text}` is not a length of time: expected one like `500ms`, `30s`, `5m`, `2h` or `7d`")
        })
    }
}

impl TryFrom<String> for HumanDuration {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_take_a_unit() {
        let millis = |text: &str| text.parse::<HumanDuration>().unwrap().0.as_millis();
        assert_eq!(
            [millis("500ms"), millis("30s"), millis("30"), millis("5m"), millis("2h"), millis("7d")],
            [500, 30_000, 30_000, 300_000, 7_200_000, 604_800_000]
        );
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "s", "-1s", "1y", "1.5h", "99999999999999999999s", "9999999999999999d"] {
            assert!(text.parse::<HumanDuration>().is_err(), "{text}");
        }
    }
}
