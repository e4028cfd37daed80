//! Decimals: from texts, and from one scale to another.

use arrow::datatypes::i256;

/// Digits of a decimal, at most.
const DIGITS: u32 = 38;

/// A power of ten; `None` when it is too large.
pub(crate) fn power_of_ten(exponent: u32) -> Option<i256> {
    i256::from_i128(10).checked_pow(exponent)
}

/// Digits at another scale, rounded half away from zero; `None` when they have more than `precision` digits.
pub(crate) fn rescaled(digits: i256, from: i8, to: i8, precision: u8) -> Option<i128> {
    let shift = u32::from(from.abs_diff(to));
    let moved =
        if to >= from { digits.checked_mul(power_of_ten(shift)?)? } else { divided(digits, power_of_ten(shift)?)? };
    let limit = 10_i128.checked_pow(u32::from(precision).min(DIGITS))?;
    let moved = moved.to_i128()?;
    (moved.unsigned_abs() < limit.unsigned_abs()).then_some(moved)
}

/// A quotient rounded half away from zero; `None` for a divisor of zero.
pub(crate) fn divided(left: i256, right: i256) -> Option<i256> {
    let quotient = left.checked_div(right)?;
    let rest = left.checked_rem(right)?;
    let twice = rest.wrapping_abs().checked_add(rest.wrapping_abs())?;
    if twice < right.wrapping_abs() {
        return Some(quotient);
    }
    let away = if (left < i256::ZERO) == (right < i256::ZERO) { i256::ONE } else { i256::MINUS_ONE };
    quotient.checked_add(away)
}

/// Digits and scale of a number's text, as `1.5`, `-1e10`.
pub(crate) fn of_text(text: &str) -> Option<(i256, i8)> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.get(..60).unwrap_or(fraction);
    let digits = i256::from_string(&format!("0{whole}{fraction}"))?;
    let digits = if negative { digits.wrapping_neg() } else { digits };
    let scale = i32::try_from(fraction.len()).ok()?.checked_sub(exponent)?;
    if digits == i256::ZERO || scale > 120 {
        return Some((i256::ZERO, 0));
    }
    if scale < 0 {
        let grown = digits.checked_mul(power_of_ten(u32::try_from(-scale).ok()?)?)?;
        return Some((grown, 0));
    }
    Some((digits, i8::try_from(scale).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(i128, i8)> {
        of_text(text).map(|(digits, scale)| (digits.to_i128().unwrap(), scale))
    }

    #[test]
    fn texts_of_numbers_are_read() {
        assert_eq!(read("1.50"), Some((150, 2)));
        assert_eq!(read("-.5"), Some((-5, 1)));
        assert_eq!(read("1e3"), Some((1000, 0)));
        assert_eq!(read("15e-1"), Some((15, 1)));
        assert_eq!(read("1e-200"), Some((0, 0)));
        for wrong in ["", "-", ".", "1x", "1e", "1e999999999999", "1e400"] {
            assert_eq!(of_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn scales_are_rounded_away_from_zero() {
        assert_eq!(rescaled(i256::from_i128(125), 2, 1, 5), Some(13));
        assert_eq!(rescaled(i256::from_i128(-125), 2, 1, 5), Some(-13));
        assert_eq!(rescaled(i256::from_i128(124), 2, 1, 5), Some(12));
        assert_eq!(rescaled(i256::from_i128(1), 0, 2, 3), Some(100));
        assert_eq!(rescaled(i256::from_i128(100), 0, 0, 2), None);
    }
}
