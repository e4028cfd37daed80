//! Types, written one way: `map(varchar, array(row(a bigint, b timestamp(3) with time zone)))`.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use crate::types::{TypeFault, TypeTokens, read_type};

impl TypeTokens for Grammar<'_, '_> {
    fn ahead(&self, n: usize) -> &Token {
        self.peek_nth(n)
    }

    fn skip(&mut self) {
        self.advance();
    }
}

impl Grammar<'_, '_> {
    pub(super) fn data_type(&mut self) -> Parsed<String> {
        let found = read_type(self);
        found.map(|found| found.to_string()).map_err(|fault| match fault {
            TypeFault::Expecting(expecting) => self.mismatched(expecting),
            TypeFault::Refused(message) => self.refused(message),
        })
    }
}
