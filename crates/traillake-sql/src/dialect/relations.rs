//! Relations of FROM: tables, sub-selects, UNNEST, LATERAL, joins, and their aliases.

use datafusion::sql::sqlparser::ast::{
    Expr, FunctionArg, FunctionArgExpr, Join, JoinConstraint, JoinOperator, ObjectName, Query, SetExpr, TableAlias,
    TableFactor, TableFunctionArgs, TableSample, TableSampleKind, TableSampleMethod, TableSampleModifier,
    TableSampleQuantity, TableWithJoins,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};

/// What a pair of parentheses in FROM holds.
enum Parenthesised {
    Query(Box<Query>),
    Relation(Box<TableWithJoins>),
}

impl Grammar<'_, '_> {
    /// A relation with what is joined to it.
    pub(super) fn relation(&mut self) -> Parsed<TableWithJoins> {
        let first = self.factor()?;
        self.joined(first)
    }

    fn joined(&mut self, relation: TableFactor) -> Parsed<TableWithJoins> {
        let mut joins = Vec::new();
        while self.at_join() {
            joins.push(self.join()?);
        }
        Ok(TableWithJoins { relation, joins })
    }

    fn at_join(&self) -> bool {
        self.one_of_nth(0, &["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL"]).is_some()
    }

    fn join(&mut self) -> Parsed<Join> {
        if self.eat("CROSS") {
            self.need("JOIN")?;
            let relation = self.factor()?;
            return Ok(Join { relation, global: false, join_operator: JoinOperator::CrossJoin(JoinConstraint::None) });
        }
        let is_natural = self.eat("NATURAL");
        let operator = self.join_type()?;
        let (relation, constraint) = if is_natural {
            (self.factor()?, JoinConstraint::Natural)
        } else {
            (self.joined_right()?, self.join_criteria()?)
        };
        Ok(Join { relation, global: false, join_operator: operator(constraint) })
    }

    fn join_type(&mut self) -> Parsed<fn(JoinConstraint) -> JoinOperator> {
        let side = self.eat_one_of(&["INNER", "LEFT", "RIGHT", "FULL"]);
        let is_outer = side.is_some_and(|side| side != "INNER") && self.eat("OUTER");
        self.need("JOIN")?;
        Ok(match (side, is_outer) {
            (Some("LEFT"), false) => JoinOperator::Left,
            (Some("LEFT"), true) => JoinOperator::LeftOuter,
            (Some("RIGHT"), false) => JoinOperator::Right,
            (Some("RIGHT"), true) => JoinOperator::RightOuter,
            (Some("FULL"), _) => JoinOperator::FullOuter,
            (Some(_), _) => JoinOperator::Inner,
            (None, _) => JoinOperator::Join,
        })
    }

    /// The right side of a join: `a JOIN b JOIN c ON x ON y` joins `b` and `c` first.
    fn joined_right(&mut self) -> Parsed<TableFactor> {
        self.nested(|grammar| {
            let first = grammar.factor()?;
            let joined = grammar.joined(first)?;
            Ok(unwrapped(joined, None))
        })
    }

    fn join_criteria(&mut self) -> Parsed<JoinConstraint> {
        if self.eat("ON") {
            return Ok(JoinConstraint::On(self.expression()?));
        }
        if !self.eat("USING") {
            return Err(self.mismatched("'ON', 'USING'"));
        }
        let names = self.in_parentheses(|grammar| grammar.comma_separated(Grammar::identifier))?;
        Ok(JoinConstraint::Using(names.into_iter().map(ObjectName::from).collect()))
    }

    /// One relation with its alias.
    fn factor(&mut self) -> Parsed<TableFactor> {
        if self.at("UNNEST") {
            return self.unnest();
        }
        if self.at("JSON_TABLE") {
            return Err(self.refused("JSON_TABLE is not supported"));
        }
        if self.at("TABLE") && *self.peek_nth(1) == Token::LParen {
            self.advance();
            let expr = self.in_parentheses(Grammar::expression)?;
            return Ok(TableFactor::TableFunction { expr, alias: self.alias()? });
        }
        if self.at("LATERAL") && self.at_query_in_parentheses(1) {
            self.advance();
            let query = Box::new(self.subquery()?);
            return self.derived(query, true);
        }
        if self.at_token(&Token::LParen) {
            return match self.parenthesised_relation()? {
                Parenthesised::Query(query) => self.derived(query, false),
                Parenthesised::Relation(relation) => Ok(unwrapped(*relation, self.alias()?)),
            };
        }
        self.named()
    }

    fn unnest(&mut self) -> Parsed<TableFactor> {
        self.advance();
        let array_exprs = self.in_parentheses(|grammar| grammar.comma_separated(Grammar::expression))?;
        let with_ordinality = self.eat_words(&["WITH", "ORDINALITY"]);
        let alias = self.alias()?;
        Ok(TableFactor::UNNEST { alias, array_exprs, with_offset: false, with_offset_alias: None, with_ordinality })
    }

    fn derived(&mut self, subquery: Box<Query>, lateral: bool) -> Parsed<TableFactor> {
        let alias = self.alias()?;
        Ok(TableFactor::Derived { lateral, subquery, alias, sample: self.sample()? })
    }

