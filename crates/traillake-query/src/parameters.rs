//! Values for `:name` placeholders: bound as literals, never pasted into the text.

use std::str::FromStr;

use datafusion::sql::sqlparser::ast::{DataType, Expr, TimezoneInfo, TypedString, Value};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::text::{is_space, position};
use crate::values::find;
use crate::{ParameterValue, QueryError};

/// What a parameter's text is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ParameterKind {
    /// Text; compared with a timestamp or boolean column it is read as one.
    #[default]
    Text,
    /// A decimal number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `2023-06-11 16:26:27`.
    Timestamp,
    /// `2023-06-11`.
    Date,
}

/// One named value of a query, written `name=value` or `name:kind=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryParameter {
    /// The name as it follows the colon, matched without regard to case.
    pub name: String,
    /// How the value is read.
    pub kind: ParameterKind,
    /// The value's text.
    pub value: String,
}

impl QueryParameter {
    /// A text parameter.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), kind: ParameterKind::Text, value: value.into() }
    }

    /// The literal that takes the placeholder's place.
    pub(crate) fn literal(&self) -> Result<Expr, QueryError> {
        let text = Value::SingleQuotedString(self.value.clone());
        let invalid = || QueryError::InvalidParameter { name: self.name.clone(), kind: self.kind.as_str() };
        Ok(match self.kind {
            ParameterKind::Text => Expr::Value(text.into()),
            ParameterKind::Number => number(&self.value).ok_or_else(invalid)?,
            ParameterKind::Boolean => Expr::Value(Value::Boolean(boolean(&self.value).ok_or_else(invalid)?).into()),
            ParameterKind::Timestamp => typed(DataType::Timestamp(None, TimezoneInfo::None), text),
            ParameterKind::Date => typed(DataType::Date, text),
        })
    }
}

impl FromStr for QueryParameter {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || QueryError::MalformedParameter { text: text.to_owned() };
        let (left, value) = text.split_once('=').ok_or_else(malformed)?;
        let (name, kind) = match left.split_once(':') {
            None => (left, ParameterKind::Text),
            Some((name, kind)) => (name, ParameterKind::named(kind).ok_or_else(malformed)?),
        };
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        if name.is_empty() || !name.chars().all(is_word) || name.starts_with(|c: char| c.is_numeric()) {
            return Err(malformed());
        }
        Ok(Self { name: name.to_owned(), kind, value: value.to_owned() })
    }
}

impl ParameterKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Text, Self::Number, Self::Boolean, Self::Timestamp, Self::Date]
            .into_iter()
            .find(|kind| kind.as_str().eq_ignore_ascii_case(name))
    }
}

fn number(text: &str) -> Option<Expr> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !plain || digits.parse::<f64>().is_err() {
        return None;
    }
    let number = Expr::Value(Value::Number(digits.to_owned(), false).into());
    if digits.len() == text.len() {
        return Some(number);
    }
    let op = datafusion::sql::sqlparser::ast::UnaryOperator::Minus;
    Some(Expr::UnaryOp { op, expr: Box::new(number) })
}

fn boolean(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

fn typed(data_type: DataType, value: Value) -> Expr {
    Expr::TypedString(TypedString { data_type, value: value.into(), uses_odbc_syntax: false })
}

/// Puts the values of `INTERVAL :name DAY` and `INTERVAL ? DAY` in their places: the grammar takes a text there, no
/// expression.
pub(crate) fn bind_intervals(
    tokens: &mut Vec<TokenWithSpan>,
    parameters: &[QueryParameter],
    values: &[ParameterValue],
) -> Result<(), QueryError> {
    let is_interval = |token: &Token| matches!(token, Token::Word(word) if word.keyword == Keyword::INTERVAL);
    let mut after_interval = false;
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        if after_interval
            && token.token == Token::Colon
            && let Some(Token::Word(word)) = tokens.get(index + 1).map(|token| &token.token)
        {
            let unbound =
                || QueryError::UnboundParameter { name: word.value.clone(), position: position(token.span.start) };
            let parameter = parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(&word.value));
            let value = parameter.ok_or_else(unbound)?.value.clone();
            let text = TokenWithSpan::new(Token::SingleQuotedString(value), token.span);
            tokens.splice(index..=index + 1, [text]);
        }
        if after_interval
            && let Some(token) = tokens.get_mut(index)
            && let Token::Placeholder(name) = &token.token
            && let Some(value) = find(name, values)
        {
            token.token = Token::SingleQuotedString(value.interval_text());
        }
        after_interval = tokens
            .get(index)
            .is_some_and(|token| is_interval(&token.token) || after_interval && is_space(&token.token));
        index += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_text_unless_it_says_otherwise() {
        let parameter: QueryParameter = "user=alice=bob".parse().unwrap();
        assert_eq!(parameter, QueryParameter::text("user", "alice=bob"));
        let parameter: QueryParameter = "n:number=-1.5".parse().unwrap();
        assert_eq!(parameter.kind, ParameterKind::Number);
        assert_eq!(parameter.literal().unwrap().to_string(), "-1.5");
    }

    #[test]
    fn quotes_in_a_value_stay_inside_its_literal() {
        let parameter = QueryParameter::text("user", "' OR 1=1 --");
        assert_eq!(parameter.literal().unwrap().to_string(), "''' OR 1=1 --'");
    }

    #[test]
    fn malformed_parameters_are_refused() {
        for text in ["user", "=x", "1a=x", "a b=x", "n:uuid=1"] {
            assert!(text.parse::<QueryParameter>().is_err(), "{text}");
        }
        for text in ["n:number=1e5", "n:number=1;2", "b:boolean=maybe", "n:number="] {
            let parameter: QueryParameter = text.parse().unwrap();
            assert!(parameter.literal().is_err(), "{text}");
        }
    }
}
