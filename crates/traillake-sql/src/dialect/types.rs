//! Names of types, checked and written one way: `map(varchar,array(row(a bigint,b timestamp(3) with time zone)))`.

use datafusion::sql::sqlparser::tokenizer::{Token, Word};

use super::cursor::{Grammar, Parsed, fault};
use super::keywords::bare;

/// Types of one word without arguments, and their names.
const PLAIN: [(&str, &str); 15] = [
    ("boolean", "boolean"),
    ("tinyint", "tinyint"),
    ("smallint", "smallint"),
    ("integer", "integer"),
    ("int", "integer"),
    ("bigint", "bigint"),
    ("real", "real"),
    ("double", "double"),
    ("varbinary", "varbinary"),
    ("json", "json"),
    ("date", "date"),
    ("ipaddress", "ipaddress"),
    ("uuid", "uuid"),
    ("hyperloglog", "hyperloglog"),
    ("unknown", "unknown"),
];
const MAX_TIME_PRECISION: u64 = 12;
const MAX_DECIMAL_PRECISION: u64 = 38;
const MAX_LENGTH: u64 = 2_147_483_647;

/// The type of `name 'text'`, for names of one word.
pub(super) fn literal_type(name: &str) -> Option<&'static str> {
    const WITH_ARGUMENTS: [&str; 5] = ["varchar", "char", "decimal", "time", "timestamp"];
    let plain = PLAIN.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, data_type)| *data_type);
    plain.or_else(|| WITH_ARGUMENTS.into_iter().find(|known| known.eq_ignore_ascii_case(name)))
}

impl Grammar<'_, '_> {
    pub(super) fn data_type(&mut self) -> Parsed<String> {
        self.nested(|grammar| {
            let mut data_type = grammar.simple_type()?;
            while grammar.eat("ARRAY") {
                data_type = format!("array({data_type})");
                if grammar.eat_token(&Token::LBracket) {
                    grammar.number_up_to(MAX_LENGTH)?;
                    grammar.need_token(&Token::RBracket)?;
                }
            }
            Ok(data_type)
        })
    }

    fn simple_type(&mut self) -> Parsed<String> {
        let Some(name) = bare(self.peek()).map(str::to_ascii_lowercase) else {
            return Err(self.mismatched("<type>"));
        };
        let start = self.here();
        self.advance();
        match name.as_str() {
            "array" => Ok(format!("array({})", self.type_arguments(1)?)),
            "map" => Ok(format!("map({})", self.type_arguments(2)?)),
            "row" => {
                let fields = self.in_parentheses(|grammar| grammar.comma_separated(Grammar::row_field))?;
                Ok(format!("row({})", fields.join(",")))
            }
            "varchar" | "char" => self.with_numbers(name, &[MAX_LENGTH]),
            "decimal" => self.with_numbers(name, &[MAX_DECIMAL_PRECISION, MAX_DECIMAL_PRECISION]),
            "time" | "timestamp" => self.time_type(name),
            "interval" => self.interval_type(),
            "double" => {
                self.eat("PRECISION");
                Ok(name)
            }
            _ => literal_type(&name).map(str::to_owned).ok_or_else(|| fault(start, format!("Unknown type: {name}"))),
        }
    }

    /// `(t, ...)`, or `<t, ...>` as older texts have it.
    fn type_arguments(&mut self, count: usize) -> Parsed<String> {
        let in_angles = self.eat_token(&Token::Lt);
        if !in_angles {
            self.need_token(&Token::LParen)?;
        }
        let mut types = vec![self.data_type()?];
        for _ in 1..count {
            self.need_token(&Token::Comma)?;
            types.push(self.data_type()?);
        }
        if in_angles {
            self.close_angle()?;
        } else {
            self.need_token(&Token::RParen)?;
        }
        Ok(types.join(","))
    }

    /// A `>`, perhaps half of a `>>`.
    fn close_angle(&mut self) -> Parsed<()> {
        if self.half_closed {
            self.half_closed = false;
        } else if self.eat_token(&Token::ShiftRight) {
            self.half_closed = true;
        } else {
            self.need_token(&Token::Gt)?;
        }
        Ok(())
    }

    /// `name type` or a type alone.
    fn row_field(&mut self) -> Parsed<String> {
        if !self.at_named_field() {
            return self.data_type();
        }
        let name = self.identifier()?;
        let name = match name.quote_style {
            Some(_) => format!("\"{}\"", name.value.replace('"', "\"\"")),
            None => name.value.to_lowercase(),
        };
        Ok(format!("{name} {}", self.data_type()?))
    }

    /// Whether a name stands here, not a type of several words.
    fn at_named_field(&self) -> bool {
        if !self.at_identifier_nth(0) || !matches!(self.peek_nth(1), Token::Word(Word { .. })) {
            return false;
        }
        let continues_type = (self.at("double") && self.at_nth(1, "precision"))
            || (self.at("interval") && self.one_of_nth(1, &["DAY", "YEAR"]).is_some())
            || (self.one_of_nth(0, &["TIME", "TIMESTAMP"]).is_some()
                && self.one_of_nth(1, &["WITH", "WITHOUT"]).is_some())
            || (self.at_nth(1, "array") && !matches!(self.peek_nth(2), Token::LParen | Token::Lt));
        !continues_type
    }

    /// Up to as many numbers in parentheses as there are bounds.
    fn with_numbers(&mut self, name: String, bounds: &[u64]) -> Parsed<String> {
        if !self.eat_token(&Token::LParen) {
            return Ok(name);
        }
        let mut numbers = Vec::new();
        for bound in bounds {
            if !numbers.is_empty() && !self.eat_token(&Token::Comma) {
                break;
            }
            numbers.push(self.number_up_to(*bound)?.to_string());
        }
        self.need_token(&Token::RParen)?;
        Ok(format!("{name}({})", numbers.join(",")))
    }

    fn time_type(&mut self, name: String) -> Parsed<String> {
        let data_type = self.with_numbers(name, &[MAX_TIME_PRECISION])?;
        if self.eat_words(&["WITH", "TIME", "ZONE"]) {
            return Ok(format!("{data_type} with time zone"));
        }
        self.eat_words(&["WITHOUT", "TIME", "ZONE"]);
        Ok(data_type)
    }

    fn interval_type(&mut self) -> Parsed<String> {
        if self.eat_words(&["DAY", "TO", "SECOND"]) {
            Ok("interval day to second".to_owned())
        } else if self.eat_words(&["YEAR", "TO", "MONTH"]) {
            Ok("interval year to month".to_owned())
        } else {
            Err(self.mismatched("'DAY TO SECOND', 'YEAR TO MONTH'"))
        }
    }

    /// A whole number that is not larger than the bound.
    pub(super) fn number_up_to(&mut self, bound: u64) -> Parsed<u64> {
        let number = match self.peek() {
            Token::Number(text, false) => text.parse().ok().filter(|number| *number <= bound),
            _ => return Err(self.mismatched("<integer>")),
        };
        let number = number.ok_or_else(|| self.refused(format!("a number up to {bound} is expected")))?;
        self.advance();
        Ok(number)
    }
}