    /// A table, or a function of ours.
    fn named(&mut self) -> Parsed<TableFactor> {
        // A function behind LATERAL is read so that it is refused by name.
        let is_lateral = self.at("LATERAL") && self.at_identifier_nth(1) && *self.peek_nth(2) == Token::LParen;
        if is_lateral {
            self.advance();
        }
        let name = self.qualified_name()?;
        if self.at_token(&Token::LParen) {
            let args = self.function_arguments()?;
            let alias = self.alias()?;
            let settings = None;
            return Ok(if is_lateral {
                TableFactor::Function { lateral: true, name, args, with_ordinality: false, alias }
            } else {
                table(name, alias, Some(TableFunctionArgs { args, settings }))
            });
        }
        let alias = self.alias()?;
        if self.at("MATCH_RECOGNIZE") {
            return Err(self.refused("MATCH_RECOGNIZE is not supported"));
        }
        let mut table = table(name, alias, None);
        let sampled = self.sample()?;
        if let TableFactor::Table { sample, .. } = &mut table {
            *sample = sampled;
        }
        Ok(table)
    }

    fn function_arguments(&mut self) -> Parsed<Vec<FunctionArg>> {
        self.in_parentheses(|grammar| {
            if grammar.at_token(&Token::RParen) {
                return Ok(vec![]);
            }
            let args: Vec<Expr> = grammar.comma_separated(Grammar::expression)?;
            Ok(args.into_iter().map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect())
        })
    }

    /// A query or relations in parentheses; which of them `((` opens shows at the end of the inner pair.
    fn parenthesised_relation(&mut self) -> Parsed<Parenthesised> {
        self.nested(|grammar| {
            grammar.need_token(&Token::LParen)?;
            let content = grammar.relation_or_query()?;
            grammar.need_token(&Token::RParen)?;
            Ok(content)
        })
    }

    fn relation_or_query(&mut self) -> Parsed<Parenthesised> {
        if self.at_query_nth(0) {
            return Ok(Parenthesised::Query(Box::new(self.query()?)));
        }
        if !self.at_token(&Token::LParen) {
            return Ok(Parenthesised::Relation(Box::new(self.relation()?)));
        }
        let first = match self.parenthesised_relation()? {
            Parenthesised::Query(query) if self.at_query_end() => {
                return Ok(Parenthesised::Query(Box::new(self.query_from(SetExpr::Query(query))?)));
            }
            Parenthesised::Query(query) => self.derived(query, false)?,
            Parenthesised::Relation(relation) => unwrapped(*relation, self.alias()?),
        };
        Ok(Parenthesised::Relation(Box::new(self.joined(first)?)))
    }

    /// `[AS] name [(columns)]`.
    fn alias(&mut self) -> Parsed<Option<TableAlias>> {
        let explicit = self.eat("AS");
        if !explicit && (!self.at_alias() || self.at_match_recognize()) {
            return Ok(None);
        }
        let name = self.identifier()?;
        let columns = if self.at_token(&Token::LParen) { self.column_names()? } else { vec![] };
        Ok(Some(TableAlias { explicit, name, columns, at: None }))
    }

    fn at_match_recognize(&self) -> bool {
        self.at("MATCH_RECOGNIZE") && *self.peek_nth(1) == Token::LParen
    }

    pub(super) fn at_sample(&self) -> bool {
        self.at("TABLESAMPLE") && self.one_of_nth(1, &["BERNOULLI", "SYSTEM"]).is_some()
    }

    /// TABLESAMPLE is read so that it is refused by name.
    fn sample(&mut self) -> Parsed<Option<TableSampleKind>> {
        if !self.at_sample() {
            return Ok(None);
        }
        self.advance();
        let name = match self.need_one_of(&["BERNOULLI", "SYSTEM"])? {
            "SYSTEM" => TableSampleMethod::System,
            _ => TableSampleMethod::Bernoulli,
        };
        let value = self.in_parentheses(Grammar::expression)?;
        let quantity = TableSampleQuantity { parenthesized: true, value, unit: None };
        Ok(Some(TableSampleKind::AfterTableAlias(Box::new(TableSample {
            modifier: TableSampleModifier::TableSample,
            name: Some(name),
            quantity: Some(quantity),
            seed: None,
            bucket: None,
            offset: None,
        }))))
    }
}

/// A table by name.
pub(super) fn table(name: ObjectName, alias: Option<TableAlias>, args: Option<TableFunctionArgs>) -> TableFactor {
    TableFactor::Table {
        name,
        alias,
        args,
        with_hints: vec![],
        version: None,
        with_ordinality: false,
        partitions: vec![],
        json_path: None,
        sample: None,
        index_hints: vec![],
    }
}

/// Parentheses around joined relations; one relation without another alias needs none.
fn unwrapped(relation: TableWithJoins, alias: Option<TableAlias>) -> TableFactor {
    if relation.joins.is_empty() && alias.is_none() {
        return relation.relation;
    }
    TableFactor::NestedJoin { table_with_joins: Box::new(relation), alias }
}
