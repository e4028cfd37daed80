//! Calls: arguments, DISTINCT and ORDER BY in them, and FILTER, IGNORE NULLS and OVER behind them.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, Ident, NullTreatment, OneOrManyWithParens, Spanned, Value, WindowType,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::nodes::{function, lambda, text};

/// Calls of `reduce_agg` within each other; each writes its first argument twice.
const MAX_REDUCTIONS: usize = 4;

impl Grammar<'_, '_> {
    /// The call of a function whose name has been read.
    pub(super) fn call(&mut self, mut name: Vec<Ident>) -> Parsed<Expr> {
        // The engine plans `map` itself, and otherwise than Trino.
        if let [map] = name.as_mut_slice()
            && map.value.eq_ignore_ascii_case("map")
        {
            *map = Ident { value: "$map".to_owned(), quote_style: Some('"'), span: map.span };
        }
        let reduces = matches!(name.as_slice(), [name] if name.value.eq_ignore_ascii_case("reduce_agg"));
        if reduces && self.reductions >= MAX_REDUCTIONS {
            return Err(self.refused(format!("more than {MAX_REDUCTIONS} calls of reduce_agg within each other")));
        }
        self.reductions += usize::from(reduces);
        let list = self.in_parentheses(Grammar::arguments)?;
        self.reductions -= usize::from(reduces);
        let call = self.followed(function(name.into(), list))?;
        Ok(if reduces { reduced(call) } else { call })
    }

