//! Places in a text, counted in code points.

/// Number of code points.
pub(crate) fn count(text: &str) -> i64 {
    let count = if text.is_ascii() { text.len() } else { text.chars().count() };
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Byte offset behind so many code points; the text's length behind all of them, `None` beyond.
pub(crate) fn offset(text: &str, skip: i64) -> Option<usize> {
    let skip = usize::try_from(skip).ok()?;
    if text.is_ascii() {
        return (skip <= text.len()).then_some(skip);
    }
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(skip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_on_character_boundaries() {
        assert_eq!(
            (0..5).map(|skip| offset("aé€", skip)).collect::<Vec<_>>(),
            [Some(0), Some(1), Some(3), Some(6), None]
        );
        assert_eq!(offset("abc", 3), Some(3));
        assert_eq!(offset("abc", 4), None);
        assert_eq!(offset("abc", -1), None);
        assert_eq!(count("aé€"), 3);
    }
}
