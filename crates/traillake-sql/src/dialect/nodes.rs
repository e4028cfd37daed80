//! Parts of the tree that many rules make.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident, LambdaFunction,
    LambdaFunctionParameter, LambdaSyntax, ObjectName, ObjectNamePart, OneOrManyWithParens, Value,
};
use datafusion::sql::sqlparser::tokenizer::Span;

const ROW: &str = "$row";

/// A call by name; the names of hidden functions start with `$` and are quoted.
pub(super) fn call(name: &str, args: Vec<Expr>) -> Expr {
    let ident = if name.starts_with('$') { Ident::with_quote('"', name) } else { Ident::new(name) };
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: vec![] };
    Expr::Function(function(ident.into(), list))
}

/// A function without the clauses that follow its parentheses.
pub(super) fn function(name: ObjectName, list: FunctionArgumentList) -> Function {
    Function {
        name,
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    }
}

/// A call or a literal of the grammar's making, which stands where its text does.
pub(super) fn standing(at: Span, mut expr: Expr) -> Expr {
    match &mut expr {
        Expr::Function(call) => {
            if let Some(ObjectNamePart::Identifier(name)) = call.name.0.first_mut()
                && name.span == Span::empty()
            {
                name.span = at;
            }
        }
        Expr::Value(value) if value.span == Span::empty() => value.span = at,
        _ => {}
    }
    expr
}

pub(super) fn text(text: impl Into<String>) -> Expr {
    Expr::value(Value::SingleQuotedString(text.into()))
}

pub(super) fn null() -> Expr {
    Expr::value(Value::Null)
}

pub(super) fn cast(value: Expr, data_type: &str) -> Expr {
    call("$cast", vec![value, text(data_type)])
}

pub(super) fn row(values: Vec<Expr>) -> Expr {
    call(ROW, values)
}

pub(super) fn lambda(params: OneOrManyWithParens<Ident>, body: Expr) -> Expr {
    let parameter = |name| LambdaFunctionParameter { name, data_type: None };
    let params = match params {
        OneOrManyWithParens::One(name) => OneOrManyWithParens::One(parameter(name)),
        OneOrManyWithParens::Many(names) => OneOrManyWithParens::Many(names.into_iter().map(parameter).collect()),
    };
    Expr::Lambda(LambdaFunction { params, body: Box::new(body), syntax: LambdaSyntax::Arrow })
}

/// The values of a row, or the one value that is none.
pub(super) fn values_of(expr: Expr) -> Vec<Expr> {
    let is_row = |name: &ObjectName| matches!(name.0.as_slice(), [part] if part.as_ident().is_some_and(|ident| ident.value == ROW));
    match expr {
        Expr::Function(Function { name, args: FunctionArguments::List(list), .. }) if is_row(&name) => {
            list.args.into_iter().filter_map(plain).collect()
        }
        expr => vec![expr],
    }
}

fn plain(arg: FunctionArg) -> Option<Expr> {
    match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
