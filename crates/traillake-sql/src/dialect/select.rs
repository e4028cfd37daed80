//! One SELECT: its items, its clauses, and its windows.

use datafusion::sql::sqlparser::ast::{
    Distinct, Expr, GroupByExpr, NamedWindowDefinition, NamedWindowExpr, ObjectName, Select, SelectFlavor, SelectInto,
    SelectItem, SelectItemQualifiedWildcardKind, TableWithJoins, WildcardAdditionalOptions,
    helpers::attached_token::AttachedToken,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::cursor::{Grammar, Parsed};
use super::relations::table;
use super::windows;

/// References to named windows in one statement; each becomes a copy of the window.
const MAX_WINDOW_NAMES: usize = 500;
/// Tokens of one WINDOW clause.
const MAX_WINDOW_TOKENS: usize = 1_000;

impl Grammar<'_, '_> {
    pub(super) fn select(&mut self) -> Parsed<Select> {
        let names = self.window_names;
        let mut select = empty(AttachedToken(self.advance()));
        select.distinct = match self.set_of_rows() {
            Some("DISTINCT") => Some(Distinct::Distinct),
            _ => None,
        };
        select.projection = self.comma_separated(Grammar::select_item)?;
        select.into = self.target()?;
        if self.eat("FROM") {
            select.from = self.comma_separated(Grammar::relation)?;
        }
        if self.eat("WHERE") {
            select.selection = Some(self.expression()?);
        }
        if self.eat("GROUP") {
            self.need("BY")?;
            select.group_by = GroupByExpr::Expressions(self.grouping_elements()?, vec![]);
        }
        if self.eat("HAVING") {
            select.having = Some(self.expression()?);
        }
        if self.at_window_clause() {
            self.eat("WINDOW");
            select.named_window = self.named_windows()?;
        }
        if self.window_names > MAX_WINDOW_NAMES {
            return Err(self.refused(format!("more than {MAX_WINDOW_NAMES} uses of named windows")));
        }
        if self.window_names > names {
            windows::resolve(&mut select.projection, &select.named_window)?;
        }
        Ok(select)
    }

    /// DISTINCT or ALL; ALL is a name where no item follows it.
    fn set_of_rows(&mut self) -> Option<&'static str> {
        let ends_item = matches!(
            self.peek_nth(1),
            Token::Comma | Token::Period | Token::EOF | Token::SemiColon | Token::RParen | Token::Arrow
        ) || self.one_of_nth(1, &["FROM", "AS", "UNION", "WHERE"]).is_some();
        if self.eat("DISTINCT") {
            Some("DISTINCT")
        } else if !ends_item && self.eat("ALL") {
            Some("ALL")
        } else {
            None
        }
    }

    fn select_item(&mut self) -> Parsed<SelectItem> {
        if self.at_token(&Token::Mul) {
            return Ok(SelectItem::Wildcard(wildcard(AttachedToken(self.advance()))));
        }
        let expr = self.expression()?;
        if self.at_token(&Token::Period) {
            return self.fields_of(expr);
        }
        if self.eat("AS") {
            return Ok(SelectItem::ExprWithAlias { expr, alias: self.identifier()? });
        }
        if self.at_alias() {
            return Ok(SelectItem::ExprWithAlias { expr, alias: self.identifier()? });
        }
        Ok(SelectItem::UnnamedExpr(expr))
    }

    /// `relation.*` or `row.*`.
    fn fields_of(&mut self, expr: Expr) -> Parsed<SelectItem> {
        let kind = match expr {
            Expr::Identifier(name) => SelectItemQualifiedWildcardKind::ObjectName(ObjectName::from(vec![name])),
            Expr::CompoundIdentifier(names) => SelectItemQualifiedWildcardKind::ObjectName(ObjectName::from(names)),
            Expr::CompoundFieldAccess { .. } | Expr::Function(_) | Expr::Nested(_) | Expr::Subquery(_) => {
                SelectItemQualifiedWildcardKind::Expr(expr)
            }
            _ => return Err(self.mismatched("',', 'AS', 'FROM', <identifier>")),
        };
        self.need_token(&Token::Period)?;
        let star = AttachedToken(self.need_token(&Token::Mul)?);
        if self.at("AS") || self.at_alias() {
            return Err(self.refused("names for the columns of a wildcard are not supported"));
        }
        Ok(SelectItem::QualifiedWildcard(kind, wildcard(star)))
    }

    /// Whether a bare alias stands here, and not a clause that starts with a word that may be a name.
    pub(super) fn at_alias(&self) -> bool {
        self.at_identifier_nth(0) && !self.at_limit() && !self.at_window_clause() && !self.at_sample()
    }

    fn at_window_clause(&self) -> bool {
        self.at("WINDOW") && self.at_identifier_nth(1) && self.at_nth(2, "AS")
    }

    /// SELECT INTO is read so that it is refused by name.
    fn target(&mut self) -> Parsed<Option<SelectInto>> {
        if !self.eat("INTO") {
            return Ok(None);
        }
        let name = self.qualified_name()?;
        Ok(Some(SelectInto { temporary: false, unlogged: false, table: false, name }))
    }

    fn named_windows(&mut self) -> Parsed<Vec<NamedWindowDefinition>> {
        let mut windows: Vec<NamedWindowDefinition> = Vec::new();
        let start = self.tokens_read();
        loop {
            let name = self.identifier()?;
            self.need("AS")?;
            let window = self.window()?;
            if self.tokens_read() - start > MAX_WINDOW_TOKENS || self.window_names > MAX_WINDOW_NAMES {
                return Err(self.refused("WINDOW clause is too long for the number of its uses"));
            }
            let window = windows::completed(window, &windows)?;
            windows.push(NamedWindowDefinition(name, NamedWindowExpr::WindowSpec(window)));
            if !self.eat_token(&Token::Comma) {
                return Ok(windows);
            }
        }
    }

    /// `TABLE x` is `SELECT * FROM x`.
    pub(super) fn whole_table(&mut self) -> Parsed<Select> {
        let name = self.qualified_name()?;
        let mut select = empty(AttachedToken::empty());
        select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
        select.from = vec![TableWithJoins { relation: table(name, None, None), joins: vec![] }];
        Ok(select)
    }
}

fn wildcard(wildcard_token: AttachedToken) -> WildcardAdditionalOptions {
    WildcardAdditionalOptions { wildcard_token, ..WildcardAdditionalOptions::default() }
}

fn empty(select_token: AttachedToken) -> Select {
    Select {
        select_token,
        optimizer_hints: vec![],
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection: vec![],
        exclude: None,
        into: None,
        from: vec![],
        lateral_views: vec![],
        prewhere: None,
        selection: None,
        connect_by: vec![],
        group_by: GroupByExpr::Expressions(vec![], vec![]),
        cluster_by: vec![],
        distribute_by: vec![],
        sort_by: vec![],
        having: None,
        named_window: vec![],
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: SelectFlavor::Standard,
    }
}
