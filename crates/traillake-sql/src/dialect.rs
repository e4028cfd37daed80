//! The SQL that is parsed: generic SQL with lambdas, without what is not SQL in Lake.

use std::any::TypeId;
use std::sync::atomic::{AtomicUsize, Ordering};

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::dialect::{Dialect, GenericDialect, Precedence};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};

/// CloudTrail Lake's SQL as far as the parser is concerned.
///
/// The parser tries some constructs twice, and on a mistake inside nested ones again and again:
/// the dialect counts operands and ends the parse when there are far more than the text can hold.
#[derive(Debug)]
pub struct LakeDialect {
    operands_left: AtomicUsize,
}

impl LakeDialect {
    /// For a text of so many tokens.
    pub fn for_tokens(count: usize) -> Self {
        const TRIES: usize = 16;
        const LEAST: usize = 10_000;
        Self { operands_left: AtomicUsize::new(count.saturating_mul(TRIES).saturating_add(LEAST)) }
    }

    /// Whether the parse was ended.
    pub fn gave_up(&self) -> bool {
        self.operands_left.load(Ordering::Relaxed) == 0
    }
}

impl Default for LakeDialect {
    fn default() -> Self {
        Self { operands_left: AtomicUsize::new(usize::MAX) }
    }
}

impl Dialect for LakeDialect {
    // Code paths of the parser that ask for "generic" stay open to us.
    fn dialect(&self) -> TypeId {
        TypeId::of::<GenericDialect>()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        ch == '"' || ch == '`'
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        ch.is_alphabetic() || ch == '_'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        ch.is_alphanumeric() || ch == '_' || ch == '$' || ch == '@'
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_within_after_array_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_window_function_null_treatment_arg(&self) -> bool {
        true
    }

    fn supports_window_clause_named_window_reference(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_unicode_string_literal(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_select_wildcard_exclude(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn supports_try_convert(&self) -> bool {
        true
    }

    fn supports_array_typedef_with_brackets(&self) -> bool {
        true
    }

    fn supports_interval_options(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn allow_extract_single_quotes(&self) -> bool {
        true
    }

    // Called for every operand; this error is the one that no attempt of the parser survives.
    fn parse_prefix(&self, _parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        let left = self.operands_left.load(Ordering::Relaxed).saturating_sub(1);
        self.operands_left.store(left, Ordering::Relaxed);
        (left == 0).then_some(Err(ParserError::RecursionLimitExceeded))
    }

    // The parser reads the right side of IS DISTINCT FROM as a whole expression,
    // so that `a IS DISTINCT FROM 'x' AND b` would compare `a` with `'x' AND b`.
    fn parse_infix(&self, parser: &mut Parser<'_>, expr: &Expr, _precedence: u8) -> Option<Result<Expr, ParserError>> {
        if parser.parse_keywords(&[Keyword::IS, Keyword::DISTINCT, Keyword::FROM]) {
            return Some(compared(self, parser, expr, Expr::IsDistinctFrom));
        }
        if parser.parse_keywords(&[Keyword::IS, Keyword::NOT, Keyword::DISTINCT, Keyword::FROM]) {
            return Some(compared(self, parser, expr, Expr::IsNotDistinctFrom));
        }
        None
    }
}

fn compared(
    dialect: &LakeDialect,
    parser: &mut Parser<'_>,
    left: &Expr,
    comparison: fn(Box<Expr>, Box<Expr>) -> Expr,
) -> Result<Expr, ParserError> {
    let right = parser.parse_subexpr(dialect.prec_value(Precedence::Is))?;
    Ok(comparison(Box::new(left.clone()), Box::new(right)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(sql: &str) -> Expr {
        Parser::new(&LakeDialect::default()).try_with_sql(sql).unwrap().parse_expr().unwrap()
    }

    #[test]
    fn is_distinct_from_binds_tighter_than_and() {
        let expr = parsed("a IS DISTINCT FROM 'x' AND b IS NOT DISTINCT FROM c OR d");
        assert_eq!(expr.to_string(), "a IS DISTINCT FROM 'x' AND b IS NOT DISTINCT FROM c OR d");
        let Expr::BinaryOp { left, .. } = expr else { panic!("an OR was expected") };
        let Expr::BinaryOp { left, .. } = *left else { panic!("an AND was expected") };
        assert!(matches!(*left, Expr::IsDistinctFrom(..)));
    }

    #[test]
    fn lambdas_parse() {
        assert!(parsed("filter(resources, r -> r.arn IS NOT NULL)").to_string().contains("->"));
    }
}
