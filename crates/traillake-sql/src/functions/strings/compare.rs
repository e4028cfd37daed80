//! Distances between texts, and what they sound like.

use datafusion::common::{Result, exec_err};

use super::DOC;
use crate::functions::kit::Kind::Text;
use crate::functions::kit::scalar;
use crate::functions::{Function, FunctionDoc};

pub(super) fn functions() -> Vec<Function> {
    vec![levenshtein_distance(), hamming_distance(), luhn_check(), soundex()]
}

fn levenshtein_distance() -> Function {
    scalar("levenshtein_distance").on(&[Text, Text], |row| levenshtein(row.text(0), row.text(1))).documented(
        FunctionDoc {
            name: "levenshtein_distance",
            usage: &["levenshtein_distance(a, b) → bigint"],
            text: "Fewest insertions, deletions and replacements of characters that turn one text into the other.",
            examples: &[("levenshtein_distance('kitten', 'sitting')", "3")],
            ..DOC
        },
    )
}

fn hamming_distance() -> Function {
    scalar("hamming_distance").on(&[Text, Text], |row| hamming(row.text(0), row.text(1))).documented(FunctionDoc {
        name: "hamming_distance",
        usage: &["hamming_distance(a, b) → bigint"],
        text: "Number of places at which two texts of the same length differ; an error if the lengths differ.",
        examples: &[("hamming_distance('abcd', 'abxy')", "2")],
        ..DOC
    })
}

fn luhn_check() -> Function {
    scalar("luhn_check").on(&[Text], |row| luhn(row.text(0))).documented(FunctionDoc {
        name: "luhn_check",
        usage: &["luhn_check(digits) → boolean"],
        text: "Whether a text of digits passes the Luhn check, as card numbers do; an error for anything but digits.",
        examples: &[("luhn_check('79927398713')", "true"), ("luhn_check('79927398714')", "false")],
        ..DOC
    })
}

fn soundex() -> Function {
    scalar("soundex").on(&[Text], |row| sound(row.text(0))).documented(FunctionDoc {
        name: "soundex",
        usage: &["soundex(text) → varchar"],
        text: "The Soundex code of an English word; an error for letters beyond ASCII.",
        examples: &[("soundex('Robert')", "R163"), ("soundex('Rupert')", "R163")],
        ..DOC
    })
}

fn levenshtein(a: &str, b: &str) -> Result<Option<i64>> {
    const CELLS: usize = 1_000_000;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().saturating_mul(b.len().saturating_sub(1)) > CELLS {
        return exec_err!("The combined inputs for Levenshtein distance are too large");
    }
    let mut last: Vec<i64> = (0..).take(b.len() + 1).collect();
    for (line, left) in (1..).zip(&a) {
        let mut next = Vec::with_capacity(last.len());
        let mut before = line;
        next.push(before);
        for (right, pair) in b.iter().zip(last.windows(2)) {
            let &[diagonal, above] = pair else { continue };
            before = (diagonal + i64::from(left != right)).min(above + 1).min(before + 1);
            next.push(before);
        }
        last = next;
    }
    Ok(last.last().copied())
}

fn hamming(a: &str, b: &str) -> Result<Option<i64>> {
    let (mut left, mut right) = (a.chars(), b.chars());
    let mut distance = 0;
    loop {
        match (left.next(), right.next()) {
            (Some(a), Some(b)) => distance += i64::from(a != b),
            (None, None) => return Ok(Some(distance)),
            _ => return exec_err!("The input strings to hamming_distance function must have the same length"),
        }
    }
}

fn luhn(text: &str) -> Result<Option<bool>> {
    let mut sum = 0_u32;
    for (place, c) in text.chars().rev().enumerate() {
        let Some(digit) = c.to_digit(10) else { return exec_err!("Input contains non-digit character") };
        let digit = if place % 2 == 1 { digit * 2 } else { digit };
        sum = (sum + digit / 10 + digit % 10) % 10;
    }
    Ok(Some(!text.is_empty() && sum == 0))
}

fn sound(text: &str) -> Result<Option<String>> {
    let mut code = String::with_capacity(4);
    let mut last = None;
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let Some(group) = sound_group(c.to_ascii_uppercase()) else {
            return exec_err!("The character is not mapped: {c} (index={})", text.find(c).unwrap_or(0));
        };
        match group {
            _ if code.is_empty() => code.push(c.to_ascii_uppercase()),
            '-' => continue,
            '1'..='6' if last != Some(group) => code.push(group),
            _ => {}
        }
        last = Some(group);
        if code.len() == 4 {
            break;
        }
    }
    if !code.is_empty() {
        code.extend(std::iter::repeat_n('0', 4 - code.len()));
    }
    Ok(Some(code))
}

/// The digit of a letter: `0` for vowels, which part equal digits, `-` for H and W, which do not.
fn sound_group(letter: char) -> Option<char> {
    Some(match letter {
        'B' | 'F' | 'P' | 'V' => '1',
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => '2',
        'D' | 'T' => '3',
        'L' => '4',
        'M' | 'N' => '5',
        'R' => '6',
        'H' | 'W' => '-',
        'A' | 'E' | 'I' | 'O' | 'U' | 'Y' => '0',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::value;

    #[test]
    fn levenshtein_distance_works_on_characters() {
        assert_eq!(value("levenshtein_distance('', 'abc')").unwrap(), "3");
        assert_eq!(value("levenshtein_distance('abc', '')").unwrap(), "3");
        assert_eq!(value("levenshtein_distance('', '')").unwrap(), "0");
        assert_eq!(value("levenshtein_distance('é', 'e')").unwrap(), "1");
        assert_eq!(value("levenshtein_distance(NULL, 'e')").unwrap(), "NULL");
        assert!(
            value("levenshtein_distance(lpad('', 2000, 'a'), lpad('', 2000, 'b'))").unwrap_err().contains("too large")
        );
    }

    #[test]
    fn hamming_distance_needs_equal_lengths() {
        assert_eq!(value("hamming_distance('', '')").unwrap(), "0");
        assert_eq!(value("hamming_distance('äb', 'ab')").unwrap(), "1");
        assert!(value("hamming_distance('a', 'ab')").unwrap_err().contains("same length"));
        assert_eq!(value("hamming_distance('a', NULL)").unwrap(), "NULL");
    }

    #[test]
    fn luhn_check_takes_digits_only() {
        assert_eq!(value("luhn_check('')").unwrap(), "false");
        assert_eq!(value("luhn_check('0')").unwrap(), "true");
        assert_eq!(value("luhn_check('4242424242424242')").unwrap(), "true");
        assert_eq!(value("luhn_check(NULL)").unwrap(), "NULL");
        assert!(value("luhn_check('4242-4242')").unwrap_err().contains("non-digit"));
    }

    #[test]
    fn soundex_joins_equal_digits_across_h_and_w() {
        assert_eq!(value("soundex('Ashcraft')").unwrap(), "A261");
        assert_eq!(value("soundex('Tymczak')").unwrap(), "T522");
        assert_eq!(value("soundex('Pfister')").unwrap(), "P236");
        assert_eq!(value("soundex('')").unwrap(), "");
        assert_eq!(value("soundex(NULL)").unwrap(), "NULL");
        assert!(value("soundex('ÿ')").is_err());
    }
}
