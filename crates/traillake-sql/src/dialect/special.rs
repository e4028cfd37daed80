//! Functions with a grammar of their own: casts, IF, TRY, EXTRACT, TRIM and those of the moment.

use datafusion::sql::sqlparser::ast::{
    CaseWhen, Expr, Ident, OneOrManyWithParens, Value, helpers::attached_token::AttachedToken,
};
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Grammar, Parsed, fault};
use super::nodes::{call, lambda, row, text};

/// The parameter of the lambda that holds what TRY guards; nothing names it.
const UNUSED: &str = "$";
/// Fields of EXTRACT and the functions that take them.
const FIELDS: [(&str, &str); 17] = [
    ("YEAR", "year"),
    ("QUARTER", "quarter"),
    ("MONTH", "month"),
    ("WEEK", "week"),
    ("DAY", "day"),
    ("DAY_OF_MONTH", "day"),
    ("DAY_OF_WEEK", "day_of_week"),
    ("DOW", "day_of_week"),
    ("DAY_OF_YEAR", "day_of_year"),
    ("DOY", "day_of_year"),
    ("YEAR_OF_WEEK", "year_of_week"),
    ("YOW", "year_of_week"),
    ("HOUR", "hour"),
    ("MINUTE", "minute"),
    ("SECOND", "second"),
    ("TIMEZONE_HOUR", "timezone_hour"),
    ("TIMEZONE_MINUTE", "timezone_minute"),
];

impl Grammar<'_, '_> {
    /// The call of a function with its own grammar; `None` for all others.
    pub(super) fn special(&mut self, word: &str) -> Parsed<Option<Expr>> {
        Ok(Some(match word {
            "CAST" => self.cast("$cast")?,
            "TRY_CAST" => self.cast("$try_cast")?,
            "TRY" => self.guarded()?,
            "IF" => self.conditional()?,
            "ROW" => row(self.plain_arguments()?),
            "POSITION" => self.position()?,
            "SUBSTRING" => self.substring()?,
            "EXTRACT" => self.extract()?,
            "TRIM" => self.trim()?,
            "NORMALIZE" => self.normalize()?,
            "GROUPING" => self.grouping()?,
            "LISTAGG" => self.listagg()?,
            "JSON_EXISTS" => self.json_exists()?,
            "JSON_VALUE" => self.json_value()?,
            "JSON_QUERY" => self.json_query()?,
            "JSON_OBJECT" => self.json_object()?,
            "JSON_ARRAY" => self.json_array()?,
            _ => return Ok(None),
        }))
    }

