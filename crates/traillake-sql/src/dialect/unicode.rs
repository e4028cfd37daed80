//! Escapes of `U&'...'`: four digits, or `+` and six.

/// The text with its escapes replaced, or what is wrong with them.
pub(super) fn decoded(written: &str, escape: &str) -> Result<String, String> {
    let escape = escape_character(escape)?;
    let mut decoded = String::with_capacity(written.len());
    let mut rest = written.chars();
    while let Some(c) = rest.next() {
        if c != escape {
            decoded.push(c);
            continue;
        }
        let (digits, count) = match rest.clone().next() {
            Some(next) if next == escape => {
                rest.next();
                decoded.push(escape);
                continue;
            }
            Some('+') => {
                rest.next();
                (rest.by_ref().take(6).collect::<String>(), 6)
            }
            _ => (rest.by_ref().take(4).collect(), 4),
        };
        decoded.push(character(&digits, count)?);
    }
    Ok(decoded)
}

fn escape_character(escape: &str) -> Result<char, String> {
    let mut chars = escape.chars();
    let (first, second) = (chars.next(), chars.next());
    let is_allowed = |c: &char| !c.is_ascii_hexdigit() && !c.is_whitespace() && !matches!(c, '+' | '\'' | '"');
    first.filter(is_allowed).filter(|_| second.is_none()).ok_or_else(|| "Invalid Unicode escape character".to_owned())
}

fn character(digits: &str, count: usize) -> Result<char, String> {
    if digits.chars().count() != count || !digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Err(format!("Incomplete escape sequence: {digits}"));
    }
    let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    code.ok_or_else(|| format!("Invalid escaped character: {digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_four_and_six_digits_are_characters() {
        assert_eq!(decoded(r"caf\00e9 \+01F600 \\", "\\").unwrap(), "café 😀 \\");
        assert_eq!(decoded("d!0061ta\\", "!").unwrap(), "data\\");
    }

    #[test]
    fn incomplete_and_impossible_escapes_are_refused() {
        for text in [r"\00e", r"\zzzz", r"\d800", r"\+110000", r"\+00"] {
            assert!(decoded(text, "\\").is_err(), "{text}");
        }
        for escape in ["", "ab", "+", "a", " "] {
            assert!(decoded("x", escape).is_err(), "{escape}");
        }
    }
}
