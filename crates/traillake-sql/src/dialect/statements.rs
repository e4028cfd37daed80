//! Statements: a query, and what tells about queries and tables: EXPLAIN, SHOW, DESCRIBE.

use datafusion::sql::sqlparser::ast::{
    DescribeAlias, ObjectName, ShowStatementFilter, ShowStatementFilterPosition, ShowStatementIn,
    ShowStatementInClause, ShowStatementOptions, Statement,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};

impl Grammar<'_, '_> {
    /// A statement that nothing follows.
    pub(super) fn statement(&mut self) -> Parsed<Statement> {
        let statement = if self.eat("EXPLAIN") {
            self.explain()?
        } else if self.eat("SHOW") {
            self.show()?
        } else if self.eat_one_of(&["DESCRIBE", "DESC"]).is_some() {
            described(self.qualified_name()?)
        } else {
            self.query_statement("'DESCRIBE', 'EXPLAIN', 'SELECT', 'SHOW', 'TABLE', 'VALUES', 'WITH'")?
        };
        match self.peek() {
            Token::EOF | Token::SemiColon => Ok(statement),
            _ => Err(self.mismatched("<EOF>")),
        }
    }

    fn query_statement(&mut self, expecting: &str) -> Parsed<Statement> {
        if !self.at_query_nth(0) && !self.at_token(&Token::LParen) {
            return Err(self.mismatched(expecting));
        }
        Ok(Statement::Query(Box::new(self.query()?)))
    }

    /// `EXPLAIN [ANALYZE] [VERBOSE] query`.
    fn explain(&mut self) -> Parsed<Statement> {
        let analyze = self.eat("ANALYZE");
        let verbose = self.eat("VERBOSE");
        // `EXPLAIN (TYPE LOGICAL)` and the like begin no query.
        if self.at_token(&Token::LParen) && self.one_of_nth(1, &["TYPE", "FORMAT"]).is_some() {
            return Err(self.refused("EXPLAIN takes no options (write EXPLAIN, EXPLAIN VERBOSE or EXPLAIN ANALYZE)"));
        }
        let expecting = match (analyze, verbose) {
            (false, false) => "'ANALYZE', 'SELECT', 'TABLE', 'VALUES', 'VERBOSE', 'WITH'",
            (true, false) => "'SELECT', 'TABLE', 'VALUES', 'VERBOSE', 'WITH'",
            _ => "'SELECT', 'TABLE', 'VALUES', 'WITH'",
        };
        Ok(Statement::Explain {
            describe_alias: DescribeAlias::Explain,
            analyze,
            verbose,
            query_plan: false,
            estimate: false,
            statement: Box::new(self.query_statement(expecting)?),
            format: None,
            options: None,
        })
    }

    fn show(&mut self) -> Parsed<Statement> {
        match self.need_one_of(&["COLUMNS", "FUNCTIONS", "TABLES"])? {
            "COLUMNS" => {
                self.need_one_of(&["FROM", "IN"])?;
                Ok(described(self.qualified_name()?))
            }
            "FUNCTIONS" => Ok(Statement::ShowFunctions { filter: self.like_filter()? }),
            _ => self.show_tables(),
        }
    }

    /// `SHOW TABLES [FROM schema] [LIKE 'pattern']`.
    fn show_tables(&mut self) -> Parsed<Statement> {
        let show_in = match self.eat_one_of(&["FROM", "IN"]) {
            Some(_) => Some(ShowStatementIn {
                clause: ShowStatementInClause::FROM,
                parent_type: None,
                parent_name: Some(self.qualified_name()?),
            }),
            None => None,
        };
        let filter_position = self.like_filter()?.map(ShowStatementFilterPosition::Suffix);
        let show_options =
            ShowStatementOptions { show_in, starts_with: None, limit: None, limit_from: None, filter_position };
        Ok(Statement::ShowTables {
            terse: false,
            history: false,
            extended: false,
            full: false,
            external: false,
            show_options,
        })
    }

    fn like_filter(&mut self) -> Parsed<Option<ShowStatementFilter>> {
        if self.eat("LIKE") { Ok(Some(ShowStatementFilter::Like(self.string()?))) } else { Ok(None) }
    }
}

/// `SHOW COLUMNS FROM x` is `DESCRIBE x`.
fn described(table_name: ObjectName) -> Statement {
    Statement::ExplainTable {
        describe_alias: DescribeAlias::Describe,
        hive_format: None,
        has_table_keyword: false,
        table_name,
    }
}
