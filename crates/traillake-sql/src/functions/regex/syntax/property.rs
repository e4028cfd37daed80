//! `\p{...}`: Java's names for sets of characters.

use std::borrow::Cow;

/// The characters of a property, for use inside brackets.
pub(super) fn set(name: &str) -> Result<Cow<'static, str>, String> {
    if let Some(set) = ascii(name).or_else(|| java(name)) {
        return Ok(Cow::Borrowed(set));
    }
    let prefixes = ["Is", "general_category=", "gc=", "script=", "sc="];
    let plain = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    let block = name.starts_with("In") || name.starts_with("blk=") || name.starts_with("block=");
    if block || plain.is_empty() || !plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!("Unknown character property name {{{name}}}"));
    }
    Ok(unicode(plain).map_or_else(|| Cow::Owned(format!("\\p{{{plain}}}")), Cow::Borrowed))
}

/// Classes of ASCII and the two that are ranges.
fn ascii(name: &str) -> Option<&'static str> {
    Some(match name {
        "Lower" => "a-z",
        "Upper" => "A-Z",
        "ASCII" => r"\x{0}-\x{7F}",
        "Alpha" => "A-Za-z",
        "Digit" => "0-9",
        "Alnum" => "0-9A-Za-z",
        "Punct" => r"\x{21}-\x{2F}\x{3A}-\x{40}\x{5B}-\x{60}\x{7B}-\x{7E}",
        "Graph" => r"\x{21}-\x{7E}",
        "Print" => r"\x{20}-\x{7E}",
        "Blank" => r" \t",
        "Cntrl" => r"\x{0}-\x{1F}\x{7F}",
        "XDigit" => "0-9A-Fa-f",
        "Space" => r"\t\n\x0B\f\r ",
        "L1" => r"\x{0}-\x{FF}",
        "all" => r"\x{0}-\x{10FFFF}",
        _ => return None,
    })
}

/// What the methods of Java's `Character` answer.
fn java(name: &str) -> Option<&'static str> {
    Some(match name {
        "javaLowerCase" => r"\p{Lowercase}",
        "javaUpperCase" => r"\p{Uppercase}",
        "javaTitleCase" => r"\p{Lt}",
        "javaAlphabetic" => r"\p{Alphabetic}",
        "javaIdeographic" => r"\p{Ideographic}",
        "javaLetter" => r"\p{L}",
        "javaDigit" => r"\p{Nd}",
        "javaLetterOrDigit" => r"\p{L}\p{Nd}",
        "javaSpaceChar" => r"\p{Z}",
        "javaWhitespace" => {
            r"\x{9}-\x{D}\x{1C}-\x{20}\x{1680}\x{2000}-\x{2006}\x{2008}-\x{200A}\x{2028}\x{2029}\x{205F}\x{3000}"
        }
        "javaISOControl" => r"\x{0}-\x{1F}\x{7F}-\x{9F}",
        "javaDefined" => r"\P{Cn}",
        _ => return None,
    })
}

/// Names that Unicode writes otherwise.
fn unicode(name: &str) -> Option<&'static str> {
    Some(match name {
        "LC" => r"\p{Lu}\p{Ll}\p{Lt}",
        "LD" => r"\p{L}\p{Nd}",
        "Punctuation" => r"\p{P}",
        "Control" => r"\p{Cc}",
        "WhiteSpace" => r"\p{White_Space}",
        "HexDigit" | "Hex_Digit" => "0-9A-Fa-f",
        "Assigned" => r"\P{Cn}",
        _ => return None,
    })
}
