//! Sizes in bytes as people write them: `512MB`, `1GiB`, `16M`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::ModelError;

/// A number of bytes.
///
/// Read as a number with an optional unit: `KB`, `MB`, `GB`, `TB` are powers of 1000;
/// `KiB`, `MiB`, `GiB`, `TiB` and the single letters `K`, `M`, `G`, `T` are powers of 1024;
/// `B` or nothing is bytes. Any case, a fraction (`1.5GB`) and a blank before the unit are
/// accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ByteSize(u64);

/// Units of display, from the smallest: bytes of the decimal and of the binary one.
const UNITS: [(u64, &str, u64, &str); 4] = [
    (1_000, "kB", 1 << 10, "KiB"),
    (1_000_000, "MB", 1 << 20, "MiB"),
    (1_000_000_000, "GB", 1 << 30, "GiB"),
    (1_000_000_000_000, "TB", 1 << 40, "TiB"),
];

impl ByteSize {
    /// A size of this many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The number of bytes, cut to what the machine can address.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, unit) = text.split_at_checked(digits)?;
        let factor = factor(unit.trim_start())?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.len() > 9 || (number.contains('.') && fraction.is_empty()) {
            return None;
        }
        let bytes = whole.parse::<u64>().ok()?.checked_mul(factor)?;
        bytes.checked_add(part(fraction, factor)?).map(Self)
    }
}

/// Bytes of the digits after the point, rounded down.
fn part(fraction: &str, factor: u64) -> Option<u64> {
    if fraction.is_empty() {
        return Some(0);
    }
    let scale = 10_u128.pow(u32::try_from(fraction.len()).ok()?);
    let bytes = fraction.parse::<u128>().ok()? * u128::from(factor) / scale;
    u64::try_from(bytes).ok()
}

fn factor(unit: &str) -> Option<u64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        _ => return None,
    })
}

impl fmt::Display for ByteSize {
    /// Decimal units to one place when that is exact (`512 MB`), else fewer than 2048
    /// whole binary units (`96 MiB`), else decimal units rounded down (`12.3 MB`); below 1000 in bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0;
        let largest_first = || UNITS.iter().rev();
        let Some((decimal, name, ..)) = largest_first().find(|unit| bytes >= unit.0) else {
            return write!(f, "{bytes} B");
        };
        let whole = |size: u64| bytes.is_multiple_of(size) && (1..2048).contains(&(bytes / size));
        let whole_binary = largest_first().find(|unit| whole(unit.2));
        match whole_binary {
            Some((.., binary, name)) if !bytes.is_multiple_of(decimal / 10) => {
                write!(f, "{} {name}", bytes / binary)
            }
            _ => write_tenths(f, bytes, *decimal, name),
        }
    }
}

fn write_tenths(f: &mut fmt::Formatter<'_>, bytes: u64, unit: u64, name: &str) -> fmt::Result {
    match (bytes / unit, bytes % unit / (unit / 10)) {
        (whole, 0) => write!(f, "{whole} {name}"),
        (whole, tenths) => write!(f, "{whole}.{tenths} {name}"),
    }
}

impl FromStr for ByteSize {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        Self::parse(text).ok_or_else(|| ModelError::InvalidByteSize { text: text.to_owned() })
    }
}

impl TryFrom<String> for ByteSize {
    type Error = ModelError;

    fn try_from(text: String) -> Result<Self, ModelError> {
        text.parse()
    }
}

impl From<ByteSize> for String {
    /// The exact number of bytes, so that nothing is lost to rounding.
    fn from(size: ByteSize) -> Self {
        size.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> u64 {
        text.parse::<ByteSize>().unwrap().as_u64()
    }

    #[test]
    fn units_are_decimal_with_b_and_binary_without_or_with_ib() {
        assert_eq!(bytes("0"), 0);
        assert_eq!(bytes("512"), 512);
        assert_eq!(bytes("512MB"), 512_000_000);
        assert_eq!(bytes("1GiB"), 1 << 30);
        assert_eq!(bytes("16M"), 16 << 20);
        assert_eq!(bytes(" 1.5 gb "), 1_500_000_000);
        assert_eq!(bytes("2t"), 2 << 40);
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "MB", "-1", "1.", "1..2", "1.2.3", "5 XB", "1e9", "99999999999999999999", "20000000T", "١MB"]
        {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
    }

    #[test]
    fn display_is_short_and_true() {
        let shown = |bytes| ByteSize::new(bytes).to_string();
        assert_eq!(shown(0), "0 B");
        assert_eq!(shown(999), "999 B");
        assert_eq!(shown(1024), "1 KiB");
        assert_eq!(shown(1500), "1.5 kB");
        assert_eq!(shown(512_000_000), "512 MB");
        assert_eq!(shown(1536 << 20), "1536 MiB");
        assert_eq!(shown(96 << 20), "96 MiB");
        assert_eq!(shown(12_345_678), "12.3 MB");
        assert_eq!(shown(12_056 << 10), "12.3 MB");
        assert_eq!(shown(u64::MAX), "18446744 TB");
    }

    #[test]
    fn stored_sizes_are_exact() {
        let size = ByteSize::new(12_345_678);
        let json = serde_json::to_string(&size).unwrap();
        assert_eq!(serde_json::from_str::<ByteSize>(&json).unwrap(), size);
    }
}