    fn arguments(&mut self) -> Parsed<FunctionArgumentList> {
        let mut list = FunctionArgumentList { duplicate_treatment: None, args: vec![], clauses: vec![] };
        if self.at_token(&Token::RParen) {
            return Ok(list);
        }
        if self.eat_token(&Token::Mul) {
            list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Wildcard));
            return Ok(list);
        }
        if !self.at("ORDER") {
            list.duplicate_treatment = self.quantifier();
            list.args = self.comma_separated(Grammar::argument)?;
        }
        if self.eat_words(&["ORDER", "BY"]) {
            list.clauses.push(FunctionArgumentClause::OrderBy(self.comma_separated(Grammar::sort_item)?));
        }
        Ok(list)
    }

    fn argument(&mut self) -> Parsed<FunctionArg> {
        Ok(FunctionArg::Unnamed(FunctionArgExpr::Expr(self.expression()?)))
    }

    /// DISTINCT, or ALL where it is not a name.
    pub(super) fn quantifier(&mut self) -> Option<DuplicateTreatment> {
        let starts_operand = self.at_identifier_nth(1)
            || matches!(self.peek_nth(1), Token::Number(..) | Token::SingleQuotedString(_) | Token::Mul)
            || self.one_of_nth(1, &["CASE", "CAST", "NULL", "TRUE", "FALSE", "NOT", "EXTRACT", "TRIM"]).is_some();
        if self.eat("DISTINCT") {
            Some(DuplicateTreatment::Distinct)
        } else if starts_operand && self.eat("ALL") {
            Some(DuplicateTreatment::All)
        } else {
            None
        }
    }

    /// FILTER, IGNORE NULLS and OVER.
    fn followed(&mut self, mut function: Function) -> Parsed<Expr> {
        if self.at("FILTER") && *self.peek_nth(1) == Token::LParen && self.eat("FILTER") {
            function.filter = Some(Box::new(self.in_parentheses(|grammar| {
                grammar.need("WHERE")?;
                grammar.expression()
            })?));
        }
        function.null_treatment = self.null_treatment();
        function.over = self.over()?;
        if function.null_treatment.is_some() && function.over.is_none() {
            return Err(self.mismatched("'OVER'"));
        }
        Ok(Expr::Function(function))
    }

    fn null_treatment(&mut self) -> Option<NullTreatment> {
        if self.eat_words(&["IGNORE", "NULLS"]) {
            Some(NullTreatment::IgnoreNulls)
        } else if self.eat_words(&["RESPECT", "NULLS"]) {
            Some(NullTreatment::RespectNulls)
        } else {
            None
        }
    }

    fn over(&mut self) -> Parsed<Option<WindowType>> {
        let has_window = *self.peek_nth(1) == Token::LParen || self.at_identifier_nth(1);
        if !has_window || !self.eat("OVER") {
            return Ok(None);
        }
        if self.at_token(&Token::LParen) {
            return Ok(Some(WindowType::WindowSpec(self.window()?)));
        }
        self.window_names += 1;
        Ok(Some(WindowType::NamedWindow(self.identifier()?)))
    }

    /// `LISTAGG(x, ',' ON OVERFLOW TRUNCATE '...' WITH COUNT) WITHIN GROUP (ORDER BY y)`: what follows
    /// ON OVERFLOW becomes arguments, the order moves inside the parentheses.
    pub(super) fn listagg(&mut self) -> Parsed<Expr> {
        let name = self.advance();
        let mut list = self.in_parentheses(Grammar::listagg_arguments)?;
        self.need_words(&["WITHIN", "GROUP"])?;
        let order = self.in_parentheses(|grammar| {
            grammar.need_words(&["ORDER", "BY"])?;
            grammar.comma_separated(Grammar::sort_item)
        })?;
        list.clauses.push(FunctionArgumentClause::OrderBy(order));
        let name = Ident::with_span(name.span, "listagg");
        self.followed(function(name.into(), list))
    }

    fn listagg_arguments(&mut self) -> Parsed<FunctionArgumentList> {
        let duplicate_treatment = self.quantifier();
        let mut args = vec![self.expression()?];
        let separator = if self.eat_token(&Token::Comma) { self.string()? } else { String::new() };
        args.push(text(separator));
        if self.eat_words(&["ON", "OVERFLOW"]) && self.need_one_of(&["ERROR", "TRUNCATE"])? == "TRUNCATE" {
            let filler = if self.one_of_nth(0, &["WITH", "WITHOUT"]).is_some() { "...".into() } else { self.string()? };
            let with_count = self.need_one_of(&["WITH", "WITHOUT"])? == "WITH";
            self.need("COUNT")?;
            args.extend([text("truncate"), text(filler), Expr::value(Value::Boolean(with_count))]);
        }
        let args = args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
        Ok(FunctionArgumentList { duplicate_treatment, args, clauses: vec![] })
    }
}

/// `reduce_agg(x, init, f, g)` is `reduce(array_agg(x) FILTER (WHERE x IS NOT NULL), init, f, s -> s)`:
/// the engine's aggregates take no lambdas.
fn reduced(call: Expr) -> Expr {
    let Expr::Function(mut aggregate) = call else { return call };
    let FunctionArguments::List(list) = &mut aggregate.args else { return Expr::Function(aggregate) };
    let args: Vec<Expr> = list.args.iter().filter_map(expression_of).cloned().collect();
    let [value, initial, input, _combine] = args.as_slice() else { return Expr::Function(aggregate) };
    list.args.truncate(1);
    let known = Expr::IsNotNull(Box::new(value.clone()));
    let filter = match aggregate.filter.take() {
        Some(filter) => {
            Expr::BinaryOp { left: Box::new(Expr::Nested(filter)), op: BinaryOperator::And, right: Box::new(known) }
        }
        None => known,
    };
    aggregate.filter = Some(Box::new(filter));
    let span = aggregate.name.span();
    aggregate.name = Ident::with_span(span, "array_agg").into();
    let state = Ident::new("state");
    let finish = lambda(OneOrManyWithParens::One(state.clone()), Expr::Identifier(state));
    super::nodes::call("reduce", vec![Expr::Function(aggregate), initial.clone(), input.clone(), finish])
}

fn expression_of(argument: &FunctionArg) -> Option<&Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    }
}
