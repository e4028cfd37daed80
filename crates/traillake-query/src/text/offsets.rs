//! Byte offsets of tokens: the tokenizer tells lines and characters.

use datafusion::sql::sqlparser::tokenizer::{Location, TokenWithSpan};

/// Where each token starts in `sql`; the tokens are in the order of the text.
pub(super) fn starts(sql: &str, tokens: &[TokenWithSpan]) -> Vec<usize> {
    let mut chars = sql.char_indices();
    let mut here = Location { line: 1, column: 1 };
    let mut offset = 0;
    let mut start_of = |token: &TokenWithSpan| {
        while here < token.span.start {
            let Some((at, c)) = chars.next() else { break };
            offset = at + c.len_utf8();
            here = after(here, c);
        }
        offset
    };
    tokens.iter().map(&mut start_of).collect()
}

fn after(here: Location, c: char) -> Location {
    match c {
        '\n' => Location { line: here.line + 1, column: 1 },
        _ => Location { line: here.line, column: here.column + 1 },
    }
}
