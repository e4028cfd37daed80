//! Fields after calls and subscripts, fields of lambda parameters, and keys of maps.

use std::collections::HashSet;
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Ident, LambdaFunction, Subscript, Value, VisitMut, VisitorMut,
};

use super::RewriteContext;
use crate::text::position;

/// Rewrites one expression, not its parts.
pub(super) fn rewrite(expr: &mut Expr, context: &RewriteContext) {
    match expr {
        Expr::CompoundFieldAccess { root, access_chain } => name_fields(root, access_chain, context),
        Expr::CompoundIdentifier(parts) => keep_map_keys(parts, context),
        Expr::Lambda(lambda) => fields_of_parameters(lambda, context),
        _ => {}
    }
}

/// `element_at(resources, 1).arn` is planned as `element_at(resources, 1)['arn']`.
///
/// Leading names of `a.b[1].c` stay: they may be a relation and its column.
fn name_fields(root: &Expr, chain: &mut [AccessExpr], context: &RewriteContext) {
    let mut is_name = matches!(root, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    for access in chain {
        is_name &= matches!(access, AccessExpr::Dot(Expr::Identifier(_)));
        if is_name {
            continue;
        }
        if let AccessExpr::Dot(Expr::Identifier(name)) = access {
            *access = AccessExpr::Subscript(field(name, context));
        }
    }
}

fn field(name: &Ident, context: &RewriteContext) -> Subscript {
    let text = Value::SingleQuotedString(as_written(name, context));
    Subscript::Index { index: Expr::Value(text.with_span(name.span)) }
}

/// A name as the query spells it; quoted names were lowered before parsing.
pub(super) fn as_written(name: &Ident, context: &RewriteContext) -> String {
    let written = position(name.span.start).and_then(|at| context.written.get(&at));
    written.filter(|_| name.quote_style.is_some()).cloned().unwrap_or_else(|| name.value.clone())
}

/// `requestParameters.bucketName` asks a map for the key `bucketName`, not `bucketname`.
fn keep_map_keys(parts: &mut [Ident], context: &RewriteContext) {
    const QUALIFIERS: usize = 2;
    let column =
        parts.iter().take(QUALIFIERS).position(|part| context.map_columns.contains(&part.value.to_lowercase()));
    for key in column.map_or(&mut [][..], |column| &mut parts[column + 1..]) {
        key.value = as_written(key, context);
        key.quote_style = Some('"');
    }
}

/// `r -> r.arn` is planned as `r -> r['arn']`.
fn fields_of_parameters(lambda: &mut LambdaFunction, context: &RewriteContext) {
    let parameters = lambda.params.iter().map(|parameter| parameter.name.value.to_lowercase()).collect();
    let _: ControlFlow<()> = lambda.body.visit(&mut LambdaBody { parameters, context });
}

struct LambdaBody<'a> {
    parameters: HashSet<String>,
    context: &'a RewriteContext,
}

impl VisitorMut for LambdaBody<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let Expr::CompoundIdentifier(parts) = &*expr else { return ControlFlow::Continue(()) };
        if let Some((first, fields)) =
            parts.split_first().filter(|(first, _)| self.parameters.contains(&first.value.to_lowercase()))
        {
            let access_chain = fields.iter().map(|name| AccessExpr::Subscript(field(name, self.context))).collect();
            *expr = Expr::CompoundFieldAccess { root: Box::new(Expr::Identifier(first.clone())), access_chain };
        }
        ControlFlow::Continue(())
    }
}
