//! Strings: escapes resolved, and white space between tokens dropped.

use super::scan::hex_unit;

/// A part of a JSON string.
pub(crate) enum Piece<'t> {
    /// Characters that stand for themselves.
    Text(&'t str),
    /// An escape.
    Char(char),
    /// An escaped surrogate without its partner.
    LoneSurrogate(u16),
}

/// Cuts the inside of a checked JSON string into its parts.
pub(crate) fn pieces(inner: &str, mut each: impl FnMut(Piece<'_>)) {
    let mut rest = inner;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        if at > 0 {
            each(Piece::Text(rest.get(..at).unwrap_or_default()));
        }
        let escape = rest.get(at..).unwrap_or_default();
        let (piece, length) = escaped(escape);
        each(piece);
        rest = escape.get(length..).unwrap_or_default();
    }
    if !rest.is_empty() {
        each(Piece::Text(rest));
    }
}

/// The escape at the start of a text that begins with a backslash, and its length in bytes.
fn escaped(text: &str) -> (Piece<'static>, usize) {
    let bytes = text.as_bytes();
    let simple = match bytes.get(1) {
        Some(b'u') => return unicode(bytes),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(&other) => char::from(other),
        None => '\\',
    };
    (Piece::Char(simple), 2)
}

fn unicode(bytes: &[u8]) -> (Piece<'static>, usize) {
    let unit = hex_unit(bytes, 2).unwrap_or_default();
    if let Some(character) = char::from_u32(unit) {
        return (Piece::Char(character), 6);
    }
    let low = if bytes.get(6..8) == Some(&b"\\u"[..]) { hex_unit(bytes, 8) } else { None };
    if let (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) = (unit, low) {
        let scalar = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        return (Piece::Char(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER)), 12);
    }
    (Piece::LoneSurrogate(u16::try_from(unit).unwrap_or(u16::MAX)), 6)
}

/// Appends the characters of a string; surrogates without partner become U+FFFD.
pub(super) fn push_unescaped(inner: &str, out: &mut String) {
    pieces(inner, |piece| match piece {
        Piece::Text(text) => out.push_str(text),
        Piece::Char(character) => out.push(character),
        Piece::LoneSurrogate(_) => out.push(char::REPLACEMENT_CHARACTER),
    });
}

/// Appends checked JSON text without the white space outside its strings.
pub(crate) fn push_compact(source: &str, out: &mut String) {
    let bytes = source.as_bytes();
    let (mut start, mut at, mut inside) = (0, 0, false);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => inside = !inside,
            b'\\' if inside => at += 1,
            b' ' | b'\n' | b'\r' | b'\t' if !inside => {
                out.push_str(source.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    out.push_str(source.get(start..).unwrap_or_default());
}
