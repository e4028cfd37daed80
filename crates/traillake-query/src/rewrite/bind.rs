//! Parameters: values in the place of `:name` and `?`.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DataType, Expr, Interval, Spanned, Statement, UnaryOperator, Value, VisitMut, VisitorMut,
};

use super::call::call;
use super::{broken, flow};
use crate::text::position;
use crate::values::{ValueKind, find};
use crate::{ParameterValue, QueryError, QueryParameter};

/// Puts values in the place of placeholders and leaves everything else to the engine.
pub(crate) fn bind_parameters(statement: &mut Statement, parameters: &[QueryParameter]) -> Result<(), QueryError> {
    broken(statement.visit(&mut Binder { parameters }))
}

struct Binder<'a> {
    parameters: &'a [QueryParameter],
}

impl VisitorMut for Binder<'_> {
    type Break = QueryError;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<QueryError> {
        flow(bind(expr, self.parameters, &[]))
    }
}

/// Puts a parameter's value in the place of its placeholder.
pub(super) fn bind(
    expr: &mut Expr,
    parameters: &[QueryParameter],
    values: &[ParameterValue],
) -> Result<(), QueryError> {
    let Expr::Value(value) = &*expr else { return Ok(()) };
    let Value::Placeholder(text) = &value.value else { return Ok(()) };
    if let Some(value) = find(text, values) {
        *expr = literal(value);
        return Ok(());
    }
    let name = text.trim_start_matches([':', '@', '$', '?']);
    let parameter =
        parameters.iter().find(|parameter| text.starts_with(':') && parameter.name.eq_ignore_ascii_case(name));
    let Some(parameter) = parameter else {
        let at = position(expr.span().start);
        return Err(if text.starts_with(':') {
            QueryError::UnboundParameter { name: name.to_owned(), position: at }
        } else {
            QueryError::Placeholder { text: text.clone(), wanted: "a value", position: at }
        });
    };
    *expr = parameter.literal()?;
    Ok(())
}

/// The literal of a value, in the spelling Lake's grammar has for it.
fn literal(value: &ParameterValue) -> Expr {
    let quoted = |text: &str| Expr::value(Value::SingleQuotedString(text.to_owned()));
    let typed = |value: Expr, name: &str| call("$cast", vec![value, quoted(name)]);
    let Some(text) = &value.text else {
        let null = Expr::value(Value::Null);
        return value.kind.type_name().map_or(null.clone(), |name| typed(null, name));
    };
    match &value.kind {
        ValueKind::Unknown => Expr::value(Value::Null),
        ValueKind::Varchar => quoted(text),
        ValueKind::Boolean => Expr::value(Value::Boolean(text == "true")),
        ValueKind::Integer => integer(text).unwrap_or_else(|| typed(quoted(text), "bigint")),
        ValueKind::Varbinary => Expr::value(Value::HexStringLiteral(text.clone())),
        ValueKind::Interval => Expr::Interval(Interval {
            value: Box::new(quoted(text)),
            leading_field: None,
            leading_precision: None,
            last_field: None,
            fractional_seconds_precision: None,
        }),
        ValueKind::Typed(name) => typed(quoted(text), name),
    }
}

/// An integer as a literal, with its sign before it; the smallest one has none.
fn integer(text: &str) -> Option<Expr> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.parse::<i64>().ok()?;
    let number = Expr::value(Value::Number(digits.to_owned(), false));
    if digits.len() == text.len() {
        return Some(number);
    }
    Some(Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number) })
}

/// A date or timestamp as Lake's grammar has it: the engine's own literals end in the year 2262.
pub(super) fn as_cast(expr: &mut Expr) {
    let Expr::TypedString(typed) = &*expr else { return };
    let data_type = if typed.data_type == DataType::Date { "date" } else { "timestamp(3)" };
    let text = Expr::Value(typed.value.clone());
    *expr = call("$cast", vec![text, Expr::value(Value::SingleQuotedString(data_type.to_owned()))]);
}
