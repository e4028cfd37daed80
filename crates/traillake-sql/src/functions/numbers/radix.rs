//! Integers as texts of other bases.

use datafusion::common::{Result, exec_datafusion_err};

use super::DOC;
use crate::functions::kit::Kind::{Bigint, Text};
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![from_base(), to_base()]
}

fn from_base() -> Function {
    scalar("from_base").on(&[Text, Bigint], |row| parse(row.text(0), row.bigint(1))).documented(FunctionDoc {
        name: "from_base",
        usage: &["from_base(text, radix) → bigint"],
        text: "The number that a text means in a base of 2 to 36; an error if it means none.",
        examples: &[("from_base('ff', 16)", "255"), ("from_base('-1010', 2)", "-10")],
        ..DOC
    })
}

fn to_base() -> Function {
    scalar("to_base").on(&[Bigint, Bigint], |row| print(row.bigint(0), row.bigint(1))).documented(FunctionDoc {
        name: "to_base",
        usage: &["to_base(number, radix) → varchar"],
        text: "The number as a text in a base of 2 to 36.",
        examples: &[("to_base(255, 16)", "ff"), ("to_base(-10, 2)", "-1010")],
        ..DOC
    })
}

fn checked(radix: i64) -> Result<u32> {
    let known = u32::try_from(radix).ok().filter(|radix| (2..=36).contains(radix));
    known.ok_or_else(|| exec_datafusion_err!("Radix must be between 2 and 36"))
}

fn parse(text: &str, radix: i64) -> Result<Option<i64>> {
    let number = i64::from_str_radix(text, checked(radix)?);
    number.map(Some).map_err(|_| exec_datafusion_err!("Not a valid base-{radix} number: {text}"))
}

fn print(number: i64, radix: i64) -> Result<Option<String>> {
    let radix = checked(radix)?;
    let mut digits = Vec::new();
    let mut rest = number.unsigned_abs();
    loop {
        let digit = u32::try_from(rest % u64::from(radix)).unwrap_or(0);
        digits.extend(char::from_digit(digit, radix));
        rest /= u64::from(radix);
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        digits.push('-');
    }
    Ok(Some(digits.into_iter().rev().collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::value;

    #[test]
    fn from_base_takes_both_cases_and_signs() {
        assert_eq!(value("from_base('FF', 16)").unwrap(), "255");
        assert_eq!(value("from_base('+7', 8)").unwrap(), "7");
        assert_eq!(value("from_base(NULL, 8)").unwrap(), "NULL");
        assert!(value("from_base('8', 8)").unwrap_err().contains("Not a valid base-8 number: 8"));
        assert!(value("from_base('', 10)").is_err());
        assert!(value("from_base('9223372036854775808', 10)").is_err());
        assert!(value("from_base('1', 37)").unwrap_err().contains("Radix must be between 2 and 36"));
    }

    #[test]
    fn to_base_writes_every_number() {
        assert_eq!(value("to_base(0, 2)").unwrap(), "0");
        assert_eq!(value("to_base(NULL, 2)").unwrap(), "NULL");
        assert!(value("to_base(1, 1)").unwrap_err().contains("Radix must be between 2 and 36"));
        assert_eq!(print(i64::MIN, 16).unwrap().unwrap(), "-8000000000000000");
    }

    proptest::proptest! {
        #[test]
        fn bases_round_trip(number: i64, radix in 2_i64..=36) {
            let text = print(number, radix).unwrap().unwrap();
            proptest::prop_assert_eq!(parse(&text, radix).unwrap(), Some(number));
        }
    }
}
