//! Trino's reserved words, and the words that mean something only in their place.

use datafusion::sql::sqlparser::tokenizer::{Token, Word};

/// Words that are names only in double quotes, sorted.
const RESERVED: [&str; 81] = [
    "ALTER",
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CONSTRAINT",
    "CREATE",
    "CROSS",
    "CUBE",
    "CURRENT_CATALOG",
    "CURRENT_DATE",
    "CURRENT_PATH",
    "CURRENT_ROLE",
    "CURRENT_SCHEMA",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "CURRENT_USER",
    "DEALLOCATE",
    "DELETE",
    "DESCRIBE",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "EXTRACT",
    "FALSE",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "GROUPING",
    "HAVING",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTO",
    "IS",
    "JOIN",
    "JSON_ARRAY",
    "JSON_EXISTS",
    "JSON_OBJECT",
    "JSON_QUERY",
    "JSON_TABLE",
    "JSON_VALUE",
    "LEFT",
    "LIKE",
    "LISTAGG",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "NATURAL",
    "NORMALIZE",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "PREPARE",
    "RECURSIVE",
    "RIGHT",
    "ROLLUP",
    "SELECT",
    "SKIP",
    "TABLE",
    "THEN",
    "TRIM",
    "TRUE",
    "UESCAPE",
    "UNION",
    "UNNEST",
    "USING",
    "VALUES",
    "WHEN",
    "WHERE",
    "WITH",
];

/// Whether a bare word cannot be a name.
pub(crate) fn is_reserved(word: &str) -> bool {
    RESERVED.binary_search(&word.to_ascii_uppercase().as_str()).is_ok()
}

/// Whether the token is this word without quotes.
pub(super) fn is_word(token: &Token, word: &str) -> bool {
    bare(token).is_some_and(|found| found.eq_ignore_ascii_case(word))
}

/// A word without quotes.
pub(crate) fn bare(token: &Token) -> Option<&str> {
    match token {
        Token::Word(Word { value, quote_style: None, .. }) => Some(value),
        _ => None,
    }
}

/// Whether the token can be a name.
pub(crate) fn is_identifier(token: &Token) -> bool {
    match token {
        Token::Word(Word { quote_style: Some('"'), .. }) => true,
        token => bare(token).is_some_and(|word| !is_reserved(word)),
    }
}

/// What to write instead of something that other databases know.
pub(super) fn hint(token: &Token) -> Option<&'static str> {
    const HINTS: [(&str, &str); 9] = [
        ("==", "write `=`"),
        ("::", "write CAST(x AS type)"),
        ("!", "write NOT"),
        ("~", "write regexp_like(x, pattern)"),
        ("`", "names are quoted with double quotes"),
        ("ILIKE", "write lower(x) LIKE pattern"),
        ("RLIKE", "write regexp_like(x, pattern)"),
        ("REGEXP", "write regexp_like(x, pattern)"),
        ("QUALIFY", "filter a sub-select"),
    ];
    let text = match token {
        Token::DoubleEq => "==",
        Token::DoubleColon => "::",
        Token::ExclamationMark => "!",
        Token::Tilde | Token::TildeAsterisk | Token::ExclamationMarkTilde => "~",
        Token::Char('`') => "`",
        token => bare(token)?,
    };
    HINTS.iter().find(|(found, _)| found.eq_ignore_ascii_case(text)).map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_words_are_sorted_and_found_in_any_case() {
        assert!(RESERVED.is_sorted());
        assert!(is_reserved("select") && is_reserved("Json_Value") && !is_reserved("user"));
    }
}
