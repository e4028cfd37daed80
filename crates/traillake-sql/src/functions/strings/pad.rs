//! `lpad` and `rpad`.

use datafusion::common::{Result, exec_err};

use super::{DOC, count, offset};
use crate::functions::kit::Kind::{Bigint, Text, Varbinary};
use crate::functions::kit::{MAX_BYTES, check_bytes, scalar};
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![lpad(), rpad()]
}

fn lpad() -> Function {
    scalar("lpad")
        .on(&[Text, Bigint, Text], |row| {
            let (kept, padding) = padded(row.text(0), row.bigint(1), row.text(2))?;
            Ok(Some(padding + kept))
        })
        .on(&[Varbinary, Bigint, Varbinary], |row| {
            let (kept, mut padding) = padded_bytes(row.bytes(0), row.bigint(1), row.bytes(2))?;
            padding.extend_from_slice(kept);
            Ok(Some(padding))
        })
        .documented(FunctionDoc {
            name: "lpad",
            usage: &["lpad(text, size, padding) → varchar", "lpad(varbinary, size, padding) → varbinary"],
            text: "The text with the padding repeated on its left up to the size; cut to the size if it is longer. \
                   An error if the size is negative or the padding empty.",
            examples: &[("lpad('7', 3, '0')", "007"), ("lpad('abcdef', 3, '0')", "abc")],
            ..DOC
        })
}

fn rpad() -> Function {
    scalar("rpad")
        .on(&[Text, Bigint, Text], |row| {
            let (kept, padding) = padded(row.text(0), row.bigint(1), row.text(2))?;
            Ok(Some(kept.to_owned() + &padding))
        })
        .on(&[Varbinary, Bigint, Varbinary], |row| {
            let (kept, padding) = padded_bytes(row.bytes(0), row.bigint(1), row.bytes(2))?;
            Ok(Some([kept, &padding].concat()))
        })
        .documented(FunctionDoc {
            name: "rpad",
            usage: &["rpad(text, size, padding) → varchar", "rpad(varbinary, size, padding) → varbinary"],
            text: "The text with the padding repeated on its right up to the size; cut to the size if it is longer. \
                   An error if the size is negative or the padding empty.",
            examples: &[("rpad('a', 4, 'xy')", "axyx"), ("rpad('abcdef', 3, '0')", "abc")],
            ..DOC
        })
}

/// How much of the text stays, and what is put beside it.
fn padded<'a>(text: &'a str, size: i64, padding: &str) -> Result<(&'a str, String)> {
    check(size, padding.is_empty(), "Padding string must not be empty")?;
    if let Some(end) = offset(text, size) {
        return Ok((text.get(..end).unwrap_or(text), String::new()));
    }
    let missing = usize::try_from(size - count(text)).unwrap_or(0);
    let mut beside = String::new();
    for c in padding.chars().cycle().take(missing) {
        beside.push(c);
        if beside.len() > MAX_BYTES {
            break;
        }
    }
    check_bytes("lpad or rpad", text.len() + beside.len())?;
    Ok((text, beside))
}

fn padded_bytes<'a>(bytes: &'a [u8], size: i64, padding: &[u8]) -> Result<(&'a [u8], Vec<u8>)> {
    check(size, padding.is_empty(), "Padding bytes must not be empty")?;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if let Some(kept) = bytes.get(..size) {
        return Ok((kept, Vec::new()));
    }
    check_bytes("lpad or rpad", size)?;
    Ok((bytes, padding.iter().copied().cycle().take(size - bytes.len()).collect()))
}

fn check(size: i64, empty: bool, message: &str) -> Result<()> {
    if !(0..=i64::from(i32::MAX)).contains(&size) {
        return exec_err!("Target length must be in the range [0..{}]", i32::MAX);
    }
    if empty {
        return exec_err!("{message}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::{rows, value};

    #[test]
    fn padding_counts_code_points() {
        assert_eq!(value("lpad('é', 3, 'äö')").unwrap(), "äöé");
        assert_eq!(value("rpad('é', 4, 'äö')").unwrap(), "éäöä");
        assert_eq!(value("lpad('éa', 1, 'x')").unwrap(), "é");
        assert_eq!(value("lpad('', 2, 'x')").unwrap(), "xx");
        assert_eq!(value("rpad('abc', 0, 'x')").unwrap(), "");
        assert_eq!(value("to_hex(lpad(X'01', 3, X'0A0B'))").unwrap(), "0A0B01");
        assert_eq!(value("to_hex(rpad(X'010203', 2, X'00'))").unwrap(), "0102");
    }

    #[test]
    fn padding_refuses_bad_sizes_and_empty_padding() {
        assert!(value("lpad('a', -1, 'x')").unwrap_err().contains("Target length must be in the range"));
        assert!(value("rpad('a', 3, '')").unwrap_err().contains("Padding string must not be empty"));
        assert!(value("lpad('a', 2000000000, 'x')").unwrap_err().contains("too large"));
        assert!(value("rpad(X'61', 2000000000, X'61')").unwrap_err().contains("too large"));
        assert_eq!(value("lpad(NULL, 3, 'x')").unwrap(), "NULL");
        assert_eq!(value("rpad('a', NULL, 'x')").unwrap(), "NULL");
        assert_eq!(value("rpad('a', 3, NULL)").unwrap(), "NULL");
    }

    #[test]
    fn many_large_results_are_refused_together() {
        let table = "unnest(sequence(1, 100)) t(n)";
        let large = rows(&format!("SELECT max(length(lpad(CAST(n AS varchar), 10000000, 'x'))) FROM {table}"));
        assert!(large.unwrap_err().contains("Results of lpad are too large: more than 256 MiB for a batch of rows"));
    }
}
