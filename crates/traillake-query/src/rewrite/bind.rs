//! Parameters: values in the place of `:name`.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{DataType, Expr, Spanned, Statement, Value, VisitMut, VisitorMut};

use super::call::call;
use super::{broken, flow};
use crate::text::position;
use crate::{QueryError, QueryParameter};

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
        flow(bind(expr, self.parameters))
    }
}

/// Puts a parameter's value in the place of its placeholder.
pub(super) fn bind(expr: &mut Expr, parameters: &[QueryParameter]) -> Result<(), QueryError> {
    let Expr::Value(value) = &*expr else { return Ok(()) };
    let Value::Placeholder(text) = &value.value else { return Ok(()) };
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

/// A date or timestamp as Lake's grammar has it: the engine's own literals end in the year 2262.
pub(super) fn as_cast(expr: &mut Expr) {
    let Expr::TypedString(typed) = &*expr else { return };
    let data_type = if typed.data_type == DataType::Date { "date" } else { "timestamp(3)" };
    let text = Expr::Value(typed.value.clone());
    *expr = call("$cast", vec![text, Expr::value(Value::SingleQuotedString(data_type.to_owned()))]);
}
