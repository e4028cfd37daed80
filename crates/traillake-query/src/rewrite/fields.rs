//! Fields after calls, subscripts and lambda parameters, and of columns of outer queries.

use std::collections::HashSet;

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::{AccessExpr, Expr, Ident, Value};

use super::RewriteContext;
use super::call::{column, field};
use crate::text::position;

/// Parameters of the lambdas around an expression, innermost last, in lower case.
pub(super) type Parameters = Vec<HashSet<String>>;

/// Rewrites one expression whose parts are rewritten already.
pub(super) fn rewrite(expr: &mut Expr, parameters: &Parameters, context: &RewriteContext) {
    let is_parameter = |name: &Ident| parameters.iter().any(|names| names.contains(&name.value.to_lowercase()));
    match expr {
        Expr::CompoundIdentifier(parts) if parts.first().is_some_and(is_parameter) => {
            let mut parts = std::mem::take(parts).into_iter();
            let Some(parameter) = parts.next() else { return };
            *expr = parts.fold(Expr::Identifier(parameter), |row, name| field(row, as_written(&name, context)));
        }
        Expr::CompoundFieldAccess { root, access_chain } => {
            let root = std::mem::replace(root.as_mut(), Expr::value(Value::Null));
            *expr = std::mem::take(access_chain).into_iter().fold(root, |row, access| accessed(row, access, context));
        }
        _ => {}
    }
}

fn accessed(row: Expr, access: AccessExpr, context: &RewriteContext) -> Expr {
    match access {
        AccessExpr::Dot(Expr::Identifier(name)) => field(row, as_written(&name, context)),
        other => Expr::CompoundFieldAccess { root: Box::new(row), access_chain: vec![other] },
    }
}

/// `t.column.field` as the field of a column: of the columns of outer queries the planner knows no fields.
pub(super) fn spell_out(expr: &mut Expr, context: &RewriteContext) {
    const QUALIFIERS: usize = 2;
    let Expr::CompoundIdentifier(parts) = &*expr else { return };
    let is_row = |part: &Ident| {
        let data_type = context.column_types.get(&part.value.to_lowercase());
        matches!(data_type, Some(DataType::Struct(_)))
    };
    let Some(column_at) = parts.iter().take(QUALIFIERS).position(is_row) else { return };
    let (names, fields) = parts.split_at(column_at + 1);
    if !fields.is_empty() {
        let row = column(names.to_vec());
        *expr = fields.iter().fold(row, |row, name| field(row, as_written(name, context)));
    }
}

/// `r.field` and `outer.column.field` in a sub-select as fields of columns, where no relation of its own is meant.
pub(super) fn spell_out_outer(expr: &mut Expr, scopes: &[HashSet<String>], context: &RewriteContext) {
    let Expr::CompoundIdentifier(parts) = &*expr else { return };
    let is_in = |names: &HashSet<String>, part: &Ident| names.contains(&part.value.to_lowercase());
    let is_relation = |part: &Ident| scopes.iter().any(|names| is_in(names, part));
    let [first, second, ..] = parts.as_slice() else { return };
    if scopes.last().is_some_and(|own| is_in(own, first)) || (!is_relation(first) && is_relation(second)) {
        return;
    }
    let (names, fields) = parts.split_at(if is_relation(first) { 2 } else { 1 });
    if !fields.is_empty() {
        let row = column(names.to_vec());
        *expr = fields.iter().fold(row, |row, name| field(row, as_written(name, context)));
    }
}

/// A name as the query spells it; quoted names were lowered before parsing.
pub(super) fn as_written(name: &Ident, context: &RewriteContext) -> String {
    let written = position(name.span.start).and_then(|at| context.written.get(&at));
    written.filter(|_| name.quote_style.is_some()).cloned().unwrap_or_else(|| name.value.clone())
}
