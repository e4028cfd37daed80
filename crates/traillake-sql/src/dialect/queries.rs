//! Queries: WITH, set operations, SELECT, and what follows a query: ORDER BY, OFFSET, LIMIT, FETCH.

use datafusion::sql::sqlparser::ast::{
    Cte, Expr, Fetch, Ident, LimitClause, LockClause, LockType, Offset, OffsetRows, OrderBy, OrderByExpr, OrderByKind,
    OrderByOptions, Parens, Query, SetExpr, SetOperator, SetQuantifier, TableAlias, TableAliasColumnDef, Values, With,
    helpers::attached_token::AttachedToken,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::nodes::values_of;
use super::windows;

impl Grammar<'_, '_> {
    /// Whether a query starts at the n-th token, parentheses apart.
    pub(super) fn at_query_nth(&self, n: usize) -> bool {
        self.one_of_nth(n, &["SELECT", "VALUES", "TABLE", "WITH"]).is_some()
    }

    /// Whether a query in parentheses goes on, or the parentheses around it close.
    pub(super) fn at_query_end(&self) -> bool {
        matches!(self.peek(), Token::RParen)
            || self.one_of_nth(0, &["UNION", "INTERSECT", "EXCEPT", "ORDER"]).is_some()
            || self.at_limit()
    }

    /// Whether OFFSET, LIMIT or FETCH begins a clause here and is no name.
    pub(super) fn at_limit(&self) -> bool {
        let is_count = matches!(self.peek_nth(1), Token::Number(..) | Token::Placeholder(_) | Token::Colon);
        (is_count && self.one_of_nth(0, &["LIMIT", "OFFSET"]).is_some())
            || self.at_words(&["LIMIT", "ALL"])
            || (self.at("FETCH") && self.one_of_nth(1, &["FIRST", "NEXT"]).is_some())
    }

    pub(super) fn query(&mut self) -> Parsed<Query> {
        self.nested(|grammar| {
            let with = if grammar.at("WITH") { Some(grammar.with()?) } else { None };
            let body = grammar.unions(None)?;
            grammar.ended(with, body)
        })
    }

    /// A query whose first part has been read.
    pub(super) fn query_from(&mut self, first: SetExpr) -> Parsed<Query> {
        let body = self.unions(Some(first))?;
        self.ended(None, body)
    }

    fn with(&mut self) -> Parsed<With> {
        let with_token = AttachedToken(self.advance());
        let recursive = self.eat("RECURSIVE");
        Ok(With { with_token, recursive, cte_tables: self.comma_separated(Grammar::named_query)? })
    }

    fn named_query(&mut self) -> Parsed<Cte> {
        let name = self.identifier()?;
        let columns = if self.at_token(&Token::LParen) { self.column_names()? } else { vec![] };
        self.need("AS")?;
        self.need_token(&Token::LParen)?;
        let query = Box::new(self.query()?);
        let closing_paren_token = AttachedToken(self.need_token(&Token::RParen)?);
        let alias = TableAlias { explicit: false, name, columns, at: None };
        Ok(Cte { alias, query, from: None, materialized: None, closing_paren_token })
    }

    /// Names in parentheses after an alias.
    pub(super) fn column_names(&mut self) -> Parsed<Vec<TableAliasColumnDef>> {
        let names: Vec<Ident> = self.in_parentheses(|grammar| grammar.comma_separated(Grammar::identifier))?;
        Ok(names.into_iter().map(|name| TableAliasColumnDef { name, data_type: None }).collect())
    }

    /// UNION and EXCEPT from left to right.
    fn unions(&mut self, first: Option<SetExpr>) -> Parsed<SetExpr> {
        let mut left = self.intersections(first)?;
        while let Some(word) = self.eat_one_of(&["UNION", "EXCEPT"]) {
            let op = if word == "UNION" { SetOperator::Union } else { SetOperator::Except };
            let set_quantifier = self.set_quantifier();
            let right = Box::new(self.intersections(None)?);
            left = SetExpr::SetOperation { left: Box::new(left), op, set_quantifier, right };
        }
        Ok(left)
    }

    fn intersections(&mut self, first: Option<SetExpr>) -> Parsed<SetExpr> {
        let mut left = match first {
            Some(first) => first,
            None => self.query_part()?,
        };
        while self.eat("INTERSECT") {
            let set_quantifier = self.set_quantifier();
            let right = Box::new(self.query_part()?);
            left = SetExpr::SetOperation { left: Box::new(left), op: SetOperator::Intersect, set_quantifier, right };
        }
        Ok(left)
    }

    fn set_quantifier(&mut self) -> SetQuantifier {
        match self.eat_one_of(&["ALL", "DISTINCT"]) {
            Some("ALL") => SetQuantifier::All,
            Some(_) => SetQuantifier::Distinct,
            None => SetQuantifier::None,
        }
    }

    /// One SELECT, TABLE, VALUES, or a query in parentheses.
    fn query_part(&mut self) -> Parsed<SetExpr> {
        if self.at("SELECT") {
            return Ok(SetExpr::Select(Box::new(self.select()?)));
        }
        if self.eat("TABLE") {
            return Ok(SetExpr::Select(Box::new(self.whole_table()?)));
        }
        if self.eat("VALUES") {
            return self.values();
        }
        if !self.at_token(&Token::LParen) {
            return Err(self.mismatched("'(', 'SELECT', 'TABLE', 'VALUES'"));
        }
        self.nested(|grammar| {
            grammar.need_token(&Token::LParen)?;
            let body = grammar.unions(None)?;
            let query = grammar.ended(None, body)?;
            grammar.need_token(&Token::RParen)?;
            Ok(SetExpr::Query(Box::new(query)))
        })
    }

    /// Rows of several values in parentheses, or of one.
    fn values(&mut self) -> Parsed<SetExpr> {
        let rows = self.comma_separated(Grammar::expression)?;
        let columns = |row| match row {
            Expr::Nested(value) => vec![*value],
            row => values_of(row),
        };
        let rows = rows.into_iter().map(|row| Parens::with_empty_span(columns(row)));
        Ok(SetExpr::Values(Values { explicit_row: false, value_keyword: false, rows: rows.collect() }))
    }

    /// What follows a query.
    fn ended(&mut self, with: Option<With>, mut body: SetExpr) -> Parsed<Query> {
        let names = self.window_names;
        let mut order_by = None;
        if self.eat("ORDER") {
            self.need("BY")?;
            let mut items = self.comma_separated(Grammar::sort_item)?;
            if self.window_names > names
                && let SetExpr::Select(select) = &mut body
            {
                windows::resolve(&mut items, &select.named_window)?;
            }
            order_by = Some(OrderBy { kind: OrderByKind::Expressions(items), interpolate: None });
        }
        let (limit_clause, fetch) = self.limits()?;
        Ok(Query {
            with,
            body: Box::new(body),
            order_by,
            limit_clause,
            fetch,
            locks: self.locks(),
            for_clause: None,
            settings: None,
            format_clause: None,
            pipe_operators: vec![],
        })
    }

    pub(super) fn sort_item(&mut self) -> Parsed<OrderByExpr> {
        let expr = self.expression()?;
        let asc = self.eat_one_of(&["ASC", "DESC"]).map(|word| word == "ASC");
        let mut nulls_first = None;
        if self.eat("NULLS") {
            nulls_first = Some(self.need_one_of(&["FIRST", "LAST"])? == "FIRST");
        }
        Ok(OrderByExpr { expr, options: OrderByOptions { asc, nulls_first }, with_fill: None })
    }

    fn limits(&mut self) -> Parsed<(Option<LimitClause>, Option<Fetch>)> {
        let offset = self.offset()?;
        let (mut limit, mut fetch) = (None, None);
        if self.eat("LIMIT") {
            limit = if self.eat("ALL") { None } else { Some(self.row_count()?) };
            if self.at_token(&Token::Comma) {
                return Err(self.refused("mismatched input ','. Expecting: <EOF> (write OFFSET m LIMIT n)"));
            }
            if self.at_limit() {
                return Err(self.refused("mismatched input after LIMIT. Expecting: <EOF> (OFFSET comes before LIMIT)"));
            }
        } else if self.at_limit() && self.eat("FETCH") {
            fetch = Some(self.fetch()?);
        }
        let has_clause = offset.is_some() || limit.is_some();
        Ok((has_clause.then_some(LimitClause::LimitOffset { limit, offset, limit_by: vec![] }), fetch))
    }

    fn offset(&mut self) -> Parsed<Option<Offset>> {
        if !self.eat("OFFSET") {
            return Ok(None);
        }
        let value = self.row_count()?;
        let rows = match self.eat_one_of(&["ROW", "ROWS"]) {
            Some("ROW") => OffsetRows::Row,
            Some(_) => OffsetRows::Rows,
            None => OffsetRows::None,
        };
        Ok(Some(Offset { value, rows }))
    }

    fn fetch(&mut self) -> Parsed<Fetch> {
        self.need_one_of(&["FIRST", "NEXT"])?;
        let quantity = if self.one_of_nth(0, &["ROW", "ROWS"]).is_some() { None } else { Some(self.row_count()?) };
        self.need_one_of(&["ROW", "ROWS"])?;
        let with_ties = self.need_one_of(&["ONLY", "WITH"])? == "WITH";
        if with_ties {
            self.need("TIES")?;
        }
        Ok(Fetch { with_ties, percent: false, quantity })
    }

    /// FOR UPDATE is read so that it is refused by name.
    fn locks(&mut self) -> Vec<LockClause> {
        let mut locks = Vec::new();
        if self.eat_words(&["FOR", "UPDATE"]) {
            locks.push(LockClause { lock_type: LockType::Update, of: None, nonblock: None });
        }
        locks
    }
}
