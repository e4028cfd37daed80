//! `JSON_EXISTS`, `JSON_VALUE`, `JSON_QUERY`, `JSON_OBJECT` and `JSON_ARRAY` as plain calls;
//! the head of `dialect.rs` lists their arguments.

use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::nodes::{call, null, text};

impl Grammar<'_, '_> {
    pub(super) fn json_exists(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let mut args = grammar.json_path()?;
            let on_error = grammar.eat_one_of(&["TRUE", "FALSE", "UNKNOWN", "ERROR"]);
            if on_error.is_some() {
                grammar.need_words(&["ON", "ERROR"])?;
            }
            args.push(text(on_error.unwrap_or("FALSE").to_lowercase()));
            Ok(call("$json_exists", args))
        })
    }

    pub(super) fn json_value(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let mut args = grammar.json_path()?;
            let returning = if grammar.eat("RETURNING") { grammar.data_type()? } else { "varchar".to_owned() };
            args.push(text(returning));
            let (on_empty, on_error) = grammar.on_empty_and_error(("null", null()), Grammar::value_behaviour)?;
            for (kind, default) in [on_empty, on_error] {
                args.extend([text(kind), default]);
            }
            Ok(call("$json_value", args))
        })
    }

    pub(super) fn json_query(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let mut args = grammar.json_path()?;
            grammar.returning_text()?;
            args.push(text(grammar.wrapper()?));
            args.push(text(grammar.quotes()?));
            let (on_empty, on_error) = grammar.on_empty_and_error("null", Grammar::query_behaviour)?;
            args.extend([text(on_empty), text(on_error)]);
            Ok(call("$json_query", args))
        })
    }

    pub(super) fn json_object(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let mut members = Vec::new();
            if !grammar.at_token(&Token::RParen) && !grammar.at("RETURNING") {
                members = grammar.comma_separated(Grammar::json_member)?;
            }
            let mut mode = grammar.null_mode("null")?.to_owned();
            if grammar.unique_keys()? {
                mode.push_str(" unique");
            }
            grammar.returning_text()?;
            let mut args = vec![text(mode)];
            args.extend(members.into_iter().flatten());
            Ok(call("$json_object", args))
        })
    }

    pub(super) fn json_array(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let mut values = Vec::new();
            if !grammar.at_token(&Token::RParen) && !grammar.at("RETURNING") {
                values = grammar.comma_separated(Grammar::json_operand)?;
            }
            let mut args = vec![text(grammar.null_mode("absent")?)];
            grammar.returning_text()?;
            args.extend(values);
            Ok(call("$json_array", args))
        })
    }

    /// The JSON text and the path.
    fn json_path(&mut self) -> Parsed<Vec<Expr>> {
        let input = self.expression()?;
        self.eat_words(&["FORMAT", "JSON"]);
        self.need_token(&Token::Comma)?;
        let path = text(self.string()?);
        if self.eat("AS") {
            self.identifier()?;
        }
        if self.at("PASSING") {
            return Err(self.refused("PASSING is not supported: write the values into the path"));
        }
        Ok(vec![input, path])
    }

    /// `KEY k VALUE v`, `k VALUE v` or `k : v`.
    fn json_member(&mut self) -> Parsed<[Expr; 2]> {
        let is_name = matches!(self.peek_nth(1), Token::Colon | Token::Period | Token::LBracket | Token::StringConcat);
        let names_key = !is_name && !self.at_nth(1, "VALUE") && self.eat("KEY");
        let key = self.expression()?;
        if !names_key && self.eat_token(&Token::Colon) {
            return Ok([key, self.json_operand()?]);
        }
        if !self.eat("VALUE") {
            return Err(self.mismatched(if names_key { "'VALUE'" } else { "':', 'VALUE'" }));
        }
        Ok([key, self.json_operand()?])
    }

    /// A value; with FORMAT JSON, and from a function that makes JSON, its text is JSON already.
    fn json_operand(&mut self) -> Parsed<Expr> {
        let value = self.expression()?;
        if self.eat_words(&["FORMAT", "JSON"]) {
            return Ok(call("json_parse", vec![value]));
        }
        Ok(if makes_json(&value) { call("json_extract", vec![value, text("$")]) } else { value })
    }

    fn null_mode(&mut self, default: &'static str) -> Parsed<&'static str> {
        let mode = match self.eat_one_of(&["NULL", "ABSENT"]) {
            Some("NULL") => "null",
            Some(_) => "absent",
            None => return Ok(default),
        };
        self.need_words(&["ON", "NULL"])?;
        Ok(mode)
    }

    fn unique_keys(&mut self) -> Parsed<bool> {
        let Some(with) = self.eat_one_of(&["WITH", "WITHOUT"]) else { return Ok(false) };
        self.need("UNIQUE")?;
        self.eat("KEYS");
        Ok(with == "WITH")
    }

    /// RETURNING with a text type, which all of them answer anyway.
    fn returning_text(&mut self) -> Parsed<()> {
        if !self.eat("RETURNING") {
            return Ok(());
        }
        if !self.at("VARCHAR") {
            return Err(self.mismatched("'VARCHAR'"));
        }
        self.data_type()?;
        self.eat_words(&["FORMAT", "JSON"]);
        Ok(())
    }

    fn wrapper(&mut self) -> Parsed<&'static str> {
        let kind = match self.eat_one_of(&["WITH", "WITHOUT"]) {
            None => return Ok("without"),
            Some("WITHOUT") => "without",
            Some(_) => match self.eat_one_of(&["CONDITIONAL", "UNCONDITIONAL"]) {
                Some("CONDITIONAL") => "conditional",
                _ => "unconditional",
            },
        };
        self.eat("ARRAY");
        self.need("WRAPPER")?;
        Ok(kind)
    }

    fn quotes(&mut self) -> Parsed<&'static str> {
        let kind = match self.eat_one_of(&["KEEP", "OMIT"]) {
            None => return Ok("keep"),
            Some("KEEP") => "keep",
            Some(_) => "omit",
        };
        self.need("QUOTES")?;
        if self.eat("ON") {
            self.need_words(&["SCALAR", "STRING"])?;
        }
        Ok(kind)
    }

    /// What is answered for an empty result and for an error, in this order.
    fn on_empty_and_error<T: Clone>(
        &mut self,
        default: T,
        behaviour: fn(&mut Self) -> Parsed<Option<T>>,
    ) -> Parsed<(T, T)> {
        let (mut on_empty, mut on_error) = (default.clone(), default);
        let Some(first) = behaviour(self)? else { return Ok((on_empty, on_error)) };
        self.need("ON")?;
        if self.need_one_of(&["EMPTY", "ERROR"])? == "ERROR" {
            return Ok((on_empty, first));
        }
        on_empty = first;
        if let Some(second) = behaviour(self)? {
            on_error = second;
            self.need_words(&["ON", "ERROR"])?;
        }
        Ok((on_empty, on_error))
    }

    fn value_behaviour(&mut self) -> Parsed<Option<(&'static str, Expr)>> {
        Ok(match self.eat_one_of(&["ERROR", "NULL", "DEFAULT"]) {
            Some("ERROR") => Some(("error", null())),
            Some("NULL") => Some(("null", null())),
            Some(_) => Some(("default", self.expression()?)),
            None => None,
        })
    }

    fn query_behaviour(&mut self) -> Parsed<Option<&'static str>> {
        Ok(match self.eat_one_of(&["ERROR", "NULL", "EMPTY"]) {
            Some("ERROR") => Some("error"),
            Some("NULL") => Some("null"),
            Some(_) => match self.need_one_of(&["ARRAY", "OBJECT"])? {
                "ARRAY" => Some("empty array"),
                _ => Some("empty object"),
            },
            None => None,
        })
    }
}

/// Whether the value is a call of `json_object`, `json_array` or `json_query`.
fn makes_json(value: &Expr) -> bool {
    const MAKERS: [&str; 3] = ["$json_array", "$json_object", "$json_query"];
    match value {
        Expr::Nested(inner) => makes_json(inner),
        Expr::Function(function) => {
            let name = function.name.0.first().and_then(|part| part.as_ident());
            name.is_some_and(|name| MAKERS.contains(&name.value.as_str()))
        }
        _ => false,
    }
}
