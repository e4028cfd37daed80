//! Expressions the rewrite makes.

use datafusion::sql::sqlparser::ast::{
    AccessExpr, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    Subscript, Value,
};

/// `name(args...)`.
pub(super) fn call(name: &str, args: Vec<Expr>) -> Expr {
    let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg)));
    let list = FunctionArgumentList { duplicate_treatment: None, args: args.collect(), clauses: vec![] };
    Expr::Function(Function {
        name: if name.starts_with('$') { Ident::with_quote('"', name) } else { Ident::new(name) }.into(),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

/// The field of a row, in the spelling the planner has for it.
pub(super) fn field(row: Expr, name: String) -> Expr {
    let index = Expr::value(Value::SingleQuotedString(name));
    let access_chain = vec![AccessExpr::Subscript(Subscript::Index { index })];
    Expr::CompoundFieldAccess { root: Box::new(row), access_chain }
}

/// A column by its name, with or without its relation.
pub(super) fn column(mut parts: Vec<Ident>) -> Expr {
    match parts.len() {
        1 => Expr::Identifier(parts.remove(0)),
        _ => Expr::CompoundIdentifier(parts),
    }
}

/// The place of an item in a SELECT list.
pub(super) fn place(index: usize) -> Expr {
    Expr::value(Value::Number((index + 1).to_string(), false))
}
