//! Trino's SELECT grammar, read into the tree of `sqlparser`.
//!
//! `sqlparser` makes the tokens and the tree. Its own rules for queries and expressions know the
//! words and clauses of every database at once, which cannot be turned off one by one, so that
//! [`LakeDialect`] takes over where a statement begins, and the modules below are Trino's rules:
//! `statements`, `queries`, `select`, `grouping`, `windows`, `relations` for queries, `operators`,
//! `operands`, `calls`, `special`, `json`, `literals`, `intervals`, `types` for expressions.
//! No rule reads a token twice, and what a text may not say is an error, never something else.
//!
//! What the tree has no node for, or one with another meaning, becomes a call. Texts are literals,
//! types are written as in `map(varchar, json)`.
//!
//! | text | call |
//! |---|---|
//! | `CAST(x AS t)`, `t 'x'`, `1e3` | `"$cast"(x, 't')` |
//! | `TRY_CAST(x AS t)` | `"$try_cast"(x, 't')` |
//! | `TRY(x)` | `"$try"("$" -> x)`, a lambda whose parameter nothing names |
//! | `ROW(a, b)`, `(a, b)` | `"$row"(a, b)` |
//! | `a[i]`, `m[k]`, `r[1]` | `"$subscript"(a, i)` |
//! | `x AT TIME ZONE 'z'` | `at_timezone(x, 'z')` |
//! | `timestamp '...'`, `time '...'` that ends in a zone | `"$cast"('...', 'timestamp with time zone')`, `"$cast"('...', 'time with time zone')` |
//! | `JSON '...'` | `json_parse('...')` |
//! | `CURRENT_DATE`, `CURRENT_TIMESTAMP`, `LOCALTIMESTAMP`, `CURRENT_TIME`, `LOCALTIME` | `current_date()`, `current_timestamp()` ...; a precision other than 3 is an argument |
//! | `EXTRACT(field FROM x)` | `year(x)`, `day_of_week(x)`, `timezone_hour(x)` ... |
//! | `SUBSTRING(s FROM a FOR b)` | `substr(s, a, b)` |
//! | `POSITION(part IN s)` | `strpos(s, part)` |
//! | `TRIM(BOTH c FROM s)`, `LEADING`, `TRAILING` | `trim(s, c)`, `ltrim(s, c)`, `rtrim(s, c)` |
//! | `NORMALIZE(s, NFD)` | `normalize(s, 'NFD')` |
//! | `LISTAGG(x, sep) WITHIN GROUP (ORDER BY y)` | `listagg(x, sep ORDER BY y)`; with ON OVERFLOW TRUNCATE `listagg(x, sep, 'truncate', filler, with_count ORDER BY y)` |
//! | `JSON_EXISTS(s, path)` | `"$json_exists"(s, path, on_error)`: `false`, `true`, `unknown`, `error` |
//! | `JSON_VALUE(s, path)` | `"$json_value"(s, path, type, on_empty, empty_default, on_error, error_default)`: `null`, `error`, `default`; the defaults are NULL for the first two |
//! | `JSON_QUERY(s, path)` | `"$json_query"(s, path, wrapper, quotes, on_empty, on_error)`: `without`, `conditional`, `unconditional`; `keep`, `omit`; `null`, `error`, `empty array`, `empty object` |
//! | `JSON_OBJECT(k : v, ...)` | `"$json_object"(mode, k, v, ...)`: `null`, `absent`, `null unique`, `absent unique` |
//! | `JSON_ARRAY(v, ...)` | `"$json_array"(mode, v, ...)`: `absent`, `null` |
//! | `v FORMAT JSON` in these two | `json_parse(v)` |
//!
//! `IF` is a CASE, an interval holds all its units in its text (`INTERVAL '2 days 3 hours'`), windows
//! are written out where they are named, and `TABLE x` is `SELECT * FROM x`.

mod calls;
mod cursor;
mod grouping;
mod intervals;
mod json;
mod keywords;
mod literals;
mod nodes;
mod operands;
mod operators;
mod queries;
mod relations;
mod select;
mod special;
mod statements;
mod types;
mod unicode;
mod windows;

use datafusion::sql::sqlparser::ast::Statement;
use datafusion::sql::sqlparser::dialect::Dialect;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

use cursor::Grammar;
pub(crate) use keywords::{bare as bare_word, is_identifier, is_reserved};

/// CloudTrail Lake's SQL as far as the parser is concerned.
///
/// Texts may hold rules within each other some hundred levels deep: parse those of strangers on a
/// thread with a deep stack.
#[derive(Debug, Clone, Copy)]
pub struct LakeDialect;

impl Dialect for LakeDialect {
    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_ascii_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_ascii_alphanumeric() || ch == '_'
    }

    // `$StartTime$` is one token then, and `$$text$$` no text.
    fn supports_dollar_placeholder(&self) -> bool {
        true
    }

    fn parse_statement(&self, parser: &mut Parser<'_>) -> Option<Result<Statement, ParserError>> {
        Some(Grammar::new(parser).statement())
    }
}

#[cfg(test)]
mod tests;