    fn plain_arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.advance();
        self.in_parentheses(|grammar| grammar.comma_separated(Grammar::expression))
    }

    fn cast(&mut self, name: &str) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let value = grammar.expression()?;
            grammar.need("AS")?;
            let data_type = grammar.data_type()?;
            Ok(call(name, vec![value, text(data_type)]))
        })
    }

    fn guarded(&mut self) -> Parsed<Expr> {
        let start = self.here();
        let mut args = self.plain_arguments()?;
        match args.pop() {
            Some(value) if args.is_empty() => {
                let parameter = OneOrManyWithParens::One(Ident::with_quote('"', UNUSED));
                Ok(call("$try", vec![lambda(parameter, value)]))
            }
            _ => Err(fault(start, "The 'try' function must have exactly one argument")),
        }
    }

    /// `IF(c, a, b)` is `CASE WHEN c THEN a ELSE b END`.
    fn conditional(&mut self) -> Parsed<Expr> {
        let token = self.advance();
        let start = token.span.start;
        let args = self.in_parentheses(|grammar| grammar.comma_separated(Grammar::expression))?;
        let mut args = args.into_iter();
        match (args.next(), args.next(), args.next(), args.next()) {
            (Some(condition), Some(result), otherwise, None) => Ok(case(token, condition, result, otherwise)),
            _ => Err(fault(start, "Invalid number of arguments for 'if' function")),
        }
    }

    fn position(&mut self) -> Parsed<Expr> {
        self.either_grammar("position", "IN", |grammar, part| Ok(call("strpos", vec![grammar.value(None)?, part])))
    }

    fn substring(&mut self) -> Parsed<Expr> {
        self.either_grammar("substring", "FROM", |grammar, source| {
            let mut args = vec![source, grammar.value(None)?];
            if grammar.eat("FOR") {
                args.push(grammar.value(None)?);
            }
            Ok(call("substr", args))
        })
    }

    /// A call with a keyword after its first argument, or a plain one.
    fn either_grammar(
        &mut self,
        name: &str,
        keyword: &str,
        rest: impl FnOnce(&mut Self, Expr) -> Parsed<Expr>,
    ) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let first = grammar.value(None)?;
            if grammar.eat(keyword) {
                return rest(grammar, first);
            }
            let mut args = vec![first];
            while grammar.eat_token(&Token::Comma) {
                args.push(grammar.expression()?);
            }
            Ok(call(name, args))
        })
    }

    fn extract(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let start = grammar.here();
            let field = grammar.identifier()?.value;
            let known = FIELDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&field));
            let (_, function) = known.ok_or_else(|| fault(start, format!("Invalid EXTRACT field: {field}")))?;
            grammar.need("FROM")?;
            Ok(call(function, vec![grammar.value(None)?]))
        })
    }

    fn trim(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let side = grammar.trimmed_side();
            if side.is_some() && grammar.eat("FROM") {
                return Ok(call(trim_function(side), vec![grammar.value(None)?]));
            }
            let first = grammar.value(None)?;
            if grammar.eat("FROM") {
                return Ok(call(trim_function(side), vec![grammar.value(None)?, first]));
            }
            if side.is_some() {
                return Err(grammar.mismatched("'FROM'"));
            }
            let mut args = vec![first];
            if grammar.eat_token(&Token::Comma) {
                args.push(grammar.value(None)?);
            }
            Ok(call("trim", args))
        })
    }

    /// BOTH, LEADING or TRAILING where it is not a name.
    fn trimmed_side(&mut self) -> Option<&'static str> {
        let is_name = matches!(
            self.peek_nth(1),
            Token::RParen | Token::Comma | Token::Period | Token::LBracket | Token::StringConcat
        );
        if is_name { None } else { self.eat_one_of(&["BOTH", "LEADING", "TRAILING"]) }
    }

    fn normalize(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let mut args = vec![grammar.value(None)?];
            if grammar.eat_token(&Token::Comma) {
                args.push(text(grammar.need_one_of(&["NFC", "NFD", "NFKC", "NFKD"])?));
            }
            Ok(call("normalize", args))
        })
    }

    fn grouping(&mut self) -> Parsed<Expr> {
        self.advance();
        self.in_parentheses(|grammar| {
            let column = |grammar: &mut Self| {
                let name = grammar.identifier()?;
                grammar.accessed_names(name)
            };
            Ok(call("grouping", grammar.comma_separated(column)?))
        })
    }

    fn accessed_names(&mut self, first: Ident) -> Parsed<Expr> {
        let mut names = vec![first];
        while self.eat_token(&Token::Period) {
            names.push(self.identifier()?);
        }
        Ok(match names.pop() {
            Some(only) if names.is_empty() => Expr::Identifier(only),
            Some(last) => {
                names.push(last);
                Expr::CompoundIdentifier(names)
            }
            None => return Err(self.mismatched("<identifier>")),
        })
    }

    /// `CURRENT_TIMESTAMP(3)` and the like; the session has no user, catalog or path to tell.
    pub(super) fn current(&mut self, word: &str) -> Parsed<Expr> {
        if !matches!(word, "CURRENT_DATE" | "CURRENT_TIME" | "CURRENT_TIMESTAMP" | "LOCALTIME" | "LOCALTIMESTAMP") {
            return Err(self.refused(format!("{word} is not known: a query has no user, catalog, schema or path")));
        }
        self.advance();
        let mut args = Vec::new();
        if word != "CURRENT_DATE" && self.at_token(&Token::LParen) {
            let precision = self.in_parentheses(Grammar::precision)?;
            if precision != 3 {
                args.push(Expr::value(Value::Number(precision.to_string(), false)));
            }
        }
        Ok(call(&word.to_lowercase(), args))
    }

    /// Digits of a fraction of a second.
    fn precision(&mut self) -> Parsed<u8> {
        const MOST: u8 = 12;
        let Token::Number(digits, false) = self.peek() else { return Err(self.mismatched("<integer>")) };
        let digits = digits.parse().ok().filter(|digits| *digits <= MOST);
        let digits = digits.ok_or_else(|| self.refused(format!("a number from 0 to {MOST} is expected")))?;
        self.advance();
        Ok(digits)
    }
}

fn case(token: TokenWithSpan, condition: Expr, result: Expr, otherwise: Option<Expr>) -> Expr {
    Expr::Case {
        case_token: AttachedToken(token),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result }],
        else_result: otherwise.map(Box::new),
    }
}

fn trim_function(side: Option<&str>) -> &'static str {
    match side {
        Some("LEADING") => "ltrim",
        Some("TRAILING") => "rtrim",
        _ => "trim",
    }
}
